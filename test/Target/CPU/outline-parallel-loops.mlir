// Outermost parallel loops become functions of a range; small ones are called on the calling thread.
// RUN: runmat-opt --outline-parallel-loops --canonicalize %s | FileCheck %s

// CHECK: llvm.func @rm_parallel_for(i64, i64, !llvm.ptr, !llvm.ptr)

// CHECK-LABEL: func.func @large
// CHECK-NOT: scf.parallel
// CHECK: %[[BODY:.*]] = llvm.mlir.addressof @[[LARGE:parallel_body_[0-9]+]] : !llvm.ptr
// CHECK: llvm.call @rm_parallel_for(%{{.*}}, %{{.*}}, %[[BODY]], %{{.*}})
func.func @large(%a: memref<1024x1024xf32>, %b: memref<1024x1024xf32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %n = arith.constant 1024 : index
  scf.parallel (%i, %j) = (%zero, %zero) to (%n, %n) step (%one, %one) {
    %x = memref.load %a[%i, %j] : memref<1024x1024xf32>
    %y = arith.addf %x, %x : f32
    memref.store %y, %b[%i, %j] : memref<1024x1024xf32>
  }
  return
}

// Eight iterations are not worth waking a thread.
// CHECK-LABEL: func.func @small
// CHECK-NOT: rm_parallel_for
// CHECK: llvm.call @[[SMALL:parallel_body_[0-9]+]](
// CHECK: return
func.func @small(%a: memref<8xf32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %n = arith.constant 8 : index
  scf.parallel (%i) = (%zero) to (%n) step (%one) {
    %x = memref.load %a[%i] : memref<8xf32>
    %y = arith.addf %x, %x : f32
    memref.store %y, %a[%i] : memref<8xf32>
  }
  return
}

// The body walks rows outside and, unit stride, columns inside.
// CHECK: llvm.func internal @[[LARGE]](
// CHECK: scf.for
// CHECK: scf.for
// CHECK: memref.load
