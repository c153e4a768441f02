// A check that is known to hold is none; behind one that is known to fail nothing runs, whatever sizes it knows.
// RUN: runmat-opt --canonicalize %s | FileCheck %s

// CHECK-LABEL: func.func @holds(
// CHECK-NOT: offload.check
// CHECK: return
func.func @holds(%n: index) -> index {
  %true = arith.constant true
  offload.check %true, "never said" (%n)
  return %n : index
}

// CHECK-LABEL: func.func @unknown(
// CHECK: offload.check
// CHECK: array.add
func.func @unknown(%c: i1, %x: tensor<4xf32>) -> tensor<4xf32> {
  offload.check %c, "said"
  %y = array.add %x, %x : tensor<4xf32>, tensor<4xf32>
  return %y : tensor<4xf32>
}

// What stands before runs; the argument that is returned stays.
// CHECK-LABEL: func.func @fails(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>, %[[N:.*]]: index
// CHECK: offload.check {{.*}} "before"
// CHECK: offload.check %{{.*}}, "always said"
// CHECK-NOT: offload.check
// CHECK-NOT: array.
// CHECK: %[[NONE:.*]] = tensor.empty() : tensor<0x3xf32>
// CHECK: %[[ANY:.*]] = tensor.cast %[[NONE]]
// CHECK: return %[[ANY]], %{{.*}}, %[[X]]
func.func @fails(%x: tensor<?xf32>, %n: index, %y: tensor<?x3xf32>, %before: i1)
    -> (tensor<?x3xf32>, index, tensor<?xf32>) {
  %false = arith.constant false
  offload.check %before, "before"
  offload.check %false, "always said" (%n)
  offload.check %before, "behind"
  %z = array.exp %y : tensor<?x3xf32>
  %m = arith.addi %n, %n : index
  return %z, %m, %x : tensor<?x3xf32>, index, tensor<?xf32>
}

// A branch or a loop's body ends there, what is behind it does not.
// CHECK-LABEL: func.func @branch(
// CHECK: scf.if
// CHECK: offload.check
// CHECK-NOT: array.exp
// CHECK: scf.yield
// CHECK: array.sqrt
func.func @branch(%c: i1, %x: tensor<4xf32>) -> tensor<4xf32> {
  %false = arith.constant false
  %y = scf.if %c -> tensor<4xf32> {
    offload.check %false, "always said"
    %e = array.exp %x : tensor<4xf32>
    scf.yield %e : tensor<4xf32>
  } else {
    scf.yield %x : tensor<4xf32>
  }
  %s = array.sqrt %y : tensor<4xf32>
  return %s : tensor<4xf32>
}

// No value stands for memory.
// CHECK-LABEL: func.func @memory(
// CHECK: offload.check
// CHECK: memref.alloc
func.func @memory() -> memref<4xf32> {
  %false = arith.constant false
  offload.check %false, "always said"
  %m = memref.alloc() : memref<4xf32>
  return %m : memref<4xf32>
}
