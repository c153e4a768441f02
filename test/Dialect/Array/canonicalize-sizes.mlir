// Sizes: tensor.dim of array operations, and size operands that are constants.
// RUN: runmat-opt --canonicalize %s | FileCheck %s

// An index out of range is the program's error, not a size.
// CHECK-LABEL: func.func @out_of_range(
// CHECK: array.neg
// CHECK: tensor.dim
func.func @out_of_range(%x: tensor<?xf32>) -> index {
  %c1 = arith.constant 1 : index
  %r = array.neg %x : tensor<?xf32>
  %d = tensor.dim %r, %c1 : tensor<?xf32>
  return %d : index
}

// CHECK-LABEL: func.func @constant_sizes(
// CHECK-SAME: %[[X:.*]]: tensor<6xf32>, %[[K:.*]]: i64, %[[V:.*]]: f32
// CHECK-DAG: array.full %[[V]] : f32 to tensor<2x3xf32>
// CHECK-DAG: array.iota dim 0 : tensor<2xi32>
// CHECK-DAG: array.rand_uniform key %[[K]] offset %[[K]] : tensor<3xf32>
// CHECK-DAG: array.broadcast %[[X]] : tensor<6xf32> to tensor<2x6xf32>
// CHECK-DAG: array.reshape %[[X]] : tensor<6xf32> to tensor<2x3xf32>
// CHECK-DAG: tensor.cast %{{.*}} : tensor<2x3xf32> to tensor<?x?xf32>
func.func @constant_sizes(%x: tensor<6xf32>, %k: i64, %v: f32)
    -> (tensor<?x?xf32>, tensor<?xi32>, tensor<?xf32>, tensor<?x6xf32>, tensor<?x?xf32>) {
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %0 = array.full %v sizes(%c2, %c3) : f32 to tensor<?x?xf32>
  %1 = array.iota dim 0 sizes(%c2) : tensor<?xi32>
  %2 = array.rand_uniform key %k offset %k sizes(%c3) : tensor<?xf32>
  %3 = array.broadcast %x sizes(%c2) : tensor<6xf32> to tensor<?x6xf32>
  %4 = array.reshape %x sizes(%c2, %c3) : tensor<6xf32> to tensor<?x?xf32>
  return %0, %1, %2, %3, %4 : tensor<?x?xf32>, tensor<?xi32>, tensor<?xf32>, tensor<?x6xf32>, tensor<?x?xf32>
}

// Only what is constant.
// CHECK-LABEL: func.func @some_constant_sizes(
// CHECK-SAME: %[[N:.*]]: index
// CHECK: array.iota dim 0 sizes(%[[N]]) : tensor<?x3xi32>
func.func @some_constant_sizes(%n: index) -> tensor<?x?xi32> {
  %c3 = arith.constant 3 : index
  %0 = array.iota dim 0 sizes(%n, %c3) : tensor<?x?xi32>
  return %0 : tensor<?x?xi32>
}

// These fail at run time, not in the compiler.
// CHECK-LABEL: func.func @wrong_sizes(
// CHECK: array.iota dim 0 sizes(%{{.*}}) : tensor<?xi32>
// CHECK: array.reshape %{{.*}} sizes(%{{.*}}) : tensor<6xf32> to tensor<?xf32>
// CHECK: array.broadcast %{{.*}} sizes(%{{.*}}) : tensor<6xf32> to tensor<?xf32>
// CHECK: array.full %{{.*}} sizes(%{{.*}}) : f32 to tensor<?xf32>
// CHECK: array.slice %{{.*}} offsets [%{{.*}}] sizes [%{{.*}}] strides [1] : tensor<6xf32>
// CHECK: array.pad %{{.*}}, %{{.*}} low [%{{.*}}] high [0] : tensor<6xf32>, f32
func.func @wrong_sizes(%x: tensor<6xf32>, %v: f32)
    -> (tensor<?xi32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) {
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %huge = arith.constant 4611686018427387904 : index
  %minus = arith.constant -1 : index
  %0 = array.iota dim 0 sizes(%minus) : tensor<?xi32>
  %1 = array.reshape %x sizes(%c4) : tensor<6xf32> to tensor<?xf32>
  %2 = array.broadcast %x sizes(%c4) : tensor<6xf32> to tensor<?xf32>
  %3 = array.full %v sizes(%huge) : f32 to tensor<?xf32>
  %4 = array.slice %x offsets [%c3] sizes [%c4] strides [1] : tensor<6xf32>
  %5 = array.pad %x, %v low [%minus] high [0] : tensor<6xf32>, f32
  return %0, %1, %2, %3, %4, %5 : tensor<?xi32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}

