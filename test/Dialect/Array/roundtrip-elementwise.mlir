// Every elementwise operation prints what it read, as text, as generic text and as bytecode.
// RUN: runmat-opt %s | runmat-opt | FileCheck %s
// RUN: runmat-opt --mlir-print-op-generic %s | runmat-opt | FileCheck %s
// RUN: runmat-opt --emit-bytecode %s | runmat-opt | FileCheck %s

// CHECK-LABEL: func.func @unary(
func.func @unary(%f: tensor<2x?xf32>, %i: tensor<4xi32>, %b: tensor<i1>) {
  // CHECK: array.neg %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %0 = array.neg %f : tensor<2x?xf32>
  // CHECK: array.abs %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %1 = array.abs %f : tensor<2x?xf32>
  // CHECK: array.sign %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %2 = array.sign %f : tensor<2x?xf32>
  // CHECK: array.sqrt %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %3 = array.sqrt %f : tensor<2x?xf32>
  // CHECK: array.rsqrt %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %4 = array.rsqrt %f : tensor<2x?xf32>
  // CHECK: array.cbrt %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %5 = array.cbrt %f : tensor<2x?xf32>
  // CHECK: array.exp %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %6 = array.exp %f : tensor<2x?xf32>
  // CHECK: array.exp2 %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %7 = array.exp2 %f : tensor<2x?xf32>
  // CHECK: array.expm1 %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %8 = array.expm1 %f : tensor<2x?xf32>
  // CHECK: array.log %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %9 = array.log %f : tensor<2x?xf32>
  // CHECK: array.log2 %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %10 = array.log2 %f : tensor<2x?xf32>
  // CHECK: array.log10 %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %11 = array.log10 %f : tensor<2x?xf32>
  // CHECK: array.log1p %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %12 = array.log1p %f : tensor<2x?xf32>
  // CHECK: array.sin %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %13 = array.sin %f : tensor<2x?xf32>
  // CHECK: array.cos %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %14 = array.cos %f : tensor<2x?xf32>
  // CHECK: array.tan %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %15 = array.tan %f : tensor<2x?xf32>
  // CHECK: array.asin %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %16 = array.asin %f : tensor<2x?xf32>
  // CHECK: array.acos %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %17 = array.acos %f : tensor<2x?xf32>
  // CHECK: array.atan %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %18 = array.atan %f : tensor<2x?xf32>
  // CHECK: array.sinh %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %19 = array.sinh %f : tensor<2x?xf32>
  // CHECK: array.cosh %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %20 = array.cosh %f : tensor<2x?xf32>
  // CHECK: array.tanh %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %21 = array.tanh %f : tensor<2x?xf32>
  // CHECK: array.asinh %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %22 = array.asinh %f : tensor<2x?xf32>
  // CHECK: array.acosh %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %23 = array.acosh %f : tensor<2x?xf32>
  // CHECK: array.atanh %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %24 = array.atanh %f : tensor<2x?xf32>
  // CHECK: array.erf %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %25 = array.erf %f : tensor<2x?xf32>
  // CHECK: array.floor %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %26 = array.floor %f : tensor<2x?xf32>
  // CHECK: array.ceil %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %27 = array.ceil %f : tensor<2x?xf32>
  // CHECK: array.round %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %28 = array.round %f : tensor<2x?xf32>
  // CHECK: array.round_even %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %29 = array.round_even %f : tensor<2x?xf32>
  // CHECK: array.trunc %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %30 = array.trunc %f : tensor<2x?xf32>
  // CHECK: array.is_nan %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %31 = array.is_nan %f : tensor<2x?xf32>
  // CHECK: array.is_inf %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %32 = array.is_inf %f : tensor<2x?xf32>
  // CHECK: array.is_finite %{{[a-z0-9_]+}} : tensor<2x?xf32>
  %33 = array.is_finite %f : tensor<2x?xf32>
  // CHECK: array.neg %{{[a-z0-9_]+}} : tensor<4xi32>
  %34 = array.neg %i : tensor<4xi32>
  // CHECK: array.not %{{[a-z0-9_]+}} : tensor<4xi32>
  %35 = array.not %i : tensor<4xi32>
  // CHECK: array.not %{{[a-z0-9_]+}} : tensor<i1>
  %36 = array.not %b : tensor<i1>
  return
}

