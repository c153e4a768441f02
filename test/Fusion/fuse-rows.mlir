// --fuse-rows: a reduction that is read back along the reduced dims is a stage of its consumers' unit.
// RUN: runmat-opt --fuse-rows --split-input-file %s | FileCheck %s

// What is dear to compute again is stored for the later stages.
// CHECK-LABEL: func.func @softmax
// CHECK: fused.nest [8, 1024] ins(%arg0 : tensor<8x1024xf32>)
// CHECK-SAME: yields {{\[}}[#fused.reduction<max dims [1] keep>], [#fused.reduction<sum dims [1] keep>, #fused.store], [#fused.store]] results [3]
// CHECK: array.exp
// CHECK-NOT: array.exp
// CHECK-NOT: fused.nest
// CHECK: return
func.func @softmax(%x: tensor<8x1024xf32>) -> tensor<8x1024xf32> {
  %m = array.reduce_max %x dims [1] keep : tensor<8x1024xf32>
  %d = array.sub %x, %m : tensor<8x1024xf32>, tensor<8x1xf32>
  %e = array.exp %d : tensor<8x1024xf32>
  %s = array.sum %e dims [1] keep : tensor<8x1024xf32>
  %y = array.div %e, %s : tensor<8x1024xf32>, tensor<8x1xf32>
  return %y : tensor<8x1024xf32>
}

// -----

// A result computed from reductions is a reduction of itself along the row.
// CHECK-LABEL: func.func @log_sum_exp
// CHECK: fused.nest
// CHECK-SAME: [#fused.reduction<max dims [1]>]] results [2]
// CHECK-NOT: fused.nest
// CHECK: return
func.func @log_sum_exp(%x: tensor<8x1024xf32>) -> tensor<8xf32> {
  %m = array.reduce_max %x dims [1] keep : tensor<8x1024xf32>
  %d = array.sub %x, %m : tensor<8x1024xf32>, tensor<8x1xf32>
  %e = array.exp %d : tensor<8x1024xf32>
  %s = array.sum %e dims [1] keep : tensor<8x1024xf32>
  %l = array.log %s : tensor<8x1xf32>
  %r = array.add %l, %m : tensor<8x1xf32>, tensor<8x1xf32>
  %q = array.reshape %r : tensor<8x1xf32> to tensor<8xf32>
  return %q : tensor<8xf32>
}

// -----

// What is computed from reductions alone stands in the stage that reads it.
// CHECK-LABEL: func.func @layer_norm
// CHECK: fused.nest [8, 1024] ins(%arg0, %arg1, %arg2
// CHECK-SAME: yields {{\[}}[#fused.reduction<mean dims [1] keep>], [#fused.reduction<mean dims [1] keep>], [#fused.store]] results [2]
// CHECK: array.sqrt
// CHECK-NOT: fused.nest
// CHECK: return
func.func @layer_norm(%x: tensor<8x1024xf32>, %g: tensor<1024xf32>, %b: tensor<1024xf32>) -> tensor<8x1024xf32> {
  %eps = array.constant dense<1.0e-5> : tensor<f32>
  %m = array.mean %x dims [1] keep : tensor<8x1024xf32>
  %d = array.sub %x, %m : tensor<8x1024xf32>, tensor<8x1xf32>
  %q = array.mul %d, %d : tensor<8x1024xf32>, tensor<8x1024xf32>
  %v = array.mean %q dims [1] keep : tensor<8x1024xf32>
  %e = array.add %v, %eps : tensor<8x1xf32>, tensor<f32>
  %s = array.sqrt %e : tensor<8x1xf32>
  %y = array.div %d, %s : tensor<8x1024xf32>, tensor<8x1xf32>
  %z = array.mul %y, %g : tensor<8x1024xf32>, tensor<1024xf32>
  %w = array.add %z, %b : tensor<8x1024xf32>, tensor<1024xf32>
  return %w : tensor<8x1024xf32>
}

// -----

