// Units are evaluated as the array operations they stand for.
// REQUIRES: runmat-interpret
// RUN: runmat-interpret %s | FileCheck %s

#id = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (j)>

// CHECK: @map: tensor<2x3xf32> {{\[\[}}11, 22, 33], [14, 25, 36]]
func.func @map() -> tensor<2x3xf32> {
  %x = array.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %y = array.constant dense<[10.0, 20.0, 30.0]> : tensor<3xf32>
  %r = fused.map ins(%x, %y : tensor<2x3xf32>, tensor<3xf32>) maps [#id, #row] {
  ^bb0(%a: f32, %b: f32):
    %s = array.add %a, %b : f32, f32
    fused.yield %s : f32
  } -> tensor<2x3xf32>
  return %r : tensor<2x3xf32>
}
// (x - mean) / sqrt(var) of 1..4 has mean square 1; only that number is a result.
// CHECK: @image_normalize: tensor<1x2x2xf64> {{\[\[\[}}-1.341640786{{[0-9]*}}, -0.447213595{{[0-9]*}}], [0.447213595{{[0-9]*}}, 1.341640786{{[0-9]*}}]]]
// CHECK: @image_normalize: tensor<f64> {{1|0.99999999999999[0-9]*|1.0000000000000[0-9]*}}
func.func @image_normalize() -> (tensor<1x2x2xf64>, tensor<f64>) {
  %x = array.constant dense<[[[1.0, 2.0], [3.0, 4.0]]]> : tensor<1x2x2xf64>
  %e = array.constant dense<0.0> : tensor<f64>
  %y, %m = fused.image_normalize dims [1, 2] compute f64 ins(%x : tensor<1x2x2xf64>) epsilon(%e : tensor<f64>)
      reductions [#fused.reduction<mean dims [0, 1, 2]>] {
  ^bb0(%y: f64, %x0: f64):
    %s = array.mul %y, %y : f64, f64
    fused.yield %y, %s : f64, f64
  } -> tensor<1x2x2xf64>, tensor<f64>
  return %y, %m : tensor<1x2x2xf64>, tensor<f64>
}
