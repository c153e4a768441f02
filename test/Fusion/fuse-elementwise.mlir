// --fuse-elementwise: a chain on one shape is one fused.nest, which reads each operand through a map.
// RUN: runmat-opt --fuse-elementwise %s | FileCheck %s

// CHECK: #[[FULL:map[0-9]*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK: #[[ROW:map[0-9]*]] = affine_map<(d0, d1) -> (d1)>

// CHECK-LABEL: func.func @chain
// CHECK: fused.nest {{.*}} ins(%arg0, %arg1 : tensor<4x8xf32>, tensor<8xf32>) maps [#[[FULL]], #[[ROW]]]
// CHECK-NEXT: ^bb0(%[[A:.*]]: f32, %[[B:.*]]: f32):
// CHECK-NEXT: %[[S:.*]] = array.add %[[A]], %[[B]] : f32, f32
// CHECK-NEXT: %[[E:.*]] = array.exp %[[S]] : f32
// CHECK-NEXT: fused.yield %[[E]] : f32
func.func @chain(%a: tensor<4x8xf32>, %b: tensor<8xf32>) -> tensor<4x8xf32> {
  %s = array.add %a, %b : tensor<4x8xf32>, tensor<8xf32>
  %e = array.exp %s : tensor<4x8xf32>
  return %e : tensor<4x8xf32>
}

// A value that is used again is another result of the same unit.
// CHECK-LABEL: func.func @two_results
// CHECK: %[[R:.*]]:2 = fused.nest
// CHECK: return %[[R]]#0, %[[R]]#1
func.func @two_results(%a: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %s = array.abs %a : tensor<4x8xf32>
  %e = array.exp %s : tensor<4x8xf32>
  return %s, %e : tensor<4x8xf32>, tensor<4x8xf32>
}

// One operation is no chain.
// CHECK-LABEL: func.func @alone
// CHECK-NOT: fused.nest
// CHECK: array.exp
func.func @alone(%a: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = array.exp %a : tensor<4x8xf32>
  return %e : tensor<4x8xf32>
}
