// Upstream operations of a program that may fail are checked; those that cannot are not.
// RUN: runmat-opt --split-input-file --check-upstream-ops --convert-array-to-linalg %s | FileCheck %s

// CHECK-LABEL: @cast
// CHECK: %[[D:.*]] = tensor.dim %arg0, %{{.*}}
// CHECK: %[[OK:.*]] = arith.cmpi eq, %[[D]], %{{.*}}
// CHECK: offload.check %[[OK]], "dimension 0 is {0}, but the type says {1}"
func.func @cast(%x: tensor<?x?xf32>) -> tensor<3x?xf32> {
  %r = tensor.cast %x : tensor<?x?xf32> to tensor<3x?xf32>
  return %r : tensor<3x?xf32>
}
// CHECK-LABEL: @no_checks
// CHECK-NOT: offload.check
func.func @no_checks(%x: tensor<3x?xf32>) -> (tensor<?x?xf32>, f32) {
  %c = arith.constant dense<1.0> : tensor<2xf32>
  %i = arith.constant 1 : index
  %e = tensor.extract %c[%i] : tensor<2xf32>
  %r = tensor.cast %x : tensor<3x?xf32> to tensor<?x?xf32>
  return %r, %e : tensor<?x?xf32>, f32
}
// CHECK-LABEL: @extract
// CHECK: %[[OK:.*]] = arith.cmpi ult, %arg1, %{{.*}}
// CHECK: offload.check %[[OK]], "index {0} of dimension 0 is out of bounds for size {1}"(%arg1,
func.func @extract(%x: tensor<?xf32>, %i: index) -> f32 {
  %r = tensor.extract %x[%i] : tensor<?xf32>
  return %r : f32
}
// CHECK-LABEL: @dim
// CHECK: %[[OK:.*]] = arith.cmpi ult, %arg1, %c2
// CHECK: offload.check %[[OK]], "dimension {0} of a tensor of rank 2"(%arg1)
// CHECK: tensor.dim %arg0, %arg1
func.func @dim(%x: tensor<?x3xf32>, %i: index) -> index {
  %r = tensor.dim %x, %i : tensor<?x3xf32>
  return %r : index
}
// CHECK-LABEL: @constant_dim_outside
// CHECK: offload.check %{{.*}}, "dimension {0} of a tensor of rank 1"(%c5{{.*}})
func.func @constant_dim_outside(%x: tensor<?xf32>) -> index {
  %c = arith.constant 5 : index
  %r = tensor.dim %x, %c : tensor<?xf32>
  return %r : index
}
// CHECK-LABEL: @constant_dim_inside
// CHECK-NOT: offload.check
func.func @constant_dim_inside(%x: tensor<?xf32>) -> index {
  %c = arith.constant 0 : index
  %r = tensor.dim %x, %c : tensor<?xf32>
  return %r : index
}
// CHECK-LABEL: @division
// CHECK: %[[SOME:.*]] = arith.cmpi ne, %arg1, %c0
// CHECK: offload.check %[[SOME]], "division by zero"
// CHECK: %[[A:.*]] = arith.cmpi ne, %arg0, %c-9223372036854775808
// CHECK: %[[B:.*]] = arith.cmpi ne, %arg1, %c-1
// CHECK: %[[OR:.*]] = arith.ori %[[A]], %[[B]]
// CHECK: offload.check %[[OR]], "{0} divided by -1 does not fit"(%arg0)
// CHECK: arith.divsi
func.func @division(%x: index, %y: index) -> index {
  %r = arith.divsi %x, %y : index
  return %r : index
}
// CHECK-LABEL: @known_divisors
// CHECK-NOT: offload.check
func.func @known_divisors(%x: index, %y: i32) -> (index, index, i32) {
  %c = arith.constant 3 : index
  %s = arith.constant 31 : i32
  %q = arith.floordivsi %x, %c : index
  %r = arith.remui %q, %c : index
  %t = arith.shrsi %y, %s : i32
  return %q, %r, %t : index, index, i32
}
// CHECK-LABEL: @unused
// CHECK-NOT: offload.check
func.func @unused(%x: index, %y: index) {
  %r = arith.divsi %x, %y : index
  return
}
// CHECK-LABEL: @shift
// CHECK: arith.cmpi ult, %arg1, %c32
// CHECK: arith.index_cast %arg1 : i32 to index
// CHECK: offload.check {{.*}}, "shift by {0} of a value of 32 bits"
func.func @shift(%x: i32, %y: i32) -> i32 {
  %r = arith.shli %x, %y : i32
  return %r : i32
}
// CHECK-LABEL: @loop
// CHECK: arith.cmpi sgt, %arg1, %c0
// CHECK: offload.check {{.*}}, "step of the loop is {0}, below 1"(%arg1)
// CHECK: scf.for
func.func @loop(%n: index, %step: index) -> index {
  %r = scf.for %i = %n to %n step %step iter_args(%s = %n) -> index {
    scf.yield %i : index
  }
  return %r : index
}
// Behind the last iteration the counter would wrap: trips are counted. The first loop's counter has no way to.
// CHECK-LABEL: @loop_to_the_end
// CHECK: scf.for %{{.*}} = %arg0 to %arg1 step %c1
// CHECK: %[[SOME:.*]] = arith.cmpi slt, %arg0, %arg1 : index
// CHECK: %[[SPAN:.*]] = arith.subi %arg1, %arg0
// CHECK: %[[TRIPS:.*]] = arith.ceildivui %[[SPAN]], %arg2
// CHECK: %[[COUNT:.*]] = arith.select %[[SOME]], %[[TRIPS]], %{{.*}}
// CHECK: scf.for %[[TRIP:.*]] = %{{.*}} to %[[COUNT]] step
// CHECK: %[[STEPS:.*]] = arith.muli %[[TRIP]], %arg2
// CHECK: %[[I:.*]] = arith.addi %arg0, %[[STEPS]]
// CHECK: scf.yield %[[I]]
func.func @loop_to_the_end(%a: index, %b: index, %step: index) -> (index, index) {
  %c1 = arith.constant 1 : index
  %q = scf.for %i = %a to %b step %c1 iter_args(%s = %a) -> index {
    scf.yield %i : index
  }
  %r = scf.for %i = %a to %b step %step iter_args(%s = %a) -> index {
    scf.yield %i : index
  }
  return %q, %r : index, index
}
// Known bounds that leave room for a step, and one that does not.
// CHECK-LABEL: @known_bounds
// CHECK: scf.for %{{.*}} = %{{.*}} to %c120_i8 step %c8_i8
// CHECK: arith.ceildivui
func.func @known_bounds() -> (i8, i8) {
  %c0 = arith.constant 0 : i8
  %c8 = arith.constant 8 : i8
  %c120 = arith.constant 120 : i8
  %c121 = arith.constant 121 : i8
  %q = scf.for %i = %c0 to %c120 step %c8 iter_args(%s = %c0) -> i8 : i8 {
    scf.yield %i : i8
  }
  %r = scf.for %i = %c0 to %c121 step %c8 iter_args(%s = %c0) -> i8 : i8 {
    scf.yield %i : i8
  }
  return %q, %r : i8, i8
}
// Results that may be larger than any operand are checked to fit.
// CHECK-LABEL: @outer
// CHECK: %[[N0:.*]] = arith.maxui %[[D0:.*]], %c1
// CHECK: %[[F0:.*]] = arith.cmpi ule, %[[N0]], %c288230376151711744
// CHECK: %[[LEFT:.*]] = arith.divui %c288230376151711744{{.*}}, %[[N0]]
// CHECK: %[[N1:.*]] = arith.maxui %[[D1:.*]], %c1
// CHECK: %[[F1:.*]] = arith.cmpi ule, %[[N1]], %[[LEFT]]
// CHECK: %[[FITS:.*]] = arith.andi %[[F0]], %[[F1]]
// CHECK: offload.check %[[FITS]], "tensor<{0}x{1}xf32> is too large to address"(%[[D0]], %[[D1]])
func.func @outer(%x: tensor<?x1xf32>, %y: tensor<?xf32>) -> tensor<?x?xf32> {
  %r = array.add %x, %y : tensor<?x1xf32>, tensor<?xf32>
  return %r : tensor<?x?xf32>
}
// CHECK-LABEL: @like_an_operand
// CHECK-NOT: too large
func.func @like_an_operand(%x: tensor<?x?xf32>, %y: tensor<?x1xf32>) -> tensor<?x1xf32> {
  %s = array.add %x, %y : tensor<?x?xf32>, tensor<?x1xf32>
  %a = array.slice %s offsets [0, 0] sizes [1, 8] strides [1, 1] : tensor<?x?xf32>
  %r = array.sum %a dims [0] : tensor<1x8xf32>
  %t = array.reshape %r : tensor<8xf32> to tensor<8x1xf32>
  %u = tensor.cast %t : tensor<8x1xf32> to tensor<?x1xf32>
  return %u : tensor<?x1xf32>
}

