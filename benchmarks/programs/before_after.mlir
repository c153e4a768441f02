// A 4K picture beside its normalised self, both at a quarter of the size (means of 4x4 blocks). The
// normalised values reach 5 and more, so they are shown at a quarter of their brightness.
func.func @before_after(%x: tensor<3x2160x3840xf32>) -> tensor<3x540x1920xf32> {
  %eps   = array.constant dense<1.0e-6> : tensor<f32>
  %gain  = array.constant dense<1.0123> : tensor<f32>
  %bias  = array.constant dense<-0.02> : tensor<f32>
  %zero  = array.constant dense<0.0> : tensor<f32>
  %gamma = array.constant dense<1.8> : tensor<f32>
  %dim   = array.constant dense<0.25> : tensor<f32>
  %mu    = array.mean %x dims [1, 2] keep : tensor<3x2160x3840xf32>
  %d     = array.sub %x, %mu : tensor<3x2160x3840xf32>, tensor<3x1x1xf32>
  %sq    = array.mul %d, %d : tensor<3x2160x3840xf32>, tensor<3x2160x3840xf32>
  %var   = array.mean %sq dims [1, 2] keep : tensor<3x2160x3840xf32>
  %ve    = array.add %var, %eps : tensor<3x1x1xf32>, tensor<f32>
  %sigma = array.sqrt %ve : tensor<3x1x1xf32>
  %n     = array.div %d, %sigma : tensor<3x2160x3840xf32>, tensor<3x1x1xf32>
  %g     = array.mul %n, %gain : tensor<3x2160x3840xf32>, tensor<f32>
  %b     = array.add %g, %bias : tensor<3x2160x3840xf32>, tensor<f32>
  %c     = array.max %b, %zero : tensor<3x2160x3840xf32>, tensor<f32>
  %y     = array.pow %c, %gamma : tensor<3x2160x3840xf32>, tensor<f32>
  %shown = array.mul %y, %dim : tensor<3x2160x3840xf32>, tensor<f32>
  %xb    = array.reshape %x : tensor<3x2160x3840xf32> to tensor<3x540x4x960x4xf32>
  %yb    = array.reshape %shown : tensor<3x2160x3840xf32> to tensor<3x540x4x960x4xf32>
  %left  = array.mean %xb dims [2, 4] : tensor<3x540x4x960x4xf32>
  %right = array.mean %yb dims [2, 4] : tensor<3x540x4x960x4xf32>
  %both  = array.concat %left, %right dim 2 : tensor<3x540x960xf32>, tensor<3x540x960xf32>
  return %both : tensor<3x540x1920xf32>
}
