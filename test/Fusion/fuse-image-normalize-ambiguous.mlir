// Which operand is the mean, the variance, the input, where more than one could be; and epsilon subtracted.
// RUN: runmat-opt --fuse-image-normalize %s | FileCheck %s
// REQUIRES: runmat-interpret
// RUN: %python %source/test/Fusion/same_values.py %s

!batch = tensor<2x2x3xf32>
!plane = tensor<2x1x1xf32>

// What is normalised is a mean over channels.
// CHECK-LABEL: func.func @grey
// CHECK: %[[GREY:.*]] = array.mean %arg0 dims [1]
// CHECK: fused.image_normalize {{.*}} ins(%[[GREY]]
// CHECK-NOT: array.{{(mean|sub|div)}}
// CHECK: return
func.func @grey(%c: tensor<2x3x2x2xf32>, %e: tensor<f32>) -> tensor<2x2x2xf32> {
  %x = array.mean %c dims [1] : tensor<2x3x2x2xf32>
  %m = array.mean %x dims [1, 2] keep : tensor<2x2x2xf32>
  %d = array.sub %x, %m : tensor<2x2x2xf32>, !plane
  %s = array.mul %d, %d : tensor<2x2x2xf32>, tensor<2x2x2xf32>
  %v = array.mean %s dims [1, 2] keep : tensor<2x2x2xf32>
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : tensor<2x2x2xf32>, !plane
  return %n : tensor<2x2x2xf32>
}
func.func @run_grey() -> tensor<2x2x2xf32> {
  %x = array.constant dense<[[[[1.0, -2.5], [0.5, 2.0]], [[3.0, 0.25], [-1.0, 1.0]], [[0.0, 4.0], [1.0, 1.5]]], [[[4.0, 2.0], [-0.5, 0.0]], [[1.5, 0.125], [7.0, 1.0]], [[2.0, 2.0], [3.0, -1.0]]]]> : tensor<2x3x2x2xf32>
  %k0 = array.constant dense<1.0e-3> : tensor<f32>
  %r = call @grey(%x, %k0) : (tensor<2x3x2x2xf32>, tensor<f32>) -> tensor<2x2x2xf32>
  return %r : tensor<2x2x2xf32>
}

// The same with the deviation squared the other way round.
// CHECK-LABEL: func.func @grey_negated
// CHECK: %[[GREY:.*]] = array.mean %arg0 dims [1]
// CHECK: fused.image_normalize {{.*}} ins(%[[GREY]]
// CHECK-NOT: array.{{(mean|sub|div)}}
// CHECK: return
func.func @grey_negated(%c: tensor<2x3x2x2xf32>, %e: tensor<f32>) -> tensor<2x2x2xf32> {
  %x = array.mean %c dims [1] : tensor<2x3x2x2xf32>
  %m = array.mean %x dims [1, 2] keep : tensor<2x2x2xf32>
  %d = array.sub %x, %m : tensor<2x2x2xf32>, !plane
  %o = array.sub %m, %x : !plane, tensor<2x2x2xf32>
  %s = array.mul %o, %o : tensor<2x2x2xf32>, tensor<2x2x2xf32>
  %v = array.mean %s dims [1, 2] keep : tensor<2x2x2xf32>
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : tensor<2x2x2xf32>, !plane
  return %n : tensor<2x2x2xf32>
}
func.func @run_grey_negated() -> tensor<2x2x2xf32> {
  %x = array.constant dense<[[[[1.0, -2.5], [0.5, 2.0]], [[3.0, 0.25], [-1.0, 1.0]], [[0.0, 4.0], [1.0, 1.5]]], [[[4.0, 2.0], [-0.5, 0.0]], [[1.5, 0.125], [7.0, 1.0]], [[2.0, 2.0], [3.0, -1.0]]]]> : tensor<2x3x2x2xf32>
  %k0 = array.constant dense<1.0e-3> : tensor<f32>
  %r = call @grey_negated(%x, %k0) : (tensor<2x3x2x2xf32>, tensor<f32>) -> tensor<2x2x2xf32>
  return %r : tensor<2x2x2xf32>
}

