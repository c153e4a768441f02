// With device values a public function gets the addresses of its arguments and results. What other functions call is a
// private copy that keeps its own type.
// RUN: runmat-opt %s --generalize-units --mark-units --convert-fused-to-offload="all device-values" | FileCheck %s

// CHECK-LABEL: func.func @normalize(
// CHECK-SAME: %{{.*}}: tensor<4x64x64xf32>, %{{.*}}: i64, %{{.*}}: i64) attributes {{.*}}offload.abi
func.func @normalize(%x: tensor<4x64x64xf32>) -> tensor<4x64x64xf32> {
  %e = array.constant dense<1.0e-6> : tensor<f32>
  %y = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<4x64x64xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%n: f32, %v: f32):
    fused.yield %n : f32
  } -> tensor<4x64x64xf32>
  return %y : tensor<4x64x64xf32>
}

// CHECK-LABEL: func.func @twice(
// CHECK: call @[[COPY:normalize_[0-9]+]](%{{.*}}) : (tensor<4x64x64xf32>) -> tensor<4x64x64xf32>
// CHECK: call @[[COPY]]
// CHECK: func.func private @[[COPY]](%{{.*}}: tensor<4x64x64xf32>) -> tensor<4x64x64xf32>
func.func @twice(%x: tensor<4x64x64xf32>) -> tensor<4x64x64xf32> {
  %a = func.call @normalize(%x) : (tensor<4x64x64xf32>) -> tensor<4x64x64xf32>
  %b = func.call @normalize(%a) : (tensor<4x64x64xf32>) -> tensor<4x64x64xf32>
  return %b : tensor<4x64x64xf32>
}
