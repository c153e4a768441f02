// Elementwise operations on integers and i1, casts and bitcasts.
// REQUIRES: runmat-interpret
// RUN: runmat-interpret %s | FileCheck %s

// CHECK: @unary: tensor<4xi8> [-1, 2, -128, 0]
// CHECK: @unary: tensor<4xi8> [1, 2, -128, 0]
// CHECK: @unary: tensor<4xi8> [1, -1, -1, 0]
// CHECK: @unary: tensor<4xi8> [-2, 1, 127, -1]
func.func @unary() -> (tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi8>) {
  %x = array.constant dense<[1, -2, -128, 0]> : tensor<4xi8>
  %a = array.neg %x : tensor<4xi8>
  %b = array.abs %x : tensor<4xi8>
  %c = array.sign %x : tensor<4xi8>
  %d = array.not %x : tensor<4xi8>
  return %a, %b, %c, %d : tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi8>
}
// CHECK: @arithmetic: tensor<4xi8> [-128, 4, 127, -7]
// CHECK: @arithmetic: tensor<4xi8> [126, 10, -127, -7]
// CHECK: @arithmetic: tensor<4xi8> [127, -21, -128, 0]
// CHECK: @arithmetic: tensor<4xi8> [127, -2, -128, 0]
// CHECK: @arithmetic: tensor<4xi8> [0, -2, 0, 0]
// CHECK: @arithmetic: tensor<4xi8> [0, 1, 0, 0]
// CHECK: @arithmetic: tensor<4xi8> [127, 0, 0, 1]
func.func @arithmetic() -> (tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi8>) {
  %x = array.constant dense<[127, 7, -128, -7]> : tensor<4xi8>
  %y = array.constant dense<[1, -3, -1, 0]> : tensor<4xi8>
  %a = array.add %x, %y : tensor<4xi8>, tensor<4xi8>
  %b = array.sub %x, %y : tensor<4xi8>, tensor<4xi8>
  %c = array.mul %x, %y : tensor<4xi8>, tensor<4xi8>
  %d = array.div %x, %y : tensor<4xi8>, tensor<4xi8>
  %e = array.mod %x, %y : tensor<4xi8>, tensor<4xi8>
  %f = array.rem %x, %y : tensor<4xi8>, tensor<4xi8>
  %g = array.pow %x, %y : tensor<4xi8>, tensor<4xi8>
  return %a, %b, %c, %d, %e, %f, %g : tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi8>
}
// CHECK: @order: tensor<2xi32> [-5, -1]
// CHECK: @order: tensor<2xi32> [3, 2]
// CHECK: @order: tensor<2xi32> [1, 0]
// CHECK: @order: tensor<2xi1> [0, 1]
func.func @order() -> (tensor<2xi32>, tensor<2xi32>, tensor<2xi32>, tensor<2xi1>) {
  %x = array.constant dense<[3, -1]> : tensor<2xi32>
  %y = array.constant dense<[-5, 2]> : tensor<2xi32>
  %low = array.constant dense<0> : tensor<i32>
  %high = array.constant dense<1> : tensor<i32>
  %a = array.min %x, %y : tensor<2xi32>, tensor<2xi32>
  %b = array.max %x, %y : tensor<2xi32>, tensor<2xi32>
  %c = array.clamp %x, %low, %high : tensor<2xi32>, tensor<i32>, tensor<i32>
  %d = array.compare le, %x, %y : tensor<2xi32>, tensor<2xi32>
  return %a, %b, %c, %d : tensor<2xi32>, tensor<2xi32>, tensor<2xi32>, tensor<2xi1>
}
// CHECK: @bits: tensor<2xi16> [8, 1]
// CHECK: @bits: tensor<2xi16> [14, -3]
// CHECK: @bits: tensor<2xi16> [6, -4]
// CHECK: @bits: tensor<2xi16> [24, -6]
// CHECK: @bits: tensor<2xi16> [6, -2]
// CHECK: @bits: tensor<2xi16> [6, 32766]
func.func @bits() -> (tensor<2xi16>, tensor<2xi16>, tensor<2xi16>, tensor<2xi16>, tensor<2xi16>, tensor<2xi16>) {
  %x = array.constant dense<[12, -3]> : tensor<2xi16>
  %y = array.constant dense<[10, 1]> : tensor<2xi16>
  // 17 counts as 1 for 16 bits.
  %n = array.constant dense<[1, 17]> : tensor<2xi16>
  %a = array.and %x, %y : tensor<2xi16>, tensor<2xi16>
  %b = array.or %x, %y : tensor<2xi16>, tensor<2xi16>
  %c = array.xor %x, %y : tensor<2xi16>, tensor<2xi16>
  %d = array.shl %x, %n : tensor<2xi16>, tensor<2xi16>
  %e = array.shr_arith %x, %n : tensor<2xi16>, tensor<2xi16>
  %f = array.shr_logical %x, %n : tensor<2xi16>, tensor<2xi16>
  return %a, %b, %c, %d, %e, %f : tensor<2xi16>, tensor<2xi16>, tensor<2xi16>, tensor<2xi16>, tensor<2xi16>, tensor<2xi16>
}
// CHECK: @logic: tensor<4xi1> [0, 0, 0, 1]
// CHECK: @logic: tensor<4xi1> [0, 1, 1, 1]
// CHECK: @logic: tensor<4xi1> [0, 1, 1, 0]
// CHECK: @logic: tensor<4xi1> [1, 1, 0, 0]
// CHECK: @logic: tensor<4xi1> [0, 1, 0, 0]
// CHECK: @logic: tensor<4xi1> [0, 1, 0, 1]
func.func @logic() -> (tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>) {
  %x = array.constant dense<[false, false, true, true]> : tensor<4xi1>
  %y = array.constant dense<[false, true, false, true]> : tensor<4xi1>
  %a = array.and %x, %y : tensor<4xi1>, tensor<4xi1>
  %b = array.or %x, %y : tensor<4xi1>, tensor<4xi1>
  %c = array.xor %x, %y : tensor<4xi1>, tensor<4xi1>
  %d = array.not %x : tensor<4xi1>
  %e = array.compare lt, %x, %y : tensor<4xi1>, tensor<4xi1>
  %f = array.select %x, %y, %y : tensor<4xi1>, tensor<4xi1>, tensor<4xi1>
  return %a, %b, %c, %d, %e, %f : tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>
}
// CHECK: @casts: tensor<5xi8> [2, -2, 127, -128, 0]
// CHECK: @casts: tensor<5xi1> [1, 1, 1, 1, 1]
// CHECK: @casts: tensor<5xi8> [2, -2, 0, 0, 0]
// CHECK: @casts: tensor<2xf32> [16777216, 1]
// CHECK: @casts: tensor<2xf64> [0, 1]
// CHECK: @casts: tensor<1xf16> [inf]
func.func @casts() -> (tensor<5xi8>, tensor<5xi1>, tensor<5xi8>, tensor<2xf32>, tensor<2xf64>, tensor<1xf16>) {
  %x = array.constant dense<[2.9, -2.9, 1.0e9, -1.0e9, 0x7FC00000]> : tensor<5xf32>
  %a = array.cast %x : tensor<5xf32> to tensor<5xi8>
  %b = array.cast %x : tensor<5xf32> to tensor<5xi1>
  %i = array.constant dense<[2, -2, 256, 1024, 0]> : tensor<5xi32>
  %c = array.cast %i : tensor<5xi32> to tensor<5xi8>
  %j = array.constant dense<[16777217, 1]> : tensor<2xi64>
  %d = array.cast %j : tensor<2xi64> to tensor<2xf32>
  %k = array.constant dense<[false, true]> : tensor<2xi1>
  %e = array.cast %k : tensor<2xi1> to tensor<2xf64>
  %l = array.constant dense<[65520.0]> : tensor<1xf64>
  %f = array.cast %l : tensor<1xf64> to tensor<1xf16>
  return %a, %b, %c, %d, %e, %f : tensor<5xi8>, tensor<5xi1>, tensor<5xi8>, tensor<2xf32>, tensor<2xf64>, tensor<1xf16>
}
// CHECK: @bitcasts: tensor<2xi32> [1065353216, -2147483648]
// CHECK: @bitcasts: tensor<2xf32> [1, -0]
// CHECK: @bitcasts: tensor<1xi16> [15360]
// CHECK: @bitcasts: tensor<1xbf16> [0.0078125]
func.func @bitcasts() -> (tensor<2xi32>, tensor<2xf32>, tensor<1xi16>, tensor<1xbf16>) {
  %x = array.constant dense<[1.0, -0.0]> : tensor<2xf32>
  %a = array.bitcast %x : tensor<2xf32> to tensor<2xi32>
  %b = array.bitcast %a : tensor<2xi32> to tensor<2xf32>
  %h = array.constant dense<[1.0]> : tensor<1xf16>
  %c = array.bitcast %h : tensor<1xf16> to tensor<1xi16>
  %d = array.bitcast %h : tensor<1xf16> to tensor<1xbf16>
  return %a, %b, %c, %d : tensor<2xi32>, tensor<2xf32>, tensor<1xi16>, tensor<1xbf16>
}
