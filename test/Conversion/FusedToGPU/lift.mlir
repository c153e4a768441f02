// gain / sigma is applied in two factors only where constants leave it open whether it stays in the range of normal
// numbers: the apply kernel of a usual gain multiplies once an element (two vectors a thread).
// RUN: runmat-opt %s --split-input-file --convert-fused-to-gpu=profile=nvidia | FileCheck %s

// CHECK-LABEL: func.func @usual_gain
// CHECK: gpu.func @image_normalize_apply(
// CHECK-COUNT-2: arith.mulf {{.*}} : vector<4xf32>
// CHECK-NOT: arith.mulf {{.*}} : vector<4xf32>
// CHECK: gpu.return
func.func @usual_gain(%x: tensor<4x2160x3840xf32>) -> tensor<4x2160x3840xf32> {
  %e = array.constant dense<1.0e-6> : tensor<f32>
  %g = array.constant dense<1.5> : tensor<f32>
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<4x2160x3840xf32>) epsilon(%e : tensor<f32>)
      gain(%g : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<4x2160x3840xf32>
  return %r : tensor<4x2160x3840xf32>
}

// -----

// CHECK-LABEL: func.func @large_gain
// CHECK: gpu.func @image_normalize_apply(
// CHECK-COUNT-4: arith.mulf {{.*}} : vector<4xf32>
// CHECK: gpu.return
func.func @large_gain(%x: tensor<4x2160x3840xf32>) -> tensor<4x2160x3840xf32> {
  %e = array.constant dense<1.0e-6> : tensor<f32>
  %g = array.constant dense<3.0e38> : tensor<f32>
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<4x2160x3840xf32>) epsilon(%e : tensor<f32>)
      gain(%g : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<4x2160x3840xf32>
  return %r : tensor<4x2160x3840xf32>
}
