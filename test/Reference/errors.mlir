// Failed checks: each names the operation's place and the dimension.
// REQUIRES: runmat-interpret
// RUN: not runmat-interpret %s | FileCheck %s

// CHECK: @sizes: error: {{.*}}errors.mlir:[[@LINE+7]]:8: dimension 0 is 2 so far, but 3 in operand #1
func.func @sizes() -> tensor<?xf32> {
  %n = arith.constant 2 : index
  %m = arith.constant 3 : index
  %v = array.constant 1.0 : f32
  %a = array.full %v sizes(%n) : f32 to tensor<?xf32>
  %b = array.full %v sizes(%m) : f32 to tensor<?xf32>
  %c = array.add %a, %b : tensor<?xf32>, tensor<?xf32>
  return %c : tensor<?xf32>
}
// A `?` that is 1 at run time does not stretch.
// CHECK: @no_stretching: error: {{.*}} dimension 0 is 1 so far, but 3 in operand #1
func.func @no_stretching() -> tensor<3xf32> {
  %n = arith.constant 1 : index
  %v = array.constant 1.0 : f32
  %a = array.full %v sizes(%n) : f32 to tensor<?xf32>
  %b = array.full %v : f32 to tensor<3xf32>
  %c = array.add %a, %b : tensor<?xf32>, tensor<3xf32>
  return %c : tensor<3xf32>
}
// CHECK: @negative_size: error: {{.*}} size of dimension 1 is negative: -2
func.func @negative_size() -> tensor<3x?xf32> {
  %n = arith.constant -2 : index
  %v = array.constant 1.0 : f32
  %a = array.full %v sizes(%n) : f32 to tensor<3x?xf32>
  return %a : tensor<3x?xf32>
}
// CHECK: @too_large: error: {{.*}} tensor<{{.*}}> is too large to address
func.func @too_large() -> tensor<?x?xf32> {
  %n = arith.constant 9000000000000000000 : index
  %a = array.iota dim 0 sizes(%n, %n) : tensor<?x?xf32>
  return %a : tensor<?x?xf32>
}
// CHECK: @inner_sizes: error: {{.*}} inner sizes differ: 2 in operand #0, 3 in operand #1
func.func @inner_sizes() -> tensor<1x1xf32> {
  %n = arith.constant 2 : index
  %v = array.constant 1.0 : f32
  %a = array.full %v sizes(%n) : f32 to tensor<1x?xf32>
  %b = array.full %v : f32 to tensor<3x1xf32>
  %c = array.matmul %a, %b : tensor<1x?xf32>, tensor<3x1xf32>
  return %c : tensor<1x1xf32>
}
// CHECK: @reshape: error: {{.*}} cannot reshape 6 elements into 8
func.func @reshape() -> tensor<?x4xf32> {
  %n = arith.constant 2 : index
  %v = array.constant 1.0 : f32
  %a = array.full %v : f32 to tensor<6xf32>
  %b = array.reshape %a sizes(%n) : tensor<6xf32> to tensor<?x4xf32>
  return %b : tensor<?x4xf32>
}
// CHECK: @broadcast: error: {{.*}} dimension 1 of size 6 does not broadcast to 2
func.func @broadcast() -> tensor<4x?xf32> {
  %n = arith.constant 2 : index
  %v = array.constant 1.0 : f32
  %a = array.full %v : f32 to tensor<6xf32>
  %b = array.broadcast %a sizes(%n) : tensor<6xf32> to tensor<4x?xf32>
  return %b : tensor<4x?xf32>
}
// CHECK: @slice: error: {{.*}} dimension 0: offset 2, size 3, stride 2 is out of bounds for size 6
func.func @slice() -> tensor<3xf32> {
  %n = arith.constant 2 : index
  %v = array.constant 1.0 : f32
  %a = array.full %v : f32 to tensor<6xf32>
  %b = array.slice %a offsets [%n] sizes [3] strides [2] : tensor<6xf32>
  return %b : tensor<3xf32>
}
// CHECK: @insert: error: {{.*}} dimension 0: offset -1, size 2, stride 1 is out of bounds for size 6
func.func @insert() -> tensor<6xf32> {
  %n = arith.constant -1 : index
  %v = array.constant 1.0 : f32
  %a = array.full %v : f32 to tensor<6xf32>
  %s = array.full %v : f32 to tensor<2xf32>
  %b = array.insert_slice %s into %a offsets [%n] strides [1] : tensor<2xf32>, tensor<6xf32>
  return %b : tensor<6xf32>
}
// CHECK: @pad: error: {{.*}} high of dimension 0 is negative: -1
func.func @pad() -> tensor<?xf32> {
  %n = arith.constant -1 : index
  %v = array.constant 1.0 : f32
  %a = array.full %v : f32 to tensor<6xf32>
  %b = array.pad %a, %v low [1] high [%n] : tensor<6xf32>, f32
  return %b : tensor<?xf32>
}
// CHECK: @concat: error: {{.*}} dimension 1 is 2 before, but 3 in operand #1
func.func @concat() -> tensor<2x3xf32> {
  %n = arith.constant 2 : index
  %v = array.constant 1.0 : f32
  %a = array.full %v sizes(%n) : f32 to tensor<1x?xf32>
  %b = array.full %v : f32 to tensor<1x3xf32>
  %c = array.concat %a, %b dim 0 : tensor<1x?xf32>, tensor<1x3xf32>
  return %c : tensor<2x3xf32>
}
// CHECK: @argmin: error: {{.*}} argmin of no elements
func.func @argmin() -> tensor<i64> {
  %n = arith.constant 0 : index
  %v = array.constant 1.0 : f32
  %a = array.full %v sizes(%n) : f32 to tensor<?xf32>
  %b = array.argmin %a : tensor<?xf32>
  return %b : tensor<i64>
}
// CHECK: @random: error: {{.*}} offset is negative: -1
func.func @random() -> tensor<1xf32> {
  %k = arith.constant 0 : i64
  %n = arith.constant -1 : i64
  %a = array.rand_uniform key %k offset %n : tensor<1xf32>
  return %a : tensor<1xf32>
}
// CHECK: @cast: error: {{.*}} dimension 0 is 2, but the type says 3
func.func @cast() -> tensor<3xf32> {
  %n = arith.constant 2 : index
  %v = array.constant 1.0 : f32
  %a = array.full %v sizes(%n) : f32 to tensor<?xf32>
  %b = tensor.cast %a : tensor<?xf32> to tensor<3xf32>
  return %b : tensor<3xf32>
}
// CHECK: @extract: error: {{.*}} index 2 of dimension 0 is out of bounds for size 2
func.func @extract() -> f32 {
  %n = arith.constant 2 : index
  %v = array.constant 1.0 : f32
  %a = array.full %v sizes(%n) : f32 to tensor<?xf32>
  %b = tensor.extract %a[%n] : tensor<?xf32>
  return %b : f32
}
// CHECK: @step: error: {{.*}} step of the loop is 0, below 1
func.func @step() {
  %n = arith.constant 0 : index
  scf.for %i = %n to %n step %n {
  }
  return
}
// CHECK: @division: error: {{.*}} division by zero
func.func @division() -> index {
  %n = arith.constant 0 : index
  %m = arith.divsi %n, %n : index
  return %m : index
}
