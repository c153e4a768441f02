// Near misses are not fused; each says why (a missed remark), and the program stays as it was.
// RUN: runmat-opt --fuse-image-normalize --remarks-filter=fusion %s 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: runmat-opt --fuse-image-normalize %s | FileCheck %s
// RUN: runmat-opt --canonicalize --fuse-image-normalize %s | FileCheck %s
// Parity: 4, 8, 21

// CHECK-NOT: fused.

!batch = tensor<2x4x5xf32>
!plane = tensor<2x1x1xf32>
!wide = tensor<2x4x5xf64>
!wplane = tensor<2x1x1xf64>

// A value is rounded to f32 in front of the statistics.
// REMARK: rejections.mlir:[[#@LINE+3]]:{{.*}}narrowing-cast
// CHECK-LABEL: func.func @narrowed_input
func.func @narrowed_input(%w: !wide, %e: tensor<f32>) -> !batch {
  %x = array.cast %w : !wide to !batch
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// The mean is narrowed back before it is subtracted.
// REMARK: rejections.mlir:[[#@LINE+5]]:{{.*}}narrowing-cast
// CHECK-LABEL: func.func @narrowed_mean
func.func @narrowed_mean(%x: !batch, %e: tensor<f32>) -> !batch {
  %w = array.cast %x : !batch to !wide
  %m = array.mean %w dims [1, 2] keep : !wide
  %k = array.cast %m : !wplane to !plane
  %d = array.sub %x, %k : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// REMARK: rejections.mlir:[[#@LINE+8]]:{{.*}}epsilon-invalid
// CHECK-LABEL: func.func @epsilon_nan
func.func @epsilon_nan(%x: !batch) -> !batch {
  %e = array.constant dense<0x7FC00000> : tensor<f32>
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// REMARK: rejections.mlir:[[#@LINE+8]]:{{.*}}epsilon-invalid: epsilon is NaN or negative
// CHECK-LABEL: func.func @epsilon_negative
func.func @epsilon_negative(%x: !batch) -> !batch {
  %e = array.constant dense<-1.0e-6> : tensor<f32>
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// Constants are folded to know it.
// REMARK: rejections.mlir:[[#@LINE+9]]:{{.*}}epsilon-invalid
// CHECK-LABEL: func.func @epsilon_negated
func.func @epsilon_negated(%x: !batch) -> !batch {
  %c = array.constant dense<1.0e-3> : tensor<1x1x1xf32>
  %e = array.neg %c : tensor<1x1x1xf32>
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<1x1x1xf32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// Constants are folded through fills, reshapes and casts too.
// REMARK: rejections.mlir:[[#@LINE+12]]:{{.*}}epsilon-invalid
// CHECK-LABEL: func.func @epsilon_zero_over_zero
func.func @epsilon_zero_over_zero(%x: !batch) -> !batch {
  %z = array.constant 0.0 : f64
  %q = array.div %z, %z : f64, f64
  %w = array.full %q : f64 to tensor<1xf64>
  %k = array.reshape %w : tensor<1xf64> to tensor<f64>
  %e = array.cast %k : tensor<f64> to tensor<f32>
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// REMARK: rejections.mlir:[[#@LINE+7]]:{{.*}}epsilon-not-scalar
// CHECK-LABEL: func.func @epsilon_per_plane
func.func @epsilon_per_plane(%x: !batch, %e: !plane) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, !plane
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// REMARK: rejections.mlir:[[#@LINE+9]]:{{.*}}epsilon-outside-sqrt
// CHECK-LABEL: func.func @epsilon_outside
func.func @epsilon_outside(%x: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %r = array.sqrt %v : !plane
  %a = array.add %r, %e : !plane, tensor<f32>
  %n = array.div %d, %a : !batch, !plane
  return %n : !batch
}

// REMARK: rejections.mlir:[[#@LINE+9]]:{{.*}}reciprocal-scale
// CHECK-LABEL: func.func @rsqrt
func.func @rsqrt(%x: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.rsqrt %a : !plane
  %n = array.mul %d, %r : !batch, !plane
  return %n : !batch
}

// REMARK: rejections.mlir:[[#@LINE+11]]:{{.*}}reciprocal-scale
// CHECK-LABEL: func.func @one_over_sigma
func.func @one_over_sigma(%x: !batch, %e: tensor<f32>) -> !batch {
  %one = array.constant dense<1.0> : tensor<f32>
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %i = array.div %one, %r : tensor<f32>, !plane
  %n = array.mul %i, %d : !plane, !batch
  return %n : !batch
}

// x, not its deviation, is divided (root mean square normalisation).
// REMARK: rejections.mlir:[[#@LINE+7]]:{{.*}}not-centered
// CHECK-LABEL: func.func @not_centered
func.func @not_centered(%x: !batch, %e: tensor<f32>) -> !batch {
  %s = array.mul %x, %x : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %x, %r : !batch, !plane
  return %n : !batch
}

// mean - x is the wrong sign.
// REMARK: rejections.mlir:[[#@LINE+9]]:{{.*}}not-centered
// CHECK-LABEL: func.func @negated
func.func @negated(%x: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %m, %x : !plane, !batch
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// E[x^2] is not the variance.
// REMARK: rejections.mlir:[[#@LINE+5]]:{{.*}}not-a-square
// CHECK-LABEL: func.func @uncentered_square
func.func @uncentered_square(%x: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %x, %x : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// REMARK: rejections.mlir:[[#@LINE+6]]:{{.*}}not-a-square
// CHECK-LABEL: func.func @cubed
func.func @cubed(%x: !batch, %e: tensor<f32>) -> !batch {
  %three = array.constant dense<3.0> : tensor<f32>
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.pow %d, %three : !batch, tensor<f32>
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// The variance of one array, the deviation of another.
// REMARK: rejections.mlir:[[#@LINE+8]]:{{.*}}different-input
// CHECK-LABEL: func.func @other_variance
func.func @other_variance(%x: !batch, %z: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %v = array.var %z dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// REMARK: rejections.mlir:[[#@LINE+4]]:{{.*}}different-input
// CHECK-LABEL: func.func @other_mean
func.func @other_mean(%x: !batch, %z: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %z dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// REMARK: rejections.mlir:[[#@LINE+6]]:{{.*}}dims-mismatch
// CHECK-LABEL: func.func @other_dims
func.func @other_dims(%x: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [2] keep : !batch
  %a = array.add %v, %e : tensor<2x4x1xf32>, tensor<f32>
  %r = array.sqrt %a : tensor<2x4x1xf32>
  %n = array.div %d, %r : !batch, tensor<2x4x1xf32>
  return %n : !batch
}

// REMARK: rejections.mlir:[[#@LINE+9]]:{{.*}}dims-not-trailing
// CHECK-LABEL: func.func @leading_dims
func.func @leading_dims(%x: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x dims [0, 1] keep : !batch
  %d = array.sub %x, %m : !batch, tensor<1x1x5xf32>
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [0, 1] keep : !batch
  %a = array.add %v, %e : tensor<1x1x5xf32>, tensor<f32>
  %r = array.sqrt %a : tensor<1x1x5xf32>
  %n = array.div %d, %r : !batch, tensor<1x1x5xf32>
  return %n : !batch
}

// REMARK: rejections.mlir:[[#@LINE+9]]:{{.*}}no-batch-dim
// CHECK-LABEL: func.func @all_dims
func.func @all_dims(%x: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x : !batch
  %d = array.sub %x, %m : !batch, tensor<f32>
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s : !batch
  %a = array.add %v, %e : tensor<f32>, tensor<f32>
  %r = array.sqrt %a : tensor<f32>
  %n = array.div %d, %r : !batch, tensor<f32>
  return %n : !batch
}

// Without `keep` the means of 5 planes line up with 5 columns.
// REMARK: rejections.mlir:[[#@LINE+4]]:{{.*}}mean-misaligned
// CHECK-LABEL: func.func @misaligned
func.func @misaligned(%x: tensor<5x4x5xf32>, %e: tensor<f32>) -> tensor<5x4x5xf32> {
  %m = array.mean %x dims [1, 2] : tensor<5x4x5xf32>
  %d = array.sub %x, %m : tensor<5x4x5xf32>, tensor<5xf32>
  %s = array.mul %d, %d : tensor<5x4x5xf32>, tensor<5x4x5xf32>
  %v = array.mean %s dims [1, 2] : tensor<5x4x5xf32>
  %a = array.add %v, %e : tensor<5xf32>, tensor<f32>
  %r = array.sqrt %a : tensor<5xf32>
  %n = array.div %d, %r : tensor<5x4x5xf32>, tensor<5xf32>
  return %n : tensor<5x4x5xf32>
}

// A reshape that moves planes to other places.
// REMARK: rejections.mlir:[[#@LINE+4]]:{{.*}}shape-change
// CHECK-LABEL: func.func @shape_change
func.func @shape_change(%x: tensor<2x3x4x5xf32>, %e: tensor<f32>) -> tensor<2x3x4x5xf32> {
  %m = array.mean %x dims [2, 3] : tensor<2x3x4x5xf32>
  %k = array.reshape %m : tensor<2x3xf32> to tensor<6x1x1xf32>
  %b = array.reshape %k : tensor<6x1x1xf32> to tensor<2x3x1x1xf32>
  %d = array.sub %x, %b : tensor<2x3x4x5xf32>, tensor<2x3x1x1xf32>
  %s = array.mul %d, %d : tensor<2x3x4x5xf32>, tensor<2x3x4x5xf32>
  %v = array.mean %s dims [2, 3] keep : tensor<2x3x4x5xf32>
  %a = array.add %v, %e : tensor<2x3x1x1xf32>, tensor<f32>
  %r = array.sqrt %a : tensor<2x3x1x1xf32>
  %n = array.div %d, %r : tensor<2x3x4x5xf32>, tensor<2x3x1x1xf32>
  return %n : tensor<2x3x4x5xf32>
}

// REMARK: rejections.mlir:[[#@LINE+5]]:{{.*}}ddof
// CHECK-LABEL: func.func @unbiased
func.func @unbiased(%x: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %v = array.var %x dims [1, 2] keep ddof 1 : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// REMARK: rejections.mlir:[[#@LINE+3]]:{{.*}}omit-nan
// CHECK-LABEL: func.func @omit_nan
func.func @omit_nan(%x: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x dims [1, 2] keep omit_nan : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// REMARK: rejections.mlir:[[#@LINE+9]]:{{.*}}low-precision
// CHECK-LABEL: func.func @half
func.func @half(%x: tensor<2x4x5xf16>, %e: tensor<f16>) -> tensor<2x4x5xf16> {
  %m = array.mean %x dims [1, 2] keep : tensor<2x4x5xf16>
  %d = array.sub %x, %m : tensor<2x4x5xf16>, tensor<2x1x1xf16>
  %s = array.mul %d, %d : tensor<2x4x5xf16>, tensor<2x4x5xf16>
  %v = array.mean %s dims [1, 2] keep : tensor<2x4x5xf16>
  %a = array.add %v, %e : tensor<2x1x1xf16>, tensor<f16>
  %r = array.sqrt %a : tensor<2x1x1xf16>
  %n = array.div %d, %r : tensor<2x4x5xf16>, tensor<2x1x1xf16>
  return %n : tensor<2x4x5xf16>
}

// var - c is var + (-c).
// REMARK: rejections.mlir:[[#@LINE+8]]:{{.*}}epsilon-invalid
// CHECK-LABEL: func.func @subtracted_epsilon
func.func @subtracted_epsilon(%x: !batch) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %c = array.constant dense<1.0e-3> : tensor<f32>
  %a = array.sub %v, %c : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// A variance bounded from below.
// REMARK: rejections.mlir:[[#@LINE+7]]:{{.*}}epsilon-not-added
// CHECK-LABEL: func.func @bounded_variance
func.func @bounded_variance(%x: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.max %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// pow(v, 0.5) is sqrt(v) only to rounding, and not for a negative infinity.
// REMARK: rejections.mlir:[[#@LINE+9]]:{{.*}}root-by-pow
// CHECK-LABEL: func.func @root_by_pow
func.func @root_by_pow(%x: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %h = array.constant dense<0.5> : tensor<f32>
  %r = array.pow %a, %h : !plane, tensor<f32>
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// The variance as a sum over a count.
// REMARK: rejections.mlir:[[#@LINE+8]]:{{.*}}sum-not-mean
// CHECK-LABEL: func.func @variance_as_sum
func.func @variance_as_sum(%x: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %t = array.sum %s dims [1, 2] keep : !batch
  %c = array.constant dense<20.0> : tensor<f32>
  %v = array.div %t, %c : !plane, tensor<f32>
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// The mean as a sum over a count.
// REMARK: rejections.mlir:[[#@LINE+5]]:{{.*}}sum-not-mean
// CHECK-LABEL: func.func @mean_as_sum
func.func @mean_as_sum(%x: !batch, %e: tensor<f32>) -> !batch {
  %t = array.sum %x dims [1, 2] keep : !batch
  %c = array.constant dense<20.0> : tensor<f32>
  %m = array.div %t, %c : !plane, tensor<f32>
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// All statistics are outside the loop: a unit inside would compute them again in every iteration.
// REMARK: rejections.mlir:[[#@LINE+12]]:{{.*}}outside-loop
// CHECK-LABEL: func.func @statistics_outside
func.func @statistics_outside(%x: !batch, %e: tensor<f32>, %k: index) -> !batch {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %l = scf.for %i = %c0 to %k step %c1 iter_args(%acc = %x) -> (!batch) {
    %n = array.div %d, %r : !batch, !plane
    %y = array.add %acc, %n : !batch, !batch
    scf.yield %y : !batch
  }
  return %l : !batch
}

// The mean alone is outside.
// REMARK: rejections.mlir:[[#@LINE+12]]:{{.*}}outside-loop
// CHECK-LABEL: func.func @mean_outside
func.func @mean_outside(%x: !batch, %e: tensor<f32>, %k: index) -> !batch {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = array.mean %x dims [1, 2] keep : !batch
  %l = scf.for %i = %c0 to %k step %c1 iter_args(%acc = %x) -> (!batch) {
    %d = array.sub %x, %m : !batch, !plane
    %s = array.mul %d, %d : !batch, !batch
    %v = array.mean %s dims [1, 2] keep : !batch
    %a = array.add %v, %e : !plane, tensor<f32>
    %r = array.sqrt %a : !plane
    %n = array.div %d, %r : !batch, !plane
    %y = array.add %acc, %n : !batch, !batch
    scf.yield %y : !batch
  }
  return %l : !batch
}

// A while loop is one too.
// REMARK: rejections.mlir:[[#@LINE+14]]:{{.*}}outside-loop
// CHECK-LABEL: func.func @outside_while
func.func @outside_while(%x: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %true = arith.constant true
  %l = scf.while (%acc = %x) : (!batch) -> !batch {
    scf.condition(%true) %acc : !batch
  } do {
  ^bb0(%acc: !batch):
    %n = array.div %d, %r : !batch, !plane
    scf.yield %n : !batch
  }
  return %l : !batch
}

// E[x^2] - mean^2, which loses all digits where the mean is large, and so is another number.
// REMARK: rejections.mlir:[[#@LINE+5]]:{{.*}}not-a-square
// CHECK-LABEL: func.func @raw_moments
func.func @raw_moments(%x: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %x, %x : !batch, !batch
  %q = array.mean %s dims [1, 2] keep : !batch
  %mm = array.mul %m, %m : !plane, !plane
  %v = array.sub %q, %mm : !plane, !plane
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// The same by powers, epsilon in front.
// REMARK: rejections.mlir:[[#@LINE+6]]:{{.*}}not-a-square
// CHECK-LABEL: func.func @raw_moments_by_pow
func.func @raw_moments_by_pow(%x: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %two = array.constant dense<2.0> : tensor<f32>
  %s = array.pow %x, %two : !batch, tensor<f32>
  %q = array.mean %s dims [1, 2] keep : !batch
  %mm = array.pow %m, %two : !plane, tensor<f32>
  %v = array.sub %q, %mm : !plane, !plane
  %a = array.add %e, %v : tensor<f32>, !plane
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// Bounded first, then epsilon is added.
// REMARK: rejections.mlir:[[#@LINE+8]]:{{.*}}epsilon-not-added
// CHECK-LABEL: func.func @bounded_and_added
func.func @bounded_and_added(%x: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %z = array.constant dense<0.0> : tensor<f32>
  %b = array.max %v, %z : !plane, tensor<f32>
  %a = array.add %b, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// The root is bounded.
// REMARK: rejections.mlir:[[#@LINE+7]]:{{.*}}epsilon-not-added
// CHECK-LABEL: func.func @bounded_root
func.func @bounded_root(%x: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %t = array.std %x dims [1, 2] keep : !batch
  %r = array.max %t, %e : !plane, tensor<f32>
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// The variance is subtracted.
// REMARK: rejections.mlir:[[#@LINE+7]]:{{.*}}not-a-variance
// CHECK-LABEL: func.func @subtracted_variance
func.func @subtracted_variance(%x: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.sub %e, %v : tensor<f32>, !plane
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// More than epsilon is done to it.
// REMARK: rejections.mlir:[[#@LINE+7]]:{{.*}}not-a-variance
// CHECK-LABEL: func.func @scaled_variance
func.func @scaled_variance(%x: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %b = array.mul %v, %e : !plane, tensor<f32>
  %a = array.add %b, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// A power of -1/2.
// REMARK: rejections.mlir:[[#@LINE+10]]:{{.*}}reciprocal-scale
// CHECK-LABEL: func.func @reciprocal_by_pow
func.func @reciprocal_by_pow(%x: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %h = array.constant dense<-0.5> : tensor<f32>
  %r = array.pow %a, %h : !plane, tensor<f32>
  %n = array.mul %d, %r : !batch, !plane
  return %n : !batch
}

// The deviation or sigma is narrowed behind the statistics, in front of the division: f32 divides rounded numbers.
// REMARK: rejections.mlir:[[#@LINE+7]]:{{.*}}narrowing-cast: a value is rounded to a narrower type in front of the division
// CHECK-LABEL: func.func @narrowed_deviation
func.func @narrowed_deviation(%x: !batch) -> !batch {
  %w = array.cast %x : !batch to !wide
  %m = array.mean %w dims [1, 2] keep : !wide
  %d = array.sub %w, %m : !wide, !wplane
  %t = array.std %w dims [1, 2] keep : !wide
  %dn = array.cast %d : !wide to !batch
  %tn = array.cast %t : !wplane to !plane
  %n = array.div %dn, %tn : !batch, !plane
  return %n : !batch
}

// Another idiom altogether: no remark.
// REMARK-NOT: remark:
// CHECK-LABEL: func.func @power_step
func.func @power_step(%p: tensor<8x4xf32>, %e: tensor<f32>) -> tensor<8x4xf32> {
  %s = array.mul %p, %p : tensor<8x4xf32>, tensor<8x4xf32>
  %v = array.sum %s dims [0] keep : tensor<8x4xf32>
  %a = array.add %v, %e : tensor<1x4xf32>, tensor<f32>
  %r = array.sqrt %a : tensor<1x4xf32>
  %n = array.div %p, %r : tensor<8x4xf32>, tensor<1x4xf32>
  return %n : tensor<8x4xf32>
}

// CHECK-LABEL: func.func @no_deviation
func.func @no_deviation(%p: !batch, %q: !batch, %e: tensor<f32>) -> !batch {
  %s = array.mul %p, %q : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %k = array.mul %v, %e : !plane, tensor<f32>
  %a = array.add %k, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %p, %r : !batch, !plane
  return %n : !batch
}
