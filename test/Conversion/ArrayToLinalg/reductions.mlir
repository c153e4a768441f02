// Reductions: floats accumulate in f64, integers in i64; var is two-pass; argmin of nothing is refused.
// RUN: runmat-opt %s --convert-array-to-linalg --split-input-file | FileCheck %s

// CHECK-LABEL: @sum
// CHECK: linalg.fill {{.*}} -> tensor<?xf64>
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]
// CHECK: arith.addf %{{.*}}, %{{.*}} : f64
// CHECK: linalg.generic
// CHECK: array.cast %{{.*}} : f64 to f32
func.func @sum(%x: tensor<?x5xf32>) -> tensor<?xf32> {
  %r = array.sum %x dims [1] : tensor<?x5xf32>
  return %r : tensor<?xf32>
}

// -----

// CHECK-LABEL: @sum_half
// CHECK: arith.addf %{{.*}}, %{{.*}} : f64
func.func @sum_half(%x: tensor<4xf16>) -> tensor<f16> {
  %r = array.sum %x : tensor<4xf16>
  return %r : tensor<f16>
}

// -----

// CHECK-LABEL: @sum_int
// CHECK: arith.addi %{{.*}}, %{{.*}} : i64
// CHECK: tensor.expand_shape {{.*}} into tensor<1xi64>
func.func @sum_int(%x: tensor<4xi8>) -> tensor<1xi64> {
  %r = array.sum %x keep : tensor<4xi8>
  return %r : tensor<1xi64>
}

// -----

// The deviations are taken from the mean in f64.
// CHECK-LABEL: @var
// CHECK: arith.addf
// CHECK: arith.divf
// CHECK: %[[D:.*]] = arith.subf %{{.*}}, %{{.*}} : f64
// CHECK: arith.mulf %[[D]], %[[D]] : f64
func.func @var(%x: tensor<4xf32>) -> tensor<f32> {
  %r = array.var %x ddof 1 : tensor<4xf32>
  return %r : tensor<f32>
}

// -----

// CHECK-LABEL: @omit_nan
// CHECK: arith.cmpf uno
// CHECK: arith.select
func.func @omit_nan(%x: tensor<4xf32>) -> tensor<f32> {
  %r = array.mean %x omit_nan : tensor<4xf32>
  return %r : tensor<f32>
}

// -----

// CHECK-LABEL: @minimum
// CHECK: 0x7FC00000
// CHECK: arith.minnumf
func.func @minimum(%x: tensor<4xf32>) -> tensor<f32> {
  %r = array.reduce_min %x : tensor<4xf32>
  return %r : tensor<f32>
}

// -----

// CHECK-LABEL: @propagate
// CHECK: 0xFF800000
// CHECK: arith.maximumf
func.func @propagate(%x: tensor<4xf32>) -> tensor<f32> {
  %r = array.reduce_max %x nan = propagate : tensor<4xf32>
  return %r : tensor<f32>
}

// -----

// CHECK-LABEL: @argmax
// CHECK: offload.check %{{.*}}, "argmax of no elements"
// CHECK: linalg.index 1
func.func @argmax(%x: tensor<3x?xf32>) -> tensor<3xi64> {
  %r = array.argmax %x dims [1] : tensor<3x?xf32>
  return %r : tensor<3xi64>
}

// -----

// CHECK-LABEL: @scan_last
// CHECK: scf.for {{.*}} -> (tensor<?xf32>, f64)
func.func @scan_last(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = array.cumsum %x dim 0 : tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// CHECK-LABEL: @scan_first
// CHECK: scf.for
// CHECK: linalg.generic
// CHECK: arith.muli %{{.*}} : i16
func.func @scan_first(%x: tensor<3x4xi16>) -> tensor<3x4xi16> {
  %r = array.cumprod %x dim 0 : tensor<3x4xi16>
  return %r : tensor<3x4xi16>
}

// -----

// CHECK-LABEL: @matmul
// CHECK: offload.check %{{.*}}, "inner sizes differ: {0} in operand #0, {1} in operand #1"
// CHECK: linalg.matmul ins(%{{.*}} : tensor<?x?xf16>, tensor<8x?xf16>) outs(%{{.*}} : tensor<?x?xf32>)
// CHECK: array.cast %{{.*}} : f32 to f16
func.func @matmul(%a: tensor<?x?xf16>, %b: tensor<8x?xf16>) -> tensor<?x?xf16> {
  %r = array.matmul %a, %b : tensor<?x?xf16>, tensor<8x?xf16>
  return %r : tensor<?x?xf16>
}

// -----

// CHECK-LABEL: @batch
// CHECK: linalg.batch_matmul
func.func @batch(%a: tensor<3x4x5xf32>, %b: tensor<3x5x6xf32>) -> tensor<3x4x6xf32> {
  %r = array.matmul %a, %b : tensor<3x4x5xf32>, tensor<3x5x6xf32>
  return %r : tensor<3x4x6xf32>
}

// -----

// CHECK-LABEL: @batch_broadcast
// CHECK: linalg.generic
// CHECK: arith.addi %{{.*}} : i32
func.func @batch_broadcast(%a: tensor<2x1x4x5xi32>, %b: tensor<3x5x6xi32>) -> tensor<2x3x4x6xi32> {
  %r = array.matmul %a, %b : tensor<2x1x4x5xi32>, tensor<3x5x6xi32>
  return %r : tensor<2x3x4x6xi32>
}

// -----

// Over no dims every element is a result of its own: nothing to go on from.
// CHECK-LABEL: @no_dims
// CHECK-NOT: linalg.fill
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel"]
// CHECK: ^bb0(%[[X:.*]]: i16, %{{.*}}: i64):
// CHECK: arith.addi %{{.*}}, %c0_i64 : i64
func.func @no_dims(%x: tensor<?x5xi16>) -> tensor<?x5xi64> {
  %r = array.sum %x dims [] : tensor<?x5xi16>
  return %r : tensor<?x5xi64>
}
