// Specialised kinds claim their operations before generic chains, which get what is left.
// RUN: runmat-opt --fuse-all %s | FileCheck %s
// Parity: 22

// CHECK-LABEL: func.func @both
// CHECK: %[[P:.*]] = fused.nest {{.*}} ins(%arg0
// CHECK: array.abs
// CHECK: array.sqrt
// CHECK: %[[N:.*]] = fused.image_normalize dims [1, 2] compute f32 ins(%[[P]]
// CHECK: array.exp
// CHECK: return %[[N]]
func.func @both(%x: tensor<2x4x5xf32>, %e: tensor<f32>) -> tensor<2x4x5xf32> {
  %p0 = array.abs %x : tensor<2x4x5xf32>
  %p = array.sqrt %p0 : tensor<2x4x5xf32>
  %m = array.mean %p dims [1, 2] keep : tensor<2x4x5xf32>
  %d = array.sub %p, %m : tensor<2x4x5xf32>, tensor<2x1x1xf32>
  %s = array.mul %d, %d : tensor<2x4x5xf32>, tensor<2x4x5xf32>
  %v = array.mean %s dims [1, 2] keep : tensor<2x4x5xf32>
  %a = array.add %v, %e : tensor<2x1x1xf32>, tensor<f32>
  %r = array.sqrt %a : tensor<2x1x1xf32>
  %n = array.div %d, %r : tensor<2x4x5xf32>, tensor<2x1x1xf32>
  %y = array.exp %n : tensor<2x4x5xf32>
  return %y : tensor<2x4x5xf32>
}