// One plane, and epsilon is a mean of other numbers: on the right.
// CHECK-LABEL: func.func @epsilon_mean_right
// CHECK: %[[E:.*]] = array.mean %arg1
// CHECK: fused.image_normalize {{.*}} ins(%arg0 : {{.*}} epsilon(%[[E]]
// CHECK-NOT: array.{{(mean|sub|div)}}
// CHECK: return
func.func @epsilon_mean_right(%x: tensor<1x2x3xf32>, %z: tensor<4xf32>) -> tensor<1x2x3xf32> {
  %e = array.mean %z : tensor<4xf32>
  %m = array.mean %x dims [1, 2] keep : tensor<1x2x3xf32>
  %d = array.sub %x, %m : tensor<1x2x3xf32>, tensor<1x1x1xf32>
  %s = array.mul %d, %d : tensor<1x2x3xf32>, tensor<1x2x3xf32>
  %v = array.mean %s dims [1, 2] keep : tensor<1x2x3xf32>
  %a = array.add %v, %e : tensor<1x1x1xf32>, tensor<f32>
  %r = array.sqrt %a : tensor<1x1x1xf32>
  %n = array.div %d, %r : tensor<1x2x3xf32>, tensor<1x1x1xf32>
  return %n : tensor<1x2x3xf32>
}
func.func @run_epsilon_mean_right() -> tensor<1x2x3xf32> {
  %x = array.constant dense<[[[1.0, -2.5, 0.5], [3.0, 0.25, -1.0]]]> : tensor<1x2x3xf32>
  %k0 = array.constant dense<[1.0, 0.5, 0.25, 2.0]> : tensor<4xf32>
  %r = call @epsilon_mean_right(%x, %k0) : (tensor<1x2x3xf32>, tensor<4xf32>) -> tensor<1x2x3xf32>
  return %r : tensor<1x2x3xf32>
}

// Epsilon is a variance of another array: on the right.
// CHECK-LABEL: func.func @epsilon_variance_right
// CHECK: %[[E:.*]] = array.var %arg1
// CHECK: fused.image_normalize {{.*}} ins(%arg0 : {{.*}} epsilon(%[[E]]
// CHECK-NOT: array.{{(mean|sub|div)}}
// CHECK: return
func.func @epsilon_variance_right(%x: tensor<1x2x3xf32>, %z: tensor<4xf32>) -> tensor<1x2x3xf32> {
  %e = array.var %z : tensor<4xf32>
  %m = array.mean %x dims [1, 2] keep : tensor<1x2x3xf32>
  %d = array.sub %x, %m : tensor<1x2x3xf32>, tensor<1x1x1xf32>
  %s = array.mul %d, %d : tensor<1x2x3xf32>, tensor<1x2x3xf32>
  %v = array.mean %s dims [1, 2] keep : tensor<1x2x3xf32>
  %a = array.add %v, %e : tensor<1x1x1xf32>, tensor<f32>
  %r = array.sqrt %a : tensor<1x1x1xf32>
  %n = array.div %d, %r : tensor<1x2x3xf32>, tensor<1x1x1xf32>
  return %n : tensor<1x2x3xf32>
}
func.func @run_epsilon_variance_right() -> tensor<1x2x3xf32> {
  %x = array.constant dense<[[[1.0, -2.5, 0.5], [3.0, 0.25, -1.0]]]> : tensor<1x2x3xf32>
  %k0 = array.constant dense<[1.0, 0.5, 0.25, 2.0]> : tensor<4xf32>
  %r = call @epsilon_variance_right(%x, %k0) : (tensor<1x2x3xf32>, tensor<4xf32>) -> tensor<1x2x3xf32>
  return %r : tensor<1x2x3xf32>
}

