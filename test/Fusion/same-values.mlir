// Fused programs compute the numbers of the unfused ones: consumers, intermediates that are results too,
// programs that are refused, planes far from zero.
// REQUIRES: runmat-interpret
// RUN: %python %source/test/Fusion/same_values.py %s
// Parity: 7, 9, 10, 21

!batch = tensor<3x4x5xf32>
!plane = tensor<3x1x1xf32>

// The whole pipeline; a negative base under pow without a clamp is NaN in both.
func.func @unclamped() -> !batch {
  %x = array.constant dense<[[[1.96875, -1.75, 1.4375, -1.5625, 1.84375], [-1.96875, 1.21875, 0.46875, -1.9375, 1.1875], [1.25, -1.6875, -1.125, 1.53125, 1.5625], [-0.6875, -2.0, -1.09375, 0.78125, 1.90625]], [[1.6875, 0.5625, -0.75, -1.65625, -2.0], [-1.90625, -1.53125, -1.03125, -0.59375, -0.25], [0.0, 0.125, 0.125, 0.03125, -0.1875], [-0.53125, -0.9375, -1.375, -1.78125, -2.0]], [[-1.9375, -1.4375, -0.5625, 0.5625, 1.5625], [1.96875, 1.5, 0.1875, -1.3125, -2.0], [-1.34375, 0.40625, 1.84375, 1.625, -0.21875], [-1.875, -1.46875, 0.65625, 1.96875, 0.65625]]]> : !batch
  %e = array.constant dense<1.0e-3> : tensor<f32>
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  %g = array.constant dense<1.8> : tensor<f32>
  %y = array.pow %n, %g : !batch, tensor<f32>
  return %y : !batch
}

func.func @mse() -> tensor<f32> {
  %x = array.constant dense<[[[1.96875, -1.75, 1.4375, -1.5625, 1.84375], [-1.96875, 1.21875, 0.46875, -1.9375, 1.1875], [1.25, -1.6875, -1.125, 1.53125, 1.5625], [-0.6875, -2.0, -1.09375, 0.78125, 1.90625]], [[1.6875, 0.5625, -0.75, -1.65625, -2.0], [-1.90625, -1.53125, -1.03125, -0.59375, -0.25], [0.0, 0.125, 0.125, 0.03125, -0.1875], [-0.53125, -0.9375, -1.375, -1.78125, -2.0]], [[-1.9375, -1.4375, -0.5625, 0.5625, 1.5625], [1.96875, 1.5, 0.1875, -1.3125, -2.0], [-1.34375, 0.40625, 1.84375, 1.625, -0.21875], [-1.875, -1.46875, 0.65625, 1.96875, 0.65625]]]> : !batch
  %e = array.constant dense<1.0e-3> : tensor<f32>
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  %two = array.constant dense<2.0> : tensor<f32>
  %diff = array.sub %n, %x : !batch, !batch
  %sq = array.pow %diff, %two : !batch, tensor<f32>
  %mse = array.mean %sq : !batch
  return %mse : tensor<f32>
}

func.func @used_later() -> (!plane, !batch, !plane, !batch, !batch) {
  %x = array.constant dense<[[[1.96875, -1.75, 1.4375, -1.5625, 1.84375], [-1.96875, 1.21875, 0.46875, -1.9375, 1.1875], [1.25, -1.6875, -1.125, 1.53125, 1.5625], [-0.6875, -2.0, -1.09375, 0.78125, 1.90625]], [[1.6875, 0.5625, -0.75, -1.65625, -2.0], [-1.90625, -1.53125, -1.03125, -0.59375, -0.25], [0.0, 0.125, 0.125, 0.03125, -0.1875], [-0.53125, -0.9375, -1.375, -1.78125, -2.0]], [[-1.9375, -1.4375, -0.5625, 0.5625, 1.5625], [1.96875, 1.5, 0.1875, -1.3125, -2.0], [-1.34375, 0.40625, 1.84375, 1.625, -0.21875], [-1.875, -1.46875, 0.65625, 1.96875, 0.65625]]]> : !batch
  %e = array.constant dense<1.0e-3> : tensor<f32>
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  %y = array.mul %n, %e : !batch, tensor<f32>
  return %m, %d, %r, %n, %y : !plane, !batch, !plane, !batch, !batch
}

