// Chains of casts whose first step loses nothing join; others stay.
// RUN: runmat-opt --canonicalize %s | FileCheck %s

// CHECK-LABEL: func.func @identity(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>
// CHECK: return %[[X]]
func.func @identity(%x: tensor<?xf32>) -> tensor<?xf32> {
  %0 = array.cast %x : tensor<?xf32> to tensor<?xf32>
  return %0 : tensor<?xf32>
}

// CHECK-LABEL: func.func @widen_and_back(
// CHECK-SAME: %[[X:.*]]: tensor<?xf16>, %[[I:.*]]: tensor<?xi16>, %[[P:.*]]: tensor<?xi1>
// CHECK: return %[[X]], %[[I]], %[[I]], %[[P]]
func.func @widen_and_back(%x: tensor<?xf16>, %i: tensor<?xi16>, %p: tensor<?xi1>)
    -> (tensor<?xf16>, tensor<?xi16>, tensor<?xi16>, tensor<?xi1>) {
  %w = array.cast %x : tensor<?xf16> to tensor<?xf32>
  %0 = array.cast %w : tensor<?xf32> to tensor<?xf16>
  %v = array.cast %i : tensor<?xi16> to tensor<?xi64>
  %1 = array.cast %v : tensor<?xi64> to tensor<?xi16>
  %u = array.cast %i : tensor<?xi16> to tensor<?xf32>
  %2 = array.cast %u : tensor<?xf32> to tensor<?xi16>
  %q = array.cast %p : tensor<?xi1> to tensor<?xi8>
  %3 = array.cast %q : tensor<?xi8> to tensor<?xi1>
  return %0, %1, %2, %3 : tensor<?xf16>, tensor<?xi16>, tensor<?xi16>, tensor<?xi1>
}

// f16 and bf16 hold different numbers, an i32 does not fit in an f32, and narrowing first loses.
// CHECK-LABEL: func.func @lossy(
// CHECK-COUNT-6: array.cast
func.func @lossy(%x: tensor<?xf16>, %i: tensor<?xi32>, %f: tensor<?xf32>)
    -> (tensor<?xf16>, tensor<?xi32>, tensor<?xf32>) {
  %w = array.cast %x : tensor<?xf16> to tensor<?xbf16>
  %0 = array.cast %w : tensor<?xbf16> to tensor<?xf16>
  %v = array.cast %i : tensor<?xi32> to tensor<?xf32>
  %1 = array.cast %v : tensor<?xf32> to tensor<?xi32>
  %u = array.cast %f : tensor<?xf32> to tensor<?xf16>
  %2 = array.cast %u : tensor<?xf16> to tensor<?xf32>
  return %0, %1, %2 : tensor<?xf16>, tensor<?xi32>, tensor<?xf32>
}

// CHECK-LABEL: func.func @join(
// CHECK-SAME: %[[X:.*]]: tensor<?xf16>, %[[I:.*]]: tensor<?xi32>
// CHECK: %[[A:.*]] = array.cast %[[X]] : tensor<?xf16> to tensor<?xf64>
// CHECK: %[[B:.*]] = array.cast %[[I]] : tensor<?xi32> to tensor<?xi8>
// CHECK: return %[[A]], %[[B]]
func.func @join(%x: tensor<?xf16>, %i: tensor<?xi32>) -> (tensor<?xf64>, tensor<?xi8>) {
  %w = array.cast %x : tensor<?xf16> to tensor<?xf32>
  %0 = array.cast %w : tensor<?xf32> to tensor<?xf64>
  %v = array.cast %i : tensor<?xi32> to tensor<?xi64>
  %1 = array.cast %v : tensor<?xi64> to tensor<?xi8>
  return %0, %1 : tensor<?xf64>, tensor<?xi8>
}

// Through a float a narrowing saturates, directly it wraps.
// CHECK-LABEL: func.func @saturation(
// CHECK: array.cast %{{.*}} : tensor<?xi16> to tensor<?xf32>
// CHECK: array.cast %{{.*}} : tensor<?xf32> to tensor<?xi8>
func.func @saturation(%i: tensor<?xi16>) -> tensor<?xi8> {
  %v = array.cast %i : tensor<?xi16> to tensor<?xf32>
  %0 = array.cast %v : tensor<?xf32> to tensor<?xi8>
  return %0 : tensor<?xi8>
}

// CHECK-LABEL: func.func @bitcast(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>
// CHECK: return %[[X]]
func.func @bitcast(%x: tensor<?xf32>) -> tensor<?xf32> {
  %v = array.bitcast %x : tensor<?xf32> to tensor<?xi32>
  %0 = array.bitcast %v : tensor<?xi32> to tensor<?xf32>
  return %0 : tensor<?xf32>
}
