// A static 4K unit gets three kernels of the vector class; SPIR-V of them is valid (runmat-translate validates what it
// writes).
// RUN: runmat-translate --array-to-spirv --no-fusion %s -o %t.spv && spirv-val --target-env vulkan1.1 %t.spv
// RUN: runmat-opt %s --generalize-units --convert-fused-to-gpu=profile=nvidia | FileCheck %s
// RUN: runmat-opt %s --generalize-units --convert-fused-to-gpu --convert-gpu-kernels-to-spirv | FileCheck %s --check-prefix=SPIRV

// CHECK-LABEL: func.func @normalize
// CHECK: fused.nest {{.*}} kind "image_normalize"
// CHECK-SAME: runmat.kernels = ["image_normalize_pass0", "image_normalize_finish", "image_normalize_pass1"]
func.func @normalize(%x: tensor<4x2160x3840xf32>, %gain: tensor<f32>) -> tensor<4x2160x3840xf32> {
  %eps = array.constant dense<1.0e-6> : tensor<f32>
  %zero = array.constant dense<0.0> : tensor<f32>
  %y = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<4x2160x3840xf32>)
      epsilon(%eps : tensor<f32>) gain(%gain : tensor<f32>) clamp(%zero : tensor<f32>) {
  ^bb0(%y: f32, %e: f32):
    fused.yield %y : f32
  } -> tensor<4x2160x3840xf32>
  return %y : tensor<4x2160x3840xf32>
}

// CHECK: gpu.module @kernels
// CHECK: gpu.func @image_normalize_pass0(%{{.*}}: memref<?xvector<4xf32>, #spirv.storage_class<StorageBuffer>> {runmat.access = "read", runmat.restrict}
// The eight loads of a thread come before the first use.
// CHECK-COUNT-8: memref.load %{{.*}} : memref<?xvector<4xf32>
// CHECK: gpu.subgroup_reduce add
// CHECK: gpu.func @image_normalize_finish
// CHECK: gpu.func @image_normalize_pass1
// A constant epsilon is part of the kernel, a run-time gain is read from a buffer.
// CHECK: arith.constant 9.99999997E-7 : f32
// CHECK: math.sqrt
// CHECK-NOT: array.

// SPIRV: spirv.module @kernels
// SPIRV-DAG: spirv.EntryPoint "GLCompute" @image_normalize_pass0
// SPIRV-DAG: spirv.EntryPoint "GLCompute" @image_normalize_finish
// SPIRV-DAG: spirv.EntryPoint "GLCompute" @image_normalize_pass1
