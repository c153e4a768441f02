// Each message of the shape and creation operations: what is wrong, and in which dimension or operand.
// RUN: runmat-opt %s -split-input-file -verify-diagnostics

func.func @perm_rank(%a: tensor<4x3xf32>) {
  // expected-error @+1 {{'array.transpose' op perm has 1 entries for rank 2}}
  %0 = array.transpose %a perm [0] : tensor<4x3xf32>
  return
}

// -----

func.func @perm_range(%a: tensor<4x3xf32>) {
  // expected-error @+1 {{'array.transpose' op perm is not a permutation of the dims}}
  %0 = array.transpose %a perm [0, 2] : tensor<4x3xf32>
  return
}

// -----

func.func @perm_twice(%a: tensor<4x3xf32>) {
  // expected-error @+1 {{'array.transpose' op perm is not a permutation of the dims}}
  %0 = array.transpose %a perm [1, 1] : tensor<4x3xf32>
  return
}

// -----

func.func @reshape_count(%a: tensor<4x3xf32>) {
  // expected-error @+1 {{'array.reshape' op has 12 elements in and 10 out}}
  %0 = array.reshape %a : tensor<4x3xf32> to tensor<5x2xf32>
  return
}

// -----

func.func @reshape_sizes(%a: tensor<4x3xf32>) {
  // expected-error @+1 {{'array.reshape' op has 0 sizes for the 1 dynamic dimensions of 'tensor<?xf32>'}}
  %0 = array.reshape %a : tensor<4x3xf32> to tensor<?xf32>
  return
}

// -----

func.func @reshape_element(%a: tensor<4xf32>) {
  // expected-error @+1 {{'array.reshape' op changes the element type from 'f32' to 'f64'}}
  %0 = array.reshape %a : tensor<4xf32> to tensor<4xf64>
  return
}

// -----

func.func @broadcast_stretch(%a: tensor<4x3xf32>) {
  // expected-error @+1 {{'array.broadcast' op cannot stretch dimension 0 of the operand from 4 to 5}}
  %0 = array.broadcast %a : tensor<4x3xf32> to tensor<2x5x3xf32>
  return
}

// -----

func.func @broadcast_rank(%a: tensor<4x3xf32>) {
  // expected-error @+1 {{'array.broadcast' op cannot lower the rank from 2 to 1}}
  %0 = array.broadcast %a : tensor<4x3xf32> to tensor<3xf32>
  return
}

// -----

func.func @broadcast_sizes(%a: tensor<3xf32>, %n: index) {
  // expected-error @+1 {{'array.broadcast' op has 1 sizes for the 0 dynamic dimensions of 'tensor<4x3xf32>'}}
  %0 = array.broadcast %a sizes(%n) : tensor<3xf32> to tensor<4x3xf32>
  return
}

// -----

func.func @broadcast_element(%a: tensor<f32>) {
  // expected-error @+1 {{'array.broadcast' op changes the element type from 'f32' to 'i32'}}
  %0 = array.broadcast %a : tensor<f32> to tensor<4xi32>
  return
}

// -----

func.func @slice_entries(%a: tensor<4x3xf32>) {
  // expected-error @+1 {{'array.slice' op offsets has 1 entries for rank 2}}
  %0 = array.slice %a offsets [0] sizes [1, 1] strides [1, 1] : tensor<4x3xf32>
  return
}

// -----

func.func @slice_sizes_entries(%a: tensor<4x3xf32>) {
  // expected-error @+1 {{'array.slice' op sizes has 1 entries for rank 2}}
  %0 = array.slice %a offsets [0, 0] sizes [1] strides [1, 1] : tensor<4x3xf32>
  return
}

// -----

func.func @slice_strides_entries(%a: tensor<4x3xf32>) {
  // expected-error @+1 {{'array.slice' op strides has 0 entries for rank 2}}
  %0 = array.slice %a offsets [0, 0] sizes [1, 1] strides [] : tensor<4x3xf32>
  return
}

// -----

func.func @slice_offset_negative(%a: tensor<4xf32>) {
  // expected-error @+1 {{'array.slice' op offsets of dimension 0 is -1, below 0}}
  %0 = array.slice %a offsets [-1] sizes [1] strides [1] : tensor<4xf32>
  return
}

