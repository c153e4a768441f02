// Shape operations that change nothing, that undo or join each other, and on constants; and the same
// where a check at run time is still to be made.
// RUN: runmat-opt --canonicalize %s | FileCheck %s

// Parity: 28
// CHECK-LABEL: func.func @double_transpose(
// CHECK-SAME: %[[X:.*]]: tensor<?x4x5xf32>
// CHECK-NEXT: return %[[X]], %[[X]]
func.func @double_transpose(%x: tensor<?x4x5xf32>) -> (tensor<?x4x5xf32>, tensor<?x4x5xf32>) {
  %t = array.transpose %x perm [1, 2, 0] : tensor<?x4x5xf32>
  %0 = array.transpose %t perm [2, 0, 1] : tensor<4x5x?xf32>
  %1 = array.transpose %x perm [0, 1, 2] : tensor<?x4x5xf32>
  return %0, %1 : tensor<?x4x5xf32>, tensor<?x4x5xf32>
}

// CHECK-LABEL: func.func @transposes_join(
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>
// CHECK-NEXT: %[[T:.*]] = array.transpose %[[X]] perm [2, 0, 1] : tensor<2x3x4xf32>
// CHECK-NEXT: return %[[T]]
func.func @transposes_join(%x: tensor<2x3x4xf32>) -> tensor<4x2x3xf32> {
  %t = array.transpose %x perm [1, 2, 0] : tensor<2x3x4xf32>
  %0 = array.transpose %t perm [1, 2, 0] : tensor<3x4x2xf32>
  return %0 : tensor<4x2x3xf32>
}

// CHECK-LABEL: func.func @transpose_stays(
// CHECK: array.transpose
func.func @transpose_stays(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %0 = array.transpose %x perm [1, 0] : tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}

// CHECK-LABEL: func.func @reshape(
// CHECK-SAME: %[[X:.*]]: tensor<2x6xf32>, %[[D:.*]]: tensor<?x2xf32>
// CHECK: %[[R:.*]] = array.reshape %[[X]] : tensor<2x6xf32> to tensor<12xf32>
// CHECK: return %[[X]], %[[R]], %[[D]]
func.func @reshape(%x: tensor<2x6xf32>, %d: tensor<?x2xf32>) -> (tensor<2x6xf32>, tensor<12xf32>, tensor<?x2xf32>) {
  %c0 = arith.constant 0 : index
  %m = array.reshape %x : tensor<2x6xf32> to tensor<3x4xf32>
  %0 = array.reshape %m : tensor<3x4xf32> to tensor<2x6xf32>
  %1 = array.reshape %m : tensor<3x4xf32> to tensor<12xf32>
  %n = tensor.dim %d, %c0 : tensor<?x2xf32>
  %2 = array.reshape %d sizes(%n) : tensor<?x2xf32> to tensor<?x2xf32>
  return %0, %1, %2 : tensor<2x6xf32>, tensor<12xf32>, tensor<?x2xf32>
}

// The element counts are still to be compared.
// CHECK-LABEL: func.func @reshape_checks(
// CHECK-COUNT-3: array.reshape
func.func @reshape_checks(%x: tensor<?xf32>, %n: index) -> (tensor<?xf32>, tensor<?xf32>) {
  %0 = array.reshape %x sizes(%n) : tensor<?xf32> to tensor<?xf32>
  %m = array.reshape %x : tensor<?xf32> to tensor<4xf32>
  %1 = array.reshape %m sizes(%n) : tensor<4xf32> to tensor<?xf32>
  return %0, %1 : tensor<?xf32>, tensor<?xf32>
}