// -----

// Where a function calls itself, all calls are told how deep they are.
// CHECK-LABEL: func.func @from_outside
// CHECK: %[[OK:.*]] = arith.cmpi slt, %c1, %c500
// CHECK: offload.check %[[OK]], "calls nest deeper than 500 levels"
// CHECK: %[[NEXT:.*]] = arith.addi %c1, %c1
// CHECK: call @countdown_nested(%arg0, %[[NEXT]]) : (i64, index) -> i64
func.func @from_outside(%n: i64) -> i64 {
  %y = call @countdown(%n) : (i64) -> i64
  return %y : i64
}
// CHECK-LABEL: func.func private @countdown(%arg0: i64) -> i64
// CHECK: %[[R:.*]] = call @countdown_nested(%arg0, %c1) : (i64, index) -> i64
// CHECK: return %[[R]]
func.func private @countdown(%n: i64) -> i64 {
  %one = arith.constant 1 : i64
  %m = arith.subi %n, %one : i64
  %small = arith.cmpi sle, %n, %one : i64
  %y = scf.if %small -> (i64) {
    %z = func.call @identity(%one) : (i64) -> i64
    scf.yield %z : i64
  } else {
    %r = func.call @countdown(%m) : (i64) -> i64
    scf.yield %r : i64
  }
  return %y : i64
}
func.func private @identity(%n: i64) -> i64 {
  return %n : i64
}
// CHECK-LABEL: func.func private @countdown_nested(%arg0: i64, %arg1: index) -> i64
// CHECK: func.call @identity_nested(%{{.*}}, %{{.*}})
// CHECK: %[[OK:.*]] = arith.cmpi slt, %arg1, %c500
// CHECK: offload.check %[[OK]], "calls nest deeper than 500 levels"
// CHECK: %[[NEXT:.*]] = arith.addi %arg1, %c1
// CHECK: func.call @countdown_nested(%{{.*}}, %[[NEXT]])

// -----

// Calls without one need no count.
// CHECK-LABEL: func.func @calls
// CHECK-NOT: offload.check
// CHECK: call @leaf(%arg0) : (i64) -> i64
func.func private @leaf(%n: i64) -> i64 {
  return %n : i64
}
func.func @calls(%n: i64) -> i64 {
  %y = call @leaf(%n) : (i64) -> i64
  return %y : i64
}
