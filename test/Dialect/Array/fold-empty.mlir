// Results without elements fold at once, however large an operand is or a size of the result: no fold makes more data
// than its operands and results have. 2^32 elements written out would end the compiler.
// RUN: runmat-opt --canonicalize %s | FileCheck %s
// The whole pipeline too, upstream's folds included.
// RUN: runmat-opt --runmat-compile-cpu %s | FileCheck %s --check-prefix=COMPILED

// COMPILED-NOT: array<4294967296
// COMPILED: llvm.func

// CHECK-LABEL: func.func @elementwise(
// CHECK-DAG: %[[F:.*]] = array.constant dense<> : tensor<0x4294967296xf32>
// CHECK-DAG: %[[P:.*]] = array.constant dense<> : tensor<0x4294967296xi1>
// CHECK: return %[[F]], %[[F]], %[[F]], %[[F]], %[[P]], %[[F]]
func.func @elementwise() -> (tensor<0x4294967296xf32>, tensor<0x4294967296xf32>, tensor<0x4294967296xf32>,
                             tensor<0x4294967296xf32>, tensor<0x4294967296xi1>, tensor<0x4294967296xf32>) {
  %none = array.constant dense<> : tensor<0x1xf32>
  %nothing = array.constant dense<> : tensor<0x1xi1>
  %many = array.constant dense<2.0> : tensor<4294967296xf32>
  %yes = array.constant dense<true> : tensor<4294967296xi1>
  %wide = array.constant dense<> : tensor<0x4294967296xf32>
  %0 = array.add %none, %many : tensor<0x1xf32>, tensor<4294967296xf32>
  %1 = array.pow %many, %none : tensor<4294967296xf32>, tensor<0x1xf32>
  %2 = array.select %nothing, %many, %many : tensor<0x1xi1>, tensor<4294967296xf32>, tensor<4294967296xf32>
  %3 = array.select %yes, %none, %many : tensor<4294967296xi1>, tensor<0x1xf32>, tensor<4294967296xf32>
  %4 = array.compare lt, %none, %many : tensor<0x1xf32>, tensor<4294967296xf32>
  %5 = array.clamp %wide, %many, %none : tensor<0x4294967296xf32>, tensor<4294967296xf32>, tensor<0x1xf32>
  return %0, %1, %2, %3, %4, %5 : tensor<0x4294967296xf32>, tensor<0x4294967296xf32>, tensor<0x4294967296xf32>, tensor<0x4294967296xf32>, tensor<0x4294967296xi1>, tensor<0x4294967296xf32>
}

// A splat stands for its elements beside others.
// CHECK-LABEL: func.func @splat_beside_others(
// CHECK: %[[S:.*]] = array.constant dense<{{\[}}[4, 5, 6], [4, 5, 6]]> : tensor<2x3xi32>
// CHECK: return %[[S]]
func.func @splat_beside_others() -> tensor<2x3xi32> {
  %a = array.constant dense<3> : tensor<2x3xi32>
  %b = array.constant dense<[1, 2, 3]> : tensor<3xi32>
  %0 = array.add %a, %b : tensor<2x3xi32>, tensor<3xi32>
  return %0 : tensor<2x3xi32>
}

// CHECK-LABEL: func.func @shapes(
// CHECK-DAG: %[[WIDE:.*]] = array.constant dense<> : tensor<0x4294967296xf32>
// CHECK-DAG: %[[TALL:.*]] = array.constant dense<> : tensor<4294967296x0xf32>
// CHECK-DAG: %[[NONE:.*]] = array.constant dense<> : tensor<0xf32>
// CHECK-DAG: %[[MANY:.*]] = array.constant dense<2.000000e+00> : tensor<4294967296xf32>
// CHECK: return %[[WIDE]], %[[TALL]], %[[NONE]], %[[NONE]], %[[MANY]], %[[MANY]], %[[MANY]]
func.func @shapes() -> (tensor<0x4294967296xf32>, tensor<4294967296x0xf32>, tensor<0xf32>, tensor<0xf32>,
                        tensor<4294967296xf32>, tensor<4294967296xf32>, tensor<4294967296xf32>) {
  %none = array.constant dense<> : tensor<0x1xf32>
  %empty = array.constant dense<> : tensor<0xf32>
  %many = array.constant dense<2.0> : tensor<4294967296xf32>
  %two = arith.constant 2.0 : f32
  %0 = array.broadcast %many : tensor<4294967296xf32> to tensor<0x4294967296xf32>
  %1 = array.transpose %0 perm [1, 0] : tensor<0x4294967296xf32>
  %2 = array.slice %many offsets [5] sizes [0] strides [1] : tensor<4294967296xf32>
  %3 = array.reshape %1 : tensor<4294967296x0xf32> to tensor<0xf32>
  %4 = array.pad %empty, %two low [4294967295] high [1] : tensor<0xf32>, f32
  %5 = array.insert_slice %empty into %many offsets [9] strides [1] : tensor<0xf32>, tensor<4294967296xf32>
  %6 = array.full %two : f32 to tensor<4294967296xf32>
  return %0, %1, %2, %3, %4, %5, %6 : tensor<0x4294967296xf32>, tensor<4294967296x0xf32>, tensor<0xf32>, tensor<0xf32>, tensor<4294967296xf32>, tensor<4294967296xf32>, tensor<4294967296xf32>
}

// Of no elements the result may have many, and they stay a reduction; an empty result is a constant.
// CHECK-LABEL: func.func @reductions(
// CHECK: %[[NONE:.*]] = array.constant dense<> : tensor<0xf32>
// CHECK: %[[SUM:.*]] = array.sum %{{.*}} dims [0] : tensor<0x4294967296xf32>
// CHECK: return %[[SUM]], %[[NONE]], %[[NONE]]
func.func @reductions() -> (tensor<4294967296xf32>, tensor<0xf32>, tensor<0xf32>) {
  %wide = array.constant dense<> : tensor<0x4294967296xf32>
  %0 = array.sum %wide dims [0] : tensor<0x4294967296xf32>
  %1 = array.sum %wide dims [1] : tensor<0x4294967296xf32>
  %2 = array.reduce_max %wide dims [1] : tensor<0x4294967296xf32>
  return %0, %1, %2 : tensor<4294967296xf32>, tensor<0xf32>, tensor<0xf32>
}

// Neither does a scan, a product or a diagonal.
// CHECK-LABEL: func.func @others(
// CHECK: return
func.func @others() -> (tensor<4294967296xf32>, tensor<65536x65536xf32>, tensor<4294967296x0xf32>) {
  %many = array.constant dense<2.0> : tensor<4294967296xf32>
  %line = array.constant dense<1.0> : tensor<65536xf32>
  %tall = array.constant dense<> : tensor<4294967296x0xf32>
  %one = array.constant dense<> : tensor<0x0xf32>
  %0 = array.cumsum %many dim 0 : tensor<4294967296xf32>
  %1 = array.diagonal %line : tensor<65536xf32>
  %2 = array.matmul %tall, %one : tensor<4294967296x0xf32>, tensor<0x0xf32>
  return %0, %1, %2 : tensor<4294967296xf32>, tensor<65536x65536xf32>, tensor<4294967296x0xf32>
}