// CHECK-LABEL: func.func @rms_norm
// CHECK: fused.nest
// CHECK-SAME: yields {{\[}}[#fused.reduction<mean dims [1] keep>], [#fused.store]]
// CHECK-NOT: fused.nest
// CHECK: return
func.func @rms_norm(%x: tensor<8x1024xf32>, %g: tensor<1024xf32>) -> tensor<8x1024xf32> {
  %eps = array.constant dense<1.0e-5> : tensor<f32>
  %q = array.mul %x, %x : tensor<8x1024xf32>, tensor<8x1024xf32>
  %v = array.mean %q dims [1] keep : tensor<8x1024xf32>
  %e = array.add %v, %eps : tensor<8x1xf32>, tensor<f32>
  %s = array.rsqrt %e : tensor<8x1xf32>
  %y = array.mul %x, %s : tensor<8x1024xf32>, tensor<8x1xf32>
  %z = array.mul %y, %g : tensor<8x1024xf32>, tensor<1024xf32>
  return %z : tensor<8x1024xf32>
}

// -----

// Mean and variance of one operand are one stage; both are results too.
// Parity: 17
// CHECK-LABEL: func.func @standardise
// CHECK: fused.nest [8, 1024] ins(%arg0 : tensor<8x1024xf64>)
// CHECK-SAME: yields {{\[}}[#fused.reduction<mean dims [1] keep>, #fused.reduction<std dims [1] keep ddof = 1>], [#fused.store]] results [0, 1, 2]
// CHECK-NOT: fused.nest
// CHECK: return
func.func @standardise(%x: tensor<8x1024xf64>) -> (tensor<8x1024xf64>, tensor<8x1xf64>, tensor<8x1xf64>) {
  %m = array.mean %x dims [1] keep : tensor<8x1024xf64>
  %s = array.std %x dims [1] keep ddof 1 : tensor<8x1024xf64>
  %d = array.sub %x, %m : tensor<8x1024xf64>, tensor<8x1xf64>
  %y = array.div %d, %s : tensor<8x1024xf64>, tensor<8x1xf64>
  return %y, %m, %s : tensor<8x1024xf64>, tensor<8x1xf64>, tensor<8x1xf64>
}

// -----

// CHECK-LABEL: func.func @min_max
// CHECK: fused.nest
// CHECK-SAME: yields {{\[}}[#fused.reduction<min dims [0]>, #fused.reduction<max dims [0]>], [#fused.store]]
// CHECK-NOT: fused.nest
// CHECK: return
func.func @min_max(%x: tensor<1024x8xf32>) -> tensor<1024x8xf32> {
  %a = array.reduce_min %x dims [0] : tensor<1024x8xf32>
  %b = array.reduce_max %x dims [0] : tensor<1024x8xf32>
  %r = array.sub %b, %a : tensor<8xf32>, tensor<8xf32>
  %d = array.sub %x, %a : tensor<1024x8xf32>, tensor<8xf32>
  %y = array.div %d, %r : tensor<1024x8xf32>, tensor<8xf32>
  return %y : tensor<1024x8xf32>
}

// -----

// Group norm: the reshapes stay outside, the rest is one unit.
// CHECK-LABEL: func.func @group_norm
// CHECK: array.reshape
// CHECK: fused.nest [2, 4, 512]
// CHECK-NOT: fused.nest
// CHECK: return
func.func @group_norm(%x: tensor<2x8x16x16xf32>) -> tensor<2x8x16x16xf32> {
  %g = array.reshape %x : tensor<2x8x16x16xf32> to tensor<2x4x512xf32>
  %m = array.mean %g dims [2] keep : tensor<2x4x512xf32>
  %v = array.var %g dims [2] keep : tensor<2x4x512xf32>
  %s = array.sqrt %v : tensor<2x4x1xf32>
  %d = array.sub %g, %m : tensor<2x4x512xf32>, tensor<2x4x1xf32>
  %y = array.div %d, %s : tensor<2x4x512xf32>, tensor<2x4x1xf32>
  %r = array.reshape %y : tensor<2x4x512xf32> to tensor<2x8x16x16xf32>
  return %r : tensor<2x8x16x16xf32>
}
