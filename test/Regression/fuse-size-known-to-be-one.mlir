// A size that a check or an operand says is 1 is a dim like others; a dim that is written 1 beside it was taken for
// the same, and the nest read one dim twice.
// RUN: runmat-opt %s --check-array-sizes --fuse-all | FileCheck %s

// CHECK-LABEL: @open_and_written
// CHECK: fused.nest
// CHECK: return
func.func @open_and_written(%x: tensor<7x15x33x?xf64>, %y: tensor<7x1x1x?xf64>, %z: tensor<15x33x1xf64>, %k: i64)
    -> tensor<33x?x7x15xf64> {
  %one = arith.constant 1 : index
  %0 = array.rand_uniform key %k offset %k sizes(%one) : tensor<15x1x?xf64>
  %1 = array.add %x, %0 : tensor<7x15x33x?xf64>, tensor<15x1x?xf64>
  %2 = array.compare lt, %y, %z : tensor<7x1x1x?xf64>, tensor<15x33x1xf64>
  %3 = array.neg %1 : tensor<7x15x33x?xf64>
  %4 = array.select %2, %1, %3 : tensor<7x15x33x?xi1>, tensor<7x15x33x?xf64>, tensor<7x15x33x?xf64>
  %5 = array.transpose %4 perm [2, 3, 0, 1] : tensor<7x15x33x?xf64>
  return %5 : tensor<33x?x7x15xf64>
}