// CHECK-LABEL: func.func @broadcast(
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>, %[[D:.*]]: tensor<?xf32>, %[[N:.*]]: index
// CHECK: %[[J:.*]] = array.broadcast %[[X]] : tensor<4xf32> to tensor<2x3x4xf32>
// CHECK: %[[S:.*]] = array.broadcast %[[D]] sizes(%[[N]])
// CHECK: return %[[X]], %[[J]], %[[D]], %[[S]]
func.func @broadcast(%x: tensor<4xf32>, %d: tensor<?xf32>, %n: index)
    -> (tensor<4xf32>, tensor<2x3x4xf32>, tensor<?xf32>, tensor<?xf32>) {
  %c0 = arith.constant 0 : index
  %0 = array.broadcast %x : tensor<4xf32> to tensor<4xf32>
  %m = array.broadcast %x : tensor<4xf32> to tensor<3x4xf32>
  %1 = array.broadcast %m : tensor<3x4xf32> to tensor<2x3x4xf32>
  %s = tensor.dim %d, %c0 : tensor<?xf32>
  %2 = array.broadcast %d sizes(%s) : tensor<?xf32> to tensor<?xf32>
  // This may stretch or fail.
  %3 = array.broadcast %d sizes(%n) : tensor<?xf32> to tensor<?xf32>
  return %0, %1, %2, %3 : tensor<4xf32>, tensor<2x3x4xf32>, tensor<?xf32>, tensor<?xf32>
}

// CHECK-LABEL: func.func @slice(
// CHECK-SAME: %[[X:.*]]: tensor<4x?xf32>, %[[N:.*]]: index
// CHECK: %[[PART:.*]] = array.slice %[[X]] offsets [0, 0] sizes [4, %[[N]]]
// CHECK: return %[[X]], %[[PART]]
func.func @slice(%x: tensor<4x?xf32>, %n: index) -> (tensor<4x?xf32>, tensor<4x?xf32>) {
  %c1 = arith.constant 1 : index
  %s = tensor.dim %x, %c1 : tensor<4x?xf32>
  %0 = array.slice %x offsets [0, 0] sizes [4, %s] strides [1, 1] : tensor<4x?xf32>
  %1 = array.slice %x offsets [0, 0] sizes [4, %n] strides [1, 1] : tensor<4x?xf32>
  return %0, %1 : tensor<4x?xf32>, tensor<4x?xf32>
}

// CHECK-LABEL: func.func @insert_slice(
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>, %[[Y:.*]]: tensor<4xf32>, %[[E:.*]]: tensor<0xf32>, %[[D:.*]]: tensor<?xf32>
// CHECK: %[[OPEN:.*]] = array.insert_slice %[[D]] into %[[D]]
// CHECK: return %[[X]], %[[Y]], %[[OPEN]]
func.func @insert_slice(%x: tensor<4xf32>, %y: tensor<4xf32>, %e: tensor<0xf32>, %d: tensor<?xf32>)
    -> (tensor<4xf32>, tensor<4xf32>, tensor<?xf32>) {
  %0 = array.insert_slice %x into %y offsets [0] strides [1] : tensor<4xf32>, tensor<4xf32>
  %1 = array.insert_slice %e into %y offsets [2] strides [1] : tensor<0xf32>, tensor<4xf32>
  %2 = array.insert_slice %d into %d offsets [0] strides [1] : tensor<?xf32>, tensor<?xf32>
  return %0, %1, %2 : tensor<4xf32>, tensor<4xf32>, tensor<?xf32>
}

// CHECK-LABEL: func.func @pad_concat(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>, %[[V:.*]]: f32
// CHECK: %[[PAD:.*]] = array.pad
// CHECK: %[[CONCAT:.*]] = array.concat %[[X]], %[[X]]
// CHECK: return %[[X]], %[[X]], %[[PAD]], %[[CONCAT]]
func.func @pad_concat(%x: tensor<?xf32>, %v: f32) -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) {
  %0 = array.pad %x, %v low [0] high [0] : tensor<?xf32>, f32
  %1 = array.concat %x dim 0 : tensor<?xf32>
  %2 = array.pad %x, %v low [0] high [1] : tensor<?xf32>, f32
  %3 = array.concat %x, %x dim 0 : tensor<?xf32>, tensor<?xf32>
  return %0, %1, %2, %3 : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}

