// Each reason why a unit has no GPU form, as a remark that names it. Those of a device's limits are in
// refusals-of-devices.mlir.
// RUN: runmat-opt %s --split-input-file --convert-fused-to-gpu=profile=generic --verify-diagnostics -o /dev/null

func.func @f64(%x: tensor<2x8x8xf64>, %e: tensor<f64>) -> tensor<2x8x8xf64> {
  // expected-remark @+1 {{fused.image_normalize stays on the CPU [element-type]: an operand is tensor<2x8x8xf64>; GPU code takes f32 so far}}
  %y = fused.image_normalize dims [1, 2] compute f64 ins(%x : tensor<2x8x8xf64>) epsilon(%e : tensor<f64>) {
  ^bb0(%y: f64, %v: f64):
    fused.yield %y : f64
  } -> tensor<2x8x8xf64>
  return %y : tensor<2x8x8xf64>
}

// -----

func.func @body(%x: tensor<2x8x8xf32>, %e: tensor<f32>) -> tensor<2x8x8xf32> {
  // expected-remark @+1 {{[element-type]: a value in the region is f64; GPU code takes f32 so far}}
  %y = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x8x8xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    %w = array.cast %y : f32 to f64
    %n = array.cast %w : f64 to f32
    fused.yield %n : f32
  } -> tensor<2x8x8xf32>
  return %y : tensor<2x8x8xf32>
}

// -----

// Images of ragged planes count twice: x, y and three extras, and one buffer of the planes' statistics.
func.func @bindings(%x: tensor<2x9x9xf32>, %e: tensor<f32>, %a: tensor<2x9x9xf32>, %b: tensor<2x9x9xf32>, %c: tensor<2x9x9xf32>) -> tensor<2x9x9xf32> {
  // expected-remark @+1 {{[bindings]: the unit needs 11 buffers, the device binds 8}}
  %y = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x9x9xf32>) epsilon(%e : tensor<f32>)
      extras(%a, %b, %c : tensor<2x9x9xf32>, tensor<2x9x9xf32>, tensor<2x9x9xf32>)
      maps [affine_map<(p, i, j) -> (p, i, j)>, affine_map<(p, i, j) -> (p, i, j)>, affine_map<(p, i, j) -> (p, i, j)>] {
  ^bb0(%y: f32, %v: f32, %av: f32, %bv: f32, %cv: f32):
    %s = array.add %y, %av : f32, f32
    %t = array.add %s, %bv : f32, f32
    %u = array.add %t, %cv : f32, f32
    fused.yield %u : f32
  } -> tensor<2x9x9xf32>
  return %y : tensor<2x9x9xf32>
}

// -----

// Scalars known only at run time count too, a number in the code does not.
func.func @scalar_bindings(%x: tensor<2x?x?xf32>, %s: tensor<f32>, %a: tensor<2x?x?xf32>) -> tensor<2x?x?xf32> {
  // expected-remark @+1 {{[bindings]: the unit needs 10 buffers, the device binds 8}}
  %y = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x?x?xf32>) epsilon(%s : tensor<f32>)
      bias(%s : tensor<f32>) clamp(%s : tensor<f32>) gamma(%s : tensor<f32>)
      extras(%a : tensor<2x?x?xf32>) maps [affine_map<(p, i, j) -> (p, i, j)>] {
  ^bb0(%y: f32, %v: f32, %av: f32):
    %t = array.add %y, %av : f32, f32
    fused.yield %t : f32
  } -> tensor<2x?x?xf32>
  return %y : tensor<2x?x?xf32>
}

// -----

// The same three extras of whole vectors fit.
func.func @bindings_of_vectors(%x: tensor<2x8x8xf32>, %e: tensor<f32>, %a: tensor<2x8x8xf32>, %b: tensor<2x8x8xf32>, %c: tensor<2x8x8xf32>) -> tensor<2x8x8xf32> {
  %y = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x8x8xf32>) epsilon(%e : tensor<f32>)
      extras(%a, %b, %c : tensor<2x8x8xf32>, tensor<2x8x8xf32>, tensor<2x8x8xf32>)
      maps [affine_map<(p, i, j) -> (p, i, j)>, affine_map<(p, i, j) -> (p, i, j)>, affine_map<(p, i, j) -> (p, i, j)>] {
  ^bb0(%y: f32, %v: f32, %av: f32, %bv: f32, %cv: f32):
    %s = array.add %y, %av : f32, f32
    %t = array.add %s, %bv : f32, f32
    %u = array.add %t, %cv : f32, f32
    fused.yield %u : f32
  } -> tensor<2x8x8xf32>
  return %y : tensor<2x8x8xf32>
}

// -----

func.func @planes_read_by_number(%x: tensor<65536x65537x4xf32>, %e: tensor<f32>, %a: tensor<65536x1x1xf32>) -> tensor<65536x65537x4xf32> {
  // expected-remark @+1 {{[binding-range]: operands that are read by the plane allow 4294967295 planes}}
  %y = fused.image_normalize dims [2] compute f32 ins(%x : tensor<65536x65537x4xf32>) epsilon(%e : tensor<f32>)
      extras(%a : tensor<65536x1x1xf32>) maps [affine_map<(p, i, j) -> (p, 0, 0)>] {
  ^bb0(%y: f32, %v: f32, %av: f32):
    %t = array.add %y, %av : f32, f32
    fused.yield %t : f32
  } -> tensor<65536x65537x4xf32>
  return %y : tensor<65536x65537x4xf32>
}

// -----

func.func @map(%x: tensor<8xf32>) -> tensor<8xf32> {
  // expected-remark @+1 {{fused.map stays on the CPU [unit-kind]: fused.map has no GPU form}}
  %y = fused.map ins(%x : tensor<8xf32>) maps [affine_map<(i) -> (i)>] {
  ^bb0(%v: f32):
    %s = array.add %v, %v : f32, f32
    fused.yield %s : f32
  } -> tensor<8xf32>
  return %y : tensor<8xf32>
}