// One plane, and epsilon is a mean of other numbers: on the left.
// CHECK-LABEL: func.func @epsilon_mean_left
// CHECK: %[[E:.*]] = array.mean %arg1
// CHECK: fused.image_normalize {{.*}} ins(%arg0 : {{.*}} epsilon(%[[E]]
// CHECK-NOT: array.{{(mean|sub|div)}}
// CHECK: return
func.func @epsilon_mean_left(%x: tensor<1x2x3xf32>, %z: tensor<4xf32>) -> tensor<1x2x3xf32> {
  %e = array.mean %z : tensor<4xf32>
  %m = array.mean %x dims [1, 2] keep : tensor<1x2x3xf32>
  %d = array.sub %x, %m : tensor<1x2x3xf32>, tensor<1x1x1xf32>
  %s = array.mul %d, %d : tensor<1x2x3xf32>, tensor<1x2x3xf32>
  %v = array.mean %s dims [1, 2] keep : tensor<1x2x3xf32>
  %a = array.add %e, %v : tensor<f32>, tensor<1x1x1xf32>
  %r = array.sqrt %a : tensor<1x1x1xf32>
  %n = array.div %d, %r : tensor<1x2x3xf32>, tensor<1x1x1xf32>
  return %n : tensor<1x2x3xf32>
}
func.func @run_epsilon_mean_left() -> tensor<1x2x3xf32> {
  %x = array.constant dense<[[[1.0, -2.5, 0.5], [3.0, 0.25, -1.0]]]> : tensor<1x2x3xf32>
  %k0 = array.constant dense<[1.0, 0.5, 0.25, 2.0]> : tensor<4xf32>
  %r = call @epsilon_mean_left(%x, %k0) : (tensor<1x2x3xf32>, tensor<4xf32>) -> tensor<1x2x3xf32>
  return %r : tensor<1x2x3xf32>
}

// Epsilon is a variance of another array: on the left.
// CHECK-LABEL: func.func @epsilon_variance_left
// CHECK: %[[E:.*]] = array.var %arg1
// CHECK: fused.image_normalize {{.*}} ins(%arg0 : {{.*}} epsilon(%[[E]]
// CHECK-NOT: array.{{(mean|sub|div)}}
// CHECK: return
func.func @epsilon_variance_left(%x: tensor<1x2x3xf32>, %z: tensor<4xf32>) -> tensor<1x2x3xf32> {
  %e = array.var %z : tensor<4xf32>
  %m = array.mean %x dims [1, 2] keep : tensor<1x2x3xf32>
  %d = array.sub %x, %m : tensor<1x2x3xf32>, tensor<1x1x1xf32>
  %s = array.mul %d, %d : tensor<1x2x3xf32>, tensor<1x2x3xf32>
  %v = array.mean %s dims [1, 2] keep : tensor<1x2x3xf32>
  %a = array.add %e, %v : tensor<f32>, tensor<1x1x1xf32>
  %r = array.sqrt %a : tensor<1x1x1xf32>
  %n = array.div %d, %r : tensor<1x2x3xf32>, tensor<1x1x1xf32>
  return %n : tensor<1x2x3xf32>
}
func.func @run_epsilon_variance_left() -> tensor<1x2x3xf32> {
  %x = array.constant dense<[[[1.0, -2.5, 0.5], [3.0, 0.25, -1.0]]]> : tensor<1x2x3xf32>
  %k0 = array.constant dense<[1.0, 0.5, 0.25, 2.0]> : tensor<4xf32>
  %r = call @epsilon_variance_left(%x, %k0) : (tensor<1x2x3xf32>, tensor<4xf32>) -> tensor<1x2x3xf32>
  return %r : tensor<1x2x3xf32>
}

// One element: every operand is one number.
// CHECK-LABEL: func.func @one_element
// CHECK: fused.image_normalize {{.*}} ins(%arg0
// CHECK-NOT: array.{{(mean|sub|div)}}
// CHECK: return
func.func @one_element(%x: tensor<1x1x1xf32>, %e: tensor<f32>) -> tensor<1x1x1xf32> {
  %m = array.mean %x dims [1, 2] keep : tensor<1x1x1xf32>
  %d = array.sub %x, %m : tensor<1x1x1xf32>, tensor<1x1x1xf32>
  %s = array.mul %d, %d : tensor<1x1x1xf32>, tensor<1x1x1xf32>
  %v = array.mean %s dims [1, 2] keep : tensor<1x1x1xf32>
  %a = array.add %v, %e : tensor<1x1x1xf32>, tensor<f32>
  %r = array.sqrt %a : tensor<1x1x1xf32>
  %n = array.div %d, %r : tensor<1x1x1xf32>, tensor<1x1x1xf32>
  return %n : tensor<1x1x1xf32>
}
func.func @run_one_element() -> tensor<1x1x1xf32> {
  %x = array.constant dense<3.0> : tensor<1x1x1xf32>
  %k0 = array.constant dense<1.0e-3> : tensor<f32>
  %r = call @one_element(%x, %k0) : (tensor<1x1x1xf32>, tensor<f32>) -> tensor<1x1x1xf32>
  return %r : tensor<1x1x1xf32>
}

