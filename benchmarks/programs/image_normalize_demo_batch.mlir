// The demo's program for a batch of pictures: [files, channels, height, width].
func.func @image_normalize_demo_batch(%x: tensor<?x?x?x?xf32>) -> (tensor<?x?x?x?xf32>, tensor<f32>) {
  %eps   = array.constant dense<1.0e-6> : tensor<f32>
  %gain  = array.constant dense<1.0123> : tensor<f32>
  %bias  = array.constant dense<-0.02> : tensor<f32>
  %zero  = array.constant dense<0.0> : tensor<f32>
  %gamma = array.constant dense<1.8> : tensor<f32>
  %mu    = array.mean %x dims [2, 3] keep : tensor<?x?x?x?xf32>
  %d     = array.sub %x, %mu : tensor<?x?x?x?xf32>, tensor<?x?x1x1xf32>
  %sq    = array.mul %d, %d : tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>
  %var   = array.mean %sq dims [2, 3] keep : tensor<?x?x?x?xf32>
  %ve    = array.add %var, %eps : tensor<?x?x1x1xf32>, tensor<f32>
  %sigma = array.sqrt %ve : tensor<?x?x1x1xf32>
  %n     = array.div %d, %sigma : tensor<?x?x?x?xf32>, tensor<?x?x1x1xf32>
  %g     = array.mul %n, %gain : tensor<?x?x?x?xf32>, tensor<f32>
  %b     = array.add %g, %bias : tensor<?x?x?x?xf32>, tensor<f32>
  %c     = array.max %b, %zero : tensor<?x?x?x?xf32>, tensor<f32>
  %y     = array.pow %c, %gamma : tensor<?x?x?x?xf32>, tensor<f32>
  %e     = array.sub %y, %x : tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>
  %e2    = array.mul %e, %e : tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>
  %mse   = array.mean %e2 : tensor<?x?x?x?xf32>
  return %y, %mse : tensor<?x?x?x?xf32>, tensor<f32>
}
