// The plugin's passes run in a stock mlir-opt, as a pipeline, with the dialects that they make.
// A library with a sanitizer needs a host with one.
// UNSUPPORTED: asan
// RUN: mlir-opt --load-dialect-plugin=%runmat_plugin --load-pass-plugin=%runmat_plugin \
// RUN:   --pass-pipeline='builtin.module(fuse-image-normalize)' %s | FileCheck %s

// CHECK-LABEL: func.func @normalize
// CHECK: fused.image_normalize dims [1, 2] compute f32 ins(%arg0 : tensor<?x64x128xf32>)
// CHECK-NOT: array.mean
func.func @normalize(%x: tensor<?x64x128xf32>) -> tensor<?x64x128xf32> {
  %eps = array.constant dense<1.0e-6> : tensor<f32>
  %mu = array.mean %x dims [1, 2] keep : tensor<?x64x128xf32>
  %d = array.sub %x, %mu : tensor<?x64x128xf32>, tensor<?x1x1xf32>
  %sq = array.mul %d, %d : tensor<?x64x128xf32>, tensor<?x64x128xf32>
  %var = array.mean %sq dims [1, 2] keep : tensor<?x64x128xf32>
  %ve = array.add %var, %eps : tensor<?x1x1xf32>, tensor<f32>
  %sigma = array.sqrt %ve : tensor<?x1x1xf32>
  %y = array.div %d, %sigma : tensor<?x64x128xf32>, tensor<?x1x1xf32>
  return %y : tensor<?x64x128xf32>
}
