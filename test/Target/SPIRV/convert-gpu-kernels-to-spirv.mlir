// A kernel becomes an entry point with push constants, decorations, float controls and native exp2.
// RUN: runmat-opt %s --convert-gpu-kernels-to-spirv=profile=nvidia | FileCheck %s

#sb = #spirv.storage_class<StorageBuffer>
#pc = #spirv.storage_class<PushConstant>
#wg = #spirv.storage_class<Workgroup>
// CHECK: spirv.module @kernels Logical GLSL450 requires #spirv.vce<v1.3, [
// CHECK-SAME: SignedZeroInfNanPreserve
gpu.module @kernels {
  // CHECK-DAG: spirv.GlobalVariable @sum_arg_0 bind(0, 0) {non_writable, restrict} : !spirv.ptr<!spirv.struct<(!spirv.rtarray<vector<4xf32>, stride=16> [0])>, StorageBuffer>
  // CHECK-DAG: spirv.GlobalVariable @sum_arg_1 bind(0, 1) {non_readable}
  // CHECK-DAG: spirv.GlobalVariable @sum_arg_2 : !spirv.ptr<!spirv.struct<(!spirv.array<2 x i32, stride=4> [0])>, PushConstant>
  gpu.func @sum(%in: memref<?xvector<4xf32>, #sb> {runmat.access = "read", runmat.restrict},
                %out: memref<?xf32, #sb> {runmat.access = "write"},
                %push: memref<2xi32, #pc>) kernel
      attributes {spirv.entry_point_abi = #spirv.entry_point_abi<workgroup_size = [64, 1, 1]>} {
    %c0 = arith.constant 0 : index
    %shared = memref.alloc() : memref<16xf32, #wg>
    %tid = gpu.thread_id x
    %n32 = memref.load %push[%c0] : memref<2xi32, #pc>
    %n = arith.index_cast %n32 : i32 to index
    %in_range = arith.cmpi ult, %tid, %n : index
    %v = scf.if %in_range -> vector<4xf32> {
      %l = memref.load %in[%tid] : memref<?xvector<4xf32>, #sb>
      scf.yield %l : vector<4xf32>
    } else {
      %z = arith.constant dense<0.0> : vector<4xf32>
      scf.yield %z : vector<4xf32>
    }
    // CHECK: spirv.GL.Exp2
    %e = math.exp2 %v : vector<4xf32>
    // CHECK: spirv.GL.Log2
    %f = math.log2 %e : vector<4xf32>
    // A driver must not fold this to %f: it rounds to an integer.
    // CHECK: spirv.FAdd %{{.*}}, %{{.*}} {no_contraction} : vector<4xf32>
    // CHECK: spirv.FSub %{{.*}}, %{{.*}} {no_contraction} : vector<4xf32>
    %shift = arith.constant dense<0x4B400000> : vector<4xf32>
    %shifted = arith.addf %f, %shift : vector<4xf32>
    %whole = arith.subf %shifted, %shift : vector<4xf32>
    // CHECK: spirv.GL.Fma %{{.*}}, %{{.*}}, %{{.*}} {no_contraction} : vector<4xf32>
    %fma = math.fma %whole, %f, %whole : vector<4xf32>
    %s = vector.reduction <add>, %fma : vector<4xf32> into f32
    // CHECK: spirv.GroupNonUniformFAdd <Subgroup> <Reduce>
    %r = gpu.subgroup_reduce add %s : (f32) -> f32
    %sg = gpu.subgroup_id : index
    memref.store %r, %shared[%sg] : memref<16xf32, #wg>
    // CHECK: spirv.ControlBarrier <Workgroup>
    gpu.barrier
    %t = memref.load %shared[%c0] : memref<16xf32, #wg>
    memref.store %t, %out[%tid] : memref<?xf32, #sb>
    gpu.return
  }
  // CHECK: spirv.EntryPoint "GLCompute" @sum
  // CHECK: spirv.ExecutionMode @sum "LocalSize", 64, 1, 1
  // CHECK: spirv.ExecutionMode @sum "SignedZeroInfNanPreserve", 32
}
