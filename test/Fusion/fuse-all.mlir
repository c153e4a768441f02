// --fuse-all: every array operation that has a unit form is in a unit afterwards, alone or merged.
// Parity: 16
// RUN: runmat-opt --fuse-all --split-input-file %s | FileCheck %s

// CHECK-LABEL: func.func @black_scholes
// CHECK: fused.nest [65536] ins(%arg0, %arg1, %arg2
// CHECK-NOT: fused.nest
// CHECK-NOT: = array.{{.*}} : tensor
// CHECK: return
func.func @black_scholes(%s: tensor<65536xf32>, %k: tensor<65536xf32>, %t: tensor<65536xf32>) -> tensor<65536xf32> {
  %r = array.constant dense<0.05> : tensor<f32>
  %h = array.constant dense<0.5> : tensor<f32>
  %one = array.constant dense<1.0> : tensor<f32>
  %q = array.div %s, %k : tensor<65536xf32>, tensor<65536xf32>
  %l = array.log %q : tensor<65536xf32>
  %rt = array.mul %t, %r : tensor<65536xf32>, tensor<f32>
  %a = array.add %l, %rt : tensor<65536xf32>, tensor<65536xf32>
  %w = array.sqrt %t : tensor<65536xf32>
  %d1 = array.div %a, %w : tensor<65536xf32>, tensor<65536xf32>
  %d2 = array.sub %d1, %w : tensor<65536xf32>, tensor<65536xf32>
  %e1 = array.erf %d1 : tensor<65536xf32>
  %f1 = array.add %e1, %one : tensor<65536xf32>, tensor<f32>
  %n1 = array.mul %f1, %h : tensor<65536xf32>, tensor<f32>
  %e2 = array.erf %d2 : tensor<65536xf32>
  %f2 = array.add %e2, %one : tensor<65536xf32>, tensor<f32>
  %n2 = array.mul %f2, %h : tensor<65536xf32>, tensor<f32>
  %m = array.neg %rt : tensor<65536xf32>
  %x = array.exp %m : tensor<65536xf32>
  %ke = array.mul %k, %x : tensor<65536xf32>, tensor<65536xf32>
  %c1 = array.mul %s, %n1 : tensor<65536xf32>, tensor<65536xf32>
  %c2 = array.mul %ke, %n2 : tensor<65536xf32>, tensor<65536xf32>
  %c = array.sub %c1, %c2 : tensor<65536xf32>, tensor<65536xf32>
  return %c : tensor<65536xf32>
}

// -----

// Created arrays are computed where they are read.
// CHECK-LABEL: func.func @created
// CHECK: %[[KEY:.*]] = tensor.from_elements %arg1 : tensor<i64>
// CHECK: fused.nest [?, 4] ins(%[[KEY]] : tensor<i64>) {{.*}} sizes(%arg0)
// CHECK-DAG: fused.index 1
// CHECK-DAG: fused.random key
// CHECK-NOT: fused.nest
// CHECK: return
func.func @created(%n: index, %key: i64) -> tensor<?x4xf32> {
  %zero = arith.constant 0 : i64
  %u = array.rand_uniform key %key offset %zero sizes(%n) : tensor<?x4xf32>
  %i = array.iota dim 1 sizes(%n) : tensor<?x4xf32>
  %s = array.add %u, %i : tensor<?x4xf32>, tensor<?x4xf32>
  return %s : tensor<?x4xf32>
}

// -----

// A lone operation is a unit, a reshape alone a view; dims of size 1 stay where the result has them.
// CHECK-LABEL: func.func @alone
// CHECK: fused.nest [1, 4, 1]
// CHECK: array.exp
// CHECK: array.reshape
func.func @alone(%x: tensor<1x4x1xf32>) -> tensor<4xf32> {
  %e = array.exp %x : tensor<1x4x1xf32>
  %s = array.cumsum %e dim 1 : tensor<1x4x1xf32>
  %r = array.reshape %s : tensor<1x4x1xf32> to tensor<4xf32>
  return %r : tensor<4xf32>
}

// -----

// Siblings that share an operand are one unit; a value used outside is another result.
// Parity: 17
// CHECK-LABEL: func.func @siblings
// CHECK: %[[R:.*]]:3 = fused.nest [4, 8] ins(%arg0 : tensor<4x8xf32>)
// CHECK-NOT: fused.nest
// CHECK: return
func.func @siblings(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4xf32>) {
  %a = array.abs %x : tensor<4x8xf32>
  %b = array.exp %x : tensor<4x8xf32>
  %c = array.sum %a dims [1] : tensor<4x8xf32>
  return %a, %b, %c : tensor<4x8xf32>, tensor<4x8xf32>, tensor<4xf32>
}
