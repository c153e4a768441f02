// Zeros, and what an expansion computes of a constant, stand behind a choice that a driver cannot make; other constants,
// and constants among themselves, do not.
// RUN: runmat-opt --generalize-units --convert-fused-to-gpu=profile=lavapipe %s | FileCheck %s

#same = affine_map<(d0) -> (d0)>

// CHECK: gpu.func
// CHECK: %[[NEVER:.*]] = arith.cmpi slt, %{{.*}}, %{{.*}} : i32
// CHECK: %[[HIDDEN:.*]] = arith.select %[[NEVER]], %{{.*}}, %[[ZERO:.*]] : f32
// CHECK: %[[PRODUCT:.*]] = arith.mulf %{{.*}}, %[[HIDDEN]] : f32
// CHECK-NEXT: arith.addf %[[PRODUCT]], %{{[^ ]*}} : f32
func.func @zero(%x: tensor<1024xf32>) -> tensor<1024xf32> {
  %r = fused.nest [1024] ins(%x : tensor<1024xf32>) maps [#same] yields [[#fused.store]] results [0] {
  ^bb0(%a: f32):
    %zero = array.constant 0.0 : f32
    %three = array.constant 3.0 : f32
    %0 = array.mul %a, %zero : f32, f32
    %1 = array.add %0, %three : f32, f32
    fused.yield %1 : f32
  } -> tensor<1024xf32>
  return %r : tensor<1024xf32>
}
