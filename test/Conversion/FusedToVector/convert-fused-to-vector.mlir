// ImageNormalize on the CPU: parallel loops over chunks of planes, statistics shifted by a value of the
// chunk, vectors of four of the registers that the option names.
// RUN: runmat-opt --convert-fused-to-vector=vector-bits=256 %s | FileCheck %s --check-prefixes=CHECK,WIDE32
// RUN: runmat-opt --convert-fused-to-vector=vector-bits=512 %s | FileCheck %s --check-prefixes=CHECK,WIDE64

// CHECK-LABEL: func.func @unit
// CHECK-NOT: fused.image_normalize
// CHECK: scf.parallel
// WIDE32: vector.load %{{.*}} : memref<32768xf32>, vector<32xf32>
// WIDE64: vector.load %{{.*}} : memref<32768xf32>, vector<64xf32>
// The shift, then sum and sum of squares of the shifted values.
// CHECK: %[[D:.*]] = arith.subf
// CHECK: arith.addf %{{.*}}, %[[D]]
// CHECK: math.fma %[[D]], %[[D]]
// CHECK: scf.parallel
// CHECK: bufferization.to_tensor
func.func @unit(%x: tensor<4x64x128xf32>) -> tensor<4x64x128xf32> {
  %eps = array.constant dense<1.0e-6> : tensor<f32>
  %y = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<4x64x128xf32>)
      epsilon(%eps : tensor<f32>) {
  ^bb0(%n: f32, %e: f32):
    fused.yield %n : f32
  } -> tensor<4x64x128xf32>
  return %y : tensor<4x64x128xf32>
}
