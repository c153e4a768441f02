// The program of the 4K pipeline becomes one unit, in its plain forms; what is beside it stays right.
// RUN: runmat-opt --fuse-image-normalize %s | FileCheck %s
// RUN: runmat-opt --canonicalize --cse --fuse-image-normalize %s | FileCheck %s
// RUN: runmat-opt --fuse-image-normalize --remarks-filter=fusion %s 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

!batch = tensor<4x2160x3840xf32>
!plane = tensor<4x1x1xf32>

// Parity: 1
// CHECK-LABEL: func.func @clamped
// CHECK-COUNT-1: fused.image_normalize dims [1, 2] compute f32 ins(%arg0 : tensor<4x2160x3840xf32>) epsilon({{.*}}) gain({{.*}}) bias({{.*}}) clamp({{.*}}) gamma({{.*}}) {
// CHECK-NEXT: ^bb0(%[[Y:.*]]: f32, %{{.*}}: f32):
// CHECK-NEXT: fused.yield %[[Y]] : f32
// CHECK-NEXT: } -> tensor<4x2160x3840xf32>
// CHECK-NEXT: return
// 13 of 16 passes over the array are saved.
// REMARK: remark: [Passed] fuse-image-normalize | Category:fusion | Function=clamped | Operations=11, Remark="one fused.image_normalize in place of 11 operations", SavedBytes=1857945748
func.func @clamped(%x: !batch) -> !batch {
  %eps = array.constant dense<1.0e-6> : tensor<f32>
  %gain = array.constant dense<1.0123> : tensor<f32>
  %bias = array.constant dense<-0.02> : tensor<f32>
  %zero = array.constant dense<0.0> : tensor<f32>
  %gamma = array.constant dense<1.8> : tensor<f32>
  %mu = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %mu : !batch, !plane
  %sq = array.mul %d, %d : !batch, !batch
  %var = array.mean %sq dims [1, 2] keep : !batch
  %ve = array.add %var, %eps : !plane, tensor<f32>
  %sigma = array.sqrt %ve : !plane
  %n = array.div %d, %sigma : !batch, !plane
  %g = array.mul %n, %gain : !batch, tensor<f32>
  %b = array.add %g, %bias : !batch, tensor<f32>
  %c = array.max %b, %zero : !batch, tensor<f32>
  %y = array.pow %c, %gamma : !batch, tensor<f32>
  return %y : !batch
}

// Without a clamp there is none in the unit; pow keeps its NaN for a negative base.
// Parity: 2, 6
// CHECK-LABEL: func.func @unclamped
// CHECK: fused.image_normalize dims [1, 2] compute f32 ins({{.*}}) epsilon({{.*}}) gamma({{.*}}) {
func.func @unclamped(%x: !batch, %eps: tensor<f32>, %gamma: tensor<f32>) -> !batch {
  %mu = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %mu : !batch, !plane
  %sq = array.mul %d, %d : !batch, !batch
  %var = array.mean %sq dims [1, 2] keep : !batch
  %ve = array.add %var, %eps : !plane, tensor<f32>
  %sigma = array.sqrt %ve : !plane
  %n = array.div %d, %sigma : !batch, !plane
  %y = array.pow %n, %gamma : !batch, tensor<f32>
  return %y : !batch
}

// A bias of 5e-7 stays, and max(x, 1e-7) is not a clamp at zero.
// Parity: 11
// CHECK-LABEL: func.func @small_numbers
// CHECK-DAG: %[[BIAS:.*]] = array.constant dense<5.000000e-07> : tensor<f32>
// CHECK-DAG: %[[CLAMP:.*]] = array.constant dense<1.000000e-07> : tensor<f32>
// CHECK: fused.image_normalize {{.*}} bias(%[[BIAS]] : tensor<f32>) clamp(%[[CLAMP]] : tensor<f32>)
func.func @small_numbers(%x: !batch, %eps: tensor<f32>) -> !batch {
  %bias = array.constant dense<5.0e-7> : tensor<f32>
  %clamp = array.constant dense<1.0e-7> : tensor<f32>
  %mu = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %mu : !batch, !plane
  %sq = array.mul %d, %d : !batch, !batch
  %var = array.mean %sq dims [1, 2] keep : !batch
  %ve = array.add %var, %eps : !plane, tensor<f32>
  %sigma = array.sqrt %ve : !plane
  %n = array.div %d, %sigma : !batch, !plane
  %b = array.add %n, %bias : !batch, tensor<f32>
  %y = array.max %b, %clamp : !batch, tensor<f32>
  return %y : !batch
}

