// Result types: broadcasting by types (only a written 1 stretches, static wins over `?`), element types
// of results, and shapes of what reduces and moves.
// RUN: runmat-opt --mlir-print-op-generic %s | FileCheck %s

// CHECK-LABEL: sym_name = "broadcast"
func.func @broadcast(%s: tensor<f32>, %a: tensor<4x1xf32>, %b: tensor<?xf32>, %c: tensor<5x?x3xf32>, %d: tensor<4x3xf32>, %z: tensor<0xf32>, %o: tensor<1xf32>) {
  // CHECK: "array.add"({{.*}} -> tensor<f32>{{$}}
  %0 = array.add %s, %s : tensor<f32>, tensor<f32>
  // CHECK: "array.add"({{.*}} -> tensor<?xf32>{{$}}
  %1 = array.add %s, %b : tensor<f32>, tensor<?xf32>
  // CHECK: "array.add"({{.*}} -> tensor<4x?xf32>{{$}}
  %2 = array.add %a, %b : tensor<4x1xf32>, tensor<?xf32>
  // CHECK: "array.add"({{.*}} -> tensor<4x3xf32>{{$}}
  %3 = array.add %b, %d : tensor<?xf32>, tensor<4x3xf32>
  // CHECK: "array.add"({{.*}} -> tensor<5x4x3xf32>{{$}}
  %4 = array.add %a, %c : tensor<4x1xf32>, tensor<5x?x3xf32>
  // CHECK: "array.add"({{.*}} -> tensor<0xf32>{{$}}
  %5 = array.add %z, %o : tensor<0xf32>, tensor<1xf32>
  // CHECK: "array.add"({{.*}} -> tensor<0xf32>{{$}}
  %6 = array.add %b, %z : tensor<?xf32>, tensor<0xf32>
  // CHECK: "array.add"({{.*}} -> tensor<?xf32>{{$}}
  %7 = array.add %b, %o : tensor<?xf32>, tensor<1xf32>
  // CHECK: "array.clamp"({{.*}} -> tensor<4x?xf32>{{$}}
  %8 = array.clamp %s, %a, %b : tensor<f32>, tensor<4x1xf32>, tensor<?xf32>
  return
}

// CHECK-LABEL: sym_name = "elements"
func.func @elements(%f: tensor<2x?xbf16>, %p: tensor<?xi1>, %i: tensor<2xi8>, %x: f64) {
  // CHECK: "array.is_nan"({{.*}} -> tensor<2x?xi1>{{$}}
  %0 = array.is_nan %f : tensor<2x?xbf16>
  // CHECK: "array.compare"({{.*}} -> tensor<2x?xi1>{{$}}
  %1 = array.compare lt, %f, %f : tensor<2x?xbf16>, tensor<2x?xbf16>
  // CHECK: "array.select"({{.*}} -> tensor<2x?xbf16>{{$}}
  %2 = array.select %p, %f, %f : tensor<?xi1>, tensor<2x?xbf16>, tensor<2x?xbf16>
  // CHECK: "array.is_inf"({{.*}} -> i1{{$}}
  %3 = array.is_inf %x : f64
  // CHECK: "array.sum"({{.*}} -> tensor<i64>{{$}}
  %4 = array.sum %i : tensor<2xi8>
  // CHECK: "array.prod"({{.*}} -> tensor<i64>{{$}}
  %5 = array.prod %i : tensor<2xi8>
  // CHECK: "array.cumsum"({{.*}} -> tensor<2xi8>{{$}}
  %6 = array.cumsum %i dim 0 : tensor<2xi8>
  // CHECK: "array.sum"({{.*}} -> tensor<bf16>{{$}}
  %7 = array.sum %f : tensor<2x?xbf16>
  // CHECK: "array.reduce_min"({{.*}} -> tensor<i8>{{$}}
  %8 = array.reduce_min %i : tensor<2xi8>
  // CHECK: "array.argmin"({{.*}} -> tensor<?xi64>{{$}}
  %9 = array.argmin %f dims [0] : tensor<2x?xbf16>
  // CHECK: "array.any"({{.*}} -> tensor<i1>{{$}}
  %10 = array.any %p : tensor<?xi1>
  return
}

