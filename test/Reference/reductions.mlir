// Reductions, running sums and products, contractions.
// REQUIRES: runmat-interpret
// RUN: runmat-interpret %s | FileCheck %s

// CHECK: @sums: tensor<f32> 21
// CHECK: @sums: tensor<3xf32> [5, 7, 9]
// CHECK: @sums: tensor<2x1xf32> {{\[\[}}6], [15]]
// CHECK: @sums: tensor<f32> 720
// CHECK: @sums: tensor<2xf32> [2, 5]
func.func @sums() -> (tensor<f32>, tensor<3xf32>, tensor<2x1xf32>, tensor<f32>, tensor<2xf32>) {
  %x = array.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %a = array.sum %x : tensor<2x3xf32>
  %b = array.sum %x dims [0] : tensor<2x3xf32>
  %c = array.sum %x dims [1] keep : tensor<2x3xf32>
  %d = array.prod %x : tensor<2x3xf32>
  %e = array.mean %x dims [1] : tensor<2x3xf32>
  return %a, %b, %c, %d, %e : tensor<f32>, tensor<3xf32>, tensor<2x1xf32>, tensor<f32>, tensor<2xf32>
}
// The middle dim, and the outer two in any order.
// CHECK: @dims: tensor<2x2xi64> {{\[\[}}4, 6], [12, 14]]
// CHECK: @dims: tensor<2xi64> [16, 20]
func.func @dims() -> (tensor<2x2xi64>, tensor<2xi64>) {
  %x = array.constant dense<[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]> : tensor<2x2x2xi8>
  %a = array.sum %x dims [1] : tensor<2x2x2xi8>
  %b = array.sum %x dims [1, 0] : tensor<2x2x2xi8>
  return %a, %b : tensor<2x2xi64>, tensor<2xi64>
}
// CHECK: @extremes: tensor<f32> -1
// CHECK: @extremes: tensor<f32> nan
// CHECK: @extremes: tensor<f32> 3
// CHECK: @extremes: tensor<f32> nan
// CHECK: @extremes: tensor<i64> 2
// CHECK: @extremes: tensor<i64> 1
// CHECK: @extremes: tensor<i64> 0
// CHECK: @extremes: tensor<i64> 1
func.func @extremes() -> (tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<i64>, tensor<i64>, tensor<i64>, tensor<i64>) {
  %x = array.constant dense<[3.0, 0x7FC00000, -1.0, 3.0]> : tensor<4xf32>
  %a = array.reduce_min %x : tensor<4xf32>
  %b = array.reduce_min %x nan = propagate : tensor<4xf32>
  %c = array.reduce_max %x : tensor<4xf32>
  %d = array.reduce_max %x nan = propagate : tensor<4xf32>
  %e = array.argmin %x : tensor<4xf32>
  %f = array.argmin %x nan = propagate : tensor<4xf32>
  %g = array.argmax %x : tensor<4xf32>
  %h = array.argmax %x nan = propagate : tensor<4xf32>
  return %a, %b, %c, %d, %e, %f, %g, %h : tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<i64>, tensor<i64>, tensor<i64>, tensor<i64>
}
// CHECK: @logic: tensor<2xi1> [1, 0]
// CHECK: @logic: tensor<2xi1> [0, 0]
func.func @logic() -> (tensor<2xi1>, tensor<2xi1>) {
  %x = array.constant dense<[[true, false], [false, false]]> : tensor<2x2xi1>
  %a = array.any %x dims [1] : tensor<2x2xi1>
  %b = array.all %x dims [1] : tensor<2x2xi1>
  return %a, %b : tensor<2xi1>, tensor<2xi1>
}
// CHECK: @spread: tensor<f64> 1.25
// CHECK: @spread: tensor<f64> 2.5
// CHECK: @spread: tensor<f64> nan
// CHECK: @spread: tensor<f64> 1.5811388300841898
// CHECK: @spread: tensor<f64> 0
// CHECK: @spread: tensor<f64> nan
func.func @spread() -> (tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>) {
  %x = array.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf64>
  %y = array.constant dense<[1.0]> : tensor<1xf64>
  %a = array.var %x : tensor<4xf64>
  %b = array.var %x ddof 2 : tensor<4xf64>
  %c = array.var %x ddof 4 : tensor<4xf64>
  %d = array.std %x ddof 2 : tensor<4xf64>
  %e = array.std %y : tensor<1xf64>
  %f = array.std %y ddof 1 : tensor<1xf64>
  return %a, %b, %c, %d, %e, %f : tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>
}
// CHECK: @omit_nan: tensor<f64> 8
// CHECK: @omit_nan: tensor<f64> 15
// CHECK: @omit_nan: tensor<f64> 4
// CHECK: @omit_nan: tensor<f64> 2
// CHECK: @omit_nan: tensor<f64> 1
func.func @omit_nan() -> (tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>) {
  %x = array.constant dense<[3.0, 0x7FF8000000000000, 5.0]> : tensor<3xf64>
  %a = array.sum %x omit_nan : tensor<3xf64>
  %b = array.prod %x omit_nan : tensor<3xf64>
  %c = array.mean %x omit_nan : tensor<3xf64>
  %d = array.var %x ddof 1 omit_nan : tensor<3xf64>
  %e = array.std %x omit_nan : tensor<3xf64>
  return %a, %b, %c, %d, %e : tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>
}
// CHECK: @empty: tensor<2xf32> [0, 0]
// CHECK: @empty: tensor<2xf32> [1, 1]
// CHECK: @empty: tensor<2xf32> [nan, nan]
// CHECK: @empty: tensor<2xf32> [inf, inf]
// CHECK: @empty: tensor<2xf32> [-inf, -inf]
// CHECK: @empty: tensor<0xi64> []
func.func @empty() -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<0xi64>) {
  %x = array.constant dense<> : tensor<2x0xf32>
  %a = array.sum %x dims [1] : tensor<2x0xf32>
  %b = array.prod %x dims [1] : tensor<2x0xf32>
  %c = array.mean %x dims [1] : tensor<2x0xf32>
  %d = array.reduce_min %x dims [1] : tensor<2x0xf32>
  %e = array.reduce_max %x dims [1] : tensor<2x0xf32>
  %f = array.argmin %x dims [0] : tensor<2x0xf32>
  return %a, %b, %c, %d, %e, %f : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<0xi64>
}
// CHECK: @scans: tensor<2x3xi8> {{\[\[}}100, -56, 44], [4, 9, 15]]
// CHECK: @scans: tensor<2x3xi8> {{\[\[}}100, 100, 100], [-112, -12, 88]]
func.func @scans() -> (tensor<2x3xi8>, tensor<2x3xi8>) {
  %x = array.constant dense<[[100, 100, 100], [4, 5, 6]]> : tensor<2x3xi8>
  %a = array.cumsum %x dim 1 : tensor<2x3xi8>
  %b = array.cumprod %x dim 0 : tensor<2x3xi8>
  return %a, %b : tensor<2x3xi8>, tensor<2x3xi8>
}
// CHECK: @matmul: tensor<2x2xf32> {{\[\[}}22, 28], [49, 64]]
// CHECK: @matmul: tensor<2x1x1xf32> {{\[\[\[}}14]], {{\[\[}}32]]]
// CHECK: @matmul: tensor<2x2xf32> {{\[\[}}0, 0], [0, 0]]
// CHECK: @matmul: tensor<f32> 14
func.func @matmul() -> (tensor<2x2xf32>, tensor<2x1x1xf32>, tensor<2x2xf32>, tensor<f32>) {
  %x = array.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %y = array.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %a = array.matmul %x, %y : tensor<2x3xf32>, tensor<3x2xf32>
  %p = array.reshape %x : tensor<2x3xf32> to tensor<2x1x3xf32>
  %v = array.constant dense<[[1.0], [2.0], [3.0]]> : tensor<3x1xf32>
  %b = array.matmul %p, %v : tensor<2x1x3xf32>, tensor<3x1xf32>
  %e = array.constant dense<> : tensor<2x0xf32>
  %f = array.constant dense<> : tensor<0x2xf32>
  %c = array.matmul %e, %f : tensor<2x0xf32>, tensor<0x2xf32>
  %w = array.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %d = array.dot %w, %w : tensor<3xf32>, tensor<3xf32>
  return %a, %b, %c, %d : tensor<2x2xf32>, tensor<2x1x1xf32>, tensor<2x2xf32>, tensor<f32>
}
