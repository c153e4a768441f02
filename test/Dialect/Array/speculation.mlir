// Only operations that cannot fail leave a loop that may run no iteration.
// RUN: runmat-opt --allow-unregistered-dialect --loop-invariant-code-motion %s | FileCheck %s

// CHECK-LABEL: func.func @elementwise(
// CHECK: array.exp
// CHECK: array.add %{{.*}}, %{{.*}} : tensor<4x1xf32>, tensor<?xf32>
// CHECK: array.mul %[[X:.*]], %[[X]] : tensor<?xf32>, tensor<?xf32>
// CHECK: scf.for
// CHECK: array.add %{{.*}}, %{{.*}} : tensor<?xf32>, tensor<?xf32>
// CHECK: array.add %{{.*}}, %{{.*}} : tensor<?xf32>, tensor<3xf32>
func.func @elementwise(%x: tensor<?xf32>, %y: tensor<?xf32>, %a: tensor<4x1xf32>, %b: tensor<3xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %0 = array.exp %x : tensor<?xf32>
    %1 = array.add %a, %x : tensor<4x1xf32>, tensor<?xf32>
    %2 = array.mul %x, %x : tensor<?xf32>, tensor<?xf32>
    %3 = array.add %x, %y : tensor<?xf32>, tensor<?xf32>
    %4 = array.add %x, %b : tensor<?xf32>, tensor<3xf32>
    "test.use"(%0, %1, %2, %3, %4) : (tensor<?xf32>, tensor<4x?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<3xf32>) -> ()
  }
  return
}

// An argmax of nothing is an error, and a negative offset of random numbers is one.
// CHECK-LABEL: func.func @others(
// CHECK: array.sum
// CHECK: array.argmax %{{.*}} dims [0]
// CHECK: array.rand_uniform key %{{.*}} offset %c5
// CHECK: array.slice %{{.*}} offsets [1]
// CHECK: scf.for
// CHECK: array.argmax %{{.*}} dims [1]
// CHECK: array.rand_uniform key %{{.*}} offset %arg
// CHECK: array.slice %{{.*}} offsets [%
// CHECK: array.iota
func.func @others(%x: tensor<4x?xf32>, %v: tensor<8xf32>, %k: i64, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : i64
  scf.for %i = %c0 to %n step %c1 {
    %0 = array.sum %x dims [1] : tensor<4x?xf32>
    %1 = array.argmax %x dims [0] : tensor<4x?xf32>
    %2 = array.argmax %x dims [1] : tensor<4x?xf32>
    %3 = array.rand_uniform key %k offset %c5 : tensor<4xf32>
    %4 = array.rand_uniform key %k offset %k : tensor<4xf32>
    %5 = array.slice %v offsets [1] sizes [2] strides [3] : tensor<8xf32>
    %6 = array.slice %v offsets [%n] sizes [2] strides [3] : tensor<8xf32>
    %7 = array.iota dim 0 sizes(%n) : tensor<?xi32>
    "test.use"(%0, %1, %2, %3, %4, %5, %6, %7) : (tensor<4xf32>, tensor<?xi64>, tensor<4xi64>, tensor<4xf32>, tensor<4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<?xi32>) -> ()
  }
  return
}
