// Each message of reductions, scans and contractions: what is wrong, and in which dimension or operand.
// RUN: runmat-opt %s -split-input-file -verify-diagnostics

func.func @dim_range(%a: tensor<4x3xf32>) {
  // expected-error @+1 {{'array.sum' op dim 2 is out of range for rank 2}}
  %0 = array.sum %a dims [2] : tensor<4x3xf32>
  return
}

// -----

func.func @dim_negative(%a: tensor<4x3xf32>) {
  // expected-error @+1 {{'array.mean' op dim -1 is out of range for rank 2}}
  %0 = array.mean %a dims [-1] : tensor<4x3xf32>
  return
}

// -----

func.func @dim_twice(%a: tensor<4x3xf32>) {
  // expected-error @+1 {{'array.reduce_max' op dim 1 is given twice}}
  %0 = array.reduce_max %a dims [1, 0, 1] : tensor<4x3xf32>
  return
}

// -----

func.func @scalar(%a: f32) {
  // expected-error @+1 {{custom op 'array.sum' invalid kind of type specified: expected builtin.tensor, but found 'f32'}}
  %0 = array.sum %a : f32
  return
}

// -----

func.func @mean_of_ints(%a: tensor<4xi32>) {
  // expected-error @+1 {{'array.mean' op operand #0 must be ranked tensor of floating-point element (f16, bf16, f32 or f64), but got 'tensor<4xi32>'}}
  %0 = array.mean %a : tensor<4xi32>
  return
}

// -----

func.func @sum_of_bools(%a: tensor<4xi1>) {
  // expected-error @+1 {{'array.sum' op operand #0 must be ranked tensor of number element (float or integer, not i1), but got 'tensor<4xi1>'}}
  %0 = array.sum %a : tensor<4xi1>
  return
}

// -----

func.func @any_of_ints(%a: tensor<4xi32>) {
  // expected-error @+1 {{'array.any' op operand #0 must be ranked tensor of i1 element, but got 'tensor<4xi32>'}}
  %0 = array.any %a : tensor<4xi32>
  return
}

// -----

func.func @var_ddof(%a: tensor<4xf32>) {
  // expected-error @+1 {{'array.var' op ddof is negative: -1}}
  %0 = array.var %a ddof -1 : tensor<4xf32>
  return
}

// -----

func.func @std_ddof(%a: tensor<4xf32>) {
  // expected-error @+1 {{'array.std' op ddof is negative: -2}}
  %0 = array.std %a dims [0] ddof -2 : tensor<4xf32>
  return
}

// -----

func.func @argmin_empty(%a: tensor<4x0xf32>) {
  // expected-error @+1 {{'array.argmin' op over dimension 1 of size 0 has no answer}}
  %0 = array.argmin %a dims [1] : tensor<4x0xf32>
  return
}

// -----

func.func @argmax_empty(%a: tensor<0x4xf32>) {
  // expected-error @+1 {{'array.argmax' op over dimension 0 of size 0 has no answer}}
  %0 = array.argmax %a : tensor<0x4xf32>
  return
}

// -----

func.func @scan_dim(%a: tensor<4xf32>) {
  // expected-error @+1 {{'array.cumsum' op dim 1 is out of range for rank 1}}
  %0 = array.cumsum %a dim 1 : tensor<4xf32>
  return
}

// -----

func.func @scan_dim_negative(%a: tensor<4xf32>) {
  // expected-error @+1 {{'array.cumprod' op dim -1 is out of range for rank 1}}
  %0 = array.cumprod %a dim -1 : tensor<4xf32>
  return
}

// -----

func.func @scan_of_rank_0(%a: tensor<f32>) {
  // expected-error @+1 {{'array.cumsum' op dim 0 is out of range for rank 0}}
  %0 = array.cumsum %a dim 0 : tensor<f32>
  return
}

// -----

func.func @matmul_inner(%a: tensor<4x3xf32>, %b: tensor<2x5xf32>) {
  // expected-error @+1 {{'array.matmul' op inner sizes differ: dimension 1 of operand #0 is 3, dimension 0 of operand #1 is 2}}
  %0 = array.matmul %a, %b : tensor<4x3xf32>, tensor<2x5xf32>
  return
}

// -----

func.func @matmul_leading(%a: tensor<2x4x3xf32>, %b: tensor<5x3x4xf32>) {
  // expected-error @+1 {{'array.matmul' op leading dims do not broadcast at dimension 0 of the result}}
  %0 = array.matmul %a, %b : tensor<2x4x3xf32>, tensor<5x3x4xf32>
  return
}

// -----

func.func @matmul_rank(%a: tensor<4x3xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{'array.matmul' op operand #1 has rank 1; a matrix product needs at least 2}}
  %0 = array.matmul %a, %b : tensor<4x3xf32>, tensor<3xf32>
  return
}

// -----

func.func @matmul_element(%a: tensor<4x3xf32>, %b: tensor<3x4xf64>) {
  // expected-error @+1 {{'array.matmul' op operand #1 has element type 'f64', but operand #0 has 'f32'}}
  %0 = array.matmul %a, %b : tensor<4x3xf32>, tensor<3x4xf64>
  return
}

// -----

func.func @matmul_scalar(%a: tensor<4x3xf32>, %b: f32) {
  // expected-error @+1 {{custom op 'array.matmul' invalid kind of type specified: expected builtin.tensor, but found 'f32'}}
  %0 = array.matmul %a, %b : tensor<4x3xf32>, f32
  return
}

// -----

func.func @dot_rank(%a: tensor<4xf32>, %b: tensor<4x1xf32>) {
  // expected-error @+1 {{'array.dot' op operand #1 has rank 2; an inner product takes vectors}}
  %0 = array.dot %a, %b : tensor<4xf32>, tensor<4x1xf32>
  return
}

// -----

func.func @dot_size(%a: tensor<4xf32>, %b: tensor<5xf32>) {
  // expected-error @+1 {{'array.dot' op dimension 0 is 4 in operand #0 and 5 in operand #1}}
  %0 = array.dot %a, %b : tensor<4xf32>, tensor<5xf32>
  return
}

// -----

func.func @dot_element(%a: tensor<4xf32>, %b: tensor<4xi32>) {
  // expected-error @+1 {{'array.dot' op operand #1 has element type 'i32', but operand #0 has 'f32'}}
  %0 = array.dot %a, %b : tensor<4xf32>, tensor<4xi32>
  return
}

// -----

func.func @result_type(%a: tensor<4xi32>) {
  // expected-error @+2 {{'array.sum' op inferred type(s) 'tensor<i64>' are incompatible with return type(s) of operation 'tensor<i32>'}}
  // expected-error @+1 {{'array.sum' op failed to infer returned types}}
  %0 = "array.sum"(%a) : (tensor<4xi32>) -> tensor<i32>
  return
}
