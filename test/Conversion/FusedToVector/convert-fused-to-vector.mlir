// ImageNormalize on the CPU: parallel loops over chunks of planes, statistics shifted by a value of the
// chunk, vectors of four of the registers that the option names.
// RUN: runmat-opt --convert-fused-to-vector=vector-bits=256 %s | FileCheck %s --check-prefixes=CHECK,WIDE32
// RUN: runmat-opt --convert-fused-to-vector=vector-bits=512 %s | FileCheck %s --check-prefixes=CHECK,WIDE64

// CHECK-LABEL: func.func @unit
// CHECK-NOT: fused.image_normalize
// CHECK: scf.parallel
// WIDE32: vector.load %{{.*}} : memref<32768xf32>, vector<32xf32>
// WIDE64: vector.load %{{.*}} : memref<32768xf32>, vector<64xf32>
// The shift, then sum and sum of squares of the shifted values.
// CHECK: %[[D:.*]] = arith.subf
// CHECK: arith.addf %{{.*}}, %[[D]]
// CHECK: math.fma %[[D]], %[[D]]
// CHECK: scf.parallel
// What the loops read stays as it is until here.
// CHECK: offload.read %arg0
// CHECK: bufferization.to_tensor
func.func @unit(%x: tensor<4x64x128xf32>) -> tensor<4x64x128xf32> {
  %eps = array.constant dense<1.0e-6> : tensor<f32>
  %y = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<4x64x128xf32>)
      epsilon(%eps : tensor<f32>) {
  ^bb0(%n: f32, %e: f32):
    fused.yield %n : f32
  } -> tensor<4x64x128xf32>
  return %y : tensor<4x64x128xf32>
}

// Results of 8 MiB and more are written around the caches, each by its own size: whole vectors of a type
// narrower than the compute type are aligned to their own length, no more.
// CHECK-LABEL: func.func @stores
// WIDE32-DAG: vector.store {{.*}} {alignment = 64 : i64, nontemporal = true} : memref<4194304xf32>, vector<32xf32>
// WIDE32-DAG: vector.store {{.*}} {alignment = 64 : i64, nontemporal = true} : memref<4194304xf16>, vector<32xf16>
// WIDE32-DAG: vector.store %{{[^{]*}} : memref<4194304xi8>, vector<32xi8>
// WIDE64-DAG: vector.store {{.*}} {alignment = 64 : i64, nontemporal = true} : memref<4194304xf16>, vector<64xf16>
func.func @stores(%x: tensor<4x1024x1024xf32>, %e: tensor<f32>)
    -> (tensor<4x1024x1024xf32>, tensor<4x1024x1024xf16>, tensor<4x1024x1024xi8>) {
  %a, %b, %c = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<4x1024x1024xf32>)
      epsilon(%e : tensor<f32>) {
  ^bb0(%n: f32, %v: f32):
    %h = array.cast %n : f32 to f16
    %i = array.cast %n : f32 to i8
    fused.yield %n, %h, %i : f32, f16, i8
  } -> tensor<4x1024x1024xf32>, tensor<4x1024x1024xf16>, tensor<4x1024x1024xi8>
  return %a, %b, %c : tensor<4x1024x1024xf32>, tensor<4x1024x1024xf16>, tensor<4x1024x1024xi8>
}

