// Each rule of the units' verifiers has its message.
// RUN: runmat-opt --split-input-file --verify-diagnostics %s
// Parity: 8

// expected-error @+3 {{epsilon-invalid: epsilon is NaN}}
func.func @epsilon_nan(%x: tensor<2x4x5xf32>) {
  %e = array.constant dense<0x7FC00000> : tensor<f32>
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<2x4x5xf32>
  return
}

// -----

// expected-error @+3 {{epsilon-invalid: epsilon is -1}}
func.func @epsilon_negative(%x: tensor<2x4x5xf32>) {
  %e = array.constant dense<-1.0> : tensor<f32>
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<2x4x5xf32>
  return
}

// -----

// expected-error @+2 {{dims must be the trailing dims of the input, ascending}}
func.func @dims_not_trailing(%x: tensor<2x4x5xf32>, %e: tensor<f32>) {
  %r = fused.image_normalize dims [0, 1] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<2x4x5xf32>
  return
}

// -----

// expected-error @+2 {{dims must be the trailing dims of the input, ascending}}
func.func @dims_not_ascending(%x: tensor<2x4x5xf32>, %e: tensor<f32>) {
  %r = fused.image_normalize dims [2, 1] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<2x4x5xf32>
  return
}

// -----

// expected-error @+2 {{normalises 3 of 3 dims}}
func.func @no_batch(%x: tensor<2x4x5xf32>, %e: tensor<f32>) {
  %r = fused.image_normalize dims [0, 1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<2x4x5xf32>
  return
}

// -----

// expected-error @+2 {{normalises 0 of 3 dims}}
func.func @no_dims(%x: tensor<2x4x5xf32>, %e: tensor<f32>) {
  %r = fused.image_normalize dims [] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<2x4x5xf32>
  return
}

// -----

// expected-error @+2 {{compute type must be f32 or f64}}
func.func @compute_integer(%x: tensor<2x4x5xf32>, %e: tensor<f32>) {
  %r = fused.image_normalize dims [1, 2] compute i32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<2x4x5xf32>
  return
}

// -----

// expected-error @+2 {{compute type 'f32' is not a widening of the input's 'f64'}}
func.func @compute_narrower(%x: tensor<2x4x5xf64>, %e: tensor<f32>) {
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf64>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f64):
    fused.yield %y : f32
  } -> tensor<2x4x5xf32>
  return
}

// -----

// expected-error @+2 {{must be of the compute type}}
func.func @slot_type(%x: tensor<2x4x5xf32>, %e: tensor<f64>) {
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f64>) {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<2x4x5xf32>
  return
}

// -----

// expected-error @+2 {{region argument #0 is 'f64', not 'f32'}}
func.func @argument_y(%x: tensor<2x4x5xf32>, %e: tensor<f32>) {
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f64, %v: f32):
    fused.yield %v : f32
  } -> tensor<2x4x5xf32>
  return
}

// -----

// expected-error @+2 {{region argument #1 is 'f64', not 'f32'}}
func.func @argument_x(%x: tensor<2x4x5xf32>, %e: tensor<f32>) {
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f64):
    fused.yield %y : f32
  } -> tensor<2x4x5xf32>
  return
}

// -----

// expected-error @+2 {{region has 3 arguments, not 2}}
func.func @argument_count(%x: tensor<2x4x5xf32>, %e: tensor<f32>) {
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f32, %w: f32):
    fused.yield %y : f32
  } -> tensor<2x4x5xf32>
  return
}

// -----

// expected-error @+2 {{region argument #2 is 'f64', not 'f32'}}
func.func @argument_extra(%x: tensor<2x4x5xf32>, %e: tensor<f32>, %k: tensor<5xf32>) {
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) extras(%k : tensor<5xf32>) maps [affine_map<(b, i, j) -> (j)>] {
  ^bb0(%y: f32, %v: f32, %w: f64):
    fused.yield %y : f32
  } -> tensor<2x4x5xf32>
  return
}

// -----

// expected-error @+2 {{has 1 results and yields 2 values for 0 reductions}}
func.func @result_count(%x: tensor<2x4x5xf32>, %e: tensor<f32>) {
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y, %y : f32, f32
  } -> tensor<2x4x5xf32>
  return
}

// -----

// expected-error @+2 {{result #0 is 'tensor<2x4x5xf32>', not 'tensor<2x4x5xf64>'}}
func.func @result_type(%x: tensor<2x4x5xf32>, %e: tensor<f32>) {
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    %w = array.cast %y : f32 to f64
    fused.yield %w : f64
  } -> tensor<2x4x5xf32>
  return
}

