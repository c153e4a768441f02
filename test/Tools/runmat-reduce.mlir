// runmat-reduce shrinks a program of the array dialect while a script finds it interesting.
// RUN: runmat-reduce %s --reduction-tree='traversal-mode=0 test=%S/Inputs/has_exp.sh' | FileCheck %s

// CHECK-NOT: @unrelated
// CHECK: array.exp
// CHECK-NOT: @unrelated
func.func @unrelated(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = array.neg %x : tensor<4xf32>
  return %y : tensor<4xf32>
}

func.func @interesting(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = array.exp %x : tensor<4xf32>
  return %y : tensor<4xf32>
}

func.func @unrelated_too(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = array.abs %x : tensor<4xf32>
  return %y : tensor<4xf32>
}
