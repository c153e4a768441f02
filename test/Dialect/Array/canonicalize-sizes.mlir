// Sizes: tensor.dim of array operations, and size operands that are constants.
// RUN: runmat-opt --canonicalize %s | FileCheck %s

// An index out of range is the program's error, not a size.
// CHECK-LABEL: func.func @out_of_range(
// CHECK: array.neg
// CHECK: tensor.dim
func.func @out_of_range(%x: tensor<?xf32>) -> index {
  %c1 = arith.constant 1 : index
  %r = array.neg %x : tensor<?xf32>
  %d = tensor.dim %r, %c1 : tensor<?xf32>
  return %d : index
}
