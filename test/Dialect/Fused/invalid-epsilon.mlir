// A unit whose epsilon turns out to be a negative constant stays valid, and canonicalisation puts array operations in
// its place: what it prints can be read again.
// RUN: runmat-opt --inline %s -o /dev/null
// RUN: runmat-opt --inline --canonicalize %s | runmat-opt | FileCheck %s
// REQUIRES: runmat-interpret
// RUN: runmat-opt --inline --canonicalize %s | runmat-interpret - | FileCheck %s --check-prefix=VALUES
// RUN: runmat-opt --inline --mlir-print-op-generic %s | runmat-interpret - | FileCheck %s --check-prefix=VALUES

func.func private @normalise(%x: tensor<1x2xf32>, %e: tensor<f32>) -> tensor<1x2xf32> {
  %r = fused.image_normalize dims [1] compute f32 ins(%x : tensor<1x2xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<1x2xf32>
  return %r : tensor<1x2xf32>
}

// The variance is 1: epsilon takes it below zero.
// CHECK-LABEL: func.func @below
// VALUES: @below{{.*}}nan, nan
func.func @below() -> tensor<1x2xf32> {
  %x = array.constant dense<[[2.0, 4.0]]> : tensor<1x2xf32>
  %c = array.constant dense<-2.0> : tensor<f32>
  %r = call @normalise(%x, %c) : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32>
  return %r : tensor<1x2xf32>
}

// Epsilon leaves a variance of 1/4.
// CHECK-LABEL: func.func @above
// VALUES: @above{{.*}}-2, 2
func.func @above() -> tensor<1x2xf32> {
  %x = array.constant dense<[[2.0, 4.0]]> : tensor<1x2xf32>
  %c = array.constant dense<-0.75> : tensor<f32>
  %r = call @normalise(%x, %c) : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32>
  return %r : tensor<1x2xf32>
}

// CHECK-LABEL: func.func @taken_apart
// CHECK-NOT: fused.
// CHECK: array.div
func.func @taken_apart(%x: tensor<2x4x5xf32>) -> tensor<2x4x5xf32> {
  %c = array.constant dense<1.0e-3> : tensor<f32>
  %e = array.neg %c : tensor<f32>
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<2x4x5xf32>
  return %r : tensor<2x4x5xf32>
}