// Of unknown size: all of them. f64 has half the lanes.
// CHECK-LABEL: func.func @narrow
// WIDE32: vector.store {{.*}} {alignment = 32 : i64, nontemporal = true} : memref<?xf16>, vector<16xf16>
// WIDE64: vector.store {{.*}} {alignment = 64 : i64, nontemporal = true} : memref<?xf16>, vector<32xf16>
// WIDE32: vector.store {{.*}} {alignment = 16 : i64, nontemporal = true} : memref<?xi8>, vector<16xi8>
// WIDE64: vector.store {{.*}} {alignment = 32 : i64, nontemporal = true} : memref<?xi8>, vector<32xi8>
func.func @narrow(%x: tensor<?x?xf64>, %e: tensor<f64>) -> (tensor<?x?xf16>, tensor<?x?xi8>) {
  %b, %c = fused.image_normalize dims [1] compute f64 ins(%x : tensor<?x?xf64>) epsilon(%e : tensor<f64>) {
  ^bb0(%n: f64, %v: f64):
    %h = array.cast %n : f64 to f16
    %i = array.cast %n : f64 to i8
    fused.yield %h, %i : f16, i8
  } -> tensor<?x?xf16>, tensor<?x?xi8>
  return %b, %c : tensor<?x?xf16>, tensor<?x?xi8>
}

// Reductions, each in its accumulator: sums of f32 in f32 lanes and f64 beyond a chunk, products in f64, 16
// bits in f32, integers in i64, logical values as they are.
// CHECK-LABEL: func.func @reductions
// CHECK-DAG: memref.alloc(%{{.*}}) {alignment = 64 : i64} : memref<?xf64>
// CHECK-DAG: memref.alloc(%{{.*}}) {alignment = 64 : i64} : memref<?xi64>
// CHECK-DAG: memref.alloc(%{{.*}}) {alignment = 64 : i64} : memref<?xi1>
// CHECK-DAG: arith.mulf %{{.*}} : vector<[[#]]xf64>
// CHECK-DAG: arith.maxnumf %{{.*}} : vector<[[#]]xf32>
// CHECK-DAG: arith.addi %{{.*}} : vector<[[#]]xi64>
// CHECK-DAG: arith.minsi %{{.*}} : vector<[[#]]xi8>
// CHECK-DAG: arith.ori %{{.*}} : vector<[[#]]xi1>
// CHECK-NOT: fused.
// CHECK: array.cast %{{.*}} : f32 to f16
// CHECK: return
func.func @reductions(%x: tensor<2x8x16xf32>, %e: tensor<f32>)
    -> (tensor<f32>, tensor<2xf16>, tensor<2xi64>, tensor<i8>, tensor<2x1x1xi1>) {
  %a, %b, %c, %d, %f = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x8x16xf32>)
      epsilon(%e : tensor<f32>)
      reductions [#fused.reduction<prod dims [0, 1, 2]>, #fused.reduction<max dims [1, 2]>,
                  #fused.reduction<sum dims [1, 2]>, #fused.reduction<min dims [0, 1, 2]>,
                  #fused.reduction<any dims [1, 2] keep>] {
  ^bb0(%n: f32, %v: f32):
    %h = array.cast %n : f32 to f16
    %i = array.cast %n : f32 to i8
    %p = array.compare lt, %n, %v : f32, f32
    fused.yield %n, %h, %i, %i, %p : f32, f16, i8, i8, i1
  } -> tensor<f32>, tensor<2xf16>, tensor<2xi64>, tensor<i8>, tensor<2x1x1xi1>
  return %a, %b, %c, %d, %f : tensor<f32>, tensor<2xf16>, tensor<2xi64>, tensor<i8>, tensor<2x1x1xi1>
}

// A size of an extra that types leave open is checked.
// CHECK-LABEL: func.func @open_size
// CHECK: offload.check %{{.*}}, "dimension 2 is {0} so far, but {1} in operand #1"
// CHECK: scf.parallel
func.func @open_size(%x: tensor<2x8x?xf32>, %e: tensor<f32>, %f: tensor<2x8x16xf32>) -> tensor<2x8x?xf32> {
  %y = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x8x?xf32>) epsilon(%e : tensor<f32>)
      extras(%f : tensor<2x8x16xf32>) maps [affine_map<(p, i, j) -> (p, i, j)>] {
  ^bb0(%n: f32, %v: f32, %fv: f32):
    %1 = array.mul %n, %fv : f32, f32
    fused.yield %1 : f32
  } -> tensor<2x8x?xf32>
  return %y : tensor<2x8x?xf32>
}
