// Every unit becomes the array operations it stands for, with the same types.
// RUN: runmat-opt --decompose-fused %s | FileCheck %s

// CHECK-NOT: fused.

// CHECK-LABEL: func.func @image_normalize
// CHECK: %[[X:.*]] = array.cast %arg0 : tensor<?x4x5xf16> to tensor<?x4x5xf32>
// CHECK: %[[M:.*]] = array.mean %[[X]] dims [1, 2] keep
// CHECK: %[[D:.*]] = array.sub %[[X]], %[[M]]
// CHECK: %[[S:.*]] = array.mul %[[D]], %[[D]]
// CHECK: %[[V:.*]] = array.mean %[[S]] dims [1, 2] keep
// CHECK: %[[E:.*]] = array.add %[[V]], %arg1
// CHECK: %[[R:.*]] = array.sqrt %[[E]]
// CHECK: %[[N:.*]] = array.div %[[D]], %[[R]]
// CHECK: %[[G:.*]] = array.mul %[[N]], %arg2
// CHECK: %[[Y:.*]] = array.max %[[G]], %arg2 nan = propagate
// The extra's dims are 0 and 2 of the space, in the other order.
// CHECK: %[[T:.*]] = array.transpose %arg3 perm [1, 0] : tensor<5x?xf32>
// CHECK: %[[K:.*]] = array.reshape %[[T]] sizes(%{{.*}}) : tensor<?x5xf32> to tensor<?x1x5xf32>
// CHECK: %[[A:.*]] = array.add %[[Y]], %[[K]]
// CHECK: %[[Z:.*]] = array.sum %[[A]] dims [0, 1, 2]
// CHECK: return %[[Y]], %[[Z]]
func.func @image_normalize(%x: tensor<?x4x5xf16>, %e: tensor<f32>, %g: tensor<f32>, %k: tensor<5x?xf32>)
    -> (tensor<?x4x5xf32>, tensor<f32>) {
  %y, %s = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<?x4x5xf16>) epsilon(%e : tensor<f32>)
      gain(%g : tensor<f32>) clamp(%g : tensor<f32>) clamp_nan propagate
      extras(%k : tensor<5x?xf32>) maps [affine_map<(b, i, j) -> (j, b)>]
      reductions [#fused.reduction<sum dims [0, 1, 2]>] {
  ^bb0(%y: f32, %xe: f16, %ke: f32):
    %a = array.add %y, %ke : f32, f32
    fused.yield %y, %a : f32, f32
  } -> tensor<?x4x5xf32>, tensor<f32>
  return %y, %s : tensor<?x4x5xf32>, tensor<f32>
}

// A yielded constant is repeated over the space.
// CHECK-LABEL: func.func @map
// CHECK: %[[C:.*]] = array.constant dense<1.000000e+00> : tensor<f32>
// CHECK: %[[B:.*]] = array.broadcast %[[C]] sizes(%{{.*}}) : tensor<f32> to tensor<?x8xf32>
// CHECK: return %[[B]]
func.func @map(%a: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %r = fused.map ins(%a : tensor<?x8xf32>) maps [affine_map<(i, j) -> (i, j)>] {
  ^bb0(%p: f32):
    %one = array.constant 1.0 : f32
    fused.yield %one : f32
  } -> tensor<?x8xf32>
  return %r : tensor<?x8xf32>
}

// CHECK-LABEL: func.func @reduce
// CHECK: %[[Q:.*]] = array.mul %{{.*}}, %{{.*}}
// CHECK: array.sum %[[Q]] dims [1]
// CHECK: array.any %{{.*}} dims [0, 1] keep
func.func @reduce(%a: tensor<8x?xf32>) -> (tensor<8xf32>, tensor<1x1xi1>) {
  %r:2 = fused.reduce [#fused.reduction<sum dims [1]>, #fused.reduction<any dims [0, 1] keep>]
      ins(%a : tensor<8x?xf32>) maps [affine_map<(i, j) -> (i, j)>] {
  ^bb0(%p: f32):
    %s = array.mul %p, %p : f32, f32
    %n = array.is_nan %p : f32
    fused.yield %s, %n : f32, i1
  } -> tensor<8xf32>, tensor<1x1xi1>
  return %r#0, %r#1 : tensor<8xf32>, tensor<1x1xi1>
}
