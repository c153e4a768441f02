// Functions are polynomials without calls, in f32 and f64; what is known of pow's operands leaves out what it makes unnecessary.
// RUN: runmat-opt %s --expand-math --split-input-file | FileCheck %s

// CHECK-LABEL: @exp2
// CHECK-NOT: math.exp2
// CHECK-COUNT-6: math.fma
// CHECK: arith.shli
func.func @exp2(%x: f32) -> f32 {
  %r = array.exp2 %x : f32
  return %r : f32
}

// -----

// CHECK-LABEL: @exp2_f64
// CHECK-NOT: math.exp2
// CHECK-COUNT-11: math.fma
// CHECK: arith.shli {{.*}} : i64
func.func @exp2_f64(%x: f64) -> f64 {
  %r = array.exp2 %x : f64
  return %r : f64
}

// -----

// log1p keeps its accuracy near 0: what rounding took from 1 + x comes back as a quotient.
// CHECK-LABEL: @log1p
// CHECK: %[[U:.*]] = arith.addf %{{.*}} : f64
// CHECK: %[[KEPT:.*]] = arith.subf %[[U]]
// CHECK: %[[LOST:.*]] = arith.subf %{{.*}}, %[[KEPT]]
// CHECK: arith.divf %[[LOST]], %[[U]]
func.func @log1p(%x: f64) -> f64 {
  %r = array.log1p %x : f64
  return %r : f64
}

// -----

// A gamma curve of a value that is neither negative nor NaN: one division, no special case.
// CHECK-LABEL: @gamma
// CHECK: arith.cmpf ogt
// CHECK: arith.divf
// CHECK-NOT: arith.cmpf
// CHECK-NOT: arith.cmpi
// CHECK: return
func.func @gamma(%x: f32) -> f32 {
  %zero = array.constant 0.0 : f32
  %y = array.constant 1.8 : f32
  %m = array.max %x, %zero : f32, f32
  %r = array.pow %m, %y : f32, f32
  return %r : f32
}

// -----

// CHECK-LABEL: @square
// CHECK-NOT: math
// CHECK: arith.mulf
// CHECK-NEXT: return
func.func @square(%x: f32) -> f32 {
  %y = array.constant 2.0 : f32
  %r = array.pow %x, %y : f32, f32
  return %r : f32
}

// -----

// An exponent known only at run time: all special cases.
// CHECK-LABEL: @general
// CHECK: arith.cmpf uno
// CHECK: math.floor
func.func @general(%x: f32, %y: f32) -> f32 {
  %r = array.pow %x, %y : f32, f32
  return %r : f32
}

// -----

// Integer powers by repeated squaring, one step a bit.
// CHECK-LABEL: @integer
// CHECK-COUNT-7: arith.andi
func.func @integer(%x: i8, %y: i8) -> i8 {
  %r = array.pow %x, %y : i8, i8
  return %r : i8
}
