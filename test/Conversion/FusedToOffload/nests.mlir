// A nest as launches: numbers that the device sees are checked to be words, products of sizes do not wrap, windows are
// a loop, and parameters that push constants have no room for are a buffer.
// RUN: runmat-opt %s --generalize-units --mark-units --convert-fused-to-offload="all profile=nvidia" | FileCheck %s

// CHECK-LABEL: func.func @sum
// CHECK-SAME: (%[[X:.*]]: tensor<?x?xf32>)
func.func @sum(%x: tensor<?x?xf32>) -> tensor<?xf32> {
  // CHECK: offload.unit_begin 0
  // The number of rows times that of columns, or the greatest number there is.
  // CHECK: %[[LOW:.*]], %[[HIGH:.*]] = arith.mului_extended
  // CHECK: arith.cmpi sge, %[[LOW]]
  // CHECK: arith.cmpi eq, %[[HIGH]]
  // CHECK: scf.if
  // CHECK: scf.for
  // CHECK: offload.check {{.*}} "fused.{{[a-z_]+}}: sizes need numbers of more than 32 bits on the device, {0}"
  // CHECK: offload.dispatch "reduce_rows
  // CHECK: offload.dispatch "reduce_pass0
  // CHECK: offload.dispatch "reduce_finish
  // CHECK: offload.unit_end 0
  %r = fused.nest [?, ?] ins(%x : tensor<?x?xf32>) maps [affine_map<(i, j) -> (i, j)>]
      yields [[#fused.reduction<sum dims [1]>]] results [0] {
  ^bb0(%a: f32):
    fused.yield %a : f32
  } -> tensor<?xf32>
  return %r : tensor<?xf32>
}
