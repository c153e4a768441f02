// What devices compute badly is expanded for them: remainders by integers. Everything else is the CPU's too: large
// angles in a branch.
// RUN: runmat-opt %s --expand-math --split-input-file | FileCheck %s --check-prefixes=CHECK,CPU
// RUN: runmat-opt %s --expand-math=gpu --split-input-file | FileCheck %s --check-prefixes=CHECK,GPU

// CHECK-LABEL: @sin
// CHECK-NOT: math.sin
// CHECK: math.fma
// CHECK: scf.if
// CHECK: arith.mului_extended
func.func @sin(%x: f32) -> f32 {
  %r = array.sin %x : f32
  return %r : f32
}

// -----

// The CPU divides, and goes on dividing in a branch for large quotients.
// CHECK-LABEL: @rem
// CHECK-NOT: arith.remf
// CPU: arith.divf
// CPU: math.fma
// CPU: scf.if
// CPU: scf.while
// CPU: arith.divf
// CPU: math.fma
// GPU: arith.remui
// GPU: scf.while
// GPU: arith.remui
func.func @rem(%x: f32, %y: f32) -> f32 {
  %r = array.rem %x, %y : f32, f32
  return %r : f32
}

// -----

// No function is left to a library, in f32 nor in f64, on either machine: what stays of math are single instructions.
// CHECK-LABEL: @functions_f32
// CHECK-NOT: math.{{(exp|log|sin|cos|tan|asin|acos|atan|erf|cbrt|pow|rsqrt|expm1)}}
// CHECK-NOT: arith.remf
// CHECK: return
func.func @functions_f32(%x: f32, %y: f32) -> f32 {
  %0 = array.exp %x : f32
  %1 = array.exp2 %0 : f32
  %2 = array.expm1 %1 : f32
  %3 = array.log %2 : f32
  %4 = array.log2 %3 : f32
  %5 = array.log10 %4 : f32
  %6 = array.log1p %5 : f32
  %7 = array.sqrt %6 : f32
  %8 = array.rsqrt %7 : f32
  %9 = array.cbrt %8 : f32
  %10 = array.sin %9 : f32
  %11 = array.cos %10 : f32
  %12 = array.tan %11 : f32
  %13 = array.asin %12 : f32
  %14 = array.acos %13 : f32
  %15 = array.atan %14 : f32
  %16 = array.sinh %15 : f32
  %17 = array.cosh %16 : f32
  %18 = array.tanh %17 : f32
  %19 = array.asinh %18 : f32
  %20 = array.acosh %19 : f32
  %21 = array.atanh %20 : f32
  %22 = array.erf %21 : f32
  %23 = array.pow %22, %y : f32, f32
  %24 = array.atan2 %23, %y : f32, f32
  %25 = array.hypot %24, %y : f32, f32
  %26 = array.rem %25, %y : f32, f32
  %27 = array.mod %26, %y : f32, f32
  return %27 : f32
}

// -----

// CHECK-LABEL: @functions_f64
// CHECK-NOT: math.{{(exp|log|sin|cos|tan|asin|acos|atan|erf|cbrt|pow|rsqrt|expm1)}}
// CHECK-NOT: arith.remf
// CHECK: return
func.func @functions_f64(%x: f64, %y: f64) -> f64 {
  %0 = array.exp %x : f64
  %1 = array.exp2 %0 : f64
  %2 = array.expm1 %1 : f64
  %3 = array.log %2 : f64
  %4 = array.log2 %3 : f64
  %5 = array.log10 %4 : f64
  %6 = array.log1p %5 : f64
  %7 = array.sqrt %6 : f64
  %8 = array.rsqrt %7 : f64
  %9 = array.cbrt %8 : f64
  %10 = array.sin %9 : f64
  %11 = array.cos %10 : f64
  %12 = array.tan %11 : f64
  %13 = array.asin %12 : f64
  %14 = array.acos %13 : f64
  %15 = array.atan %14 : f64
  %16 = array.sinh %15 : f64
  %17 = array.cosh %16 : f64
  %18 = array.tanh %17 : f64
  %19 = array.asinh %18 : f64
  %20 = array.acosh %19 : f64
  %21 = array.atanh %20 : f64
  %22 = array.erf %21 : f64
  %23 = array.pow %22, %y : f64, f64
  %24 = array.atan2 %23, %y : f64, f64
  %25 = array.hypot %24, %y : f64, f64
  %26 = array.rem %25, %y : f64, f64
  %27 = array.mod %26, %y : f64, f64
  return %27 : f64
}