// Batch and plane sizes that only a run gives.
// CHECK-LABEL: func.func @dynamic
// CHECK: fused.image_normalize dims [2, 3] compute f32 ins(%arg0 : tensor<?x3x?x?xf32>)
// CHECK: } -> tensor<?x3x?x?xf32>
// REMARK: Function=dynamic | {{.*}} SavedBytesPerElement={{[1-9][0-9]*}}
func.func @dynamic(%x: tensor<?x3x?x?xf32>, %eps: tensor<1x1xf32>) -> tensor<?x3x?x?xf32> {
  %c0 = arith.constant 0 : index
  %n0 = tensor.dim %x, %c0 : tensor<?x3x?x?xf32>
  %mu = array.mean %x dims [3, 2] : tensor<?x3x?x?xf32>
  %muk = array.reshape %mu sizes(%n0) : tensor<?x3xf32> to tensor<?x3x1x1xf32>
  %d = array.sub %x, %muk : tensor<?x3x?x?xf32>, tensor<?x3x1x1xf32>
  %var = array.var %x dims [2, 3] keep : tensor<?x3x?x?xf32>
  %ve = array.add %var, %eps : tensor<?x3x1x1xf32>, tensor<1x1xf32>
  %sigma = array.sqrt %ve : tensor<?x3x1x1xf32>
  %y = array.div %d, %sigma : tensor<?x3x?x?xf32>, tensor<?x3x1x1xf32>
  return %y : tensor<?x3x?x?xf32>
}

// Mean, deviation and sigma are results too: they are computed beside the unit.
// Parity: 10
// CHECK-LABEL: func.func @used_later
// CHECK: %[[MU:.*]] = array.mean %arg0 dims [1, 2] keep
// CHECK: %[[D:.*]] = array.sub %arg0, %[[MU]]
// CHECK: %[[S:.*]] = array.sqrt
// CHECK: %[[N:.*]]:2 = fused.image_normalize {{.*}} ins(%arg0
// CHECK: %[[Z:.*]] = array.mul
// CHECK: fused.yield %{{.*}}, %[[Z]] : f32, f32
// CHECK: return %[[MU]], %[[D]], %[[S]], %[[N]]#0, %[[N]]#1
func.func @used_later(%x: !batch, %eps: tensor<f32>, %gain: tensor<f32>)
    -> (!plane, !batch, !plane, !batch, !batch) {
  %mu = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %mu : !batch, !plane
  %sq = array.mul %d, %d : !batch, !batch
  %var = array.mean %sq dims [1, 2] keep : !batch
  %ve = array.add %var, %eps : !plane, tensor<f32>
  %sigma = array.sqrt %ve : !plane
  %n = array.div %d, %sigma : !batch, !plane
  %y = array.mul %n, %gain : !batch, tensor<f32>
  return %mu, %d, %sigma, %n, %y : !plane, !batch, !plane, !batch, !batch
}

// No epsilon is an epsilon of zero; the standard deviation is the root of the variance.
// CHECK-LABEL: func.func @standard_score
// CHECK: %[[ZERO:.*]] = array.constant dense<0.000000e+00> : tensor<f32>
// CHECK: fused.image_normalize {{.*}} epsilon(%[[ZERO]] : tensor<f32>) {
func.func @standard_score(%x: !batch) -> !batch {
  %mu = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %mu : !batch, !plane
  %sigma = array.std %x dims [1, 2] keep : !batch
  %y = array.div %d, %sigma : !batch, !plane
  return %y : !batch
}

