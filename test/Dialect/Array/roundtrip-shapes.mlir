// Every shape and creation operation prints what it read, as text, as generic text and as bytecode.
// RUN: runmat-opt %s | runmat-opt | FileCheck %s
// RUN: runmat-opt --mlir-print-op-generic %s | runmat-opt | FileCheck %s
// RUN: runmat-opt --emit-bytecode %s | runmat-opt | FileCheck %s

// CHECK-LABEL: func.func @shapes(
func.func @shapes(%x: tensor<4x?xf32>, %v: tensor<?xf32>, %m: index, %n: index, %s: tensor<f32>, %f: f32) {
  // CHECK: array.transpose %{{[a-z0-9_]+}} perm [1, 0] : tensor<4x?xf32>
  %0 = array.transpose %x perm [1, 0] : tensor<4x?xf32>
  // CHECK: array.transpose %{{[a-z0-9_]+}} perm [] : tensor<f32>
  %1 = array.transpose %s perm [] : tensor<f32>
  // CHECK: array.reshape %{{[a-z0-9_]+}} sizes(%{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}) : tensor<4x?xf32> to tensor<?x2x?xf32>
  %2 = array.reshape %x sizes(%m, %n) : tensor<4x?xf32> to tensor<?x2x?xf32>
  // CHECK: array.reshape %{{[a-z0-9_]+}} : tensor<f32> to tensor<1x1xf32>
  %3 = array.reshape %s : tensor<f32> to tensor<1x1xf32>
  // CHECK: array.broadcast %{{[a-z0-9_]+}} sizes(%{{[a-z0-9_]+}}) : tensor<?xf32> to tensor<3x?xf32>
  %4 = array.broadcast %v sizes(%n) : tensor<?xf32> to tensor<3x?xf32>
  // CHECK: array.broadcast %{{[a-z0-9_]+}} : tensor<f32> to tensor<3x2xf32>
  %5 = array.broadcast %s : tensor<f32> to tensor<3x2xf32>
  // CHECK: array.slice %{{[a-z0-9_]+}} offsets [1, %{{[a-z0-9_]+}}] sizes [%{{[a-z0-9_]+}}, 3] strides [1, %{{[a-z0-9_]+}}] : tensor<4x?xf32>
  %6 = array.slice %x offsets [1, %m] sizes [%n, 3] strides [1, %m] : tensor<4x?xf32>
  // CHECK: array.slice %{{[a-z0-9_]+}} offsets [0, 0] sizes [4, %{{[a-z0-9_]+}}] strides [1, 1] : tensor<4x?xf32>
  %7 = array.slice %x offsets [0, 0] sizes [4, %n] strides [1, 1] : tensor<4x?xf32>
  // CHECK: array.slice %{{[a-z0-9_]+}} offsets [] sizes [] strides [] : tensor<f32>
  %8 = array.slice %s offsets [] sizes [] strides [] : tensor<f32>
  // CHECK: array.insert_slice %{{[a-z0-9_]+}} into %{{[a-z0-9_]+}} offsets [0, %{{[a-z0-9_]+}}] strides [1, 2] : tensor<4x?xf32>, tensor<4x?xf32>
  %9 = array.insert_slice %x into %x offsets [0, %n] strides [1, 2] : tensor<4x?xf32>, tensor<4x?xf32>
  // CHECK: array.pad %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} low [1, %{{[a-z0-9_]+}}] high [%{{[a-z0-9_]+}}, 0] : tensor<4x?xf32>, tensor<f32>
  %10 = array.pad %x, %s low [1, %m] high [%n, 0] : tensor<4x?xf32>, tensor<f32>
  // CHECK: array.pad %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} low [0, 0] high [2, 2] : tensor<4x?xf32>, f32
  %11 = array.pad %x, %f low [0, 0] high [2, 2] : tensor<4x?xf32>, f32
  // CHECK: array.concat %{{[a-z0-9_]+}} dim 0 : tensor<4x?xf32>
  %12 = array.concat %x dim 0 : tensor<4x?xf32>
  // CHECK: array.concat %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} dim 1 : tensor<4x?xf32>, tensor<4x?xf32>, tensor<4x?xf32>
  %13 = array.concat %x, %x, %x dim 1 : tensor<4x?xf32>, tensor<4x?xf32>, tensor<4x?xf32>
  // CHECK: array.diag %{{[a-z0-9_]+}} : tensor<4x?xf32>
  %14 = array.diag %x : tensor<4x?xf32>
  // CHECK: array.diagonal %{{[a-z0-9_]+}} : tensor<?xf32>
  %15 = array.diagonal %v : tensor<?xf32>
  return
}

// CHECK-LABEL: func.func @creation(
func.func @creation(%m: index, %n: index, %s: tensor<f32>, %f: f16, %k: i64) {
  // CHECK: array.constant dense<1.500000e+00> : tensor<f32>
  %0 = array.constant dense<1.500000e+00> : tensor<f32>
  // CHECK: array.constant dense<[true, false]> : tensor<2xi1>
  %1 = array.constant dense<[true, false]> : tensor<2xi1>
  // CHECK: array.constant dense<> : tensor<0x3xi8>
  %2 = array.constant dense<> : tensor<0x3xi8>
  // CHECK: array.constant 2.500000e-01 : bf16
  %3 = array.constant 2.500000e-01 : bf16
  // CHECK: array.constant -7 : i16
  %4 = array.constant -7 : i16
  // CHECK: array.constant true
  %5 = array.constant true
  // CHECK: array.constant {name = 1 : i64} dense<0> : tensor<2x2xi64>
  %6 = array.constant {name = 1 : i64} dense<0> : tensor<2x2xi64>
  // CHECK: array.full %{{[a-z0-9_]+}} sizes(%{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}) : tensor<f32> to tensor<?x4x?xf32>
  %7 = array.full %s sizes(%m, %n) : tensor<f32> to tensor<?x4x?xf32>
  // CHECK: array.full %{{[a-z0-9_]+}} : f16 to tensor<f16>
  %8 = array.full %f : f16 to tensor<f16>
  // CHECK: array.iota dim 1 sizes(%{{[a-z0-9_]+}}) : tensor<?x4xi32>
  %9 = array.iota dim 1 sizes(%n) : tensor<?x4xi32>
  // CHECK: array.iota dim 0 : tensor<4xf16>
  %10 = array.iota dim 0 : tensor<4xf16>
  // CHECK: array.rand_uniform key %{{[a-z0-9_]+}} offset %{{[a-z0-9_]+}} sizes(%{{[a-z0-9_]+}}) : tensor<?xf64>
  %11 = array.rand_uniform key %k offset %k sizes(%n) : tensor<?xf64>
  // CHECK: array.rand_uniform key %{{[a-z0-9_]+}} offset %{{[a-z0-9_]+}} : tensor<2x2xbf16>
  %12 = array.rand_uniform key %k offset %k : tensor<2x2xbf16>
  // CHECK: array.rand_normal key %{{[a-z0-9_]+}} offset %{{[a-z0-9_]+}} sizes(%{{[a-z0-9_]+}}) : tensor<3x?xf32>
  %13 = array.rand_normal key %k offset %k sizes(%m) : tensor<3x?xf32>
  // CHECK: array.rand_normal key %{{[a-z0-9_]+}} offset %{{[a-z0-9_]+}} : tensor<f32>
  %14 = array.rand_normal key %k offset %k : tensor<f32>
  return
}
