// --decompose-fused gives each unit back as the array operations that it stands for.
// RUN: runmat-opt --decompose-fused %s | FileCheck %s

// CHECK-LABEL: func.func @normalize
// CHECK-NOT: fused.
// CHECK: %[[MU:.*]] = array.mean %arg0 dims [1, 2] keep
// CHECK: %[[D:.*]] = array.sub %arg0, %[[MU]]
// CHECK: %[[SQ:.*]] = array.mul %[[D]], %[[D]]
// CHECK: %[[VAR:.*]] = array.mean %[[SQ]] dims [1, 2] keep
// CHECK: %[[VE:.*]] = array.add %[[VAR]],
// CHECK: %[[SIGMA:.*]] = array.sqrt %[[VE]]
// CHECK: %[[N:.*]] = array.div %[[D]], %[[SIGMA]]
// CHECK: %[[G:.*]] = array.mul %[[N]], %arg1
// The epilogue: the region on tensors, then its reduction.
// CHECK: %[[E:.*]] = array.sub %[[G]], %arg0
// CHECK: %[[E2:.*]] = array.mul %[[E]], %[[E]]
// CHECK: %[[MSE:.*]] = array.mean %[[E2]]
// CHECK: return %[[MSE]]
func.func @normalize(%x: tensor<4x8x8xf32>, %gain: tensor<f32>) -> tensor<f32> {
  %eps = array.constant dense<1.0e-6> : tensor<f32>
  %mse = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<4x8x8xf32>)
      epsilon(%eps : tensor<f32>) gain(%gain : tensor<f32>)
      reductions [#fused.reduction<mean dims [0, 1, 2]>] {
  ^bb0(%y: f32, %e: f32):
    %d = array.sub %y, %e : f32, f32
    %s = array.mul %d, %d : f32, f32
    fused.yield %s : f32
  } -> tensor<f32>
  return %mse : tensor<f32>
}

// CHECK-LABEL: func.func @map
// CHECK-NOT: fused.
// CHECK: array.add %arg0, %arg1 : tensor<4x8xf32>, tensor<8xf32>
func.func @map(%a: tensor<4x8xf32>, %b: tensor<8xf32>) -> tensor<4x8xf32> {
  %r = fused.map ins(%a, %b : tensor<4x8xf32>, tensor<8xf32>)
      maps [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>] {
  ^bb0(%p: f32, %q: f32):
    %s = array.add %p, %q : f32, f32
    fused.yield %s : f32
  } -> tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}