// A vector survives its diagonal matrix, a matrix does not survive its diagonal.
// CHECK-LABEL: func.func @diag(
// CHECK-SAME: %[[V:.*]]: tensor<?xf32>
// CHECK: %[[D:.*]] = array.diagonal
// CHECK: return %[[V]], %[[D]]
func.func @diag(%v: tensor<?xf32>, %x: tensor<3x3xf32>) -> (tensor<?xf32>, tensor<3x3xf32>) {
  %m = array.diagonal %v : tensor<?xf32>
  %0 = array.diag %m : tensor<?x?xf32>
  %d = array.diag %x : tensor<3x3xf32>
  %1 = array.diagonal %d : tensor<3xf32>
  return %0, %1 : tensor<?xf32>, tensor<3x3xf32>
}

// CHECK-LABEL: func.func @constants(
// CHECK-DAG: %[[T:.*]] = array.constant dense<{{\[\[}}1, 4], [2, 5], [3, 6]]> : tensor<3x2xi32>
// CHECK-DAG: %[[R:.*]] = array.constant dense<[1, 2, 3, 4, 5, 6]> : tensor<6xi32>
// CHECK-DAG: %[[B:.*]] = array.constant dense<{{\[\[}}7, 8, 9], [7, 8, 9]]> : tensor<2x3xi32>
// CHECK-DAG: %[[S:.*]] = array.constant dense<{{\[\[}}4, 6]]> : tensor<1x2xi32>
// CHECK-DAG: %[[P:.*]] = array.constant dense<[0, 7, 8, 9, 0, 0]> : tensor<6xi32>
// CHECK-DAG: %[[C:.*]] = array.constant dense<{{\[\[}}1, 2, 3, 1, 2, 3], [4, 5, 6, 4, 5, 6]]> : tensor<2x6xi32>
// CHECK-DAG: %[[G:.*]] = array.constant dense<[1, 5]> : tensor<2xi32>
// CHECK-DAG: %[[M:.*]] = array.constant dense<{{\[\[}}1, 0], [0, 5]]> : tensor<2x2xi32>
// CHECK: return %[[T]], %[[R]], %[[B]], %[[S]], %[[P]], %[[C]], %[[G]], %[[M]]
func.func @constants() -> (tensor<3x2xi32>, tensor<6xi32>, tensor<2x3xi32>, tensor<1x2xi32>, tensor<6xi32>, tensor<2x6xi32>, tensor<2xi32>, tensor<2x2xi32>) {
  %a = array.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
  %v = array.constant dense<[7, 8, 9]> : tensor<3xi32>
  %zero = array.constant dense<0> : tensor<i32>
  %0 = array.transpose %a perm [1, 0] : tensor<2x3xi32>
  %1 = array.reshape %a : tensor<2x3xi32> to tensor<6xi32>
  %2 = array.broadcast %v : tensor<3xi32> to tensor<2x3xi32>
  %3 = array.slice %a offsets [1, 0] sizes [1, 2] strides [1, 2] : tensor<2x3xi32>
  %4 = array.pad %v, %zero low [1] high [2] : tensor<3xi32>, tensor<i32>
  %5 = array.concat %a, %a dim 1 : tensor<2x3xi32>, tensor<2x3xi32>
  %6 = array.diag %a : tensor<2x3xi32>
  %7 = array.diagonal %6 : tensor<2xi32>
  return %0, %1, %2, %3, %4, %5, %6, %7 : tensor<3x2xi32>, tensor<6xi32>, tensor<2x3xi32>, tensor<1x2xi32>, tensor<6xi32>, tensor<2x6xi32>, tensor<2xi32>, tensor<2x2xi32>
}

