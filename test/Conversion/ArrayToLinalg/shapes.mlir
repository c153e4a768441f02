// Operations that move or create elements, with the checks of what they are given at run time.
// RUN: runmat-opt %s --convert-array-to-linalg --split-input-file | FileCheck %s

// CHECK-LABEL: @transpose
// CHECK: linalg.transpose
// CHECK-SAME: permutation = [1, 0]
func.func @transpose(%x: tensor<?x5xf32>) -> tensor<5x?xf32> {
  %r = array.transpose %x perm [1, 0] : tensor<?x5xf32>
  return %r : tensor<5x?xf32>
}

// -----

// CHECK-LABEL: @reshape_static
// CHECK: tensor.collapse_shape
// CHECK: tensor.expand_shape
func.func @reshape_static(%x: tensor<2x6xf32>) -> tensor<3x4xf32> {
  %r = array.reshape %x : tensor<2x6xf32> to tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}

// -----

// CHECK-LABEL: @reshape_dynamic
// CHECK: offload.check %{{.*}}, "size of dimension 0 is negative: {0}"
// CHECK: offload.check %{{.*}}, "cannot reshape {0} elements into {1}"
// CHECK: tensor.reshape
func.func @reshape_dynamic(%x: tensor<?x6xf32>, %n: index) -> tensor<?x4xf32> {
  %r = array.reshape %x sizes(%n) : tensor<?x6xf32> to tensor<?x4xf32>
  return %r : tensor<?x4xf32>
}

// -----

// A size that is 1 only at run time stretches too.
// CHECK-LABEL: @broadcast
// CHECK: offload.check %{{.*}}, "dimension 1 of size {0} does not broadcast to {1}"
// CHECK: linalg.generic
// CHECK: arith.select
// CHECK: tensor.extract
func.func @broadcast(%x: tensor<?xf32>, %n: index) -> tensor<3x?xf32> {
  %r = array.broadcast %x sizes(%n) : tensor<?xf32> to tensor<3x?xf32>
  return %r : tensor<3x?xf32>
}

// -----

