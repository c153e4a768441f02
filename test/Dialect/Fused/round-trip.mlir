// Units print and parse again as they were, in their own form and in the generic one.
// RUN: runmat-opt %s | runmat-opt | FileCheck %s
// RUN: runmat-opt --mlir-print-op-generic %s | runmat-opt | FileCheck %s

// CHECK-LABEL: func.func @image_normalize
// CHECK: fused.image_normalize dims [1, 2] compute f32 ins(%{{.*}} : tensor<?x4x5xf32>) epsilon(%{{.*}} : tensor<f32>) gain(%{{.*}} : tensor<f32>) bias(%{{.*}} : tensor<f32>) clamp(%{{.*}} : tensor<f32>) clamp_nan propagate gamma(%{{.*}} : tensor<f32>)
// CHECK-SAME: extras(%{{.*}}, %{{.*}} : tensor<?x1x1xf32>, tensor<5xi8>) maps [
// CHECK-SAME: reductions [#fused.reduction<mean dims [0, 1, 2]>, #fused.reduction<max dims [1, 2] keep nan = propagate>] attributes {device = "gpu"} {
// CHECK: ^bb0(%[[Y:.*]]: f32, %{{.*}}: f32, %{{.*}}: f32, %{{.*}}: i8):
// CHECK: fused.yield %{{.*}}, %{{.*}}, %[[Y]] : f16, f32, f32
// CHECK: } -> tensor<?x4x5xf16>, tensor<f32>, tensor<?x1x1xf32>
func.func @image_normalize(%x: tensor<?x4x5xf32>, %s: tensor<f32>, %e1: tensor<?x1x1xf32>, %e2: tensor<5xi8>)
    -> (tensor<?x4x5xf16>, tensor<f32>, tensor<?x1x1xf32>) {
  %r:3 = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<?x4x5xf32>) epsilon(%s : tensor<f32>)
      gain(%s : tensor<f32>) bias(%s : tensor<f32>) clamp(%s : tensor<f32>) clamp_nan propagate
      gamma(%s : tensor<f32>) extras(%e1, %e2 : tensor<?x1x1xf32>, tensor<5xi8>)
      maps [affine_map<(b, i, j) -> (b, 0, 0)>, affine_map<(b, i, j) -> (j)>]
      reductions [#fused.reduction<mean dims [0, 1, 2]>, #fused.reduction<max dims [1, 2] keep nan = propagate>]
      attributes {device = "gpu"} {
  ^bb0(%y: f32, %xe: f32, %a: f32, %b: i8):
    %w = array.cast %b : i8 to f32
    %z = array.add %y, %w : f32, f32
    %t = array.add %z, %a : f32, f32
    %n = array.cast %t : f32 to f16
    fused.yield %n, %z, %y : f16, f32, f32
  } -> tensor<?x4x5xf16>, tensor<f32>, tensor<?x1x1xf32>
  return %r#0, %r#1, %r#2 : tensor<?x4x5xf16>, tensor<f32>, tensor<?x1x1xf32>
}

// Only reductions: no image is stored.
// CHECK-LABEL: func.func @no_store
// CHECK: fused.image_normalize dims [2, 3] compute f64 ins(%{{.*}} : tensor<2x3x4x5xf32>) epsilon(%{{.*}} : tensor<f64>) reductions [#fused.reduction<sum dims [2, 3]>] {
// CHECK: } -> tensor<2x3xf64>
func.func @no_store(%x: tensor<2x3x4x5xf32>, %e: tensor<f64>) -> tensor<2x3xf64> {
  %r = fused.image_normalize dims [2, 3] compute f64 ins(%x : tensor<2x3x4x5xf32>) epsilon(%e : tensor<f64>)
      reductions [#fused.reduction<sum dims [2, 3]>] {
  ^bb0(%y: f64, %xe: f32):
    fused.yield %y : f64
  } -> tensor<2x3xf64>
  return %r : tensor<2x3xf64>
}

// CHECK-LABEL: func.func @map
// CHECK: fused.map ins(%{{.*}}, %{{.*}} : tensor<?x8xf32>, tensor<8xf32>) maps [
func.func @map(%a: tensor<?x8xf32>, %b: tensor<8xf32>) -> (tensor<?x8xf32>, tensor<?x8xi1>) {
  %r:2 = fused.map ins(%a, %b : tensor<?x8xf32>, tensor<8xf32>)
      maps [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>] {
  ^bb0(%p: f32, %q: f32):
    %s = array.add %p, %q : f32, f32
    %c = array.compare lt, %p, %q : f32, f32
    fused.yield %s, %c : f32, i1
  } -> tensor<?x8xf32>, tensor<?x8xi1>
  return %r#0, %r#1 : tensor<?x8xf32>, tensor<?x8xi1>
}

// CHECK-LABEL: func.func @reduce
// CHECK: fused.reduce [#fused.reduction<sum dims [1]>, #fused.reduction<prod dims [0, 1] keep>] ins(%{{.*}} : tensor<8x?xi32>) maps [
// CHECK: } -> tensor<?xi64>, tensor<1x1xi64>
func.func @reduce(%a: tensor<8x?xi32>) -> (tensor<?xi64>, tensor<1x1xi64>) {
  %r:2 = fused.reduce [#fused.reduction<sum dims [1]>, #fused.reduction<prod dims [0, 1] keep>]
      ins(%a : tensor<8x?xi32>) maps [affine_map<(i, j) -> (j, i)>] {
  ^bb0(%p: i32):
    %s = array.mul %p, %p : i32, i32
    fused.yield %s, %p : i32, i32
  } -> tensor<?xi64>, tensor<1x1xi64>
  return %r#0, %r#1 : tensor<?xi64>, tensor<1x1xi64>
}
