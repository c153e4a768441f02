// Array operations on scalars become arith and math by the rules that every implementation shares.
// RUN: runmat-opt %s --convert-array-to-linalg --expand-math --split-input-file | FileCheck %s
// RUN: runmat-opt %s --convert-array-to-linalg --expand-math --split-input-file | FileCheck %s --check-prefix=NONE

// NONE-NOT: array.

// A divisor of 0 or -1 never reaches the instruction.
// CHECK-LABEL: @div
// CHECK: %[[SAFE:.*]] = arith.select
// CHECK: arith.divsi %{{.*}}, %[[SAFE]]
// CHECK-COUNT-2: arith.select
func.func @div(%x: tensor<4xi32>, %y: tensor<4xi32>) -> tensor<4xi32> {
  %r = array.div %x, %y : tensor<4xi32>, tensor<4xi32>
  return %r : tensor<4xi32>
}

// -----

// Only what fits is converted.
// CHECK-LABEL: @cast
// CHECK: %[[SAFE:.*]] = arith.select
// CHECK: arith.fptosi %[[SAFE]] : f32 to i8
// CHECK-COUNT-2: arith.select
func.func @cast(%x: tensor<4xf32>) -> tensor<4xi8> {
  %r = array.cast %x : tensor<4xf32> to tensor<4xi8>
  return %r : tensor<4xi8>
}

// -----

// Against a constant one compare and select is enough in both modes.
// CHECK-LABEL: @max_constant
// CHECK: arith.cmpf ogt
// CHECK-NEXT: arith.select
// CHECK-NEXT: linalg.yield
func.func @max_constant(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c = array.constant dense<0.0> : tensor<f32>
  %r = array.max %x, %c : tensor<4xf32>, tensor<f32>
  return %r : tensor<4xf32>
}

// -----

// CHECK-LABEL: @max_number
// CHECK: arith.cmpf uno
func.func @max_number(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %r = array.max %x, %y : tensor<4xf32>, tensor<4xf32>
  return %r : tensor<4xf32>
}

// -----

// f16 computes in f32.
// CHECK-LABEL: @half
// CHECK: arith.extf %{{.*}} : f16 to f32
// CHECK: arith.addf %{{.*}} : f32
// CHECK: arith.truncf %{{.*}} : f32 to f16
func.func @half(%x: tensor<4xf16>) -> tensor<4xf16> {
  %r = array.add %x, %x : tensor<4xf16>, tensor<4xf16>
  return %r : tensor<4xf16>
}

// -----

// bf16 is rounded by its bits, without a library call.
// CHECK-LABEL: @bfloat
// CHECK-NOT: arith.truncf
// CHECK: arith.bitcast %{{.*}} : i16 to bf16
func.func @bfloat(%x: tensor<4xf32>) -> tensor<4xbf16> {
  %r = array.cast %x : tensor<4xf32> to tensor<4xbf16>
  return %r : tensor<4xbf16>
}

// -----

// Counts are taken modulo the width.
// CHECK-LABEL: @shift
// CHECK: arith.constant 7 : i8
// CHECK: arith.andi
// CHECK: arith.shrsi
func.func @shift(%x: tensor<4xi8>, %y: tensor<4xi8>) -> tensor<4xi8> {
  %r = array.shr_arith %x, %y : tensor<4xi8>, tensor<4xi8>
  return %r : tensor<4xi8>
}
