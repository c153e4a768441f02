// Nests print and parse again as they were, in their own form and in the generic one.
// RUN: runmat-opt %s | runmat-opt | FileCheck %s
// RUN: runmat-opt --mlir-print-op-generic %s | runmat-opt | FileCheck %s

// CHECK-LABEL: func.func @softmax
// CHECK: fused.nest [8, 1024] ins(%{{.*}} : tensor<8x1024xf32>) maps [#map] yields {{\[}}[#fused.reduction<max dims [1]>], [#fused.store, #fused.reduction<sum dims [1]>], [#fused.store]] results [3] {
// CHECK: ^bb0(%{{.*}}: f32, %{{.*}}: f32, %{{.*}}: f32, %{{.*}}: f32):
// CHECK: } -> tensor<8x1024xf32>
// CHECK-LABEL: func.func @moments
// CHECK: fused.nest [?, 1024] kind "image_normalize" ins(%{{.*}}) maps [#map] yields {{\[}}[#fused.moments<dims [1]>], [#fused.store]] results [1] {
// CHECK: fused.nest [5, ?] maps [] sizes(%{{.*}}) yields
// CHECK: fused.index 1

func.func @softmax(%x: tensor<8x1024xf32>) -> tensor<8x1024xf32> {
  %r = fused.nest [8, 1024] ins(%x : tensor<8x1024xf32>) maps [affine_map<(i, j) -> (i, j)>]
        yields [[#fused.reduction<max dims [1]>], [#fused.store, #fused.reduction<sum dims [1]>], [#fused.store]]
        results [3] {
    ^bb0(%e: f32):
      fused.yield %e : f32
    }, {
    ^bb0(%e: f32, %max: f32):
      %d = array.sub %e, %max : f32, f32
      %p = array.exp %d : f32
      fused.yield %p, %p : f32, f32
    }, {
    ^bb0(%e: f32, %max: f32, %p: f32, %sum: f32):
      %q = array.div %p, %sum : f32, f32
      fused.yield %q : f32
    } -> tensor<8x1024xf32>
  return %r : tensor<8x1024xf32>
}
func.func @moments(%x: tensor<?x1024xf32>, %n: index) -> (tensor<?x1024xf32>, tensor<5x?xi64>) {
  %r = fused.nest [?, 1024] kind "image_normalize" ins(%x : tensor<?x1024xf32>) maps [affine_map<(i, j) -> (i, j)>]
        yields [[#fused.moments<dims [1]>], [#fused.store]]
        results [1] {
    ^bb0(%e: f32):
      fused.yield %e : f32
    }, {
    ^bb0(%e: f32, %mean: f32, %low: f32, %var: f32, %lift: f32):
      %d = array.sub %e, %mean : f32, f32
      %s = array.sqrt %var : f32
      %p = array.div %d, %s : f32, f32
      fused.yield %p : f32
    } -> tensor<?x1024xf32>
  %i = fused.nest [5, ?] maps [] sizes(%n) yields [[#fused.store]] results [0] {
  ^bb0:
    %q = fused.index 1
    fused.yield %q : i64
  } -> tensor<5x?xi64>
  return %r, %i : tensor<?x1024xf32>, tensor<5x?xi64>
}
