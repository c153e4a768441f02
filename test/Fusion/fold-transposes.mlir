// --fold-transposes: an operation reads through a permuted map in place of a transpose; transposes that cancel go.
// Parity: 28
// RUN: runmat-opt --fold-transposes %s | FileCheck %s

// CHECK-DAG: #[[SWAP:.*]] = affine_map<(d0, d1) -> (d1, d0)>
// CHECK-DAG: #[[SAME:.*]] = affine_map<(d0, d1) -> (d0, d1)>

// CHECK-LABEL: func.func @read
// CHECK-NOT: array.transpose
// CHECK: fused.nest [8, 4] ins(%arg0, %arg1 : tensor<4x8xf32>, tensor<8x4xf32>) maps [#[[SWAP]], #[[SAME]]]
func.func @read(%x: tensor<4x8xf32>, %y: tensor<8x4xf32>) -> tensor<8x4xf32> {
  %t = array.transpose %x perm [1, 0] : tensor<4x8xf32>
  %s = array.add %t, %y : tensor<8x4xf32>, tensor<8x4xf32>
  return %s : tensor<8x4xf32>
}

// CHECK-LABEL: func.func @reduced
// CHECK-NOT: array.transpose
// CHECK: fused.nest {{.*}}#fused.reduction<sum
func.func @reduced(%x: tensor<4x8xf32>) -> tensor<8xf32> {
  %t = array.transpose %x perm [1, 0] : tensor<4x8xf32>
  %s = array.sum %t dims [1] : tensor<8x4xf32>
  return %s : tensor<8xf32>
}

// CHECK-LABEL: func.func @cancelled
// CHECK-NOT: array.transpose
// CHECK: fused.nest [4, 8] ins(%arg0 : tensor<4x8xf32>) maps [#[[SAME]]]
// CHECK-NOT: fused.nest
// CHECK: return
func.func @cancelled(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %t = array.transpose %x perm [1, 0] : tensor<4x8xf32>
  %e = array.exp %t : tensor<8x4xf32>
  %u = array.transpose %e perm [1, 0] : tensor<8x4xf32>
  return %u : tensor<4x8xf32>
}

// Without a transpose nothing merges.
// CHECK-LABEL: func.func @none
// CHECK-NOT: fused.nest
// CHECK: return
func.func @none(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = array.exp %x : tensor<4x8xf32>
  %n = array.neg %e : tensor<4x8xf32>
  return %n : tensor<4x8xf32>
}
