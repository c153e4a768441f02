// The plugin loads in a stock mlir-opt, and upstream passes still run there.
// RUN: mlir-opt --load-dialect-plugin=%runmat_plugin --load-pass-plugin=%runmat_plugin \
// RUN:   --canonicalize %s | FileCheck %s

// CHECK-LABEL: func.func @identity
// CHECK-NEXT: return %arg0
func.func @identity(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = tensor.cast %x : tensor<4xf32> to tensor<?xf32>
  %z = tensor.cast %y : tensor<?xf32> to tensor<4xf32>
  return %z : tensor<4xf32>
}
