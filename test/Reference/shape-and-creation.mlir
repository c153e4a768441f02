// Operations that move elements, and those that create arrays.
// REQUIRES: runmat-interpret
// RUN: runmat-interpret %s | FileCheck %s

// CHECK: @transpose: tensor<3x2xi32> {{\[\[}}0, 3], [1, 4], [2, 5]]
func.func @transpose() -> tensor<3x2xi32> {
  %x = array.constant dense<[[0, 1, 2], [3, 4, 5]]> : tensor<2x3xi32>
  %y = array.transpose %x perm [1, 0] : tensor<2x3xi32>
  return %y : tensor<3x2xi32>
}
// CHECK: @reshape: tensor<?x2xi32> {{\[\[}}0, 1], [2, 3], [4, 5]]
func.func @reshape() -> tensor<?x2xi32> {
  %x = array.constant dense<[[0, 1, 2], [3, 4, 5]]> : tensor<2x3xi32>
  %n = arith.constant 3 : index
  %y = array.reshape %x sizes(%n) : tensor<2x3xi32> to tensor<?x2xi32>
  return %y : tensor<?x2xi32>
}
// A size that is 1 only at run time stretches here.
// CHECK: @broadcast: tensor<2x?xi32> {{\[\[}}7, 7, 7], [7, 7, 7]]
func.func @broadcast() -> tensor<2x?xi32> {
  %x = array.constant dense<[7]> : tensor<1xi32>
  %open = tensor.cast %x : tensor<1xi32> to tensor<?xi32>
  %n = arith.constant 3 : index
  %y = array.broadcast %open sizes(%n) : tensor<?xi32> to tensor<2x?xi32>
  return %y : tensor<2x?xi32>
}
// CHECK: @slice: tensor<1x?xi32> {{\[\[}}3, 5]]
// CHECK: @slice: tensor<2x3xi32> {{\[\[}}0, 9, 2], [3, 8, 5]]
func.func @slice() -> (tensor<1x?xi32>, tensor<2x3xi32>) {
  %x = array.constant dense<[[0, 1, 2], [3, 4, 5]]> : tensor<2x3xi32>
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %y = array.slice %x offsets [%one, 0] sizes [1, %two] strides [1, %two] : tensor<2x3xi32>
  %s = array.constant dense<[[9], [8]]> : tensor<2x1xi32>
  %z = array.insert_slice %s into %x offsets [0, %one] strides [1, 1] : tensor<2x1xi32>, tensor<2x3xi32>
  return %y, %z : tensor<1x?xi32>, tensor<2x3xi32>
}
// CHECK: @pad: tensor<?x3xi32> {{\[\[}}9, 9, 9], [1, 2, 9]]
func.func @pad() -> tensor<?x3xi32> {
  %x = array.constant dense<[[1, 2]]> : tensor<1x2xi32>
  %v = array.constant dense<9> : tensor<i32>
  %n = arith.constant 1 : index
  %y = array.pad %x, %v low [%n, 0] high [0, 1] : tensor<1x2xi32>, tensor<i32>
  return %y : tensor<?x3xi32>
}
// CHECK: @concat: tensor<2x3xi32> {{\[\[}}1, 5, 6], [2, 7, 8]]
func.func @concat() -> tensor<2x3xi32> {
  %x = array.constant dense<[[1], [2]]> : tensor<2x1xi32>
  %y = array.constant dense<[[5, 6], [7, 8]]> : tensor<2x2xi32>
  %z = array.concat %x, %y dim 1 : tensor<2x1xi32>, tensor<2x2xi32>
  return %z : tensor<2x3xi32>
}
// CHECK: @diagonals: tensor<2xi32> [0, 4]
// CHECK: @diagonals: tensor<2x2xi32> {{\[\[}}0, 0], [0, 4]]
func.func @diagonals() -> (tensor<2xi32>, tensor<2x2xi32>) {
  %x = array.constant dense<[[0, 1, 2], [3, 4, 5]]> : tensor<2x3xi32>
  %y = array.diag %x : tensor<2x3xi32>
  %z = array.diagonal %y : tensor<2xi32>
  return %y, %z : tensor<2xi32>, tensor<2x2xi32>
}
// CHECK: @full: tensor<?xf16> [1.5, 1.5]
// CHECK: @full: tensor<0xf16> []
func.func @full() -> (tensor<?xf16>, tensor<0xf16>) {
  %v = array.constant dense<1.5> : tensor<f16>
  %n = arith.constant 2 : index
  %y = array.full %v sizes(%n) : tensor<f16> to tensor<?xf16>
  %z = array.full %v : tensor<f16> to tensor<0xf16>
  return %y, %z : tensor<?xf16>, tensor<0xf16>
}
// CHECK: @iota: tensor<2x3xf32> {{\[\[}}0, 1, 2], [0, 1, 2]]
// CHECK: @iota: tensor<3x1xi8> {{\[\[}}0], [1], [2]]
// bf16 has 8 bits: 257 is a tie and goes to the even 256.
// CHECK: @iota: tensor<1xbf16> [256]
// CHECK: @iota: tensor<1xi8> [1]
func.func @iota() -> (tensor<2x3xf32>, tensor<3x1xi8>, tensor<1xbf16>, tensor<1xi8>) {
  %x = array.iota dim 1 : tensor<2x3xf32>
  %y = array.iota dim 0 : tensor<3x1xi8>
  %b = array.iota dim 0 : tensor<258xbf16>
  %last = array.slice %b offsets [257] sizes [1] strides [1] : tensor<258xbf16>
  %i = array.iota dim 0 : tensor<258xi8>
  %wrapped = array.slice %i offsets [257] sizes [1] strides [1] : tensor<258xi8>
  return %x, %y, %last, %wrapped : tensor<2x3xf32>, tensor<3x1xi8>, tensor<1xbf16>, tensor<1xi8>
}
// The first numbers of key 0 come from the published vector 6627e8d5 e169c58d bc57ac4c 9b00dbd8.
// CHECK: @random: tensor<4xf32> [0.399046{{[0-9]*}}, 0.880520{{[0-9]*}}, 0.735712{{[0-9]*}}, 0.605481{{[0-9]*}}]
// CHECK: @random: tensor<2xf32> [0.880520{{[0-9]*}}, 0.735712{{[0-9]*}}]
// CHECK: @random: tensor<2xf64> [0.880520{{[0-9]*}}, 0.605481{{[0-9]*}}]
// CHECK: @random: tensor<2xf32> [0.737925{{[0-9]*}}, -0.688433{{[0-9]*}}]
func.func @random() -> (tensor<4xf32>, tensor<2xf32>, tensor<2xf64>, tensor<2xf32>) {
  %key = arith.constant 0 : i64
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %a = array.rand_uniform key %key offset %zero : tensor<4xf32>
  %b = array.rand_uniform key %key offset %one : tensor<2xf32>
  %c = array.rand_uniform key %key offset %zero : tensor<2xf64>
  %d = array.rand_normal key %key offset %zero : tensor<2xf32>
  return %a, %b, %c, %d : tensor<4xf32>, tensor<2xf32>, tensor<2xf64>, tensor<2xf32>
}