// -----

// expected-error @+2 {{result #1 is 'tensor<2xf32>', not 'tensor<2x1x1xf32>'}}
func.func @reduction_type(%x: tensor<2x4x5xf32>, %e: tensor<f32>) {
  %r, %s = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) reductions [#fused.reduction<sum dims [1, 2] keep>] {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y, %y : f32, f32
  } -> tensor<2x4x5xf32>, tensor<2xf32>
  return
}

// -----

// expected-error @+2 {{reduction #0 must run over the 2 normalised dims or over all 3}}
func.func @reduction_dims(%x: tensor<2x4x5xf32>, %e: tensor<f32>) {
  %r, %s = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) reductions [#fused.reduction<sum dims [2]>] {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y, %y : f32, f32
  } -> tensor<2x4x5xf32>, tensor<2x4xf32>
  return
}

// -----

// expected-error @+2 {{reduction #0 has dims that are not ascending}}
func.func @reduction_unsorted(%x: tensor<2x4x5xf32>, %e: tensor<f32>) {
  %r, %s = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) reductions [#fused.reduction<sum dims [2, 1]>] {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y, %y : f32, f32
  } -> tensor<2x4x5xf32>, tensor<2xf32>
  return
}

// -----

// expected-error @+2 {{reduction #0 is of a kind that no unit computes: var}}
func.func @reduction_kind(%x: tensor<2x4x5xf32>, %e: tensor<f32>) {
  %r, %s = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) reductions [#fused.reduction<var dims [1, 2]>] {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y, %y : f32, f32
  } -> tensor<2x4x5xf32>, tensor<2xf32>
  return
}

// -----

// expected-error @+2 {{reduction #0 takes i1 values, not 'f32'}}
func.func @reduction_any(%x: tensor<2x4x5xf32>, %e: tensor<f32>) {
  %r, %s = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) reductions [#fused.reduction<any dims [1, 2]>] {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y, %y : f32, f32
  } -> tensor<2x4x5xf32>, tensor<2xf32>
  return
}

// -----

// expected-error @+2 {{device must be cpu or gpu}}
func.func @device(%x: tensor<2x4x5xf32>, %e: tensor<f32>) {
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) attributes {device = "tpu"} {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<2x4x5xf32>
  return
}

// -----

// expected-error @+2 {{has 0 maps for 1 tensors}}
func.func @map_count(%x: tensor<2x4x5xf32>, %e: tensor<f32>, %k: tensor<5xf32>) {
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) extras(%k : tensor<5xf32>) maps [] {
  ^bb0(%y: f32, %v: f32, %w: f32):
    fused.yield %y : f32
  } -> tensor<2x4x5xf32>
  return
}

// -----

// expected-error @+2 {{map #0 must take the 3 dims of the iteration space}}
func.func @map_dims(%x: tensor<2x4x5xf32>, %e: tensor<f32>, %k: tensor<5xf32>) {
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) extras(%k : tensor<5xf32>) maps [affine_map<(i, j) -> (j)>] {
  ^bb0(%y: f32, %v: f32, %w: f32):
    fused.yield %y : f32
  } -> tensor<2x4x5xf32>
  return
}

// -----

// expected-error @+2 {{map #0 has 2 results for 'tensor<5xf32>'}}
func.func @map_rank(%x: tensor<2x4x5xf32>, %e: tensor<f32>, %k: tensor<5xf32>) {
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) extras(%k : tensor<5xf32>) maps [affine_map<(b, i, j) -> (i, j)>] {
  ^bb0(%y: f32, %v: f32, %w: f32):
    fused.yield %y : f32
  } -> tensor<2x4x5xf32>
  return
}

// -----

// expected-error @+2 {{map #0 reads dim 1 of size 4 where 'tensor<5xf32>' has 5}}
func.func @map_size(%x: tensor<2x4x5xf32>, %e: tensor<f32>, %k: tensor<5xf32>) {
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) extras(%k : tensor<5xf32>) maps [affine_map<(b, i, j) -> (i)>] {
  ^bb0(%y: f32, %v: f32, %w: f32):
    fused.yield %y : f32
  } -> tensor<2x4x5xf32>
  return
}

// -----

// expected-error @+2 {{map #0 has the constant 0 at result 0}}
func.func @map_constant(%x: tensor<2x4x5xf32>, %e: tensor<f32>, %k: tensor<5xf32>) {
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) extras(%k : tensor<5xf32>) maps [affine_map<(b, i, j) -> (0)>] {
  ^bb0(%y: f32, %v: f32, %w: f32):
    fused.yield %y : f32
  } -> tensor<2x4x5xf32>
  return
}