// -----

func.func @slice_size_negative(%a: tensor<4xf32>) {
  // expected-error @+1 {{'array.slice' op size of dimension 0 is negative: -2}}
  %0 = array.slice %a offsets [0] sizes [-2] strides [1] : tensor<4xf32>
  return
}

// -----

func.func @slice_stride_zero(%a: tensor<4xf32>) {
  // expected-error @+1 {{'array.slice' op strides of dimension 0 is 0, below 1}}
  %0 = array.slice %a offsets [0] sizes [1] strides [0] : tensor<4xf32>
  return
}

// -----

func.func @slice_offset_behind(%a: tensor<4xf32>, %n: index) {
  // expected-error @+1 {{'array.slice' op offset 5 lies behind dimension 0 of size 4}}
  %0 = array.slice %a offsets [5] sizes [%n] strides [1] : tensor<4xf32>
  return
}

// -----

func.func @slice_runs_out(%a: tensor<4x9xf32>) {
  // expected-error @+1 {{'array.slice' op runs out of dimension 1: offset 3, size 4, stride 2 in 9}}
  %0 = array.slice %a offsets [0, 3] sizes [4, 4] strides [1, 2] : tensor<4x9xf32>
  return
}

// -----

func.func @slice_operands(%a: tensor<4xf32>) {
  // expected-error @+1 {{'array.slice' op offsets has 0 operands, not one for each dynamic entry}}
  %0 = "array.slice"(%a) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: -9223372036854775808>, static_sizes = array<i64: 1>, static_strides = array<i64: 1>}> : (tensor<4xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @slice_scalar(%a: f32) {
  // expected-error @+1 {{custom op 'array.slice' invalid kind of type specified: expected builtin.tensor, but found 'f32'}}
  %0 = array.slice %a offsets [] sizes [] strides [] : f32
  return
}

// -----

func.func @insert_rank(%a: tensor<4xf32>, %b: tensor<4x4xf32>) {
  // expected-error @+1 {{'array.insert_slice' op source 'tensor<4xf32>' and destination 'tensor<4x4xf32>' must have one rank and element type}}
  %0 = array.insert_slice %a into %b offsets [0, 0] strides [1, 1] : tensor<4xf32>, tensor<4x4xf32>
  return
}

// -----

func.func @insert_element(%a: tensor<4xf32>, %b: tensor<4xf64>) {
  // expected-error @+1 {{'array.insert_slice' op source 'tensor<4xf32>' and destination 'tensor<4xf64>' must have one rank and element type}}
  %0 = array.insert_slice %a into %b offsets [0] strides [1] : tensor<4xf32>, tensor<4xf64>
  return
}

// -----

func.func @insert_runs_out(%a: tensor<4xf32>, %b: tensor<6xf32>) {
  // expected-error @+1 {{'array.insert_slice' op runs out of dimension 0: offset 3, size 4, stride 1 in 6}}
  %0 = array.insert_slice %a into %b offsets [3] strides [1] : tensor<4xf32>, tensor<6xf32>
  return
}

// -----

func.func @insert_entries(%a: tensor<4xf32>, %b: tensor<6xf32>) {
  // expected-error @+1 {{'array.insert_slice' op offsets has 2 entries for rank 1}}
  %0 = array.insert_slice %a into %b offsets [0, 0] strides [1] : tensor<4xf32>, tensor<6xf32>
  return
}

// -----

func.func @insert_stride(%a: tensor<4xf32>, %b: tensor<6xf32>) {
  // expected-error @+1 {{'array.insert_slice' op strides of dimension 0 is -1, below 1}}
  %0 = array.insert_slice %a into %b offsets [0] strides [-1] : tensor<4xf32>, tensor<6xf32>
  return
}

// -----

func.func @pad_entries(%a: tensor<4x3xf32>, %v: f32) {
  // expected-error @+1 {{'array.pad' op low has 1 entries for rank 2}}
  %0 = array.pad %a, %v low [0] high [0, 0] : tensor<4x3xf32>, f32
  return
}

// -----

func.func @pad_negative(%a: tensor<4x3xf32>, %v: f32) {
  // expected-error @+1 {{'array.pad' op high of dimension 1 is negative: -1}}
  %0 = array.pad %a, %v low [0, 0] high [0, -1] : tensor<4x3xf32>, f32
  return
}

// -----

func.func @pad_value(%a: tensor<4xf32>, %v: tensor<1xf32>) {
  // expected-error @+1 {{'array.pad' op value must be a scalar or a tensor of rank 0, not 'tensor<1xf32>'}}
  %0 = array.pad %a, %v low [0] high [0] : tensor<4xf32>, tensor<1xf32>
  return
}

// -----

func.func @pad_element(%a: tensor<4xf32>, %v: f64) {
  // expected-error @+1 {{'array.pad' op changes the element type from 'f64' to 'f32'}}
  %0 = array.pad %a, %v low [0] high [0] : tensor<4xf32>, f64
  return
}

// -----

func.func @pad_overflow(%a: tensor<4xi8>, %v: i8) {
  // expected-error @+1 {{'array.pad' op size of dimension 0 overflows}}
  %0 = array.pad %a, %v low [9223372036854775807] high [0] : tensor<4xi8>, i8
  return
}

// -----

func.func @concat_dim(%a: tensor<4xf32>) {
  // expected-error @+1 {{'array.concat' op dim 1 is out of range for rank 1}}
  %0 = array.concat %a, %a dim 1 : tensor<4xf32>, tensor<4xf32>
  return
}

// -----

func.func @concat_size(%a: tensor<4x3xf32>, %b: tensor<4x2xf32>) {
  // expected-error @+1 {{'array.concat' op dimension 1 of operand #1 is 2, but 3 before}}
  %0 = array.concat %a, %b dim 0 : tensor<4x3xf32>, tensor<4x2xf32>
  return
}

// -----

func.func @concat_size_later(%a: tensor<4x?xf32>, %b: tensor<4x2xf32>, %c: tensor<4x3xf32>) {
  // expected-error @+1 {{'array.concat' op dimension 1 of operand #2 is 3, but 2 before}}
  %0 = array.concat %a, %b, %c dim 0 : tensor<4x?xf32>, tensor<4x2xf32>, tensor<4x3xf32>
  return
}

// -----

func.func @concat_element(%a: tensor<4xf32>, %b: tensor<4xf64>) {
  // expected-error @+1 {{'array.concat' op operand #1 is 'tensor<4xf64>', but operand #0 is 'tensor<4xf32>': element type and rank must agree}}
  %0 = array.concat %a, %b dim 0 : tensor<4xf32>, tensor<4xf64>
  return
}

// -----

func.func @concat_rank(%a: tensor<4xf32>, %b: tensor<4x1xf32>) {
  // expected-error @+1 {{'array.concat' op operand #1 is 'tensor<4x1xf32>', but operand #0 is 'tensor<4xf32>': element type and rank must agree}}
  %0 = array.concat %a, %b dim 0 : tensor<4xf32>, tensor<4x1xf32>
  return
}

// -----

func.func @concat_nothing() {
  // expected-error @+2 {{'array.concat' op needs at least one operand}}
  // expected-error @+1 {{'array.concat' op failed to infer returned types}}
  %0 = "array.concat"() <{dim = 0 : i64}> : () -> tensor<0xf32>
  return
}

// -----

func.func @concat_overflow(%a: tensor<9223372036854775807xi8>) {
  // expected-error @+1 {{'array.concat' op size of dimension 0 overflows}}
  %0 = array.concat %a, %a dim 0 : tensor<9223372036854775807xi8>, tensor<9223372036854775807xi8>
  return
}

// -----

func.func @concat_too_large(%a: tensor<1152921504606846975xf64>) {
  // expected-error @+1 {{'array.concat' op result #0 'tensor<2305843009213693950xf64>' has a byte size of 2^63 or more}}
  %0 = array.concat %a, %a dim 0 : tensor<1152921504606846975xf64>, tensor<1152921504606846975xf64>
  return
}

// -----

func.func @diag_rank(%a: tensor<4xf32>) {
  // expected-error @+1 {{'array.diag' op takes a matrix, but the operand has rank 1}}
  %0 = array.diag %a : tensor<4xf32>
  return
}

// -----

func.func @diagonal_rank(%a: tensor<4x4xf32>) {
  // expected-error @+1 {{'array.diagonal' op takes a vector, but the operand has rank 2}}
  %0 = array.diagonal %a : tensor<4x4xf32>
  return
}

// -----

func.func @diagonal_too_large(%a: tensor<4294967296xf32>) {
  // expected-error @+1 {{'array.diagonal' op result #0 'tensor<4294967296x4294967296xf32>' has a byte size of 2^63 or more}}
  %0 = array.diagonal %a : tensor<4294967296xf32>
  return
}

// -----

func.func @constant_value() {
  // expected-error @+1 {{'array.constant' op value must be a number or the dense elements of a tensor}}
  %0 = array.constant "text"
  return
}

// -----

func.func @constant_element() {
  // expected-error @+1 {{'array.constant' op result #0 must be tensor or scalar of array element (f16, bf16, f32, f64, i1 or i8 to i64), but got 'tensor<4xi7>'}}
  %0 = array.constant dense<1> : tensor<4xi7>
  return
}

// -----

func.func @constant_vector() {
  // expected-error @+1 {{'array.constant' op value must be a number or the dense elements of a tensor}}
  %0 = array.constant dense<1.0> : vector<4xf32>
  return
}

// -----

func.func @constant_sparse() {
  // expected-error @+1 {{'array.constant' op value must be a number or the dense elements of a tensor}}
  %0 = array.constant sparse<[[0]], [1.0]> : tensor<4xf32>
  return
}

// -----

func.func @constant_strings() {
  // expected-error @+1 {{'array.constant' op value must be a number or the dense elements of a tensor}}
  %0 = array.constant dense<"a"> : tensor<1x!llvm.ptr>
  return
}

// -----

func.func @full_value(%v: tensor<2xf32>) {
  // expected-error @+1 {{'array.full' op value must be a scalar or a tensor of rank 0, not 'tensor<2xf32>'}}
  %0 = array.full %v : tensor<2xf32> to tensor<4xf32>
  return
}

// -----

func.func @full_element(%v: f32) {
  // expected-error @+1 {{'array.full' op changes the element type from 'f32' to 'f64'}}
  %0 = array.full %v : f32 to tensor<4xf64>
  return
}

// -----

func.func @full_sizes(%v: f32, %n: index) {
  // expected-error @+1 {{'array.full' op has 1 sizes for the 2 dynamic dimensions of 'tensor<?x?xf32>'}}
  %0 = array.full %v sizes(%n) : f32 to tensor<?x?xf32>
  return
}

// -----

func.func @iota_dim() {
  // expected-error @+1 {{'array.iota' op dim 2 is out of range for rank 2}}
  %0 = array.iota dim 2 : tensor<4x3xi32>
  return
}

// -----

func.func @iota_dim_negative() {
  // expected-error @+1 {{'array.iota' op dim -1 is out of range for rank 2}}
  %0 = array.iota dim -1 : tensor<4x3xi32>
  return
}

// -----

func.func @iota_bool() {
  // expected-error @+1 {{'array.iota' op result #0 must be ranked tensor of number element (float or integer, not i1), but got 'tensor<4xi1>'}}
  %0 = array.iota dim 0 : tensor<4xi1>
  return
}

// -----

func.func @iota_sizes(%n: index) {
  // expected-error @+1 {{'array.iota' op has 1 sizes for the 0 dynamic dimensions of 'tensor<4xf32>'}}
  %0 = array.iota dim 0 sizes(%n) : tensor<4xf32>
  return
}

// -----

func.func @rand_element(%k: i64) {
  // expected-error @+1 {{'array.rand_uniform' op result #0 must be ranked tensor of floating-point element (f16, bf16, f32 or f64), but got 'tensor<4xi32>'}}
  %0 = array.rand_uniform key %k offset %k : tensor<4xi32>
  return
}

// -----

func.func @rand_sizes(%k: i64) {
  // expected-error @+1 {{'array.rand_normal' op has 0 sizes for the 1 dynamic dimensions of 'tensor<?xf32>'}}
  %0 = array.rand_normal key %k offset %k : tensor<?xf32>
  return
}
