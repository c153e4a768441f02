// The README's picture: a scene in fog (made here, every value near 0.55), and beside it the same scene
// after ImageNormalize. Channels are the planes: each gets its own mean and deviation.
func.func @foggy_scene() -> tensor<3x180x640xf32> {
  %plane = array.iota dim 0 : tensor<3x180x320xf32>
  %row   = array.iota dim 1 : tensor<3x180x320xf32>
  %col   = array.iota dim 2 : tensor<3x180x320xf32>

  // Rings around the middle, each channel a little later than the one before, fading outwards.
  %middle_row = array.constant dense<90.0> : tensor<f32>
  %middle_col = array.constant dense<160.0> : tensor<f32>
  %scale = array.constant dense<0.01125> : tensor<f32>
  %r0    = array.sub %row, %middle_row : tensor<3x180x320xf32>, tensor<f32>
  %c0    = array.sub %col, %middle_col : tensor<3x180x320xf32>, tensor<f32>
  %v     = array.mul %r0, %scale : tensor<3x180x320xf32>, tensor<f32>
  %u     = array.mul %c0, %scale : tensor<3x180x320xf32>, tensor<f32>
  %r     = array.hypot %u, %v : tensor<3x180x320xf32>, tensor<3x180x320xf32>
  %waves = array.constant dense<16.0> : tensor<f32>
  %late  = array.constant dense<0.8> : tensor<f32>
  %rw    = array.mul %r, %waves : tensor<3x180x320xf32>, tensor<f32>
  %pl    = array.mul %plane, %late : tensor<3x180x320xf32>, tensor<f32>
  %angle = array.sub %rw, %pl : tensor<3x180x320xf32>, tensor<3x180x320xf32>
  %wave  = array.sin %angle : tensor<3x180x320xf32>
  %minus = array.neg %r : tensor<3x180x320xf32>
  %fade  = array.exp %minus : tensor<3x180x320xf32>
  %rings = array.mul %wave, %fade : tensor<3x180x320xf32>, tensor<3x180x320xf32>
  %uv    = array.mul %u, %v : tensor<3x180x320xf32>, tensor<3x180x320xf32>
  %scene = array.add %rings, %uv : tensor<3x180x320xf32>, tensor<3x180x320xf32>

  // Fog: little contrast on a bright grey.
  %thin  = array.constant dense<0.08> : tensor<f32>
  %grey  = array.constant dense<0.55> : tensor<f32>
  %low   = array.mul %scene, %thin : tensor<3x180x320xf32>, tensor<f32>
  %x     = array.add %low, %grey : tensor<3x180x320xf32>, tensor<f32>

  %eps   = array.constant dense<1.0e-6> : tensor<f32>
  %gain  = array.constant dense<0.3> : tensor<f32>
  %bias  = array.constant dense<0.4> : tensor<f32>
  %zero  = array.constant dense<0.0> : tensor<f32>
  %gamma = array.constant dense<1.2> : tensor<f32>
  %mu    = array.mean %x dims [1, 2] keep : tensor<3x180x320xf32>
  %d     = array.sub %x, %mu : tensor<3x180x320xf32>, tensor<3x1x1xf32>
  %sq    = array.mul %d, %d : tensor<3x180x320xf32>, tensor<3x180x320xf32>
  %var   = array.mean %sq dims [1, 2] keep : tensor<3x180x320xf32>
  %ve    = array.add %var, %eps : tensor<3x1x1xf32>, tensor<f32>
  %sigma = array.sqrt %ve : tensor<3x1x1xf32>
  %n     = array.div %d, %sigma : tensor<3x180x320xf32>, tensor<3x1x1xf32>
  %g     = array.mul %n, %gain : tensor<3x180x320xf32>, tensor<f32>
  %b     = array.add %g, %bias : tensor<3x180x320xf32>, tensor<f32>
  %c     = array.max %b, %zero : tensor<3x180x320xf32>, tensor<f32>
  %y     = array.pow %c, %gamma : tensor<3x180x320xf32>, tensor<f32>
  %both  = array.concat %x, %y dim 2 : tensor<3x180x320xf32>, tensor<3x180x320xf32>
  return %both : tensor<3x180x640xf32>
}
