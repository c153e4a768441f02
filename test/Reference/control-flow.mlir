// Calls, loops, branches, index arithmetic and the tensor operations that programs may use.
// REQUIRES: runmat-interpret
// RUN: runmat-interpret %s | FileCheck %s

// CHECK: @for: tensor<2xf32> [32, 64]
func.func @for() -> tensor<2xf32> {
  %x = array.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %y = scf.for %i = %c0 to %c5 step %c1 iter_args(%s = %x) -> (tensor<2xf32>) {
    %t = array.add %s, %s : tensor<2xf32>, tensor<2xf32>
    scf.yield %t : tensor<2xf32>
  }
  return %y : tensor<2xf32>
}
// A loop that does not run gives its start values.
// CHECK: @no_trips: index 7
func.func @no_trips() -> index {
  %c0 = arith.constant 0 : index
  %c7 = arith.constant 7 : index
  %y = scf.for %i = %c7 to %c0 step %c7 iter_args(%s = %c7) -> (index) {
    scf.yield %c0 : index
  }
  return %y : index
}
// CHECK: @while: f32 128
// CHECK: @while: i64 7
func.func @while() -> (f32, i64) {
  %x = array.constant 1.0 : f32
  %n = arith.constant 0 : i64
  %limit = array.constant 100.0 : f32
  %one = arith.constant 1 : i64
  %y, %count = scf.while (%s = %x, %k = %n) : (f32, i64) -> (f32, i64) {
    %goes = array.compare lt, %s, %limit : f32, f32
    scf.condition(%goes) %s, %k : f32, i64
  } do {
  ^bb0(%s: f32, %k: i64):
    %t = array.add %s, %s : f32, f32
    %l = arith.addi %k, %one : i64
    scf.yield %t, %l : f32, i64
  }
  return %y, %count : f32, i64
}
// CHECK: @if: tensor<1xi32> [2]
func.func @if() -> tensor<1xi32> {
  %no = arith.constant false
  %a = array.constant dense<[1]> : tensor<1xi32>
  %b = array.constant dense<[2]> : tensor<1xi32>
  %y = scf.if %no -> (tensor<1xi32>) {
    scf.yield %a : tensor<1xi32>
  } else {
    scf.yield %b : tensor<1xi32>
  }
  scf.if %no {
    %unused = array.add %a, %b : tensor<1xi32>, tensor<1xi32>
  }
  return %y : tensor<1xi32>
}
// CHECK: @call: i64 120
func.func @call() -> i64 {
  %n = arith.constant 5 : i64
  %y = call @factorial(%n) : (i64) -> i64
  return %y : i64
}
func.func private @factorial(%n: i64) -> i64 {
  %one = arith.constant 1 : i64
  %small = arith.cmpi sle, %n, %one : i64
  %y = scf.if %small -> (i64) {
    scf.yield %one : i64
  } else {
    %m = arith.subi %n, %one : i64
    %r = func.call @factorial(%m) : (i64) -> i64
    %p = arith.muli %n, %r : i64
    scf.yield %p : i64
  }
  return %y : i64
}
// CHECK: @tensor_ops: index 3
// CHECK: @tensor_ops: i32 6
// CHECK: @tensor_ops: tensor<2xi32> [6, 6]
// CHECK: @tensor_ops: tensor<?x3xi32> {{\[\[}}1, 2, 3], [4, 5, 6]]
func.func @tensor_ops() -> (index, i32, tensor<2xi32>, tensor<?x3xi32>) {
  %x = array.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %y = tensor.cast %x : tensor<2x3xi32> to tensor<?x3xi32>
  %d = tensor.dim %y, %c1 : tensor<?x3xi32>
  %e = tensor.extract %y[%c1, %c2] : tensor<?x3xi32>
  %f = tensor.from_elements %e, %e : tensor<2xi32>
  return %d, %e, %f, %y : index, i32, tensor<2xi32>, tensor<?x3xi32>
}
// CHECK: @arith: i32 -4
// CHECK: @arith: i32 -3
// CHECK: @arith: i32 -1
// CHECK: @arith: i1 1
// CHECK: @arith: i64 -1
// CHECK: @arith: i64 1
// CHECK: @arith: i8 -7
// CHECK: @arith: index -7
// CHECK: @arith: f32 -7
// CHECK: @arith: f32 -3.5
// CHECK: @arith: i1 1
// CHECK: @arith: i32 2
func.func @arith() -> (i32, i32, i32, i1, i64, i64, i8, index, f32, f32, i1, i32) {
  %a = arith.constant -7 : i32
  %b = arith.constant 2 : i32
  %x = arith.floordivsi %a, %b : i32
  %y = arith.divsi %a, %b : i32
  %z = arith.remsi %a, %b : i32
  %c = arith.cmpi ugt, %a, %b : i32
  %s = arith.extsi %c : i1 to i64
  %u = arith.extui %c : i1 to i64
  %t = arith.trunci %a : i32 to i8
  %i = arith.index_cast %a : i32 to index
  %f = arith.sitofp %a : i32 to f32
  %two = arith.constant 2.0 : f32
  %g = arith.divf %f, %two : f32
  %p = arith.cmpf olt, %f, %two : f32
  %q = arith.select %p, %b, %a : i32
  return %x, %y, %z, %c, %s, %u, %t, %i, %f, %g, %p, %q : i32, i32, i32, i1, i64, i64, i8, index, f32, f32, i1, i32
}
// CHECK: @select: tensor<2xi32> [3, 4]
func.func @select() -> tensor<2xi32> {
  %no = arith.constant false
  %a = array.constant dense<[1, 2]> : tensor<2xi32>
  %b = array.constant dense<[3, 4]> : tensor<2xi32>
  %y = arith.select %no, %a, %b : tensor<2xi32>
  return %y : tensor<2xi32>
}
