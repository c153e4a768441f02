// Nothing moves across an operation that may report an error first, and what relies on a check stays behind it.
// RUN: runmat-opt --check-upstream-ops --check-array-sizes --canonicalize --fuse-all %s | FileCheck %s

// The sizes are checked first, then the index: all operations are one unit behind both.
// CHECK-LABEL: func.func @errors
// CHECK: offload.check {{.*}} is {0} so far
// CHECK: offload.check {{.*}}index {0}
// CHECK: fused.nest
// CHECK-NOT: fused.nest
// CHECK: return
func.func @errors(%x: tensor<?xf32>, %y: tensor<?xf32>, %i: index) -> (tensor<?xf32>, f32) {
  %a = array.add %x, %y : tensor<?xf32>, tensor<?xf32>
  %v = tensor.extract %x[%i] : tensor<?xf32>
  %b = array.exp %a : tensor<?xf32>
  %c = array.add %b, %y : tensor<?xf32>, tensor<?xf32>
  return %c, %v : tensor<?xf32>, f32
}

// A unit whose value the check needs stays in front of it.
// CHECK-LABEL: func.func @needed
// CHECK: fused.nest
// CHECK: tensor.extract
// CHECK: offload.check
// CHECK: tensor.extract
// CHECK: return
func.func @needed(%x: tensor<4xindex>, %y: tensor<4xi64>, %z: tensor<?xf32>) -> (f32, tensor<4xi64>) {
  %c0 = arith.constant 0 : index
  %a = array.neg %y : tensor<4xi64>
  %n = tensor.extract %a[%c0] : tensor<4xi64>
  %i = arith.index_cast %n : i64 to index
  %v = tensor.extract %z[%i] : tensor<?xf32>
  %b = array.neg %a : tensor<4xi64>
  return %v, %b : f32, tensor<4xi64>
}
