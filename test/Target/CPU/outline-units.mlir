// Equal nests are calls of one function; those that differ in a type or a number stay.
// RUN: runmat-opt %s --outline-units | FileCheck %s

#id = affine_map<(i) -> (i)>

// A function of the program keeps its name.
// CHECK: func.func @map(
func.func @map(%x: memref<8xf32>, %y: memref<8xf32>, %z: memref<?xf32>) {
  // CHECK: call @[[F:map_[0-9]+]](%arg0, %arg1)
  fused.nest [8] ins(%x : memref<8xf32>) maps [#id] outs(%y : memref<8xf32>) yields [[#fused.store]] results [0] {
  ^bb0(%a: f32):
    %two = array.constant 2.0 : f32
    %t = array.mul %a, %two : f32, f32
    fused.yield %t : f32
  }
  // CHECK: call @[[F]](%arg1, %arg1)
  fused.nest [8] ins(%y : memref<8xf32>) maps [#id] outs(%y : memref<8xf32>) yields [[#fused.store]] results [0] {
  ^bb0(%a: f32):
    %two = array.constant 2.0 : f32
    %t = array.mul %a, %two : f32, f32
    fused.yield %t : f32
  }
  // CHECK-NOT: call
  // CHECK: fused.nest [8]
  fused.nest [8] ins(%y : memref<8xf32>) maps [#id] outs(%y : memref<8xf32>) yields [[#fused.store]] results [0] {
  ^bb0(%a: f32):
    %two = array.constant 3.0 : f32
    %t = array.mul %a, %two : f32, f32
    fused.yield %t : f32
  }
  // CHECK-NOT: call
  // CHECK: fused.nest [?]
  fused.nest [?] ins(%z : memref<?xf32>) maps [#id] outs(%z : memref<?xf32>) yields [[#fused.store]] results [0] {
  ^bb0(%a: f32):
    %two = array.constant 2.0 : f32
    %t = array.mul %a, %two : f32, f32
    fused.yield %t : f32
  }
  return
}
// CHECK: func.func private @[[F]](%[[A:.*]]: memref<8xf32>, %[[B:.*]]: memref<8xf32>)
// CHECK-NEXT: fused.nest [8] ins(%[[A]] : memref<8xf32>) maps [#map] outs(%[[B]] : memref<8xf32>)
// CHECK-NOT: func.func
