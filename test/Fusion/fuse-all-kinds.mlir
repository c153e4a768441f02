// --fuse-all forms every kind of unit in the order of Fusions.def: the specialised kind claims its
// operations before elementwise chains are formed, which would split them.
// Parity: 22
// RUN: runmat-opt --fuse-all %s | FileCheck %s
// RUN: runmat-opt --fuse-elementwise --fuse-image-normalize %s | FileCheck %s --check-prefix=GENERIC-FIRST

// CHECK-LABEL: func.func @both
// CHECK: fused.image_normalize
// CHECK: fused.nest
// CHECK-NEXT: ^bb0
// CHECK-NEXT: array.exp
// CHECK-NEXT: array.mul
// CHECK-NOT: fused.nest

// GENERIC-FIRST-LABEL: func.func @both
// GENERIC-FIRST-NOT: fused.image_normalize
func.func @both(%x: tensor<4x64x128xf32>, %gain: tensor<f32>)
    -> (tensor<4x64x128xf32>, tensor<4x64x128xf32>) {
  %eps = array.constant dense<1.0e-6> : tensor<f32>
  %mu = array.mean %x dims [1, 2] keep : tensor<4x64x128xf32>
  %d = array.sub %x, %mu : tensor<4x64x128xf32>, tensor<4x1x1xf32>
  %sq = array.mul %d, %d : tensor<4x64x128xf32>, tensor<4x64x128xf32>
  %var = array.mean %sq dims [1, 2] keep : tensor<4x64x128xf32>
  %ve = array.add %var, %eps : tensor<4x1x1xf32>, tensor<f32>
  %sigma = array.sqrt %ve : tensor<4x1x1xf32>
  %y = array.div %d, %sigma : tensor<4x64x128xf32>, tensor<4x1x1xf32>
  %e = array.exp %x : tensor<4x64x128xf32>
  %z = array.mul %e, %gain : tensor<4x64x128xf32>, tensor<f32>
  return %y, %z : tensor<4x64x128xf32>, tensor<4x64x128xf32>
}
