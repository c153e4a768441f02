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

// CHECK-LABEL: @functions
// CHECK-NOT: math.{{(tanh|erf|cbrt|log10|atan|atan2|asin|acos|sinh|cosh|asinh|acosh|atanh)}}
// CHECK: return
func.func @functions(%x: f32) -> f32 {
  %0 = array.tanh %x : f32
  %1 = array.erf %0 : f32
  %2 = array.cbrt %1 : f32
  %3 = array.log10 %2 : f32
  %4 = array.atan %3 : f32
  %5 = array.atan2 %4, %x : f32, f32
  %6 = array.asin %5 : f32
  %7 = array.acos %6 : f32
  %8 = array.sinh %7 : f32
  %9 = array.cosh %8 : f32
  %a = array.asinh %9 : f32
  %b = array.acosh %a : f32
  %c = array.atanh %b : f32
  return %c : f32
}

// -----

// Other types have the C library's.
// CHECK-LABEL: @wide
// CHECK: math.tanh
func.func @wide(%x: f64) -> f64 {
  %r = array.tanh %x : f64
  return %r : f64
}
