// runmat-opt knows the upstream dialects and passes beside its own.
// RUN: runmat-opt --canonicalize %s | FileCheck %s

// CHECK-LABEL: func.func @fold
// CHECK: arith.constant 5 : index
func.func @fold() -> index {
  %two = arith.constant 2 : index
  %three = arith.constant 3 : index
  %five = arith.addi %two, %three : index
  return %five : index
}
