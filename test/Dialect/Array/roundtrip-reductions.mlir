// Every reduction, scan and contraction prints what it read, as text, as generic text and as bytecode.
// RUN: runmat-opt %s | runmat-opt | FileCheck %s
// RUN: runmat-opt --mlir-print-op-generic %s | runmat-opt | FileCheck %s
// RUN: runmat-opt --emit-bytecode %s | runmat-opt | FileCheck %s

// CHECK-LABEL: func.func @reductions(
func.func @reductions(%x: tensor<2x?x4xf32>, %b: tensor<?x3xi1>, %i: tensor<5xi8>) {
  // CHECK: array.sum %{{[a-z0-9_]+}} : tensor<2x?x4xf32>
  %0 = array.sum %x : tensor<2x?x4xf32>
  // CHECK: array.sum %{{[a-z0-9_]+}} dims [1] : tensor<2x?x4xf32>
  %1 = array.sum %x dims [1] : tensor<2x?x4xf32>
  // CHECK: array.sum %{{[a-z0-9_]+}} dims [2, 0] keep : tensor<2x?x4xf32>
  %2 = array.sum %x dims [2, 0] keep : tensor<2x?x4xf32>
  // CHECK: array.prod %{{[a-z0-9_]+}} : tensor<2x?x4xf32>
  %3 = array.prod %x : tensor<2x?x4xf32>
  // CHECK: array.prod %{{[a-z0-9_]+}} dims [1] : tensor<2x?x4xf32>
  %4 = array.prod %x dims [1] : tensor<2x?x4xf32>
  // CHECK: array.prod %{{[a-z0-9_]+}} dims [2, 0] keep : tensor<2x?x4xf32>
  %5 = array.prod %x dims [2, 0] keep : tensor<2x?x4xf32>
  // CHECK: array.mean %{{[a-z0-9_]+}} : tensor<2x?x4xf32>
  %6 = array.mean %x : tensor<2x?x4xf32>
  // CHECK: array.mean %{{[a-z0-9_]+}} dims [1] : tensor<2x?x4xf32>
  %7 = array.mean %x dims [1] : tensor<2x?x4xf32>
  // CHECK: array.mean %{{[a-z0-9_]+}} dims [2, 0] keep : tensor<2x?x4xf32>
  %8 = array.mean %x dims [2, 0] keep : tensor<2x?x4xf32>
  // CHECK: array.reduce_min %{{[a-z0-9_]+}} : tensor<2x?x4xf32>
  %9 = array.reduce_min %x : tensor<2x?x4xf32>
  // CHECK: array.reduce_min %{{[a-z0-9_]+}} dims [1] : tensor<2x?x4xf32>
  %10 = array.reduce_min %x dims [1] : tensor<2x?x4xf32>
  // CHECK: array.reduce_min %{{[a-z0-9_]+}} dims [2, 0] keep : tensor<2x?x4xf32>
  %11 = array.reduce_min %x dims [2, 0] keep : tensor<2x?x4xf32>
  // CHECK: array.reduce_max %{{[a-z0-9_]+}} : tensor<2x?x4xf32>
  %12 = array.reduce_max %x : tensor<2x?x4xf32>
  // CHECK: array.reduce_max %{{[a-z0-9_]+}} dims [1] : tensor<2x?x4xf32>
  %13 = array.reduce_max %x dims [1] : tensor<2x?x4xf32>
  // CHECK: array.reduce_max %{{[a-z0-9_]+}} dims [2, 0] keep : tensor<2x?x4xf32>
  %14 = array.reduce_max %x dims [2, 0] keep : tensor<2x?x4xf32>
  // CHECK: array.var %{{[a-z0-9_]+}} : tensor<2x?x4xf32>
  %15 = array.var %x : tensor<2x?x4xf32>
  // CHECK: array.var %{{[a-z0-9_]+}} dims [1] : tensor<2x?x4xf32>
  %16 = array.var %x dims [1] : tensor<2x?x4xf32>
  // CHECK: array.var %{{[a-z0-9_]+}} dims [2, 0] keep : tensor<2x?x4xf32>
  %17 = array.var %x dims [2, 0] keep : tensor<2x?x4xf32>
  // CHECK: array.std %{{[a-z0-9_]+}} : tensor<2x?x4xf32>
  %18 = array.std %x : tensor<2x?x4xf32>
  // CHECK: array.std %{{[a-z0-9_]+}} dims [1] : tensor<2x?x4xf32>
  %19 = array.std %x dims [1] : tensor<2x?x4xf32>
  // CHECK: array.std %{{[a-z0-9_]+}} dims [2, 0] keep : tensor<2x?x4xf32>
  %20 = array.std %x dims [2, 0] keep : tensor<2x?x4xf32>
  // CHECK: array.argmin %{{[a-z0-9_]+}} : tensor<2x?x4xf32>
  %21 = array.argmin %x : tensor<2x?x4xf32>
  // CHECK: array.argmin %{{[a-z0-9_]+}} dims [1] : tensor<2x?x4xf32>
  %22 = array.argmin %x dims [1] : tensor<2x?x4xf32>
  // CHECK: array.argmin %{{[a-z0-9_]+}} dims [2, 0] keep : tensor<2x?x4xf32>
  %23 = array.argmin %x dims [2, 0] keep : tensor<2x?x4xf32>
  // CHECK: array.argmax %{{[a-z0-9_]+}} : tensor<2x?x4xf32>
  %24 = array.argmax %x : tensor<2x?x4xf32>
  // CHECK: array.argmax %{{[a-z0-9_]+}} dims [1] : tensor<2x?x4xf32>
  %25 = array.argmax %x dims [1] : tensor<2x?x4xf32>
  // CHECK: array.argmax %{{[a-z0-9_]+}} dims [2, 0] keep : tensor<2x?x4xf32>
  %26 = array.argmax %x dims [2, 0] keep : tensor<2x?x4xf32>
  // CHECK: array.sum %{{[a-z0-9_]+}} keep : tensor<2x?x4xf32>
  %27 = array.sum %x keep : tensor<2x?x4xf32>
  // CHECK: array.sum %{{[a-z0-9_]+}} dims [] : tensor<2x?x4xf32>
  %28 = array.sum %x dims [] : tensor<2x?x4xf32>
  // CHECK: array.sum %{{[a-z0-9_]+}} dims [0] omit_nan : tensor<2x?x4xf32>
  %29 = array.sum %x dims [0] omit_nan : tensor<2x?x4xf32>
  // CHECK: array.prod %{{[a-z0-9_]+}} dims [0] omit_nan : tensor<2x?x4xf32>
  %30 = array.prod %x dims [0] omit_nan : tensor<2x?x4xf32>
  // CHECK: array.mean %{{[a-z0-9_]+}} dims [0] omit_nan : tensor<2x?x4xf32>
  %31 = array.mean %x dims [0] omit_nan : tensor<2x?x4xf32>
  // CHECK: array.var %{{[a-z0-9_]+}} dims [0] ddof 1 : tensor<2x?x4xf32>
  %32 = array.var %x dims [0] ddof 1 : tensor<2x?x4xf32>
  // CHECK: array.var %{{[a-z0-9_]+}} keep ddof 2 omit_nan : tensor<2x?x4xf32>
  %33 = array.var %x keep ddof 2 omit_nan : tensor<2x?x4xf32>
  // CHECK: array.std %{{[a-z0-9_]+}} dims [0] ddof 1 : tensor<2x?x4xf32>
  %34 = array.std %x dims [0] ddof 1 : tensor<2x?x4xf32>
  // CHECK: array.std %{{[a-z0-9_]+}} keep ddof 2 omit_nan : tensor<2x?x4xf32>
  %35 = array.std %x keep ddof 2 omit_nan : tensor<2x?x4xf32>
  // CHECK: array.reduce_min %{{[a-z0-9_]+}} dims [0] nan = propagate : tensor<2x?x4xf32>
  %36 = array.reduce_min %x dims [0] nan = propagate : tensor<2x?x4xf32>
  // CHECK: array.reduce_max %{{[a-z0-9_]+}} dims [0] nan = propagate : tensor<2x?x4xf32>
  %37 = array.reduce_max %x dims [0] nan = propagate : tensor<2x?x4xf32>
  // CHECK: array.argmin %{{[a-z0-9_]+}} dims [0] nan = propagate : tensor<2x?x4xf32>
  %38 = array.argmin %x dims [0] nan = propagate : tensor<2x?x4xf32>
  // CHECK: array.argmax %{{[a-z0-9_]+}} dims [0] nan = propagate : tensor<2x?x4xf32>
  %39 = array.argmax %x dims [0] nan = propagate : tensor<2x?x4xf32>
  // CHECK: array.any %{{[a-z0-9_]+}} : tensor<?x3xi1>
  %40 = array.any %b : tensor<?x3xi1>
  // CHECK: array.any %{{[a-z0-9_]+}} dims [0] keep : tensor<?x3xi1>
  %41 = array.any %b dims [0] keep : tensor<?x3xi1>
  // CHECK: array.all %{{[a-z0-9_]+}} : tensor<?x3xi1>
  %42 = array.all %b : tensor<?x3xi1>
  // CHECK: array.all %{{[a-z0-9_]+}} dims [1] : tensor<?x3xi1>
  %43 = array.all %b dims [1] : tensor<?x3xi1>
  // CHECK: array.sum %{{[a-z0-9_]+}} : tensor<5xi8>
  %44 = array.sum %i : tensor<5xi8>
  // CHECK: array.argmax %{{[a-z0-9_]+}} : tensor<5xi8>
  %45 = array.argmax %i : tensor<5xi8>
  return
}

// CHECK-LABEL: func.func @scans(
func.func @scans(%x: tensor<2x?x4xf32>) {
  // CHECK: array.cumsum %{{[a-z0-9_]+}} dim 2 : tensor<2x?x4xf32>
  %0 = array.cumsum %x dim 2 : tensor<2x?x4xf32>
  // CHECK: array.cumprod %{{[a-z0-9_]+}} dim 0 : tensor<2x?x4xf32>
  %1 = array.cumprod %x dim 0 : tensor<2x?x4xf32>
  return
}

// CHECK-LABEL: func.func @contractions(
func.func @contractions(%a: tensor<5x1x?x3xf32>, %b: tensor<7x3x?xf32>, %u: tensor<?xi16>, %v: tensor<9xi16>) {
  // CHECK: array.matmul %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<5x1x?x3xf32>, tensor<7x3x?xf32>
  %0 = array.matmul %a, %b : tensor<5x1x?x3xf32>, tensor<7x3x?xf32>
  // CHECK: array.dot %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?xi16>, tensor<9xi16>
  %1 = array.dot %u, %v : tensor<?xi16>, tensor<9xi16>
  return
}
