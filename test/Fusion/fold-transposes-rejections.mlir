// --fold-transposes leaves operations apart of which none moves elements, and rows of different sizes.
// RUN: runmat-opt --fold-transposes --remarks-filter=fusion %s 2>&1 | FileCheck %s --check-prefix=REMARK

// REMARK: not-a-copy
func.func @none(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = array.exp %x : tensor<4x8xf32>
  %n = array.neg %e : tensor<4x8xf32>
  return %n : tensor<4x8xf32>
}
