// Kernels without a SPIR-V form, and unknown profiles, are errors at their place.
// RUN: split-file %s %t
// RUN: not runmat-opt %t/pow.mlir --convert-gpu-kernels-to-spirv 2>&1 | FileCheck %s --check-prefix=POW
// RUN: not runmat-opt %t/f64.mlir --convert-gpu-kernels-to-spirv 2>&1 | FileCheck %s --check-prefix=F64
// RUN: not runmat-opt %t/host.mlir --convert-gpu-kernels-to-spirv 2>&1 | FileCheck %s --check-prefix=HOST
// RUN: not runmat-opt %t/host.mlir --convert-gpu-kernels-to-spirv=profile=abacus 2>&1 | FileCheck %s --check-prefix=PROFILE

//--- pow.mlir
gpu.module @kernels {
  gpu.func @k(%a: memref<?xf32, #spirv.storage_class<StorageBuffer>>) kernel
      attributes {spirv.entry_point_abi = #spirv.entry_point_abi<workgroup_size = [64, 1, 1]>} {
    %c0 = arith.constant 0 : index
    %x = memref.load %a[%c0] : memref<?xf32, #spirv.storage_class<StorageBuffer>>
    // POW: pow.mlir:7:10: error: failed to legalize operation 'math.powf'
    %y = math.powf %x, %x : f32
    memref.store %y, %a[%c0] : memref<?xf32, #spirv.storage_class<StorageBuffer>>
    gpu.return
  }
}
//--- f64.mlir
gpu.module @kernels {
  // F64: error: failed to legalize operation 'gpu.func'
  gpu.func @k(%a: memref<?xf64, #spirv.storage_class<StorageBuffer>>) kernel
      attributes {spirv.entry_point_abi = #spirv.entry_point_abi<workgroup_size = [64, 1, 1]>} {
    gpu.return
  }
}
//--- host.mlir
// PROFILE: error: no device profile is named 'abacus'; there are generic, lavapipe, nvidia
gpu.module @kernels {
  // HOST: error: argument 0 is neither a memref of storage class StorageBuffer nor one of PushConstant
  gpu.func @k(%a: memref<?xf32>) kernel
      attributes {spirv.entry_point_abi = #spirv.entry_point_abi<workgroup_size = [64, 1, 1]>} {
    gpu.return
  }
}
