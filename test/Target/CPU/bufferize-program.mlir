// States of loops, and results of functions that are called, that may be one another's memory are copies.
// RUN: runmat-opt --bufferize-program --canonicalize %s | FileCheck %s

// CHECK-LABEL: func.func @twice
// CHECK: memref.copy
// CHECK-NOT: memref.copy
// CHECK: return
func.func @twice(%v: f32) -> (tensor<4xf32>, tensor<4xf32>) {
  %e = bufferization.alloc_tensor() : tensor<4xf32>
  %y = linalg.fill ins(%v : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %y, %y : tensor<4xf32>, tensor<4xf32>
}

// One state that is the same value as another.
// CHECK-LABEL: func.func @repeated
// CHECK: scf.for
// CHECK: %[[S:.*]] = memref.alloc
// CHECK: linalg.fill {{.*}} outs(%[[S]]
// CHECK: %[[COPY:.*]] = memref.alloc
// CHECK: memref.copy %[[S]], %[[COPY]]
// CHECK-NOT: memref.copy
// CHECK: scf.yield %[[S]], %[[COPY]]
func.func @repeated(%x: tensor<4xf32>, %v: f32, %n: index) -> (tensor<4xf32>, tensor<4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x, %b = %x) -> (tensor<4xf32>, tensor<4xf32>) {
    %e = bufferization.alloc_tensor() : tensor<4xf32>
    %s = linalg.fill ins(%v : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    scf.yield %s, %s : tensor<4xf32>, tensor<4xf32>
  }
  return %r#0, %r#1 : tensor<4xf32>, tensor<4xf32>
}

// A state that is part of another.
// CHECK-LABEL: func.func @part
// CHECK: scf.for
// CHECK: memref.subview
// CHECK: memref.copy
// CHECK: scf.yield
func.func @part(%x: tensor<4xf32>, %y: tensor<2xf32>, %v: f32, %n: index) -> (tensor<4xf32>, tensor<2xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x, %b = %y) -> (tensor<4xf32>, tensor<2xf32>) {
    %e = bufferization.alloc_tensor() : tensor<4xf32>
    %s = linalg.fill ins(%v : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    %p = tensor.extract_slice %s[1] [2] [1] : tensor<4xf32> to tensor<2xf32>
    scf.yield %s, %p : tensor<4xf32>, tensor<2xf32>
  }
  return %r#0, %r#1 : tensor<4xf32>, tensor<2xf32>
}

// -- No copies in the loop: states that change places, are new, or are updated in place.

// CHECK-LABEL: func.func @swapped
// CHECK: scf.for
// CHECK-NOT: memref.alloc
// CHECK-NOT: memref.copy
// CHECK: scf.yield %[[B:.*]], %[[A:.*]] :
// CHECK: return
func.func @swapped(%x: tensor<4xf32>, %y: tensor<4xf32>, %n: index) -> (tensor<4xf32>, tensor<4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x, %b = %y) -> (tensor<4xf32>, tensor<4xf32>) {
    scf.yield %b, %a : tensor<4xf32>, tensor<4xf32>
  }
  return %r#0, %r#1 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @time_steps
// CHECK: scf.for
// CHECK-COUNT-1: memref.alloc
// CHECK-NOT: memref.alloc
// CHECK-NOT: memref.copy
// CHECK: scf.yield
func.func @time_steps(%x: tensor<4xf32>, %n: index) -> (tensor<4xf32>, tensor<4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%old = %x, %now = %x) -> (tensor<4xf32>, tensor<4xf32>) {
    %e = bufferization.alloc_tensor() : tensor<4xf32>
    %next = linalg.add ins(%old, %now : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    scf.yield %now, %next : tensor<4xf32>, tensor<4xf32>
  }
  return %r#0, %r#1 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @in_place
// CHECK: scf.for
// CHECK-NOT: memref.alloc
// CHECK-NOT: memref.copy
// CHECK: return
func.func @in_place(%x: tensor<4xf32>, %v: f32, %n: index) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x) -> tensor<4xf32> {
    %u = tensor.insert %v into %a[%i] : tensor<4xf32>
    scf.yield %u : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}

// CHECK-LABEL: func.func @while_in_place
// CHECK: scf.while
// CHECK-NOT: memref.alloc
// CHECK-NOT: memref.copy
// CHECK: return
func.func @while_in_place(%x: tensor<4xf32>, %y: tensor<4xf32>, %c: i1) -> (tensor<4xf32>, tensor<4xf32>) {
  %r:2 = scf.while (%a = %x, %b = %y) : (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
    scf.condition(%c) %b, %a : tensor<4xf32>, tensor<4xf32>
  } do {
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>):
    scf.yield %a, %b : tensor<4xf32>, tensor<4xf32>
  }
  return %r#0, %r#1 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @while_from_outside
// CHECK: do
// CHECK: memref.copy %arg0
// CHECK: scf.yield
func.func @while_from_outside(%x: tensor<4xf32>, %y: tensor<4xf32>, %v: f32, %i: index, %c: i1) -> tensor<4xf32> {
  %r = scf.while (%a = %y) : (tensor<4xf32>) -> tensor<4xf32> {
    %u = tensor.insert %v into %a[%i] : tensor<4xf32>
    scf.condition(%c) %u : tensor<4xf32>
  } do {
  ^bb0(%a: tensor<4xf32>):
    scf.yield %x : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}

// Nobody calls it: the runtime copies where it must.
// CHECK-LABEL: func.func @entry
// CHECK-NOT: memref.copy
// CHECK: return
func.func @entry(%v: f32) -> (tensor<4xf32>, tensor<4xf32>) {
  %e = bufferization.alloc_tensor() : tensor<4xf32>
  %y = linalg.fill ins(%v : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %a:2 = call @twice(%v) : (f32) -> (tensor<4xf32>, tensor<4xf32>)
  return %y, %y : tensor<4xf32>, tensor<4xf32>
}