// -----

// expected-error @+2 {{map #0 has the result 0, which is neither a dim nor 0}}
func.func @map_expression(%x: tensor<2x4x5xf32>, %e: tensor<f32>, %k: tensor<5xf32>) {
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) extras(%k : tensor<5xf32>) maps [affine_map<(b, i, j) -> (i + j)>] {
  ^bb0(%y: f32, %v: f32, %w: f32):
    fused.yield %y : f32
  } -> tensor<2x4x5xf32>
  return
}

// -----

// expected-error @+2 {{map #0 uses dim 2 twice}}
func.func @map_twice(%x: tensor<2x4x5xf32>, %e: tensor<f32>, %k: tensor<5x5xf32>) {
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x5xf32>) epsilon(%e : tensor<f32>) extras(%k : tensor<5x5xf32>) maps [affine_map<(b, i, j) -> (j, j)>] {
  ^bb0(%y: f32, %v: f32, %w: f32):
    fused.yield %y : f32
  } -> tensor<2x4x5xf32>
  return
}

// -----

func.func @region_op(%x: tensor<4xf32>) {
  // expected-error @+1 {{region may hold only elementwise array operations on scalars and constants, not arith.addf}}
  %r = fused.map ins(%x : tensor<4xf32>) maps [affine_map<(i) -> (i)>] {
  ^bb0(%a: f32):
    %s = arith.addf %a, %a : f32
    fused.yield %s : f32
  } -> tensor<4xf32>
  return
}

// -----

func.func @unread_dim(%x: tensor<4xf32>) {
  // expected-error @+1 {{no input reads dim 1 of the iteration space, so its size is unknown}}
  %r = fused.map ins(%x : tensor<4xf32>) maps [affine_map<(i, j) -> (i)>] {
  ^bb0(%a: f32):
    fused.yield %a : f32
  } -> tensor<4x?xf32>
  return
}

// -----

func.func @no_reduction(%x: tensor<4xf32>) {
  // expected-error @+1 {{needs an input and a reduction}}
  "fused.reduce"(%x) <{maps = [affine_map<(i) -> (i)>], reductions = []}> ({
  ^bb0(%a: f32):
    fused.yield
  }) : (tensor<4xf32>) -> ()
  return
}

// -----

// Lengths of operand segments that the sum alone does not give away.
func.func @three_inputs(%x: tensor<2x4x5xf32>, %e: tensor<f32>, %k: tensor<f32>) {
  // expected-error @+1 {{operandSegmentSizes gives 3 operands to input, which takes one}}
  %r = "fused.image_normalize"(%x, %e, %k) <{dims = array<i64: 1, 2>, compute_type = f32, operandSegmentSizes = array<i32: 3, 0, 0, 0, 0, 0, 0>}> ({
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  }) : (tensor<2x4x5xf32>, tensor<f32>, tensor<f32>) -> tensor<2x4x5xf32>
  return
}

// -----

func.func @no_epsilon(%x: tensor<2x4x5xf32>, %g: tensor<f32>, %b: tensor<f32>) {
  // expected-error @+1 {{operandSegmentSizes gives 0 operands to epsilon, which takes one}}
  %r = "fused.image_normalize"(%x, %g, %b) <{dims = array<i64: 1, 2>, compute_type = f32, operandSegmentSizes = array<i32: 1, 0, 1, 1, 0, 0, 0>}> ({
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  }) : (tensor<2x4x5xf32>, tensor<f32>, tensor<f32>) -> tensor<2x4x5xf32>
  return
}

// -----

func.func @two_gains(%x: tensor<2x4x5xf32>, %e: tensor<f32>, %g: tensor<f32>) {
  // expected-error @+1 {{operand group starting at #2 requires 0 or 1 element, but found 2}}
  %r = "fused.image_normalize"(%x, %e, %g, %g) <{dims = array<i64: 1, 2>, compute_type = f32, operandSegmentSizes = array<i32: 1, 1, 2, 0, 0, 0, 0>}> ({
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  }) : (tensor<2x4x5xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x4x5xf32>
  return
}

// -----

func.func @no_input(%e: tensor<f32>) {
  // expected-error @+1 {{operandSegmentSizes gives 0 operands to input, which takes one}}
  "fused.image_normalize"(%e, %e) <{dims = array<i64: 1, 2>, compute_type = f32, operandSegmentSizes = array<i32: 0, 2, 0, 0, 0, 0, 0>}> ({
  ^bb0(%y: f32, %v: f32):
    fused.yield
  }) : (tensor<f32>, tensor<f32>) -> ()
  return
}
