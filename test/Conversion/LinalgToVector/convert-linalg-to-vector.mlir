// Products keep a tile of the result in registers; transposes move blocks.
// RUN: runmat-opt --convert-linalg-to-vector=vector-bits=256 --canonicalize --cse %s | FileCheck %s

#mk = affine_map<(m, n, k) -> (m, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#nk = affine_map<(m, n, k) -> (n, k)>
#mn = affine_map<(m, n, k) -> (m, n)>

// Six rows of two vectors: twelve sums from zeros, in whole tiles and at edges, where columns are masked.
// CHECK-LABEL: func.func @matmul
// CHECK: %[[B:.*]] = bufferization.to_buffer %arg1 read_only
// CHECK: %[[OUT:.*]] = memref.alloc
// CHECK: scf.parallel
// CHECK: memref.store %cst{{.*}}, %[[OUT]]
// CHECK: scf.if
// CHECK: scf.for {{.*}} iter_args({{.*}} = %cst{{.*}} -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>) {
// CHECK-COUNT-2: vector.load %[[B]]
// CHECK: tensor.extract %arg0
// CHECK: vector.broadcast
// CHECK-COUNT-12: vector.fma
// What the result holds already is added once the block's sum is there; all is read before the first is written.
// CHECK-NOT: vector.store
// CHECK-COUNT-12: vector.load %[[OUT]]
// CHECK-COUNT-12: vector.store {{.*}}, %[[OUT]]
// CHECK: } else {
// CHECK: vector.create_mask
// CHECK: vector.maskedload %[[OUT]]
// CHECK: vector.maskedstore %[[OUT]]
// CHECK: offload.read %arg0
// CHECK: offload.read %arg1
// CHECK: bufferization.to_tensor %[[OUT]] restrict writable
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @matmul(%a: tensor<?x?xf32>, %b: tensor<?x?xf32>, %m: index, %n: index) -> tensor<?x?xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%m, %n) : tensor<?x?xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  %c = linalg.generic {indexing_maps = [#mk, #kn, #mn], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<?x?xf32>, tensor<?x?xf32>) outs(%f : tensor<?x?xf32>) {
  ^bb0(%x: f32, %y: f32, %t: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %t, %p : f32
    linalg.yield %s : f32
  } -> tensor<?x?xf32>
  return %c : tensor<?x?xf32>
}

// Factors are widened where they are read: rows one by one, columns as vectors. The result starts as given.
// CHECK-LABEL: func.func @widened
// CHECK: tensor.extract %arg2
// CHECK: vector.load {{.*}} vector<8xf16>
// CHECK: arith.extf {{.*}} : vector<8xf16> to vector<8xf32>
// CHECK: arith.extf {{.*}} : f16 to f32
// CHECK: vector.fma {{.*}} : vector<8xf32>
func.func @widened(%a: tensor<40x50xf16>, %b: tensor<50x60xf16>, %c: tensor<40x60xf32>) -> tensor<40x60xf32> {
  %r = linalg.generic {indexing_maps = [#mk, #kn, #mn], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<40x50xf16>, tensor<50x60xf16>) outs(%c : tensor<40x60xf32>) {
  ^bb0(%x: f16, %y: f16, %t: f32):
    %xw = arith.extf %x : f16 to f32
    %yw = arith.extf %y : f16 to f32
    %p = arith.mulf %yw, %xw : f32
    %s = arith.addf %p, %t : f32
    linalg.yield %s : f32
  } -> tensor<40x60xf32>
  return %r : tensor<40x60xf32>
}

// Integers multiply and add. b is read along its rows, so it is transposed first, by blocks.
// CHECK-LABEL: func.func @integers
// CHECK: %[[COPY:.*]] = memref.alloc() {{.*}} : memref<50x60xi32>
// CHECK: vector.shuffle
// CHECK: vector.store {{.*}}, %[[COPY]]
// CHECK: scf.parallel
// CHECK: vector.load %[[COPY]]
// CHECK: arith.muli {{.*}} : vector<8xi32>
// CHECK: arith.addi {{.*}} : vector<8xi32>
func.func @integers(%a: tensor<40x50xi32>, %b: tensor<60x50xi32>, %c: tensor<40x60xi32>) -> tensor<40x60xi32> {
  %r = linalg.generic {indexing_maps = [#mk, #nk, #mn], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<40x50xi32>, tensor<60x50xi32>) outs(%c : tensor<40x60xi32>) {
  ^bb0(%x: i32, %y: i32, %t: i32):
    %p = arith.muli %x, %y : i32
    %s = arith.addi %t, %p : i32
    linalg.yield %s : i32
  } -> tensor<40x60xi32>
  return %r : tensor<40x60xi32>
}

// A vector times a matrix: one row of more vectors. Two summed dims, a batch dim.
// CHECK-LABEL: func.func @one_row
// CHECK: scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>) {
// CHECK-COUNT-8: vector.load {{.*}} memref<3x5x7x90xf32>
// CHECK: tensor.extract %arg0
// CHECK-COUNT-8: vector.fma
func.func @one_row(%a: tensor<3x5x7xf32>, %b: tensor<3x5x7x90xf32>, %c: tensor<3x90xf32>) -> tensor<3x90xf32> {
  %r = linalg.generic {indexing_maps = [affine_map<(z, n, j, k) -> (z, j, k)>, affine_map<(z, n, j, k) -> (z, j, k, n)>,
                                        affine_map<(z, n, j, k) -> (z, n)>],
                       iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
      ins(%a, %b : tensor<3x5x7xf32>, tensor<3x5x7x90xf32>) outs(%c : tensor<3x90xf32>) {
  ^bb0(%x: f32, %y: f32, %t: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %t, %p : f32
    linalg.yield %s : f32
  } -> tensor<3x90xf32>
  return %r : tensor<3x90xf32>
}

// Eight rows are read, three times four pairs exchange halves, eight rows are written; what is left moves one by one.
// CHECK-LABEL: func.func @transpose
// CHECK: scf.parallel
// CHECK: scf.if
// CHECK-COUNT-8: vector.load {{.*}} vector<8xf32>
// CHECK-COUNT-24: vector.shuffle
// CHECK-COUNT-8: vector.store
// CHECK-NOT: vector.
// CHECK: } else {
// CHECK: tensor.extract %arg0
// CHECK: memref.store
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @transpose(%x: tensor<?x?xf32>, %m: index, %n: index) -> tensor<?x?xf32> {
  %e = tensor.empty(%n, %m) : tensor<?x?xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) {
  ^bb0(%v: f32, %o: f32):
    linalg.yield %v : f32
  } -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// What was fused with a transpose: an operand in the result's layout, one value a row, a constant from outside; the
// widest element sets the block.
// CHECK-LABEL: func.func @fused
// CHECK-COUNT-4: vector.load {{.*}} memref<3x20x10xf32>, vector<4xf32>
// CHECK-COUNT-8: vector.shuffle {{.*}} vector<4xf32>
// CHECK: vector.load {{.*}} memref<3x10x20xf64>, vector<4xf64>
// CHECK: tensor.extract %arg2
// CHECK: arith.extf {{.*}} : vector<4xf32> to vector<4xf64>
// CHECK: arith.addf {{.*}} : vector<4xf64>
// CHECK: arith.mulf {{.*}} : vector<4xf64>
// CHECK: vector.store {{.*}} memref<3x10x20xf64>
func.func @fused(%x: tensor<3x20x10xf32>, %z: tensor<3x10x20xf64>, %r: tensor<10xf64>) -> tensor<3x10x20xf64> {
  %two = arith.constant 2.0 : f64
  %e = tensor.empty() : tensor<3x10x20xf64>
  %y = linalg.generic {indexing_maps = [affine_map<(b, i, j) -> (b, j, i)>, affine_map<(b, i, j) -> (b, i, j)>,
                                        affine_map<(b, i, j) -> (i)>, affine_map<(b, i, j) -> (b, i, j)>],
                       iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %z, %r : tensor<3x20x10xf32>, tensor<3x10x20xf64>, tensor<10xf64>) outs(%e : tensor<3x10x20xf64>) {
  ^bb0(%v: f32, %w: f64, %s: f64, %o: f64):
    %wide = arith.extf %v : f32 to f64
    %1 = arith.addf %wide, %w : f64
    %2 = arith.mulf %1, %s : f64
    %3 = arith.mulf %2, %two : f64
    linalg.yield %3 : f64
  } -> tensor<3x10x20xf64>
  return %y : tensor<3x10x20xf64>
}

// Four vectors of sums over segments of at most 4096 elements, their lanes added up, then the parts.
// CHECK-LABEL: func.func @sum
// CHECK: %[[PART:.*]] = memref.alloc({{.*}}) {{.*}} : memref<?xf64>
// CHECK: scf.parallel
// CHECK: scf.for {{.*}} -> (vector<4xf64>, vector<4xf64>, vector<4xf64>, vector<4xf64>)
// CHECK: scf.for
// CHECK-COUNT-4: vector.load {{.*}} vector<4xf32>
// CHECK: vector.create_mask
// CHECK: vector.maskedload
// CHECK: arith.select {{.*}} vector<4xf64>
// CHECK-COUNT-3: arith.addf {{.*}} : vector<4xf64>
// CHECK: vector.extract
// CHECK-COUNT-3: arith.addf {{.*}} : f64
// CHECK: memref.store {{.*}}, %[[PART]]
// CHECK: scf.for {{.*}} -> (f64)
// CHECK: memref.load %[[PART]]
// CHECK: arith.addf
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @sum(%x: tensor<?x?xf32>) -> tensor<f64> {
  %zero = arith.constant 0.0 : f64
  %e = tensor.empty() : tensor<f64>
  %f = linalg.fill ins(%zero : f64) outs(%e : tensor<f64>) -> tensor<f64>
  %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> ()>], iterator_types = ["reduction", "reduction"]}
      ins(%x : tensor<?x?xf32>) outs(%f : tensor<f64>) {
  ^bb0(%v: f32, %t: f64):
    %w = arith.extf %v : f32 to f64
    %s = arith.addf %t, %w : f64
    linalg.yield %s : f64
  } -> tensor<f64>
  return %r : tensor<f64>
}

// What additions lose is added up beside them: where partial sums are merged, what was lost in both is kept.
// CHECK-LABEL: func.func @sum_with_losses
// CHECK: scf.for {{.*}} -> (f64, f64)
// CHECK: %[[S:.*]] = memref.load
// CHECK: %[[L:.*]] = memref.load
// CHECK: %[[NEXT:.*]] = arith.addf %[[S0:.*]], %[[S]] : f64
// CHECK: %[[TAKEN:.*]] = arith.subf %[[NEXT]], %[[S0]]
// CHECK: %[[LOST:.*]] = arith.subf %[[S]], %[[TAKEN]]
// CHECK: %[[BOTH:.*]] = arith.addf %{{.*}}, %[[LOST]]
// CHECK: %[[ALL:.*]] = arith.addf %[[BOTH]], %[[L]]
// CHECK: scf.yield %[[NEXT]], %[[ALL]]
func.func @sum_with_losses(%x: tensor<?xf64>) -> (tensor<f64>, tensor<f64>) {
  %zero = arith.constant 0.0 : f64
  %e = tensor.empty() : tensor<f64>
  %f = linalg.fill ins(%zero : f64) outs(%e : tensor<f64>) -> tensor<f64>
  %r:2 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>, affine_map<(i) -> ()>], iterator_types = ["reduction"]}
      ins(%x : tensor<?xf64>) outs(%f, %f : tensor<f64>, tensor<f64>) {
  ^bb0(%v: f64, %s: f64, %l: f64):
    %next = arith.addf %s, %v : f64
    %taken = arith.subf %next, %s : f64
    %lost = arith.subf %v, %taken : f64
    %losses = arith.addf %l, %lost : f64
    linalg.yield %next, %losses : f64, f64
  } -> (tensor<f64>, tensor<f64>)
  return %r#0, %r#1 : tensor<f64>, tensor<f64>
}

// The place of the largest element: places are counted in vectors, and parts that found nothing change nothing.
// CHECK-LABEL: func.func @largest
// CHECK-DAG: %[[LANES:.*]] = arith.constant dense<[0, 1, 2, 3]> : vector<4xindex>
// CHECK: scf.parallel
// CHECK: arith.addi %{{.*}}, %[[LANES]] : vector<4xindex>
// CHECK: arith.select {{.*}} : vector<4xi1>, vector<4xf32>
// CHECK: arith.select {{.*}} : vector<4xi1>, vector<4xi64>
// CHECK: scf.for {{.*}} -> (f32, i64)
// CHECK: %[[SOME:.*]] = arith.cmpi sge, %[[PLACE:.*]], %c0_i64 : i64
// CHECK: arith.select %[[SOME]], %{{.*}}, %{{.*}} : f32
// CHECK: arith.select %[[SOME]], %{{.*}}, %{{.*}} : i64
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @largest(%x: tensor<?xf32>) -> (tensor<f32>, tensor<i64>) {
  %low = arith.constant 0.0 : f32
  %none = arith.constant -1 : i64
  %zero = arith.constant 0 : i64
  %e0 = tensor.empty() : tensor<f32>
  %e1 = tensor.empty() : tensor<i64>
  %f0 = linalg.fill ins(%low : f32) outs(%e0 : tensor<f32>) -> tensor<f32>
  %f1 = linalg.fill ins(%none : i64) outs(%e1 : tensor<i64>) -> tensor<i64>
  %r:2 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>, affine_map<(i) -> ()>], iterator_types = ["reduction"]}
      ins(%x : tensor<?xf32>) outs(%f0, %f1 : tensor<f32>, tensor<i64>) {
  ^bb0(%v: f32, %best: f32, %place: i64):
    %i = linalg.index 0 : index
    %n = arith.index_cast %i : index to i64
    %more = arith.cmpf ogt, %v, %best : f32
    %first = arith.cmpi slt, %place, %zero : i64
    %take = arith.ori %more, %first : i1
    %b = arith.select %take, %v, %best : f32
    %p = arith.select %take, %n, %place : i64
    linalg.yield %b, %p : f32, i64
  } -> (tensor<f32>, tensor<i64>)
  return %r#0, %r#1 : tensor<f32>, tensor<i64>
}

// Nothing to reorder: left to parallel loops.
// CHECK-LABEL: func.func @elementwise
// CHECK: linalg.generic
// CHECK-NOT: scf.parallel
func.func @elementwise(%x: tensor<4x8xf32>, %r: tensor<4xf32>) -> tensor<4x8xf32> {
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x, %r : tensor<4x8xf32>, tensor<4xf32>) outs(%x : tensor<4x8xf32>) {
  ^bb0(%v: f32, %w: f32, %o: f32):
    %s = arith.addf %v, %w : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
