// A loop around a loop over nothing runs no iterations.
// RUN: runmat-opt --skip-empty-loops %s | FileCheck %s

func.func private @use(index)

// CHECK-LABEL: func.func @nest
// CHECK-SAME: (%[[M:.*]]: memref<?x?x?xf32>, %[[A:.*]]: index, %[[B:.*]]: index, %[[C:.*]]: index)
// CHECK-DAG: %[[SOME_C:.*]] = arith.cmpi slt, %c0, %[[C]]
// CHECK-DAG: %[[UP_B:.*]] = arith.select %[[SOME_C]], %[[B]], %c0
// CHECK-DAG: %[[SOME_B:.*]] = arith.cmpi slt, %c0, %[[UP_B]]
// CHECK-DAG: %[[UP_A:.*]] = arith.select %[[SOME_B]], %[[A]], %c0
// CHECK: scf.for %{{.*}} = %c0 to %[[UP_A]] step
// CHECK-NEXT: scf.for %{{.*}} = %c0 to %[[UP_B]] step
// CHECK-NEXT: scf.parallel (%{{.*}}) = (%c0) to (%[[C]]) step
func.func @nest(%m: memref<?x?x?xf32>, %a: index, %b: index, %c: index) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %v = arith.constant 1.0 : f32
  scf.for %i = %zero to %a step %one {
    scf.for %j = %zero to %b step %one {
      scf.parallel (%k) = (%zero) to (%c) step (%one) {
        memref.store %v, %m[%i, %j, %k] : memref<?x?x?xf32>
        scf.reduce
      }
    }
  }
  return
}

// The inner loop carries a total that nothing reads.
// CHECK-LABEL: func.func @carried
// CHECK: %[[UP:.*]] = arith.select
// CHECK: scf.for %{{.*}} = %c0 to %[[UP]] step
func.func @carried(%m: memref<?x?xf32>, %a: index, %b: index) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %v = arith.constant 1.0 : f32
  scf.for %i = %zero to %a step %one {
    %r = scf.for %j = %zero to %b step %one iter_args(%t = %v) -> f32 {
      %n = arith.addf %t, %v : f32
      memref.store %n, %m[%i, %j] : memref<?x?xf32>
      scf.yield %n : f32
    }
  }
  return
}

// Each iteration does something else too.
// CHECK-LABEL: func.func @effects
// CHECK-NOT: arith.select
// CHECK: return
func.func @effects(%m: memref<?x?xf32>, %a: index, %b: index) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %v = arith.constant 1.0 : f32
  scf.for %i = %zero to %a step %one {
    func.call @use(%i) : (index) -> ()
    scf.for %j = %zero to %b step %one {
      memref.store %v, %m[%i, %j] : memref<?x?xf32>
    }
  }
  return
}

// The inner loop's result is the last one's, or the start.
// CHECK-LABEL: func.func @result
// CHECK-NOT: arith.select
// CHECK: return
func.func @result(%a: index, %b: index) -> index {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %r = scf.for %i = %zero to %a step %one iter_args(%s = %zero) -> index {
    %t = scf.for %j = %zero to %b step %one iter_args(%u = %i) -> index {
      %n = arith.addi %u, %one : index
      scf.yield %n : index
    }
    scf.yield %t : index
  }
  return %r : index
}

// How often the inner loop runs depends on the iteration.
// CHECK-LABEL: func.func @triangle
// CHECK-NOT: arith.select
// CHECK: return
func.func @triangle(%m: memref<?x?xf32>, %a: index) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %v = arith.constant 1.0 : f32
  scf.for %i = %zero to %a step %one {
    scf.for %j = %zero to %i step %one {
      memref.store %v, %m[%i, %j] : memref<?x?xf32>
    }
  }
  return
}
