// argmax counts in its operand's order: beside operations on the transposed array it was counted in theirs.
// RUN: runmat-opt %s --check-array-sizes --fuse-all | FileCheck %s

// CHECK-LABEL: @both
// CHECK: fused.nest [64, 15] {{.*}}#fused.reduction<argmax dims [0, 1]
func.func @both(%x: tensor<64x15xf32>) -> (tensor<15x64xf32>, tensor<i64>) {
  %e = array.exp %x : tensor<64x15xf32>
  %t = array.transpose %e perm [1, 0] : tensor<64x15xf32>
  %a = array.argmax %x : tensor<64x15xf32>
  return %t, %a : tensor<15x64xf32>, tensor<i64>
}
