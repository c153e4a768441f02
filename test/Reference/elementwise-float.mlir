// Every elementwise operation on floats, once; special values are in test/Semantics.
// REQUIRES: runmat-interpret
// RUN: runmat-interpret %s | FileCheck %s

// CHECK: @neg: tensor<2xf32> [-1.5, 2]
func.func @neg() -> tensor<2xf32> {
  %x = array.constant dense<[1.5, -2.0]> : tensor<2xf32>
  %y = array.neg %x : tensor<2xf32>
  return %y : tensor<2xf32>
}
// CHECK: @abs_sign: tensor<3xf32> [1.5, 2, 0]
// CHECK: @abs_sign: tensor<3xf32> [1, -1, 0]
func.func @abs_sign() -> (tensor<3xf32>, tensor<3xf32>) {
  %x = array.constant dense<[1.5, -2.0, 0.0]> : tensor<3xf32>
  %y = array.abs %x : tensor<3xf32>
  %z = array.sign %x : tensor<3xf32>
  return %y, %z : tensor<3xf32>, tensor<3xf32>
}
// CHECK: @roots: tensor<f64> 2
// CHECK: @roots: tensor<f64> 0.5
// CHECK: @roots: tensor<f64> 1.587401051968199{{[0-9]*}}
func.func @roots() -> (tensor<f64>, tensor<f64>, tensor<f64>) {
  %x = array.constant dense<4.0> : tensor<f64>
  %a = array.sqrt %x : tensor<f64>
  %b = array.rsqrt %x : tensor<f64>
  %c = array.cbrt %x : tensor<f64>
  return %a, %b, %c : tensor<f64>, tensor<f64>, tensor<f64>
}
// CHECK: @exponentials: tensor<f64> 2.718281828459045
// CHECK: @exponentials: tensor<f64> 2
// CHECK: @exponentials: tensor<f64> 1.718281828459045
func.func @exponentials() -> (tensor<f64>, tensor<f64>, tensor<f64>) {
  %x = array.constant dense<1.0> : tensor<f64>
  %a = array.exp %x : tensor<f64>
  %b = array.exp2 %x : tensor<f64>
  %c = array.expm1 %x : tensor<f64>
  return %a, %b, %c : tensor<f64>, tensor<f64>, tensor<f64>
}
// CHECK: @logarithms: tensor<f64> 0.6931471805599453
// CHECK: @logarithms: tensor<f64> 1
// CHECK: @logarithms: tensor<f64> 0.301029995663981
// CHECK: @logarithms: tensor<f64> 1.098612288668109
func.func @logarithms() -> (tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>) {
  %x = array.constant dense<2.0> : tensor<f64>
  %a = array.log %x : tensor<f64>
  %b = array.log2 %x : tensor<f64>
  %c = array.log10 %x : tensor<f64>
  %d = array.log1p %x : tensor<f64>
  return %a, %b, %c, %d : tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>
}
// CHECK: @circular: tensor<f64> 0.479425538604203
// CHECK: @circular: tensor<f64> 0.877582561890372
// CHECK: @circular: tensor<f64> 0.546302489843790
// CHECK: @circular: tensor<f64> 0.523598775598298
// CHECK: @circular: tensor<f64> 1.04719755119659
// CHECK: @circular: tensor<f64> 0.463647609000806
func.func @circular() -> (tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>) {
  %x = array.constant dense<0.5> : tensor<f64>
  %a = array.sin %x : tensor<f64>
  %b = array.cos %x : tensor<f64>
  %c = array.tan %x : tensor<f64>
  %d = array.asin %x : tensor<f64>
  %e = array.acos %x : tensor<f64>
  %f = array.atan %x : tensor<f64>
  return %a, %b, %c, %d, %e, %f : tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>
}
// CHECK: @hyperbolic: tensor<f64> 0.521095305493747
// CHECK: @hyperbolic: tensor<f64> 1.12762596520638
// CHECK: @hyperbolic: tensor<f64> 0.46211715726000
// CHECK: @hyperbolic: tensor<f64> 0.481211825059603
// CHECK: @hyperbolic: tensor<f64> 0.549306144334054
// CHECK: @hyperbolic: tensor<f64> 1.31695789692481
func.func @hyperbolic() -> (tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>) {
  %x = array.constant dense<0.5> : tensor<f64>
  %two = array.constant dense<2.0> : tensor<f64>
  %a = array.sinh %x : tensor<f64>
  %b = array.cosh %x : tensor<f64>
  %c = array.tanh %x : tensor<f64>
  %d = array.asinh %x : tensor<f64>
  %e = array.atanh %x : tensor<f64>
  %f = array.acosh %two : tensor<f64>
  return %a, %b, %c, %d, %e, %f : tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>
}
// CHECK: @erf: tensor<f64> 0.520499877813046
func.func @erf() -> tensor<f64> {
  %x = array.constant dense<0.5> : tensor<f64>
  %y = array.erf %x : tensor<f64>
  return %y : tensor<f64>
}
// CHECK: @integral: tensor<4xf32> [2, -3, 0, -3]
// CHECK: @integral: tensor<4xf32> [3, -2, 1, -2]
// CHECK: @integral: tensor<4xf32> [3, -3, 1, -2]
// CHECK: @integral: tensor<4xf32> [2, -2, 0, -2]
// CHECK: @integral: tensor<4xf32> [2, -2, 0, -2]
func.func @integral() -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %x = array.constant dense<[2.5, -2.5, 0.5, -2.25]> : tensor<4xf32>
  %a = array.floor %x : tensor<4xf32>
  %b = array.ceil %x : tensor<4xf32>
  %c = array.round %x : tensor<4xf32>
  %d = array.round_even %x : tensor<4xf32>
  %e = array.trunc %x : tensor<4xf32>
  return %a, %b, %c, %d, %e : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}