// CHECK-LABEL: func.func @binary(
func.func @binary(%a: tensor<4x1xf64>, %b: tensor<?xf64>, %i: tensor<8xi8>, %p: tensor<i1>) {
  // CHECK: array.add %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<4x1xf64>, tensor<?xf64>
  %0 = array.add %a, %b : tensor<4x1xf64>, tensor<?xf64>
  // CHECK: array.sub %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<4x1xf64>, tensor<?xf64>
  %1 = array.sub %a, %b : tensor<4x1xf64>, tensor<?xf64>
  // CHECK: array.mul %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<4x1xf64>, tensor<?xf64>
  %2 = array.mul %a, %b : tensor<4x1xf64>, tensor<?xf64>
  // CHECK: array.div %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<4x1xf64>, tensor<?xf64>
  %3 = array.div %a, %b : tensor<4x1xf64>, tensor<?xf64>
  // CHECK: array.pow %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<4x1xf64>, tensor<?xf64>
  %4 = array.pow %a, %b : tensor<4x1xf64>, tensor<?xf64>
  // CHECK: array.mod %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<4x1xf64>, tensor<?xf64>
  %5 = array.mod %a, %b : tensor<4x1xf64>, tensor<?xf64>
  // CHECK: array.rem %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<4x1xf64>, tensor<?xf64>
  %6 = array.rem %a, %b : tensor<4x1xf64>, tensor<?xf64>
  // CHECK: array.atan2 %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<4x1xf64>, tensor<?xf64>
  %7 = array.atan2 %a, %b : tensor<4x1xf64>, tensor<?xf64>
  // CHECK: array.hypot %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<4x1xf64>, tensor<?xf64>
  %8 = array.hypot %a, %b : tensor<4x1xf64>, tensor<?xf64>
  // CHECK: array.min %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<4x1xf64>, tensor<?xf64>
  %9 = array.min %a, %b : tensor<4x1xf64>, tensor<?xf64>
  // CHECK: array.max %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<4x1xf64>, tensor<?xf64>
  %10 = array.max %a, %b : tensor<4x1xf64>, tensor<?xf64>
  // CHECK: array.and %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<8xi8>, tensor<8xi8>
  %11 = array.and %i, %i : tensor<8xi8>, tensor<8xi8>
  // CHECK: array.or %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<8xi8>, tensor<8xi8>
  %12 = array.or %i, %i : tensor<8xi8>, tensor<8xi8>
  // CHECK: array.xor %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<8xi8>, tensor<8xi8>
  %13 = array.xor %i, %i : tensor<8xi8>, tensor<8xi8>
  // CHECK: array.shl %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<8xi8>, tensor<8xi8>
  %14 = array.shl %i, %i : tensor<8xi8>, tensor<8xi8>
  // CHECK: array.shr_arith %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<8xi8>, tensor<8xi8>
  %15 = array.shr_arith %i, %i : tensor<8xi8>, tensor<8xi8>
  // CHECK: array.shr_logical %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<8xi8>, tensor<8xi8>
  %16 = array.shr_logical %i, %i : tensor<8xi8>, tensor<8xi8>
  // CHECK: array.and %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<i1>, tensor<i1>
  %17 = array.and %p, %p : tensor<i1>, tensor<i1>
  // CHECK: array.min %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} nan = propagate : tensor<4x1xf64>, tensor<?xf64>
  %18 = array.min %a, %b nan = propagate : tensor<4x1xf64>, tensor<?xf64>
  // CHECK: array.max %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} nan = propagate : tensor<4x1xf64>, tensor<?xf64>
  %19 = array.max %a, %b nan = propagate : tensor<4x1xf64>, tensor<?xf64>
  return
}

