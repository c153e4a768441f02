// --fuse-reductions: a reduction takes what computes its operand, and the reductions beside it; what reads its
// result stays outside.
// RUN: runmat-opt --fuse-reductions --remarks-filter=fusion %s 2>&1 | FileCheck %s --check-prefixes=CHECK,REMARK

// REMARK: remark: [Missed] fuse-reductions{{.*}}reads-reduction
// CHECK-LABEL: func.func @sums
// CHECK: %[[R:.*]]:2 = fused.nest [4, 8] ins(%arg0 : tensor<4x8xf32>)
// CHECK-SAME: yields {{\[}}[#fused.reduction<sum dims [1] keep>, #fused.reduction<max dims [0, 1]>]] results [0, 1]
// CHECK-NEXT: ^bb0(%[[X:.*]]: f32):
// CHECK-NEXT: %[[Q:.*]] = array.mul %[[X]], %[[X]] : f32, f32
// CHECK-NEXT: fused.yield %[[Q]], %[[X]] : f32, f32
// CHECK: array.sub %arg0, %[[R]]#0
func.func @sums(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<f32>) {
  %m = array.reduce_max %x : tensor<4x8xf32>
  %q = array.mul %x, %x : tensor<4x8xf32>, tensor<4x8xf32>
  %s = array.sum %q dims [1] keep : tensor<4x8xf32>
  %d = array.sub %x, %s : tensor<4x8xf32>, tensor<4x1xf32>
  return %d, %m : tensor<4x8xf32>, tensor<f32>
}

// All kinds and their attributes.
// CHECK-LABEL: func.func @kinds
// CHECK: fused.nest
// CHECK-SAME: #fused.reduction<argmin dims [0] nan = propagate>
// CHECK-SAME: #fused.reduction<var dims [0] omit_nan = true ddof = 1>
// CHECK-SAME: #fused.reduction<sum dims [0] omit_nan = true>
func.func @kinds(%x: tensor<4x8xf32>) -> (tensor<8xi64>, tensor<8xf32>, tensor<8xf32>) {
  %y = array.exp %x : tensor<4x8xf32>
  %a = array.argmin %y dims [0] nan = propagate : tensor<4x8xf32>
  %b = array.var %y dims [0] ddof 1 omit_nan : tensor<4x8xf32>
  %c = array.sum %y dims [0] omit_nan : tensor<4x8xf32>
  return %a, %b, %c : tensor<8xi64>, tensor<8xf32>, tensor<8xf32>
}
