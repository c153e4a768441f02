// Whether a loop is worth waking threads depends on its body: a call into libm counts for many additions, a
// loop of unknown length for 64 trips, and a schedule that knows better says so.
// RUN: runmat-opt --outline-parallel-loops --canonicalize %s | FileCheck %s
// RUN: runmat-opt --outline-parallel-loops=min-work=8192 --canonicalize %s | FileCheck %s --check-prefix=LOW

// LOW-LABEL: func.func @additions
// LOW: call @rm_parallel_for
// LOW: return

// CHECK-LABEL: func.func @calls
// CHECK: call @rm_parallel_for
// CHECK: return
func.func @calls(%a: memref<8192xf32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %n = arith.constant 8192 : index
  scf.parallel (%i) = (%zero) to (%n) step (%one) {
    %x = memref.load %a[%i] : memref<8192xf32>
    %y = math.sin %x : f32
    memref.store %y, %a[%i] : memref<8192xf32>
  }
  return
}

// CHECK-LABEL: func.func @additions
// CHECK-NOT: rm_parallel_for
// CHECK: return
func.func @additions(%a: memref<8192xf32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %n = arith.constant 8192 : index
  scf.parallel (%i) = (%zero) to (%n) step (%one) {
    %x = memref.load %a[%i] : memref<8192xf32>
    %y = arith.addf %x, %x : f32
    %z = math.sqrt %y : f32
    memref.store %z, %a[%i] : memref<8192xf32>
  }
  return
}

// CHECK-LABEL: func.func @rows
// CHECK: call @rm_parallel_for
// CHECK: return
func.func @rows(%a: memref<8192x?xf32>, %m: index) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %n = arith.constant 8192 : index
  scf.parallel (%i) = (%zero) to (%n) step (%one) {
    scf.for %j = %zero to %m step %one {
      %x = memref.load %a[%i, %j] : memref<8192x?xf32>
      %y = arith.addf %x, %x : f32
      memref.store %y, %a[%i, %j] : memref<8192x?xf32>
    }
  }
  return
}

// CHECK-LABEL: func.func @stated
// CHECK: call @rm_parallel_for
// CHECK: return
func.func @stated(%a: memref<64xf32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %n = arith.constant 64 : index
  scf.parallel (%i) = (%zero) to (%n) step (%one) {
    %x = memref.load %a[%i] : memref<64xf32>
    memref.store %x, %a[%i] : memref<64xf32>
    scf.reduce
  } {runmat.work = 4096 : i64}
  return
}
