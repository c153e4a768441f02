// Host code ends in the LLVM dialect: a check that fails calls the runtime and does not return, memory is
// asked for with the operation's place, and a function that has no instruction is a call into libm.
// RUN: runmat-opt --convert-host-to-llvm %s | FileCheck %s

// CHECK-DAG: llvm.func @erff(f32) -> f32
// CHECK-DAG: llvm.mlir.global internal constant @[[TEXT:".text.[0-9A-F]+"]]("size {0} is negative\00")
// CHECK-DAG: llvm.mlir.global internal constant @[[PLACE_TEXT:".text.[0-9A-F]+"]]("{{.*}}convert-host-to-llvm.mlir:[[#@LINE+16]]:8\00")
// CHECK-LABEL: llvm.func @f(
// CHECK: llvm.cond_br %{{.*}}, ^[[OK:bb[0-9]+]], ^[[BAD:bb[0-9]+]]
// CHECK: ^[[BAD]]:
// CHECK: llvm.mlir.addressof @[[TEXT]]
// CHECK: llvm.call @rm_fail_values
// CHECK-NEXT: llvm.unreachable
// CHECK: ^[[OK]]:
// CHECK: %[[PLACE:.*]] = llvm.mlir.addressof @[[PLACE_TEXT]]
// CHECK: llvm.call @rm_alloc_at(%{{.*}}, %{{.*}}, %[[PLACE]])
// CHECK: llvm.call @erff
// CHECK-NOT: memref.
func.func @f(%n: index, %x: f32) -> f32 {
  %zero = arith.constant 0 : index
  %ok = arith.cmpi sge, %n, %zero : index
  offload.check %ok, "size {0} is negative" (%n)
  %m = memref.alloc(%n) : memref<?xf32>
  memref.store %x, %m[%zero] : memref<?xf32>
  %y = memref.load %m[%zero] : memref<?xf32>
  memref.dealloc %m : memref<?xf32>
  %z = math.erf %y : f32
  return %z : f32
}

// A mask of which all is known is a constant.
// CHECK-LABEL: llvm.func @mask
// CHECK: llvm.mlir.constant(dense<[true, true, true, false]> : vector<4xi1>)
func.func @mask() -> vector<4xi1> {
  %m = vector.constant_mask [3] : vector<4xi1>
  return %m : vector<4xi1>
}
