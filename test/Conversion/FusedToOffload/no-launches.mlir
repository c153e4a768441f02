// Kernels that no launch needs leave the module, and all of them where nothing is launched.
// RUN: runmat-opt %s --split-input-file --generalize-units --mark-units --convert-fused-to-offload=all | FileCheck %s

// No planes: nothing to launch, and no body that is left half lowered.
// CHECK-LABEL: func.func @no_planes
// CHECK: offload.download
// CHECK-NOT: gpu.module
// CHECK-NOT: array.tanh
func.func @no_planes(%x: tensor<0x4x5xf32>) -> tensor<0x4x5xf32> {
  %e = array.constant dense<1.0e-6> : tensor<f32>
  %y = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<0x4x5xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%n: f32, %v: f32):
    %t = array.tanh %n : f32
    fused.yield %t : f32
  } -> tensor<0x4x5xf32>
  return %y : tensor<0x4x5xf32>
}

// -----

// One unit of two has planes.
// CHECK-LABEL: func.func @one_of_two
// CHECK: offload.dispatch
// CHECK: gpu.module
// CHECK: gpu.func
// CHECK-NOT: array.tanh
// CHECK-NOT: array.exp
func.func @one_of_two(%x: tensor<0x4x5xf32>, %y: tensor<2x64x64xf32>) -> (tensor<0x4x5xf32>, tensor<2x64x64xf32>) {
  %e = array.constant dense<1.0e-6> : tensor<f32>
  %a = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<0x4x5xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%n: f32, %v: f32):
    %t = array.tanh %n : f32
    fused.yield %t : f32
  } -> tensor<0x4x5xf32>
  %b = fused.image_normalize dims [1, 2] compute f32 ins(%y : tensor<2x64x64xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%n: f32, %v: f32):
    %t = array.exp %n : f32
    fused.yield %t : f32
  } -> tensor<2x64x64xf32>
  return %a, %b : tensor<0x4x5xf32>, tensor<2x64x64xf32>
}
