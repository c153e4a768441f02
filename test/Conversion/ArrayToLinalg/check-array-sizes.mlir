// What types leave open is checked in front of each operation that fusion may move, on sizes of arguments.
// RUN: runmat-opt %s --check-array-sizes | FileCheck %s

// CHECK-LABEL: @chain
// CHECK-NOT: array.exp
// CHECK-DAG: %[[X:.*]] = tensor.dim %arg0, %{{.*}} : tensor<?xf32>
// CHECK-DAG: %[[Y:.*]] = tensor.dim %arg1, %{{.*}} : tensor<?xf32>
// CHECK: %[[SAME:.*]] = arith.cmpi eq, %[[X]], %[[Y]]
// CHECK: offload.check %[[SAME]], "dimension 0 is {0} so far, but {1} in operand #1"(%[[X]], %[[Y]])
// CHECK-NEXT: array.add
// CHECK: array.exp
// Of the sum the size is the first operand's: checked already.
// CHECK-NOT: offload.check
func.func @chain(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
  %a = array.add %x, %y : tensor<?xf32>, tensor<?xf32>
  %b = array.exp %a : tensor<?xf32>
  %c = array.mul %b, %y : tensor<?xf32>, tensor<?xf32>
  %d = array.sub %c, %a : tensor<?xf32>, tensor<?xf32>
  return %d : tensor<?xf32>
}

// CHECK-LABEL: @known
// CHECK-NOT: offload.check
// CHECK: return
func.func @known(%x: tensor<4x?xf32>, %y: tensor<4x1xf32>) -> tensor<4xi64> {
  %a = array.add %x, %y : tensor<4x?xf32>, tensor<4x1xf32>
  %b = array.mul %a, %x : tensor<4x?xf32>, tensor<4x?xf32>
  %s = array.cast %b : tensor<4x?xf32> to tensor<4x?xi32>
  %r = array.sum %s dims [1] : tensor<4x?xi32>
  return %r : tensor<4xi64>
}

// CHECK-LABEL: @argmax
// CHECK: offload.check %{{.*}}, "argmax of no elements"
// CHECK-NEXT: array.argmax
func.func @argmax(%x: tensor<?xf32>) -> tensor<i64> {
  %r = array.argmax %x : tensor<?xf32>
  return %r : tensor<i64>
}

// CHECK-LABEL: @created
// CHECK: offload.check %{{.*}}, "size of dimension 0 is negative: {0}"(%arg0)
// CHECK: offload.check %{{.*}}, "tensor<{0}x4xf32> is too large to address"(%arg0)
// CHECK: offload.check %{{.*}}, "offset is negative: {0}"
// CHECK-NEXT: array.rand_uniform
func.func @created(%n: index, %k: i64) -> tensor<?x4xf32> {
  %r = array.rand_uniform key %k offset %k sizes(%n) : tensor<?x4xf32>
  return %r : tensor<?x4xf32>
}

// Unused operations do not fail.
// CHECK-LABEL: @unused
// CHECK-NOT: offload.check
func.func @unused(%x: tensor<?xf32>, %y: tensor<?xf32>) {
  %a = array.add %x, %y : tensor<?xf32>, tensor<?xf32>
  return
}