// CHECK-LABEL: func.func @lists(
// CHECK-SAME: %[[X:.*]]: tensor<6xf32>, %[[V:.*]]: f32, %[[D:.*]]: tensor<?xf32>, %[[N:.*]]: index
// CHECK: array.slice %[[X]] offsets [2] sizes [2] strides [2] : tensor<6xf32>
// CHECK: array.slice %[[D]] offsets [2] sizes [%[[N]]] strides [2] : tensor<?xf32>
// CHECK: array.insert_slice %[[X]] into %[[D]] offsets [2] strides [2] : tensor<6xf32>, tensor<?xf32>
// CHECK: array.pad %[[X]], %[[V]] low [2] high [%[[N]]] : tensor<6xf32>, f32
func.func @lists(%x: tensor<6xf32>, %v: f32, %d: tensor<?xf32>, %n: index)
    -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) {
  %c2 = arith.constant 2 : index
  %0 = array.slice %x offsets [%c2] sizes [%c2] strides [%c2] : tensor<6xf32>
  %1 = array.slice %d offsets [%c2] sizes [%n] strides [%c2] : tensor<?xf32>
  %2 = array.insert_slice %x into %d offsets [%c2] strides [%c2] : tensor<6xf32>, tensor<?xf32>
  %3 = array.pad %x, %v low [%c2] high [%n] : tensor<6xf32>, f32
  return %0, %1, %2, %3 : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}

// A cast that forgets sizes is moved behind what uses them.
// CHECK-LABEL: func.func @through_casts(
// CHECK-SAME: %[[X:.*]]: tensor<4x5xf32>
// CHECK: %[[EXP:.*]] = array.exp %[[X]] : tensor<4x5xf32>
// CHECK: %[[SUM:.*]] = array.sum %[[EXP]] dims [0] : tensor<4x5xf32>
// CHECK: %[[CAST:.*]] = tensor.cast %[[SUM]] : tensor<5xf32> to tensor<?xf32>
// CHECK: return %[[CAST]]
func.func @through_casts(%x: tensor<4x5xf32>) -> tensor<?xf32> {
  %0 = tensor.cast %x : tensor<4x5xf32> to tensor<?x?xf32>
  %1 = array.exp %0 : tensor<?x?xf32>
  %2 = array.sum %1 dims [0] : tensor<?x?xf32>
  return %2 : tensor<?xf32>
}

// A hidden 1 would begin to stretch; sizes that disagree fail at run time.
// CHECK-LABEL: func.func @casts_that_stay(
// CHECK: array.add %{{.*}}, %{{.*}} : tensor<?xf32>, tensor<?xf32>
// CHECK: array.add %{{.*}}, %{{.*}} : tensor<?xf32>, tensor<5xf32>
func.func @casts_that_stay(%one: tensor<1xf32>, %x: tensor<?xf32>, %four: tensor<4xf32>, %five: tensor<5xf32>)
    -> (tensor<?xf32>, tensor<5xf32>) {
  %a = tensor.cast %one : tensor<1xf32> to tensor<?xf32>
  %0 = array.add %a, %x : tensor<?xf32>, tensor<?xf32>
  %b = tensor.cast %four : tensor<4xf32> to tensor<?xf32>
  %1 = array.add %b, %five : tensor<?xf32>, tensor<5xf32>
  return %0, %1 : tensor<?xf32>, tensor<5xf32>
}