// CHECK: @classes: tensor<3xi1> [0, 1, 0]
// CHECK: @classes: tensor<3xi1> [0, 0, 1]
// CHECK: @classes: tensor<3xi1> [1, 0, 0]
func.func @classes() -> (tensor<3xi1>, tensor<3xi1>, tensor<3xi1>) {
  %x = array.constant dense<[1.0, 0x7FC00000, 0xFF800000]> : tensor<3xf32>
  %a = array.is_nan %x : tensor<3xf32>
  %b = array.is_inf %x : tensor<3xf32>
  %c = array.is_finite %x : tensor<3xf32>
  return %a, %b, %c : tensor<3xi1>, tensor<3xi1>, tensor<3xi1>
}
// CHECK: @arithmetic: tensor<2xf32> [6.5, -5.5]
// CHECK: @arithmetic: tensor<2xf32> [4.5, -9.5]
// CHECK: @arithmetic: tensor<2xf32> [5.5, -15]
// CHECK: @arithmetic: tensor<2xf32> [5.5, -3.75]
func.func @arithmetic() -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  %x = array.constant dense<[5.5, -7.5]> : tensor<2xf32>
  %y = array.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %a = array.add %x, %y : tensor<2xf32>, tensor<2xf32>
  %b = array.sub %x, %y : tensor<2xf32>, tensor<2xf32>
  %c = array.mul %x, %y : tensor<2xf32>, tensor<2xf32>
  %d = array.div %x, %y : tensor<2xf32>, tensor<2xf32>
  return %a, %b, %c, %d : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}
// CHECK: @binary: tensor<2xf64> [30.25, 0.0625]
// CHECK: @binary: tensor<2xf64> [1.5, -0]
// CHECK: @binary: tensor<2xf64> [1.5, 0]
// CHECK: @binary: tensor<2xf64> [1.2220253232109{{[0-9]*}}, 2.03444393579570{{[0-9]*}}]
// CHECK: @binary: tensor<2xf64> [5.85234995535981{{[0-9]*}}, 4.47213595499{{[0-9]*}}]
func.func @binary() -> (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  %x = array.constant dense<[5.5, 4.0]> : tensor<2xf64>
  %y = array.constant dense<[2.0, -2.0]> : tensor<2xf64>
  %a = array.pow %x, %y : tensor<2xf64>, tensor<2xf64>
  %b = array.mod %x, %y : tensor<2xf64>, tensor<2xf64>
  %c = array.rem %x, %y : tensor<2xf64>, tensor<2xf64>
  %d = array.atan2 %x, %y : tensor<2xf64>, tensor<2xf64>
  %e = array.hypot %x, %y : tensor<2xf64>, tensor<2xf64>
  return %a, %b, %c, %d, %e : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}
