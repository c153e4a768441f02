// Each unit of a named kind becomes the nest that its nest() makes.
// RUN: runmat-opt %s --generalize-units | FileCheck %s

// The moments of each plane, then its elements. An operand that is read twice is one input, a constant none.
// CHECK-LABEL: func.func @image_normalize
// CHECK: %[[R:.*]]:2 = fused.nest [?, 4, 5] kind "image_normalize"
// CHECK-SAME: ins(%{{.*}}, %{{.*}}, %{{.*}} : tensor<?x4x5xf16>, tensor<f32>, tensor<5xi8>)
// CHECK-SAME: yields {{\[}}[#fused.moments<dims [1, 2]>], [#fused.store, #fused.reduction<mean dims [0, 1, 2]>]] results [1, 2]
// CHECK-SAME: attributes {device = "gpu"} {
// CHECK-NEXT: ^bb0(%[[X:.*]]: f16, %{{.*}}: f32, %{{.*}}: i8):
// CHECK-NEXT: %[[W:.*]] = array.cast %[[X]] : f16 to f32
// CHECK-NEXT: fused.yield %[[W]] : f32
// CHECK: ^bb0(%[[X:.*]]: f16, %[[G:.*]]: f32, %[[E:.*]]: i8, %[[MEAN:.*]]: f32, %[[LOW:.*]]: f32, %[[VAR:.*]]: f32, %[[LIFT:.*]]: f32):
// CHECK-DAG: %[[W:.*]] = array.cast %[[X]] : f16 to f32
// CHECK-DAG: %[[EPS:.*]] = array.constant 1.000000e+00 : f32
// CHECK: %[[SQ:.*]] = array.mul %[[LIFT]], %[[LIFT]]
// CHECK: %[[EL:.*]] = array.mul %[[EPS]], %[[SQ]]
// CHECK: %[[S:.*]] = array.add %[[VAR]], %[[EL]]
// CHECK: array.sqrt %[[S]]
// CHECK: array.div
// CHECK: array.sub %[[W]], %[[MEAN]]
// CHECK: array.mul %{{.*}}, %[[G]]
// CHECK: array.add %{{.*}}, %[[G]]
// CHECK: fused.yield %{{.*}}, %{{.*}} : f16, f32
func.func @image_normalize(%x: tensor<?x4x5xf16>, %s: tensor<f32>, %e: tensor<5xi8>) -> (tensor<?x4x5xf16>, tensor<f32>) {
  %eps = array.constant dense<1.0> : tensor<f32>
  %r:2 = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<?x4x5xf16>) epsilon(%eps : tensor<f32>)
      gain(%s : tensor<f32>) bias(%s : tensor<f32>) extras(%e : tensor<5xi8>) maps [affine_map<(b, i, j) -> (j)>]
      reductions [#fused.reduction<mean dims [0, 1, 2]>] attributes {device = "gpu"} {
  ^bb0(%y: f32, %xe: f16, %b: i8):
    %w = array.cast %b : i8 to f32
    %z = array.add %y, %w : f32, f32
    %n = array.cast %z : f32 to f16
    fused.yield %n, %z : f16, f32
  } -> tensor<?x4x5xf16>, tensor<f32>
  return %r#0, %r#1 : tensor<?x4x5xf16>, tensor<f32>
}
