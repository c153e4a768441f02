// tensor.dim of an array operation is said in terms of the operation's operands, both by the
// interface's users and by canonicalisation; the operation is then unused and goes.
// RUN: runmat-opt --resolve-ranked-shaped-type-result-dims --canonicalize --cse %s | FileCheck %s
// RUN: runmat-opt --canonicalize --cse %s | FileCheck %s

// A static size wins over `?`, and a size 1 says nothing.
// CHECK-LABEL: func.func @elementwise(
// CHECK-SAME: %[[A:.*]]: tensor<?x1x?xf32>, %[[B:.*]]: tensor<?x?xf32>
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG: %[[D0:.*]] = tensor.dim %[[A]], %[[C0]]
// CHECK-DAG: %[[D1:.*]] = tensor.dim %[[B]], %[[C0]]
// CHECK-DAG: %[[D2:.*]] = tensor.dim %[[A]], %[[C2]]
// CHECK-NOT: array.add
// CHECK: return %[[D0]], %[[D1]], %[[D2]]
func.func @elementwise(%a: tensor<?x1x?xf32>, %b: tensor<?x?xf32>) -> (index, index, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %r = array.add %a, %b : tensor<?x1x?xf32>, tensor<?x?xf32>
  %d0 = tensor.dim %r, %c0 : tensor<?x?x?xf32>
  %d1 = tensor.dim %r, %c1 : tensor<?x?x?xf32>
  %d2 = tensor.dim %r, %c2 : tensor<?x?x?xf32>
  return %d0, %d1, %d2 : index, index, index
}

// CHECK-LABEL: func.func @static_wins(
// CHECK: %[[C:.*]] = arith.constant 7 : index
// CHECK: return %[[C]]
func.func @static_wins(%a: tensor<?xf32>, %b: tensor<7xf32>) -> index {
  %c0 = arith.constant 0 : index
  %r = array.mul %a, %b : tensor<?xf32>, tensor<7xf32>
  %d0 = tensor.dim %r, %c0 : tensor<7xf32>
  return %d0 : index
}

// CHECK-LABEL: func.func @select(
// CHECK-SAME: %[[C:.*]]: tensor<?xi1>
// CHECK: %[[D:.*]] = tensor.dim %[[C]]
// CHECK: return %[[D]]
func.func @select(%c: tensor<?xi1>, %a: tensor<1xf32>, %b: tensor<f32>) -> index {
  %c0 = arith.constant 0 : index
  %r = array.select %c, %a, %b : tensor<?xi1>, tensor<1xf32>, tensor<f32>
  %d0 = tensor.dim %r, %c0 : tensor<?xf32>
  return %d0 : index
}

// CHECK-LABEL: func.func @reductions(
// CHECK-SAME: %[[X:.*]]: tensor<?x?x?xf32>
// CHECK-DAG: %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG: %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG: %[[D1:.*]] = tensor.dim %[[X]], %[[C1]]
// CHECK-DAG: %[[D2:.*]] = tensor.dim %[[X]], %[[C2]]
// CHECK: return %[[D2]], %[[D2]], %[[C1]], %[[D1]]
func.func @reductions(%x: tensor<?x?x?xf32>) -> (index, index, index, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %a = array.sum %x dims [1, 0] : tensor<?x?x?xf32>
  %d0 = tensor.dim %a, %c0 : tensor<?xf32>
  %b = array.argmax %x dims [0, 1] keep : tensor<?x?x?xf32>
  %d1 = tensor.dim %b, %c2 : tensor<1x1x?xi64>
  %d2 = tensor.dim %b, %c0 : tensor<1x1x?xi64>
  %s = array.cumsum %x dim 0 : tensor<?x?x?xf32>
  %d3 = tensor.dim %s, %c1 : tensor<?x?x?xf32>
  return %d0, %d1, %d2, %d3 : index, index, index, index
}

// CHECK-LABEL: func.func @matmul(
// CHECK-SAME: %[[A:.*]]: tensor<1x?x?xf32>, %[[B:.*]]: tensor<?x?x?xf32>
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG: %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG: %[[D0:.*]] = tensor.dim %[[B]], %[[C0]]
// CHECK-DAG: %[[D1:.*]] = tensor.dim %[[A]], %[[C1]]
// CHECK-DAG: %[[D2:.*]] = tensor.dim %[[B]], %[[C2]]
// CHECK: return %[[D0]], %[[D1]], %[[D2]]
func.func @matmul(%a: tensor<1x?x?xf32>, %b: tensor<?x?x?xf32>) -> (index, index, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %r = array.matmul %a, %b : tensor<1x?x?xf32>, tensor<?x?x?xf32>
  %d0 = tensor.dim %r, %c0 : tensor<?x?x?xf32>
  %d1 = tensor.dim %r, %c1 : tensor<?x?x?xf32>
  %d2 = tensor.dim %r, %c2 : tensor<?x?x?xf32>
  return %d0, %d1, %d2 : index, index, index
}

