// Each reason for a nest to have no GPU form; nothing is left behind by a refusal.
// RUN: split-file %s %t
// RUN: runmat-opt %t/generic.mlir --split-input-file --convert-fused-to-gpu --verify-diagnostics | FileCheck %t/generic.mlir
// RUN: runmat-opt %t/lavapipe.mlir --split-input-file --convert-fused-to-gpu=profile=lavapipe --verify-diagnostics -o /dev/null

//--- generic.mlir
// CHECK-NOT: gpu.func

func.func @f64(%x: tensor<8xf64>) -> tensor<8xf64> {
  // expected-remark @+1 {{[device-feature]: the device has no f64 arithmetic (Float64)}}
  %r = fused.nest [8] ins(%x : tensor<8xf64>) maps [affine_map<(i) -> (i)>] yields [[#fused.store]] results [0] {
  ^bb0(%a: f64):
    %s = array.add %a, %a : f64, f64
    fused.yield %s : f64
  } -> tensor<8xf64>
  return %r : tensor<8xf64>
}

// -----

// Vectors of f16 are packed in words, but one element alone is not.
func.func @store16(%x: tensor<4x8xf16>) -> tensor<4xf16> {
  // expected-remark @+1 {{[device-feature]: the device has no i16 arithmetic (Int16)}}
  %r = fused.nest [4, 8] ins(%x : tensor<4x8xf16>) maps [affine_map<(i, j) -> (i, j)>]
      yields [[#fused.reduction<max dims [1]>]] results [0] {
  ^bb0(%a: f16):
    fused.yield %a : f16
  } -> tensor<4xf16>
  return %r : tensor<4xf16>
}

// -----

func.func @bindings(%0: tensor<8xf32>, %1: tensor<8xf32>, %2: tensor<8xf32>, %3: tensor<8xf32>, %4: tensor<8xf32>,
                    %5: tensor<8xf32>, %6: tensor<8xf32>, %7: tensor<8xf32>) -> tensor<8xf32> {
  // expected-remark @+1 {{[bindings]: the unit needs 9 buffers, the device binds 8}}
  %r = fused.nest [8] ins(%0, %1, %2, %3, %4, %5, %6, %7 : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>,
      tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>)
      maps [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>,
            affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>]
      yields [[#fused.store]] results [0] {
  ^bb0(%a0: f32, %a1: f32, %a2: f32, %a3: f32, %a4: f32, %a5: f32, %a6: f32, %a7: f32):
    %s1 = array.add %a0, %a1 : f32, f32
    %s2 = array.add %s1, %a2 : f32, f32
    %s3 = array.add %s2, %a3 : f32, f32
    %s4 = array.add %s3, %a4 : f32, f32
    %s5 = array.add %s4, %a5 : f32, f32
    %s6 = array.add %s5, %a6 : f32, f32
    %s7 = array.add %s6, %a7 : f32, f32
    fused.yield %s7 : f32
  } -> tensor<8xf32>
  return %r : tensor<8xf32>
}

// -----

func.func @wider_argmin(%x: tensor<4x8xf32>) -> (tensor<4xf32>, tensor<i64>) {
  // expected-remark @+1 {{[unit-kind]: argmin and argmax over more than the row have no GPU form}}
  %r:2 = fused.nest [4, 8] ins(%x : tensor<4x8xf32>) maps [affine_map<(i, j) -> (i, j)>]
      yields [[#fused.reduction<sum dims [1]>, #fused.reduction<argmin dims [0, 1]>]] results [0, 1] {
  ^bb0(%a: f32):
    fused.yield %a, %a : f32, f32
  } -> tensor<4xf32>, tensor<i64>
  return %r#0, %r#1 : tensor<4xf32>, tensor<i64>
}

//--- lavapipe.mlir
func.func @function(%k: tensor<i64>) -> tensor<8xbf16> {
  // expected-remark @+1 {{[function]: arith.bitcast on bf16 has no form on GPUs}}
  %r = fused.nest [8] ins(%k : tensor<i64>) maps [affine_map<(i) -> ()>] yields [[#fused.store]] results [0] {
  ^bb0(%key: i64):
    %u = fused.random key %key offset %key : bf16
    fused.yield %u : bf16
  } -> tensor<8xbf16>
  return %r : tensor<8xbf16>
}

// -----

// A window has whole steps of the first dim; here one is more than a binding.
func.func @window(%x: tensor<2x8192x8192xf32>, %y: tensor<2xf32>) -> tensor<2x8192x8192xf32> {
  // expected-remark @+1 {{[binding-range]: one window is larger than a buffer binding of the device, 134217728 bytes}}
  %r = fused.nest [2, 8192, 8192] ins(%x, %y : tensor<2x8192x8192xf32>, tensor<2xf32>)
      maps [affine_map<(p, i, j) -> (p, i, j)>, affine_map<(p, i, j) -> (p)>] yields [[#fused.store]] results [0] {
  ^bb0(%a: f32, %b: f32):
    %s = array.add %a, %b : f32, f32
    fused.yield %s : f32
  } -> tensor<2x8192x8192xf32>
  return %r : tensor<2x8192x8192xf32>
}

// -----

// The number of a row's element is a word.
func.func @position(%x: tensor<4294967296xi8>) -> tensor<i64> {
  // expected-remark @+1 {{[index-range]: the elements of a row must be at most 4294967295 on the device}}
  %r = fused.nest [4294967296] ins(%x : tensor<4294967296xi8>) maps [affine_map<(i) -> (i)>]
      yields [[#fused.reduction<argmax dims [0]>]] results [0] {
  ^bb0(%a: i8):
    fused.yield %a : i8
  } -> tensor<i64>
  return %r : tensor<i64>
}
