// Elementwise operations are one generic whose body is the operation on scalars; what types leave open is checked before.
// RUN: runmat-opt %s --convert-array-to-linalg --split-input-file | FileCheck %s

// CHECK-LABEL: @unary
// CHECK: linalg.generic
// CHECK: array.exp %{{.*}} : f32
func.func @unary(%x: tensor<4xf32>) -> tensor<4xf32> {
  %r = array.exp %x : tensor<4xf32>
  return %r : tensor<4xf32>
}

// -----

// Equal by type: no check.
// CHECK-LABEL: @static
// CHECK-NOT: offload.check
// CHECK: linalg.generic
// CHECK-NEXT: ^bb0(%[[IN:.*]]: f32, %{{.*}}: f32)
// CHECK-NEXT: array.mul %[[IN]], %[[IN]]
func.func @static(%x: tensor<4x5xf32>) -> tensor<4x5xf32> {
  %r = array.mul %x, %x : tensor<4x5xf32>, tensor<4x5xf32>
  return %r : tensor<4x5xf32>
}

// -----

// CHECK: #[[ROW:.*]] = affine_map<(d0, d1) -> (d1)>
// CHECK: #[[COLUMN:.*]] = affine_map<(d0, d1) -> (d0)>
// CHECK-LABEL: @broadcast
// CHECK: tensor.collapse_shape {{.*}} : tensor<4x1xf32> into tensor<4xf32>
// CHECK: linalg.generic {indexing_maps = [#[[ROW]], #[[COLUMN]],
func.func @broadcast(%x: tensor<5xf32>, %y: tensor<4x1xf32>) -> tensor<4x5xf32> {
  %r = array.add %x, %y : tensor<5xf32>, tensor<4x1xf32>
  return %r : tensor<4x5xf32>
}

// -----

// CHECK-LABEL: @dynamic
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>, %[[Y:.*]]: tensor<?xf32>
// CHECK-DAG: %[[M:.*]] = tensor.dim %[[X]]
// CHECK-DAG: %[[N:.*]] = tensor.dim %[[Y]]
// CHECK: %[[SAME:.*]] = arith.cmpi eq, %[[M]], %[[N]]
// CHECK: offload.check %[[SAME]], "dimension 0 is {0} so far, but {1} in operand #1"(%[[M]], %[[N]])
// CHECK: linalg.generic
// The sizes of the second operation's operands are the same value: no check.
// CHECK-NOT: offload.check
func.func @dynamic(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
  %s = array.add %x, %y : tensor<?xf32>, tensor<?xf32>
  %r = array.sub %s, %x : tensor<?xf32>, tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// A constant goes into the body, where a specialisation can see it.
// CHECK-LABEL: @constant_operand
// CHECK: ^bb0(%[[IN:.*]]: f32, %{{.*}}: f32)
// CHECK: %[[C:.*]] = arith.constant 1.8
// CHECK: array.pow %[[IN]], %[[C]]
func.func @constant_operand(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %c = array.constant dense<1.8> : tensor<f32>
  %r = array.pow %x, %c : tensor<?x3xf32>, tensor<f32>
  return %r : tensor<?x3xf32>
}

// -----

// CHECK-LABEL: @ternary
// CHECK: ^bb0(%[[C:.*]]: i1, %[[A:.*]]: i8, %[[B:.*]]: i8, %{{.*}}: i8)
// CHECK: array.select %[[C]], %[[A]], %[[B]]
func.func @ternary(%c: tensor<3xi1>, %a: tensor<3xi8>, %b: tensor<i8>) -> tensor<3xi8> {
  %r = array.select %c, %a, %b : tensor<3xi1>, tensor<3xi8>, tensor<i8>
  return %r : tensor<3xi8>
}

// -----

// Operations inside loops are lowered where they stand.
// CHECK-LABEL: @loop
// CHECK: scf.for
// CHECK: linalg.generic
// CHECK: scf.yield
func.func @loop(%x: tensor<4xf32>, %n: index) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%s = %x) -> tensor<4xf32> {
    %t = array.neg %s : tensor<4xf32>
    scf.yield %t : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}