// max around casts that change nothing: the clamp is in f32, and so is the unit.
// Parity: 4
// CHECK-LABEL: func.func @cast_around_max
// CHECK: fused.image_normalize dims [1, 2] compute f32 {{.*}} clamp(%{{.*}} : tensor<f32>) gamma(%{{.*}} : tensor<f32>)
func.func @cast_around_max(%x: !batch, %eps: tensor<f32>, %gamma: tensor<f32>) -> !batch {
  %zero = array.constant dense<0.0> : tensor<f64>
  %mu = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %mu : !batch, !plane
  %var = array.var %x dims [1, 2] keep : !batch
  %ve = array.add %var, %eps : !plane, tensor<f32>
  %sigma = array.sqrt %ve : !plane
  %n = array.div %d, %sigma : !batch, !plane
  %w = array.cast %n : !batch to tensor<4x2160x3840xf64>
  %c = array.max %w, %zero : tensor<4x2160x3840xf64>, tensor<f64>
  %k = array.cast %c : tensor<4x2160x3840xf64> to !batch
  %y = array.pow %k, %gamma : !batch, tensor<f32>
  return %y : !batch
}

// A narrowing after the statistics stays in the unit's region.
// Parity: 4
// CHECK-LABEL: func.func @narrowed_result
// CHECK: fused.image_normalize dims [1, 2] compute f32
// CHECK: %[[H:.*]] = array.cast %{{.*}} : f32 to f16
// CHECK: fused.yield %[[H]] : f16
// CHECK: } -> tensor<4x2160x3840xf16>
func.func @narrowed_result(%x: !batch, %eps: tensor<f32>) -> tensor<4x2160x3840xf16> {
  %mu = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %mu : !batch, !plane
  %var = array.var %x dims [1, 2] keep : !batch
  %ve = array.add %var, %eps : !plane, tensor<f32>
  %sigma = array.sqrt %ve : !plane
  %n = array.div %d, %sigma : !batch, !plane
  %y = array.cast %n : !batch to tensor<4x2160x3840xf16>
  return %y : tensor<4x2160x3840xf16>
}

// Slots fill once and in order: a gain after the clamp starts the region.
// CHECK-LABEL: func.func @out_of_order
// CHECK: fused.image_normalize {{.*}} epsilon({{[^)]*}}) clamp({{[^)]*}}) extras(%arg3 : tensor<f32>) maps [{{.*}}] {
// CHECK: ^bb0(%[[Y:.*]]: f32, %{{.*}}: f32, %[[G:.*]]: f32):
// CHECK: array.mul %[[Y]], %[[G]] : f32, f32
func.func @out_of_order(%x: !batch, %eps: tensor<f32>, %c: tensor<f32>, %gain: tensor<f32>) -> !batch {
  %mu = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %mu : !batch, !plane
  %var = array.var %x dims [1, 2] keep : !batch
  %ve = array.add %var, %eps : !plane, tensor<f32>
  %sigma = array.sqrt %ve : !plane
  %n = array.div %d, %sigma : !batch, !plane
  %m = array.max %n, %c : !batch, tensor<f32>
  %y = array.mul %m, %gain : !batch, tensor<f32>
  return %y : !batch
}

// Two in a row: the second's statistics are its own, not reductions of the first unit.
// CHECK-LABEL: func.func @twice
// CHECK: %[[A:.*]] = fused.image_normalize {{.*}} ins(%arg0
// CHECK: %[[B:.*]] = fused.image_normalize {{.*}} ins(%[[A]]
// CHECK: return %[[B]]
func.func @twice(%x: !batch, %eps: tensor<f32>) -> !batch {
  %mu = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %mu : !batch, !plane
  %var = array.var %x dims [1, 2] keep : !batch
  %ve = array.add %var, %eps : !plane, tensor<f32>
  %sigma = array.sqrt %ve : !plane
  %n = array.div %d, %sigma : !batch, !plane
  %mu2 = array.mean %n dims [1, 2] keep : !batch
  %d2 = array.sub %n, %mu2 : !batch, !plane
  %var2 = array.var %n dims [1, 2] keep : !batch
  %ve2 = array.add %var2, %eps : !plane, tensor<f32>
  %sigma2 = array.sqrt %ve2 : !plane
  %y = array.div %d2, %sigma2 : !batch, !plane
  return %y : !batch
}
