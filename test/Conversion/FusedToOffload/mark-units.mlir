// Every unit stands between marks of its own number, and what it becomes on a device stays between them.
// RUN: runmat-opt %s --generalize-units --mark-units | FileCheck %s
// RUN: runmat-opt %s --generalize-units --mark-units --convert-fused-to-offload=at-run-time 2>&1 | FileCheck %s --check-prefix=BOTH
// RUN: runmat-opt %s --generalize-units --mark-units --decompose-fused | FileCheck %s --check-prefix=CPU
// RUN: not runmat-opt %s --generalize-units --convert-fused-to-offload=all 2>&1 | FileCheck %s --check-prefix=UNMARKED

// CHECK: module attributes {offload.units = [
// CHECK-SAME: {location = "{{.*}}mark-units.mlir:[[@LINE+20]]:8", name = "fused.image_normalize"}
// CHECK-SAME: {location = "{{.*}}mark-units.mlir:[[@LINE+43]]:10", name = "fused.map"}

// UNMARKED: mark-units.mlir:[[@LINE+17]]:8: error: {{.*}}is not marked; run mark-units first

// CHECK-LABEL: func.func @units
// BOTH-LABEL: func.func @units
// CPU-LABEL: func.func @units
func.func @units(%x: tensor<4x64x64xf32>, %n: index) -> (tensor<4x64x64xf32>, tensor<8xf32>) {
  %e = array.constant dense<1.0e-6> : tensor<f32>
  // CHECK: offload.unit_begin 0
  // CHECK-NEXT: fused.nest {{.*}} kind "image_normalize"
  // CHECK: offload.unit_end 0
  // BOTH: offload.unit_begin 0
  // BOTH-NEXT: offload.place 0
  // BOTH-NEXT: scf.if
  // BOTH: offload.download
  // BOTH: fused.nest
  // BOTH: offload.unit_end 0
  // CPU: offload.unit_begin 0
  %a = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<4x64x64xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<4x64x64xf32>
  // CPU: array.sqrt
  // CPU: offload.unit_end 0
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %start = array.full %e : tensor<f32> to tensor<8xf32>
  // A unit without a GPU form counts as a fallback each time it runs.
  // CHECK: scf.for
  // CHECK-DAG: %[[MOVED:.*]] = arith.constant 64 : index
  // CHECK-DAG: %[[SAVED:.*]] = arith.constant 64 : index
  // CHECK: offload.unit_begin 1
  // CHECK: fused.nest
  // CHECK: offload.unit_end 1
  // CHECK-NEXT: offload.count "bytes_moved" by %[[MOVED]]
  // CHECK-NEXT: offload.count "bytes_saved" by %[[SAVED]]
  // CHECK-NEXT: scf.yield
  // BOTH: offload.unit_begin 1
  // BOTH-NEXT: offload.place 1
  // BOTH: fused.nest
  // BOTH: offload.unit_end 1
  %b = scf.for %i = %zero to %n step %one iter_args(%s = %start) -> tensor<8xf32> {
    %t = fused.map ins(%s : tensor<8xf32>) maps [affine_map<(i) -> (i)>] {
    ^bb0(%v: f32):
      %r = array.sqrt %v : f32
      %q = array.exp %r : f32
      fused.yield %q : f32
    } -> tensor<8xf32>
    scf.yield %t : tensor<8xf32>
  }
  return %a, %b : tensor<4x64x64xf32>, tensor<8xf32>
}

// What it moves: the input and the result, each once; all of a size that a run knows. What it saves: the same of
// its operations one by one, less that.
// CHECK-LABEL: func.func @open_sizes
// CHECK-DAG: %[[M:.*]] = tensor.dim %arg0, %c0
// CHECK: offload.unit_begin 2
// CHECK: offload.unit_end 2
// CHECK-NEXT: offload.count "bytes_moved" by %
// CHECK-NEXT: offload.count "bytes_saved" by %
func.func @open_sizes(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %e = array.constant dense<1.0e-6> : tensor<f32>
  %a = fused.image_normalize dims [1] compute f32 ins(%x : tensor<?x64xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<?x64xf32>
  return %a : tensor<?x64xf32>
}

// A reduction's result has fewer dims; what it holds is counted by the space's.
// CHECK-LABEL: func.func @reduction
// CHECK: offload.count "bytes_moved" by %
// CHECK: offload.count "bytes_saved" by %
func.func @reduction(%x: tensor<?x64xf32>) -> tensor<?xf32> {
  %a = fused.reduce [#fused.reduction<sum dims [1]>] ins(%x : tensor<?x64xf32>) maps [affine_map<(i, j) -> (i, j)>] {
  ^bb0(%v: f32):
    fused.yield %v : f32
  } -> tensor<?xf32>
  return %a : tensor<?xf32>
}