// CHECK-LABEL: sym_name = "reductions"
func.func @reductions(%x: tensor<2x?x4xf32>, %s: tensor<f32>) {
  // CHECK: "array.mean"({{.*}} -> tensor<f32>{{$}}
  %0 = array.mean %x : tensor<2x?x4xf32>
  // CHECK: "array.mean"({{.*}} -> tensor<1x1x1xf32>{{$}}
  %1 = array.mean %x keep : tensor<2x?x4xf32>
  // CHECK: "array.mean"({{.*}} -> tensor<?xf32>{{$}}
  %2 = array.mean %x dims [2, 0] : tensor<2x?x4xf32>
  // CHECK: "array.mean"({{.*}} -> tensor<2x1x4xf32>{{$}}
  %3 = array.mean %x dims [1] keep : tensor<2x?x4xf32>
  // CHECK: "array.mean"({{.*}} -> tensor<2x?x4xf32>{{$}}
  %4 = array.mean %x dims [] : tensor<2x?x4xf32>
  // CHECK: "array.var"({{.*}} -> tensor<f32>{{$}}
  %5 = array.var %s : tensor<f32>
  return
}

// CHECK-LABEL: sym_name = "contractions"
func.func @contractions(%a: tensor<5x1x?x3xf32>, %b: tensor<7x?x2xf32>, %c: tensor<3x?xf32>, %e: tensor<4x0xf32>, %g: tensor<0x?xf32>, %u: tensor<?xf32>) {
  // CHECK: "array.matmul"({{.*}} -> tensor<5x7x?x2xf32>{{$}}
  %0 = array.matmul %a, %b : tensor<5x1x?x3xf32>, tensor<7x?x2xf32>
  // CHECK: "array.matmul"({{.*}} -> tensor<5x1x?x?xf32>{{$}}
  %1 = array.matmul %a, %c : tensor<5x1x?x3xf32>, tensor<3x?xf32>
  // CHECK: "array.matmul"({{.*}} -> tensor<4x?xf32>{{$}}
  %2 = array.matmul %e, %g : tensor<4x0xf32>, tensor<0x?xf32>
  // CHECK: "array.dot"({{.*}} -> tensor<f32>{{$}}
  %3 = array.dot %u, %u : tensor<?xf32>, tensor<?xf32>
  return
}

// CHECK-LABEL: sym_name = "shapes"
func.func @shapes(%x: tensor<2x?x4xf32>, %m: tensor<3x5xf32>, %v: tensor<?xf32>, %w: tensor<4xf32>, %n: index, %f: f32, %p: tensor<4x?x4xf32>) {
  // CHECK: "array.transpose"({{.*}} -> tensor<4x2x?xf32>{{$}}
  %0 = array.transpose %x perm [2, 0, 1] : tensor<2x?x4xf32>
  // CHECK: "array.slice"({{.*}} -> tensor<1x3x?xf32>{{$}}
  %1 = array.slice %x offsets [0, %n, 1] sizes [1, 3, %n] strides [1, 2, %n] : tensor<2x?x4xf32>
  // CHECK: "array.insert_slice"({{.*}} -> tensor<2x?x4xf32>{{$}}
  %2 = array.insert_slice %x into %x offsets [0, 0, 0] strides [1, 1, 1] : tensor<2x?x4xf32>, tensor<2x?x4xf32>
  // CHECK: "array.pad"({{.*}} -> tensor<5x?x?xf32>{{$}}
  %3 = array.pad %x, %f low [1, 1, %n] high [2, 0, 0] : tensor<2x?x4xf32>, f32
  // CHECK: "array.concat"({{.*}} -> tensor<6x?x4xf32>{{$}}
  %4 = array.concat %x, %p dim 0 : tensor<2x?x4xf32>, tensor<4x?x4xf32>
  // CHECK: "array.concat"({{.*}} -> tensor<?xf32>{{$}}
  %5 = array.concat %v, %w dim 0 : tensor<?xf32>, tensor<4xf32>
  // CHECK: "array.diag"({{.*}} -> tensor<3xf32>{{$}}
  %6 = array.diag %m : tensor<3x5xf32>
  // CHECK: "array.diagonal"({{.*}} -> tensor<?x?xf32>{{$}}
  %7 = array.diagonal %v : tensor<?xf32>
  // CHECK: "array.diagonal"({{.*}} -> tensor<4x4xf32>{{$}}
  %8 = array.diagonal %w : tensor<4xf32>
  return
}