// CHECK: @extremes: tensor<3xf32> [1, 2, 3]
// CHECK: @extremes: tensor<3xf32> [1, 2, nan]
// CHECK: @extremes: tensor<3xf32> [3, 2, 3]
// CHECK: @extremes: tensor<3xf32> [3, 2, nan]
// CHECK: @extremes: tensor<3xf32> [2.5, 2, 2]
// CHECK: @extremes: tensor<3xf32> [2.5, 2, nan]
func.func @extremes() -> (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) {
  %x = array.constant dense<[3.0, 2.0, 0x7FC00000]> : tensor<3xf32>
  %y = array.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %low = array.constant dense<2.0> : tensor<f32>
  %high = array.constant dense<2.5> : tensor<f32>
  %a = array.min %x, %y : tensor<3xf32>, tensor<3xf32>
  %b = array.min %x, %y nan = propagate : tensor<3xf32>, tensor<3xf32>
  %c = array.max %x, %y : tensor<3xf32>, tensor<3xf32>
  %d = array.max %x, %y nan = propagate : tensor<3xf32>, tensor<3xf32>
  %e = array.clamp %x, %low, %high : tensor<3xf32>, tensor<f32>, tensor<f32>
  %f = array.clamp %x, %low, %high nan = propagate : tensor<3xf32>, tensor<f32>, tensor<f32>
  return %a, %b, %c, %d, %e, %f : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
}
// CHECK: @compare_select: tensor<3xi1> [0, 1, 0]
// CHECK: @compare_select: tensor<3xf32> [1, 2, 3]
func.func @compare_select() -> (tensor<3xi1>, tensor<3xf32>) {
  %x = array.constant dense<[3.0, 2.0, 0x7FC00000]> : tensor<3xf32>
  %y = array.constant dense<[1.0, 2.5, 3.0]> : tensor<3xf32>
  %c = array.compare lt, %x, %y : tensor<3xf32>, tensor<3xf32>
  %s = array.select %c, %x, %y : tensor<3xi1>, tensor<3xf32>, tensor<3xf32>
  return %c, %s : tensor<3xi1>, tensor<3xf32>
}
// Broadcasting: right-aligned, every size 1 stretches.
// CHECK: @broadcasting: tensor<2x2x3xf32> {{\[\[\[}}11, 12, 13], [21, 22, 23]], {{\[\[}}111, 112, 113], [121, 122, 123]]]
func.func @broadcasting() -> tensor<2x2x3xf32> {
  %x = array.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %y = array.constant dense<[[10.0], [20.0]]> : tensor<2x1xf32>
  %z = array.constant dense<[[[0.0]], [[100.0]]]> : tensor<2x1x1xf32>
  %a = array.add %x, %y : tensor<3xf32>, tensor<2x1xf32>
  %b = array.add %a, %z : tensor<2x3xf32>, tensor<2x1x1xf32>
  return %b : tensor<2x2x3xf32>
}
// CHECK: @empty: tensor<0x3xf32> []
func.func @empty() -> tensor<0x3xf32> {
  %x = array.constant dense<> : tensor<0x3xf32>
  %y = array.constant dense<1.0> : tensor<1x3xf32>
  %z = array.add %x, %y : tensor<0x3xf32>, tensor<1x3xf32>
  return %z : tensor<0x3xf32>
}
// Scalars, as in the regions of units.
// CHECK: @scalars: f32 3.5
func.func @scalars() -> f32 {
  %x = array.constant 1.5 : f32
  %y = array.constant 2.0 : f32
  %z = array.add %x, %y : f32, f32
  return %z : f32
}