// var - c with a constant below 0.
// CHECK-LABEL: func.func @subtracted_constant
// CHECK: %[[E:.*]] = array.constant dense<1.000000e-03>
// CHECK: fused.image_normalize {{.*}} epsilon(%[[E]]
// CHECK-NOT: array.{{(mean|sub|div)}}
// CHECK: return
func.func @subtracted_constant(%x: !batch) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %c = array.constant dense<-1.0e-3> : tensor<f32>
  %a = array.sub %v, %c : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}
func.func @run_subtracted_constant() -> !batch {
  %x = array.constant dense<[[[1.0, -2.5, 0.5], [3.0, 0.25, -1.0]], [[4.0, 2.0, -0.5], [1.5, 0.125, 7.0]]]> : tensor<2x2x3xf32>
  %r = call @subtracted_constant(%x) : (tensor<2x2x3xf32>) -> !batch
  return %r : !batch
}

// var - c with a number of the run.
// CHECK-LABEL: func.func @subtracted
// CHECK: %[[E:.*]] = array.neg %arg1
// CHECK: fused.image_normalize {{.*}} epsilon(%[[E]]
// CHECK-NOT: array.{{(mean|sub|div)}}
// CHECK: return
func.func @subtracted(%x: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.sub %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  return %n : !batch
}
func.func @run_subtracted() -> !batch {
  %x = array.constant dense<[[[1.0, -2.5, 0.5], [3.0, 0.25, -1.0]], [[4.0, 2.0, -0.5], [1.5, 0.125, 7.0]]]> : tensor<2x2x3xf32>
  %k0 = array.constant dense<-1.0e-3> : tensor<f32>
  %r = call @subtracted(%x, %k0) : (tensor<2x2x3xf32>, tensor<f32>) -> !batch
  return %r : !batch
}

// All in a loop is one unit there; statistics in front of a branch that may not need them too.
// CHECK-LABEL: func.func @inside
// CHECK: scf.for
// CHECK: fused.image_normalize
// CHECK-NOT: array.
// CHECK: return
func.func @inside(%w: !batch, %e: tensor<f32>) -> !batch {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %l = scf.for %i = %c0 to %c2 step %c1 iter_args(%x = %w) -> (!batch) {
    %m = array.mean %x dims [1, 2] keep : !batch
    %d = array.sub %x, %m : !batch, !plane
    %s = array.mul %d, %d : !batch, !batch
    %v = array.mean %s dims [1, 2] keep : !batch
    %a = array.add %v, %e : !plane, tensor<f32>
    %r = array.sqrt %a : !plane
    %n = array.div %d, %r : !batch, !plane
    scf.yield %n : !batch
  }
  return %l : !batch
}
func.func @run_inside() -> !batch {
  %x = array.constant dense<[[[1.0, -2.5, 0.5], [3.0, 0.25, -1.0]], [[4.0, 2.0, -0.5], [1.5, 0.125, 7.0]]]> : tensor<2x2x3xf32>
  %k0 = array.constant dense<1.0e-3> : tensor<f32>
  %r = call @inside(%x, %k0) : (tensor<2x2x3xf32>, tensor<f32>) -> !batch
  return %r : !batch
}

// CHECK-LABEL: func.func @branch
// CHECK: scf.if
// CHECK: fused.image_normalize
// CHECK-NOT: array.
// CHECK: return
func.func @branch(%x: !batch, %e: tensor<f32>, %k: i1) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %s = array.mul %d, %d : !batch, !batch
  %v = array.mean %s dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %z = scf.if %k -> (!batch) {
    %n = array.div %d, %r : !batch, !plane
    scf.yield %n : !batch
  } else {
    scf.yield %x : !batch
  }
  return %z : !batch
}