// Extras in every shape, reductions, and a use of a reduction of the unit's own result.
func.func @consumers() -> (!batch, !plane, tensor<i64>) {
  %x = array.constant dense<[[[1.96875, -1.75, 1.4375, -1.5625, 1.84375], [-1.96875, 1.21875, 0.46875, -1.9375, 1.1875], [1.25, -1.6875, -1.125, 1.53125, 1.5625], [-0.6875, -2.0, -1.09375, 0.78125, 1.90625]], [[1.6875, 0.5625, -0.75, -1.65625, -2.0], [-1.90625, -1.53125, -1.03125, -0.59375, -0.25], [0.0, 0.125, 0.125, 0.03125, -0.1875], [-0.53125, -0.9375, -1.375, -1.78125, -2.0]], [[-1.9375, -1.4375, -0.5625, 0.5625, 1.5625], [1.96875, 1.5, 0.1875, -1.3125, -2.0], [-1.34375, 0.40625, 1.84375, 1.625, -0.21875], [-1.875, -1.46875, 0.65625, 1.96875, 0.65625]]]> : !batch
  %e = array.constant dense<1.0e-3> : tensor<f32>
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  %row = array.constant dense<[1.0, 2.0, 3.0, 4.0, 5.0]> : tensor<5xf32>
  %col = array.constant dense<[[-1.0], [0.5], [2.0], [3.0]]> : tensor<4x1xf32>
  %y0 = array.add %n, %row : !batch, tensor<5xf32>
  %y1 = array.mul %y0, %col : !batch, tensor<4x1xf32>
  %top = array.reduce_max %y1 dims [1, 2] keep : !batch
  %c = array.compare gt, %y1, %row : !batch, tensor<5xf32>
  %i = array.cast %c : tensor<3x4x5xi1> to tensor<3x4x5xi32>
  %count = array.sum %i : tensor<3x4x5xi32>
  %z = array.div %y1, %top : !batch, !plane
  return %z, %top, %count : !batch, !plane, tensor<i64>
}

// Refused, and the same: epsilon is negative, its root NaN where the variance is smaller.
func.func @negative_epsilon() -> !batch {
  %x = array.constant dense<[[[1.96875, -1.75, 1.4375, -1.5625, 1.84375], [-1.96875, 1.21875, 0.46875, -1.9375, 1.1875], [1.25, -1.6875, -1.125, 1.53125, 1.5625], [-0.6875, -2.0, -1.09375, 0.78125, 1.90625]], [[1.6875, 0.5625, -0.75, -1.65625, -2.0], [-1.90625, -1.53125, -1.03125, -0.59375, -0.25], [0.0, 0.125, 0.125, 0.03125, -0.1875], [-0.53125, -0.9375, -1.375, -1.78125, -2.0]], [[-1.9375, -1.4375, -0.5625, 0.5625, 1.5625], [1.96875, 1.5, 0.1875, -1.3125, -2.0], [-1.34375, 0.40625, 1.84375, 1.625, -0.21875], [-1.875, -1.46875, 0.65625, 1.96875, 0.65625]]]> : !batch
  %e = array.constant dense<-2.0> : tensor<f32>
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}

// Mean 1e4 and deviations of 1e-2: the statistics are of deviations.
func.func @far_from_zero() -> !batch {
  %u = array.constant dense<[[[1.96875, -1.75, 1.4375, -1.5625, 1.84375], [-1.96875, 1.21875, 0.46875, -1.9375, 1.1875], [1.25, -1.6875, -1.125, 1.53125, 1.5625], [-0.6875, -2.0, -1.09375, 0.78125, 1.90625]], [[1.6875, 0.5625, -0.75, -1.65625, -2.0], [-1.90625, -1.53125, -1.03125, -0.59375, -0.25], [0.0, 0.125, 0.125, 0.03125, -0.1875], [-0.53125, -0.9375, -1.375, -1.78125, -2.0]], [[-1.9375, -1.4375, -0.5625, 0.5625, 1.5625], [1.96875, 1.5, 0.1875, -1.3125, -2.0], [-1.34375, 0.40625, 1.84375, 1.625, -0.21875], [-1.875, -1.46875, 0.65625, 1.96875, 0.65625]]]> : !batch
  %e = array.constant dense<1.0e-12> : tensor<f32>
  %k = array.constant dense<0.01> : tensor<f32>
  %o = array.constant dense<10000.0> : tensor<f32>
  %w = array.mul %u, %k : !batch, tensor<f32>
  %x = array.add %w, %o : !batch, tensor<f32>
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}