// A splat stays one whatever its size; a slice with unknown bounds stays a slice.
// CHECK-LABEL: func.func @splats(
// CHECK-DAG: %[[A:.*]] = array.constant dense<2.000000e+00> : tensor<200x100xf32>
// CHECK-DAG: %[[B:.*]] = array.constant dense<2.000000e+00> : tensor<10xf32>
// CHECK-DAG: %[[C:.*]] = array.constant dense<2.000000e+00> : tensor<102x200xf32>
// CHECK-DAG: %[[D:.*]] = array.slice
// CHECK: return %[[A]], %[[A]], %[[A]], %[[B]], %[[C]], %[[D]]
func.func @splats(%i: index) -> (tensor<200x100xf32>, tensor<200x100xf32>, tensor<200x100xf32>, tensor<10xf32>, tensor<102x200xf32>, tensor<1x1xf32>) {
  %a = array.constant dense<2.0> : tensor<100x200xf32>
  %v = array.constant 2.0 : f32
  %0 = array.transpose %a perm [1, 0] : tensor<100x200xf32>
  %1 = array.reshape %a : tensor<100x200xf32> to tensor<200x100xf32>
  %2 = array.full %v : f32 to tensor<200x100xf32>
  %s = array.slice %a offsets [0, 9] sizes [1, 10] strides [1, 3] : tensor<100x200xf32>
  %3 = array.reshape %s : tensor<1x10xf32> to tensor<10xf32>
  %4 = array.pad %a, %v low [1, 0] high [1, 0] : tensor<100x200xf32>, f32
  %5 = array.slice %a offsets [%i, 0] sizes [1, 1] strides [1, 1] : tensor<100x200xf32>
  return %0, %1, %2, %3, %4, %5 : tensor<200x100xf32>, tensor<200x100xf32>, tensor<200x100xf32>, tensor<10xf32>, tensor<102x200xf32>, tensor<1x1xf32>
}

// The size that the inner one made is checked against the outer's: known there, they are one; unknown, they stay.
// CHECK-LABEL: func.func @broadcasts_join(
// CHECK: array.broadcast %{{.*}} : tensor<1xf32> to tensor<2x3xf32>
// CHECK-NOT: array.broadcast
// CHECK: return
func.func @broadcasts_join(%x: tensor<1xf32>) -> tensor<2x3xf32> {
  %a = array.broadcast %x : tensor<1xf32> to tensor<3xf32>
  %b = array.broadcast %a : tensor<3xf32> to tensor<2x3xf32>
  return %b : tensor<2x3xf32>
}
// CHECK-LABEL: func.func @broadcasts_stay(
// CHECK: array.broadcast %{{.*}} : tensor<1xf32> to tensor<3xf32>
// CHECK: array.broadcast %{{.*}} sizes(%{{.*}}) : tensor<3xf32> to tensor<?xf32>
func.func @broadcasts_stay(%x: tensor<1xf32>, %n: index) -> tensor<?xf32> {
  %a = array.broadcast %x : tensor<1xf32> to tensor<3xf32>
  %b = array.broadcast %a sizes(%n) : tensor<3xf32> to tensor<?xf32>
  return %b : tensor<?xf32>
}

// A size is followed to where it comes from, through what keeps it.
// CHECK-LABEL: func.func @sizes_of_the_same_origin(
// CHECK: %[[NEG:.*]] = array.neg
// CHECK: %[[T:.*]] = array.transpose
// CHECK: %[[S:.*]] = array.sum
// CHECK-NOT: array.
// CHECK: return %[[NEG]], %[[T]], %[[S]]
func.func @sizes_of_the_same_origin(%x: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<4x?xf32>, tensor<?xf32>) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x4xf32>
  %y = array.neg %x : tensor<?x4xf32>
  %0 = array.broadcast %y sizes(%n) : tensor<?x4xf32> to tensor<?x4xf32>
  %t = array.transpose %y perm [1, 0] : tensor<?x4xf32>
  %1 = array.reshape %t sizes(%n) : tensor<4x?xf32> to tensor<4x?xf32>
  %s = array.sum %y dims [1] : tensor<?x4xf32>
  %2 = array.reshape %s sizes(%n) : tensor<?xf32> to tensor<?xf32>
  return %0, %1, %2 : tensor<?x4xf32>, tensor<4x?xf32>, tensor<?xf32>
}

// The other dim's size is another one.
// CHECK-LABEL: func.func @sizes_of_another_origin(
// CHECK: array.reshape
func.func @sizes_of_another_origin(%x: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c0 : tensor<?x?xf32>
  %m = tensor.dim %x, %c1 : tensor<?x?xf32>
  %y = array.neg %x : tensor<?x?xf32>
  %0 = array.reshape %y sizes(%m, %n) : tensor<?x?xf32> to tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}