// CHECK-LABEL: func.func @sizes(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>, %[[M:.*]]: index, %[[N:.*]]: index, %{{.*}}: i64
// CHECK: return %[[N]], %[[M]], %[[N]], %[[M]], %[[N]], %[[M]]
func.func @sizes(%x: tensor<?xf32>, %m: index, %n: index, %key: i64) -> (index, index, index, index, index, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %v = array.constant 1.0 : f32
  %a = array.broadcast %x sizes(%m, %n) : tensor<?xf32> to tensor<?x4x?xf32>
  %d0 = tensor.dim %a, %c2 : tensor<?x4x?xf32>
  %b = array.reshape %x sizes(%m, %n) : tensor<?xf32> to tensor<?x4x?xf32>
  %d1 = tensor.dim %b, %c0 : tensor<?x4x?xf32>
  %c = array.full %v sizes(%m, %n) : f32 to tensor<?x?xf32>
  %d2 = tensor.dim %c, %c1 : tensor<?x?xf32>
  %d = array.iota dim 0 sizes(%m) : tensor<?x4xf32>
  %d3 = tensor.dim %d, %c0 : tensor<?x4xf32>
  %e = array.rand_normal key %key offset %key sizes(%n) : tensor<4x?xf32>
  %d4 = tensor.dim %e, %c1 : tensor<4x?xf32>
  %f = array.slice %x offsets [%n] sizes [%m] strides [2] : tensor<?xf32>
  %d5 = tensor.dim %f, %c0 : tensor<?xf32>
  return %d0, %d1, %d2, %d3, %d4, %d5 : index, index, index, index, index, index
}

// CHECK-LABEL: func.func @shapes(
// CHECK-SAME: %[[X:.*]]: tensor<?x?xf32>, %[[Y:.*]]: tensor<?x?xf32>, %[[N:.*]]: index
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG: %[[C3:.*]] = arith.constant 3 : index
// CHECK-DAG: %[[X0:.*]] = tensor.dim %[[X]], %[[C0]]
// CHECK-DAG: %[[X1:.*]] = tensor.dim %[[X]], %[[C1]]
// CHECK-DAG: %[[Y0:.*]] = tensor.dim %[[Y]], %[[C0]]
// CHECK-DAG: %[[PAD:.*]] = arith.addi %[[X0]], %[[C3]]
// CHECK-DAG: %[[PADDED:.*]] = arith.addi %[[PAD]], %[[N]]
// CHECK-DAG: %[[CONCAT:.*]] = arith.addi %[[X0]], %[[Y0]]
// CHECK-DAG: %[[MIN:.*]] = arith.minsi %[[X0]], %[[X1]]
// CHECK: return %[[X1]], %[[PADDED]], %[[CONCAT]], %[[X1]], %[[MIN]], %[[MIN]], %[[X0]]
func.func @shapes(%x: tensor<?x?xf32>, %y: tensor<?x?xf32>, %n: index)
    -> (index, index, index, index, index, index, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = array.constant 0.0 : f32
  %a = array.transpose %x perm [1, 0] : tensor<?x?xf32>
  %d0 = tensor.dim %a, %c0 : tensor<?x?xf32>
  %b = array.pad %x, %zero low [3, 0] high [%n, 0] : tensor<?x?xf32>, f32
  %d1 = tensor.dim %b, %c0 : tensor<?x?xf32>
  %c = array.concat %x, %y dim 0 : tensor<?x?xf32>, tensor<?x?xf32>
  %d2 = tensor.dim %c, %c0 : tensor<?x?xf32>
  %d3 = tensor.dim %c, %c1 : tensor<?x?xf32>
  %d = array.diag %x : tensor<?x?xf32>
  %d4 = tensor.dim %d, %c0 : tensor<?xf32>
  %e = array.diagonal %d : tensor<?xf32>
  %d5 = tensor.dim %e, %c1 : tensor<?x?xf32>
  %f = array.insert_slice %y into %x offsets [0, %n] strides [1, 1] : tensor<?x?xf32>, tensor<?x?xf32>
  %d6 = tensor.dim %f, %c0 : tensor<?x?xf32>
  return %d0, %d1, %d2, %d3, %d4, %d5, %d6 : index, index, index, index, index, index, index
}
