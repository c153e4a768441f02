// Reductions of small constants, and of dims that hold one element.
// RUN: runmat-opt --canonicalize %s | FileCheck %s

// CHECK-LABEL: func.func @floats(
// CHECK-DAG: %[[SUM:.*]] = array.constant dense<[6.000000e+00, 1.500000e+01]> : tensor<2xf32>
// CHECK-DAG: %[[MEAN:.*]] = array.constant dense<3.500000e+00> : tensor<1x1xf32>
// CHECK-DAG: %[[VAR:.*]] = array.constant dense<4.500000e+00> : tensor<1x3xf32>
// CHECK-DAG: %[[MAX:.*]] = array.constant dense<[4.000000e+00, 5.000000e+00, 6.000000e+00]> : tensor<3xf32>
// CHECK-DAG: %[[ARG:.*]] = array.constant dense<5> : tensor<i64>
// CHECK-DAG: %[[PROD:.*]] = array.constant dense<7.200000e+02> : tensor<f32>
// CHECK: return %[[SUM]], %[[MEAN]], %[[VAR]], %[[MAX]], %[[ARG]], %[[PROD]]
func.func @floats() -> (tensor<2xf32>, tensor<1x1xf32>, tensor<1x3xf32>, tensor<3xf32>, tensor<i64>, tensor<f32>) {
  %a = array.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %0 = array.sum %a dims [1] : tensor<2x3xf32>
  %1 = array.mean %a keep : tensor<2x3xf32>
  %2 = array.var %a dims [0] keep ddof 1 : tensor<2x3xf32>
  %3 = array.reduce_max %a dims [0] : tensor<2x3xf32>
  %4 = array.argmax %a : tensor<2x3xf32>
  %5 = array.prod %a dims [1, 0] : tensor<2x3xf32>
  return %0, %1, %2, %3, %4, %5 : tensor<2xf32>, tensor<1x1xf32>, tensor<1x3xf32>, tensor<3xf32>, tensor<i64>, tensor<f32>
}

// Integers sum in i64.
// CHECK-LABEL: func.func @integers(
// CHECK-DAG: %[[SUM:.*]] = array.constant dense<254> : tensor<i64>
// CHECK-DAG: %[[MIN:.*]] = array.constant dense<127> : tensor<i8>
// CHECK-DAG: %[[ARG:.*]] = array.constant dense<0> : tensor<i64>
// CHECK-DAG: %[[ANY:.*]] = array.constant dense<true> : tensor<i1>
// CHECK-DAG: %[[ALL:.*]] = array.constant dense<false> : tensor<i1>
// CHECK: return %[[SUM]], %[[MIN]], %[[ARG]], %[[ANY]], %[[ALL]]
func.func @integers() -> (tensor<i64>, tensor<i8>, tensor<i64>, tensor<i1>, tensor<i1>) {
  %a = array.constant dense<127> : tensor<2xi8>
  %p = array.constant dense<[true, false]> : tensor<2xi1>
  %0 = array.sum %a : tensor<2xi8>
  %1 = array.reduce_min %a : tensor<2xi8>
  %2 = array.argmin %a : tensor<2xi8>
  %3 = array.any %p : tensor<2xi1>
  %4 = array.all %p : tensor<2xi1>
  return %0, %1, %2, %3, %4 : tensor<i64>, tensor<i8>, tensor<i64>, tensor<i1>, tensor<i1>
}