// CHECK-LABEL: func.func @compare(
func.func @compare(%a: tensor<4x1xbf16>, %b: tensor<?xbf16>, %p: tensor<3xi1>) {
  // CHECK: array.compare eq, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<4x1xbf16>, tensor<?xbf16>
  %0 = array.compare eq, %a, %b : tensor<4x1xbf16>, tensor<?xbf16>
  // CHECK: array.compare ne, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<4x1xbf16>, tensor<?xbf16>
  %1 = array.compare ne, %a, %b : tensor<4x1xbf16>, tensor<?xbf16>
  // CHECK: array.compare lt, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<4x1xbf16>, tensor<?xbf16>
  %2 = array.compare lt, %a, %b : tensor<4x1xbf16>, tensor<?xbf16>
  // CHECK: array.compare le, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<4x1xbf16>, tensor<?xbf16>
  %3 = array.compare le, %a, %b : tensor<4x1xbf16>, tensor<?xbf16>
  // CHECK: array.compare gt, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<4x1xbf16>, tensor<?xbf16>
  %4 = array.compare gt, %a, %b : tensor<4x1xbf16>, tensor<?xbf16>
  // CHECK: array.compare ge, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<4x1xbf16>, tensor<?xbf16>
  %5 = array.compare ge, %a, %b : tensor<4x1xbf16>, tensor<?xbf16>
  // CHECK: array.compare lt, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<3xi1>, tensor<3xi1>
  %6 = array.compare lt, %p, %p : tensor<3xi1>, tensor<3xi1>
  return
}

// CHECK-LABEL: func.func @ternary(
func.func @ternary(%c: tensor<i1>, %x: tensor<?x4xf16>, %s: tensor<f16>) {
  // CHECK: array.select %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<i1>, tensor<?x4xf16>, tensor<f16>
  %0 = array.select %c, %x, %s : tensor<i1>, tensor<?x4xf16>, tensor<f16>
  // CHECK: array.clamp %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x4xf16>, tensor<f16>, tensor<f16>
  %1 = array.clamp %x, %s, %s : tensor<?x4xf16>, tensor<f16>, tensor<f16>
  // CHECK: array.clamp %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} nan = propagate : tensor<?x4xf16>, tensor<f16>, tensor<f16>
  %2 = array.clamp %x, %s, %s nan = propagate : tensor<?x4xf16>, tensor<f16>, tensor<f16>
  return
}

// CHECK-LABEL: func.func @types(
func.func @types(%f: tensor<?x4xf32>, %i: tensor<2xi16>, %b: tensor<2xi1>) {
  // CHECK: array.cast %{{[a-z0-9_]+}} : tensor<?x4xf32> to tensor<?x4xf64>
  %0 = array.cast %f : tensor<?x4xf32> to tensor<?x4xf64>
  // CHECK: array.cast %{{[a-z0-9_]+}} : tensor<2xi16> to tensor<2xi1>
  %1 = array.cast %i : tensor<2xi16> to tensor<2xi1>
  // CHECK: array.cast %{{[a-z0-9_]+}} : tensor<2xi1> to tensor<2xbf16>
  %2 = array.cast %b : tensor<2xi1> to tensor<2xbf16>
  // CHECK: array.bitcast %{{[a-z0-9_]+}} : tensor<?x4xf32> to tensor<?x4xi32>
  %3 = array.bitcast %f : tensor<?x4xf32> to tensor<?x4xi32>
  // CHECK: array.bitcast %{{[a-z0-9_]+}} : tensor<2xi16> to tensor<2xf16>
  %4 = array.bitcast %i : tensor<2xi16> to tensor<2xf16>
  return
}

// CHECK-LABEL: func.func @scalars(
func.func @scalars(%f: f32, %i: i64, %b: i1) {
  // CHECK: array.exp %{{[a-z0-9_]+}} : f32
  %0 = array.exp %f : f32
  // CHECK: array.is_nan %{{[a-z0-9_]+}} : f32
  %1 = array.is_nan %f : f32
  // CHECK: array.not %{{[a-z0-9_]+}} : i64
  %2 = array.not %i : i64
  // CHECK: array.add %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : f32, f32
  %3 = array.add %f, %f : f32, f32
  // CHECK: array.min %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} nan = propagate : i64, i64
  %4 = array.min %i, %i nan = propagate : i64, i64
  // CHECK: array.compare ge, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : i64, i64
  %5 = array.compare ge, %i, %i : i64, i64
  // CHECK: array.select %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : i1, f32, f32
  %6 = array.select %b, %f, %f : i1, f32, f32
  // CHECK: array.clamp %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : f32, f32, f32
  %7 = array.clamp %f, %f, %f : f32, f32, f32
  // CHECK: array.cast %{{[a-z0-9_]+}} : f32 to i8
  %8 = array.cast %f : f32 to i8
  // CHECK: array.bitcast %{{[a-z0-9_]+}} : i64 to f64
  %9 = array.bitcast %i : i64 to f64
  return
}