// CHECK-LABEL: @slice
// CHECK: offload.check %{{.*}}, "dimension 0: offset {0}, size {1}, stride {2} is out of bounds for size {3}"
// CHECK-NOT: offload.check
// CHECK: tensor.extract_slice %{{.*}}[%{{.*}}, 1] [2, 3] [1, 2]
func.func @slice(%x: tensor<?x6xf32>, %i: index) -> tensor<2x3xf32> {
  %r = array.slice %x offsets [%i, 1] sizes [2, 3] strides [1, 2] : tensor<?x6xf32>
  return %r : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: @insert_slice
// CHECK: offload.check
// CHECK: tensor.insert_slice
func.func @insert_slice(%s: tensor<2xf32>, %d: tensor<8xf32>, %i: index) -> tensor<8xf32> {
  %r = array.insert_slice %s into %d offsets [%i] strides [1] : tensor<2xf32>, tensor<8xf32>
  return %r : tensor<8xf32>
}

// -----

// CHECK-LABEL: @pad
// CHECK: offload.check %{{.*}}, "high of dimension 0 is negative: {0}"
// CHECK: linalg.fill
// CHECK: tensor.insert_slice
func.func @pad(%x: tensor<4xf32>, %v: tensor<f32>, %n: index) -> tensor<?xf32> {
  %r = array.pad %x, %v low [1] high [%n] : tensor<4xf32>, tensor<f32>
  return %r : tensor<?xf32>
}

// -----

// CHECK-LABEL: @concat
// CHECK: offload.check %{{.*}}, "dimension 1 is {0} before, but {1} in operand #1"
// CHECK-COUNT-2: tensor.insert_slice
func.func @concat(%a: tensor<2x?xf32>, %b: tensor<3x?xf32>) -> tensor<5x?xf32> {
  %r = array.concat %a, %b dim 0 : tensor<2x?xf32>, tensor<3x?xf32>
  return %r : tensor<5x?xf32>
}

// -----

// CHECK-LABEL: @diagonals
// CHECK: tensor.extract
// CHECK: arith.select
func.func @diagonals(%x: tensor<3x5xf32>) -> tensor<3x3xf32> {
  %d = array.diag %x : tensor<3x5xf32>
  %r = array.diagonal %d : tensor<3xf32>
  return %r : tensor<3x3xf32>
}

// -----

// CHECK-LABEL: @creation
// CHECK: offload.check %{{.*}}, "size of dimension 0 is negative: {0}"
// CHECK: linalg.fill
// CHECK: linalg.index 1
func.func @creation(%v: tensor<f32>, %n: index) -> (tensor<?xf32>, tensor<2x3xi32>) {
  %f = array.full %v sizes(%n) : tensor<f32> to tensor<?xf32>
  %i = array.iota dim 1 : tensor<2x3xi32>
  return %f, %i : tensor<?xf32>, tensor<2x3xi32>
}

// -----

// CHECK-LABEL: @random
// CHECK: offload.check %{{.*}}, "offset is negative: {0}"
// CHECK: arith.muli %{{.*}} : i64
// CHECK: array.log
func.func @random(%key: i64, %offset: i64) -> (tensor<8xf32>, tensor<8xf64>) {
  %u = array.rand_uniform key %key offset %offset : tensor<8xf32>
  %n = array.rand_normal key %key offset %offset : tensor<8xf64>
  return %u, %n : tensor<8xf32>, tensor<8xf64>
}

// -----

// Parts without elements are not parts of anything: they may start at the end, which upstream refuses.
// CHECK-LABEL: @empty_parts
// CHECK-NOT: _slice
// CHECK: return
func.func @empty_parts(%x: tensor<3x5xf32>, %y: tensor<7x0xf32>, %n: index)
    -> (tensor<0x5xf32>, tensor<3x5xf32>, tensor<4x?xf32>, tensor<7x0xf32>, tensor<8x0xf32>) {
  %seven = array.constant dense<7.0> : tensor<f32>
  %a = array.slice %x offsets [3, 0] sizes [0, 5] strides [1, 1] : tensor<3x5xf32>
  %b = array.insert_slice %a into %x offsets [3, 0] strides [1, 1] : tensor<0x5xf32>, tensor<3x5xf32>
  %c = array.slice %y offsets [0, 0] sizes [4, %n] strides [2, 1] : tensor<7x0xf32>
  %d = array.concat %y, %y dim 1 : tensor<7x0xf32>, tensor<7x0xf32>
  %e = array.pad %y, %seven low [0, 0] high [1, 0] : tensor<7x0xf32>, tensor<f32>
  return %a, %b, %c, %d, %e : tensor<0x5xf32>, tensor<3x5xf32>, tensor<4x?xf32>, tensor<7x0xf32>, tensor<8x0xf32>
}

// -----

// A part whose type leaves open what its sizes say.
// CHECK-LABEL: @sizes_known
// CHECK: %[[S:.*]] = tensor.cast %{{.*}} : tensor<?xf32> to tensor<3xf32>
// CHECK: tensor.insert_slice %[[S]] into
func.func @sizes_known(%x: tensor<3xf32>, %z: tensor<f32>) -> tensor<?xf32> {
  %n = arith.constant 3 : index
  %w = array.broadcast %z sizes(%n) : tensor<f32> to tensor<?xf32>
  %p = array.pad %w, %z low [1] high [1] : tensor<?xf32>, tensor<f32>
  return %p : tensor<?xf32>
}

// -----

// Constants without elements hold no data, however many rows they have; large ones of one value are filled.
// CHECK-LABEL: @constants
// CHECK-NOT: arith.constant dense<{{.*}}x
// CHECK: tensor.empty() : tensor<1099511627776x0xf32>
// CHECK: linalg.fill {{.*}} -> tensor<8192xi64>
// CHECK: linalg.fill {{.*}} -> tensor<8192xf64>
// CHECK: arith.constant dense<3> : tensor<8191xi64>
func.func @constants() -> (tensor<1099511627776x0xf32>, tensor<8192xi64>, tensor<8192xf64>, tensor<8191xi64>) {
  %a = array.constant dense<1.0> : tensor<1099511627776x0xf32>
  %b = array.constant dense<3> : tensor<8192xi64>
  %c = arith.constant dense<2.0> : tensor<8192xf64>
  %d = arith.constant dense<3> : tensor<8191xi64>
  return %a, %b, %c, %d : tensor<1099511627776x0xf32>, tensor<8192xi64>, tensor<8192xf64>, tensor<8191xi64>
}
