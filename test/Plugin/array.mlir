// A stock mlir-opt with the plugin reads, verifies and prints the array dialect.
// A library with a sanitizer needs a host with one.
// UNSUPPORTED: asan
// RUN: mlir-opt --load-dialect-plugin=%runmat_plugin --load-pass-plugin=%runmat_plugin %s | FileCheck %s

// CHECK-LABEL: func.func @scale
// CHECK: array.mul %{{.*}}, %{{.*}} : tensor<4x?xf32>, tensor<f32>
func.func @scale(%x: tensor<4x?xf32>, %gain: tensor<f32>) -> tensor<4x?xf32> {
  %y = array.mul %x, %gain : tensor<4x?xf32>, tensor<f32>
  return %y : tensor<4x?xf32>
}
