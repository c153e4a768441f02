// Units on the GPU: transfers at the ends, nothing between consecutive units, buffers freed after use.
// RUN: runmat-opt %s --generalize-units --mark-units --convert-fused-to-offload=all | FileCheck %s
// RUN: runmat-opt %s --generalize-units --mark-units --convert-fused-to-offload | FileCheck %s --check-prefix=PINNED
// RUN: runmat-opt %s --generalize-units --mark-units "--convert-fused-to-offload=all device-values" | FileCheck %s --check-prefix=DEVICE
// RUN: runmat-opt %s --generalize-units --mark-units "--convert-fused-to-offload=at-run-time" | FileCheck %s --check-prefix=CHOICE

// Nothing is pinned to the GPU here.
// PINNED-NOT: offload.{{upload|dispatch|place|download}}
// PINNED: fused.nest {{.*}} kind "image_normalize"
// PINNED: fused.nest {{.*}} kind "image_normalize"

// CHECK: module attributes {offload.kernels = [{access = array<i32: 1, 2>, entry = "image_normalize_rows", flags = 769 : i32, name = "image_normalize_rows@0", push_bytes = 0 : i32
// CHECK-SAME: offload.units = [{location = "{{.*}}convert-fused-to-offload.mlir:{{[0-9]+}}:8", name = "fused.image_normalize"}
// CHECK-LABEL: func.func @two
func.func @two(%x: tensor<4x64x64xf32>) -> tensor<4x64x64xf32> {
  %e = array.constant dense<1.0e-6> : tensor<f32>
  // CHECK: %[[X:.*]] = offload.upload %{{.*}} : tensor<4x64x64xf32>
  // CHECK: %[[A:.*]] = offload.alloc
  // CHECK: offload.dispatch "image_normalize_rows@0" buffers(%[[X]], %[[A]])
  // CHECK: offload.free %[[X]]
  %a = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<4x64x64xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<4x64x64xf32>
  // CHECK-NOT: offload.upload
  // CHECK-NOT: offload.download
  // CHECK: %[[B:.*]] = offload.alloc
  // CHECK: offload.dispatch "image_normalize_rows@1" buffers(%[[A]], %[[B]])
  // CHECK: offload.free %[[A]]
  %b = fused.image_normalize dims [1, 2] compute f32 ins(%a : tensor<4x64x64xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<4x64x64xf32>
  // CHECK: %[[T:.*]] = offload.download %[[B]] into %{{.*}} : tensor<4x64x64xf32>
  // CHECK: offload.free %[[B]]
  // CHECK: return %[[T]]
  return %b : tensor<4x64x64xf32>
}

// DEVICE-LABEL: func.func @two
// DEVICE-SAME: (%{{.*}}: tensor<4x64x64xf32>, %[[ARGS:.*]]: i64, %[[RESULTS:.*]]: i64) attributes {offload.abi, offload.device_results = array<i32: 0>}
// DEVICE: offload.argument %[[ARGS]][0]
// DEVICE-NOT: offload.download
// DEVICE: offload.result %{{.*}}, %[[RESULTS]][0], f32 sizes(
// DEVICE: return{{$}}

// CHOICE-LABEL: func.func @two
// CHOICE: %[[P:.*]] = offload.place 0
// CHOICE: scf.if %[[P]] -> (tensor<4x64x64xf32>) {
// CHOICE: offload.upload
// CHOICE: offload.download
// CHOICE: } else {
// CHOICE: fused.nest
// CHOICE: offload.place 1

// CHECK-LABEL: func.func @dynamic
func.func @dynamic(%x: tensor<?x?x?xf32>) -> tensor<f32> {
  %e = array.constant dense<1.0e-6> : tensor<f32>
  // The class of shapes is chosen at run time; a plane that does not fit is an error.
  // CHECK: offload.limit 0
  // CHECK: scf.if
  // CHECK: scf.for
  // CHECK: offload.dispatch "image_normalize_rows{{.*}}@2"
  // CHECK: offload.dispatch "image_normalize_merge@2"
  // CHECK: } else {
  // CHECK: scf.if
  // CHECK: offload.dispatch "image_normalize_merge_2@2"
  %m = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<?x?x?xf32>) epsilon(%e : tensor<f32>)
      reductions [#fused.reduction<mean dims [0, 1, 2]>] {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<f32>
  return %m : tensor<f32>
}

// CHECK: gpu.module @kernels
