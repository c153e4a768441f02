// tensor.cast and tensor.extract of a program are checked; those that cannot fail are not.
// RUN: runmat-opt --convert-array-to-linalg %s | FileCheck %s

// CHECK-LABEL: @cast
// CHECK: %[[D:.*]] = tensor.dim %arg0, %{{.*}}
// CHECK: %[[OK:.*]] = arith.cmpi eq, %[[D]], %{{.*}}
// CHECK: offload.check %[[OK]], "dimension 0 is {0}, but the type says {1}"
func.func @cast(%x: tensor<?x?xf32>) -> tensor<3x?xf32> {
  %r = tensor.cast %x : tensor<?x?xf32> to tensor<3x?xf32>
  return %r : tensor<3x?xf32>
}
// CHECK-LABEL: @no_checks
// CHECK-NOT: offload.check
func.func @no_checks(%x: tensor<3x?xf32>) -> (tensor<?x?xf32>, f32) {
  %c = arith.constant dense<1.0> : tensor<2xf32>
  %i = arith.constant 1 : index
  %e = tensor.extract %c[%i] : tensor<2xf32>
  %r = tensor.cast %x : tensor<3x?xf32> to tensor<?x?xf32>
  return %r, %e : tensor<?x?xf32>, f32
}
// CHECK-LABEL: @extract
// CHECK: %[[OK:.*]] = arith.cmpi ult, %arg1, %{{.*}}
// CHECK: offload.check %[[OK]], "index {0} of dimension 0 is out of bounds for size {1}"(%arg1,
func.func @extract(%x: tensor<?xf32>, %i: index) -> f32 {
  %r = tensor.extract %x[%i] : tensor<?xf32>
  return %r : f32
}
