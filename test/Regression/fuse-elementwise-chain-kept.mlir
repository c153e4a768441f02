// A unit that grew may lie at the address of the one it replaced: the chain was then taken for one that
// nothing joined, and all but its first operation were dropped.
// RUN: runmat-opt %s --fuse-elementwise | FileCheck %s

// CHECK-LABEL: @chain
// CHECK: fused.nest
// CHECK: array.abs
// CHECK: array.add
// CHECK: %[[R:.*]] = array.log
// CHECK: fused.yield %[[R]]
func.func @chain(%x: tensor<8xf64>) -> tensor<8xf64> {
  %one = array.constant dense<1.0> : tensor<f64>
  %a = array.abs %x : tensor<8xf64>
  %b = array.add %a, %one : tensor<8xf64>, tensor<f64>
  %c = array.log %b : tensor<8xf64>
  return %c : tensor<8xf64>
}
