// Each message of the elementwise operations: what is wrong, and in which dimension or operand.
// RUN: runmat-opt %s -split-input-file -verify-diagnostics

func.func @broadcast_mismatch(%a: tensor<4x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{'array.add' op operand #1 does not broadcast: dimension 1 of the result is 3 so far, but 2 here}}
  %0 = array.add %a, %b : tensor<4x3xf32>, tensor<2xf32>
  return
}

// -----

func.func @broadcast_mismatch_third(%c: tensor<3xi1>, %a: tensor<f32>, %b: tensor<5x4xf32>) {
  // expected-error @+1 {{'array.select' op operand #2 does not broadcast: dimension 1 of the result is 3 so far, but 4 here}}
  %0 = array.select %c, %a, %b : tensor<3xi1>, tensor<f32>, tensor<5x4xf32>
  return
}

// -----

func.func @no_promotion(%a: tensor<4xf32>, %b: tensor<4xf64>) {
  // expected-error @+1 {{'array.mul' op operand #1 has element type 'f64', but operand #0 has 'f32' (there is no promotion: use array.cast)}}
  %0 = array.mul %a, %b : tensor<4xf32>, tensor<4xf64>
  return
}

// -----

func.func @no_promotion_select(%c: tensor<i1>, %a: tensor<i8>, %b: tensor<i16>) {
  // expected-error @+1 {{'array.select' op operand #2 has element type 'i16', but operand #1 has 'i8' (there is no promotion: use array.cast)}}
  %0 = array.select %c, %a, %b : tensor<i1>, tensor<i8>, tensor<i16>
  return
}

// -----

func.func @tensor_and_scalar(%a: tensor<4xf32>, %b: f32) {
  // expected-error @+1 {{'array.sub' op operands must be all tensors or all scalars}}
  %0 = array.sub %a, %b : tensor<4xf32>, f32
  return
}

// -----

func.func @condition(%c: tensor<i8>, %a: tensor<f32>) {
  // expected-error @+1 {{'array.select' op operand #0 must be tensor or scalar of i1 element, but got 'tensor<i8>'}}
  %0 = array.select %c, %a, %a : tensor<i8>, tensor<f32>, tensor<f32>
  return
}

// -----

func.func @float_only(%a: tensor<4xi32>) {
  // expected-error @+1 {{'array.sqrt' op operand #0 must be tensor or scalar of floating-point element (f16, bf16, f32 or f64), but got 'tensor<4xi32>'}}
  %0 = array.sqrt %a : tensor<4xi32>
  return
}

// -----

func.func @number_only(%a: tensor<4xi1>) {
  // expected-error @+1 {{'array.add' op operand #0 must be tensor or scalar of number element (float or integer, not i1), but got 'tensor<4xi1>'}}
  %0 = array.add %a, %a : tensor<4xi1>, tensor<4xi1>
  return
}

// -----

func.func @int_only(%a: tensor<4xi1>) {
  // expected-error @+1 {{'array.shl' op operand #0 must be tensor or scalar of integer element (i8, i16, i32 or i64), but got 'tensor<4xi1>'}}
  %0 = array.shl %a, %a : tensor<4xi1>, tensor<4xi1>
  return
}

// -----

func.func @int_or_bool_only(%a: tensor<4xf32>) {
  // expected-error @+1 {{'array.not' op operand #0 must be tensor or scalar of integer or i1 element, but got 'tensor<4xf32>'}}
  %0 = array.not %a : tensor<4xf32>
  return
}

// -----

func.func @unknown_element(%a: tensor<4xi7>) {
  // expected-error @+1 {{'array.neg' op operand #0 must be tensor or scalar of number element (float or integer, not i1), but got 'tensor<4xi7>'}}
  %0 = array.neg %a : tensor<4xi7>
  return
}

// -----

func.func @unsigned_element(%a: tensor<4xui8>) {
  // expected-error @+1 {{'array.neg' op operand #0 must be tensor or scalar of number element (float or integer, not i1), but got 'tensor<4xui8>'}}
  %0 = array.neg %a : tensor<4xui8>
  return
}

// -----

func.func @index_element(%a: tensor<4xindex>) {
  // expected-error @+1 {{'array.neg' op operand #0 must be tensor or scalar of number element (float or integer, not i1), but got 'tensor<4xindex>'}}
  %0 = array.neg %a : tensor<4xindex>
  return
}

// -----

func.func @unranked(%a: tensor<*xf32>) {
  // expected-error @+1 {{'array.neg' op operand #0 must be tensor or scalar of number element (float or integer, not i1), but got 'tensor<*xf32>'}}
  %0 = array.neg %a : tensor<*xf32>
  return
}

// -----

func.func @vector(%a: vector<4xf32>) {
  // expected-error @+1 {{'array.neg' op operand #0 must be tensor or scalar of number element (float or integer, not i1), but got 'vector<4xf32>'}}
  %0 = array.neg %a : vector<4xf32>
  return
}

// -----

func.func @encoding(%a: tensor<4xf32, 1 : i32>) {
  // expected-error @+1 {{'array.neg' op operand #0 must be tensor or scalar of number element (float or integer, not i1), but got 'tensor<4xf32, 1 : i32>'}}
  %0 = array.neg %a : tensor<4xf32, 1 : i32>
  return
}

// -----

func.func @result_type(%a: tensor<4xf32>) {
  // expected-error @+2 {{'array.exp' op inferred type(s) 'tensor<4xf32>' are incompatible with return type(s) of operation 'tensor<?xf32>'}}
  // expected-error @+1 {{'array.exp' op failed to infer returned types}}
  %0 = "array.exp"(%a) : (tensor<4xf32>) -> tensor<?xf32>
  return
}

// -----

func.func @cast_shape(%a: tensor<4xf32>) {
  // expected-error @+1 {{'array.cast' op changes the shape from 'tensor<4xf32>' to 'tensor<?xf64>'}}
  %0 = array.cast %a : tensor<4xf32> to tensor<?xf64>
  return
}

// -----

func.func @cast_to_scalar(%a: tensor<f32>) {
  // expected-error @+1 {{'array.cast' op changes the shape from 'tensor<f32>' to 'f64'}}
  %0 = array.cast %a : tensor<f32> to f64
  return
}

// -----

func.func @bitcast_shape(%a: tensor<4xf32>) {
  // expected-error @+1 {{'array.bitcast' op changes the shape from 'tensor<4xf32>' to 'tensor<5xi32>'}}
  %0 = array.bitcast %a : tensor<4xf32> to tensor<5xi32>
  return
}

// -----

func.func @bitcast_width(%a: tensor<4xf32>) {
  // expected-error @+1 {{'array.bitcast' op needs element types of one width, but 'f32' has 32 bits and 'i64' has 64}}
  %0 = array.bitcast %a : tensor<4xf32> to tensor<4xi64>
  return
}

// -----

func.func @predicate(%a: tensor<f32>) {
  // expected-error @+2 {{custom op 'array.compare' expected a predicate, one of eq, ne, lt, le, gt, ge}}
  // expected-error @+1 {{custom op 'array.compare' failed to parse Array_PredicateAttr parameter 'value' which is to be a `::runmat::array::Predicate`}}
  %0 = array.compare less, %a, %a : tensor<f32>, tensor<f32>
  return
}

// -----

func.func @nan_mode(%a: tensor<f32>) {
  // expected-error @+2 {{custom op 'array.min' expected a NaN mode, one of number, propagate}}
  // expected-error @+1 {{custom op 'array.min' failed to parse Array_NanModeAttr parameter 'value' which is to be a `::runmat::array::NanMode`}}
  %0 = array.min %a, %a nan = ignore : tensor<f32>, tensor<f32>
  return
}

// -----

func.func @too_large(%a: tensor<4294967296x1xf32>, %b: tensor<1x4294967296xf32>) {
  // expected-error @+1 {{'array.add' op result #0 'tensor<4294967296x4294967296xf32>' has a byte size of 2^63 or more}}
  %0 = array.add %a, %b : tensor<4294967296x1xf32>, tensor<1x4294967296xf32>
  return
}

// -----

func.func @too_large_operand(%a: tensor<?x1152921504606846976xf64>) {
  // expected-error @+1 {{'array.neg' op operand #0 'tensor<?x1152921504606846976xf64>' has a byte size of 2^63 or more}}
  %0 = array.neg %a : tensor<?x1152921504606846976xf64>
  return
}