// NaN: skipped, propagated or left out; all NaN is NaN.
// CHECK-LABEL: func.func @nan(
// CHECK-DAG: %[[NUMBER:.*]] = array.constant dense<1.000000e+00> : tensor<f32>
// CHECK-DAG: %[[NAN:.*]] = array.constant dense<0x7FC00000> : tensor<f32>
// CHECK-DAG: %[[FIRST:.*]] = array.constant dense<1> : tensor<i64>
// CHECK-DAG: %[[TWO:.*]] = array.constant dense<2.000000e+00> : tensor<f32>
// CHECK: return %[[NUMBER]], %[[NAN]], %[[FIRST]], %[[TWO]], %[[NAN]]
func.func @nan() -> (tensor<f32>, tensor<f32>, tensor<i64>, tensor<f32>, tensor<f32>) {
  %a = array.constant dense<[3.0, 0x7FC00000, 1.0]> : tensor<3xf32>
  %all = array.constant dense<0x7FC00000> : tensor<3xf32>
  %0 = array.reduce_min %a : tensor<3xf32>
  %1 = array.reduce_min %a nan = propagate : tensor<3xf32>
  %2 = array.argmin %a nan = propagate : tensor<3xf32>
  %3 = array.mean %a omit_nan : tensor<3xf32>
  %4 = array.reduce_max %all : tensor<3xf32>
  return %0, %1, %2, %3, %4 : tensor<f32>, tensor<f32>, tensor<i64>, tensor<f32>, tensor<f32>
}

// CHECK-LABEL: func.func @nothing(
// CHECK-DAG: %[[SUM:.*]] = array.constant dense<0.000000e+00> : tensor<2xf32>
// CHECK-DAG: %[[PROD:.*]] = array.constant dense<1.000000e+00> : tensor<2xf32>
// CHECK-DAG: %[[MIN:.*]] = array.constant dense<0x7F800000> : tensor<2xf32>
// CHECK-DAG: %[[IMAX:.*]] = array.constant dense<-128> : tensor<i8>
// CHECK-DAG: %[[MEAN:.*]] = array.constant dense<{{0x7FC00000|0xFFC00000}}> : tensor<2xf32>
// CHECK: return %[[SUM]], %[[PROD]], %[[MIN]], %[[IMAX]], %[[MEAN]]
func.func @nothing() -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<i8>, tensor<2xf32>) {
  %a = array.constant dense<> : tensor<2x0xf32>
  %i = array.constant dense<> : tensor<0xi8>
  %0 = array.sum %a dims [1] : tensor<2x0xf32>
  %1 = array.prod %a dims [1] : tensor<2x0xf32>
  %2 = array.reduce_min %a dims [1] : tensor<2x0xf32>
  %3 = array.reduce_max %i : tensor<0xi8>
  %4 = array.mean %a dims [1] : tensor<2x0xf32>
  return %0, %1, %2, %3, %4 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<i8>, tensor<2xf32>
}

// CHECK-LABEL: func.func @large(
// CHECK: array.sum
func.func @large() -> tensor<f32> {
  %a = array.constant dense<0.1> : tensor<65xf32>
  %0 = array.sum %a : tensor<65xf32>
  return %0 : tensor<f32>
}

// One element each: the result is the operand, unless it is of another type, may be NaN, or is 0 by
// definition.
// CHECK-LABEL: func.func @one_element(
// CHECK-SAME: %[[X:.*]]: tensor<?x1xf32>
// CHECK: %[[DROP:.*]] = array.sum %[[X]] dims [1] : tensor<?x1xf32>
// CHECK: %[[OMIT:.*]] = array.sum %[[X]] dims [1] keep omit_nan
// CHECK: %[[VAR:.*]] = array.var %[[X]] dims [1] keep
// CHECK: return %[[X]], %[[X]], %[[DROP]], %[[OMIT]], %[[VAR]]
func.func @one_element(%x: tensor<?x1xf32>) -> (tensor<?x1xf32>, tensor<?x1xf32>, tensor<?xf32>, tensor<?x1xf32>, tensor<?x1xf32>) {
  %0 = array.sum %x dims [1] keep : tensor<?x1xf32>
  %1 = array.reduce_max %x dims [1] keep : tensor<?x1xf32>
  %2 = array.sum %x dims [1] : tensor<?x1xf32>
  %3 = array.sum %x dims [1] keep omit_nan : tensor<?x1xf32>
  %4 = array.var %x dims [1] keep : tensor<?x1xf32>
  return %0, %1, %2, %3, %4 : tensor<?x1xf32>, tensor<?x1xf32>, tensor<?xf32>, tensor<?x1xf32>, tensor<?x1xf32>
}
