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

func.func @bindings(%x: tensor<2x8x8xf32>, %e: tensor<f32>, %a: tensor<2x8x8xf32>, %b: tensor<2x8x8xf32>) -> tensor<2x8x8xf32> {
  // expected-remark @+1 {{[bindings]: the unit needs 11 buffers, the device binds 8}}
  %y = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x8x8xf32>) epsilon(%e : tensor<f32>)
      extras(%a, %b : tensor<2x8x8xf32>, tensor<2x8x8xf32>)
      maps [affine_map<(p, i, j) -> (p, i, j)>, affine_map<(p, i, j) -> (p, i, j)>] {
  ^bb0(%y: f32, %v: f32, %av: f32, %bv: f32):
    %s = array.add %y, %av : f32, f32
    %t = array.add %s, %bv : f32, f32
    fused.yield %t : f32
  } -> tensor<2x8x8xf32>
  return %y : tensor<2x8x8xf32>
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
