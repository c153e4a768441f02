// Chains of two or more elementwise operations become one fused.nest; a single one stays.
// RUN: runmat-opt --fuse-elementwise %s | FileCheck %s

// CHECK-LABEL: func.func @chain
// CHECK: %[[R:.*]]:2 = fused.nest {{.*}} ins(%arg0, %arg1 : tensor<?x8xf32>, tensor<8xf32>)
// CHECK: %[[S:.*]] = array.add
// CHECK: %[[E:.*]] = array.exp %[[S]] : f32
// CHECK: %[[C:.*]] = array.compare lt, %[[E]]
// CHECK: fused.yield %[[E]], %[[C]] : f32, i1
// CHECK: return %[[R]]#0, %[[R]]#1
func.func @chain(%a: tensor<?x8xf32>, %b: tensor<8xf32>) -> (tensor<?x8xf32>, tensor<?x8xi1>) {
  %one = array.constant dense<1.0> : tensor<f32>
  %s = array.add %a, %b : tensor<?x8xf32>, tensor<8xf32>
  %e = array.exp %s : tensor<?x8xf32>
  %c = array.compare lt, %e, %one : tensor<?x8xf32>, tensor<f32>
  return %e, %c : tensor<?x8xf32>, tensor<?x8xi1>
}

// CHECK-LABEL: func.func @single
// CHECK-NOT: fused.nest
// CHECK: %[[E:.*]] = array.exp %arg0
// CHECK: return %[[E]]
func.func @single(%a: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = array.exp %a : tensor<4x8xf32>
  return %e : tensor<4x8xf32>
}

// The second operation is larger than the first: each stays alone.
// CHECK-LABEL: func.func @grows
// CHECK-NOT: fused.nest
// CHECK: %[[E:.*]] = array.exp %arg0
// CHECK: array.add %[[E]], %arg1
func.func @grows(%a: tensor<8xf32>, %b: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = array.exp %a : tensor<8xf32>
  %s = array.add %e, %b : tensor<8xf32>, tensor<4x8xf32>
  return %s : tensor<4x8xf32>
}
