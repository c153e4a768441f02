// Each nest on memrefs becomes parallel loops over vectors; its body is there once for whole steps and once for the
// masked rest.
// RUN: runmat-opt --lower-units="vector-bits=512" --canonicalize --cse %s | FileCheck %s

#id = affine_map<(i, j) -> (i, j)>

// A map's dims are one where all operands are row-major.
// CHECK-LABEL: func.func @map
// CHECK: scf.parallel (%{{.*}}) = (%{{.*}}) to (%c245) step
// CHECK: scf.for
// CHECK: vector.load {{.*}} vector<64xf32>
// CHECK: arith.addf {{.*}} vector<64xf32>
// CHECK: vector.store {{.*}} vector<64xf32>
// CHECK: vector.maskedload {{.*}} vector<16xf32>
// CHECK: vector.maskedstore {{.*}} vector<16xf32>
// CHECK-NOT: arith.addf
func.func @map(%x: memref<1000x1001xf32>, %r: memref<1000x1001xf32>) {
  fused.nest [1000, 1001] ins(%x : memref<1000x1001xf32>) maps [#id] outs(%r : memref<1000x1001xf32>)
      yields [[#fused.store]] results [0] {
  ^bb0(%e: f32):
    %d = array.add %e, %e : f32, f32
    fused.yield %d : f32
  }
  return
}

// Lanes run along the reduced dim, f32 is summed in f64, and lanes are merged by halves.
// CHECK-LABEL: func.func @rows
// CHECK: scf.parallel (%{{.*}}) = (%{{.*}}) to (%c1000) step
// CHECK: scf.for {{.*}} iter_args(%{{.*}}) -> (vector<64xf64>)
// CHECK: vector.load {{.*}} vector<64xf32>
// CHECK: arith.extf {{.*}} vector<64xf32> to vector<64xf64>
// CHECK: vector.extract_strided_slice {{.*}} sizes = [32]
// CHECK: arith.truncf {{.*}} f64 to f32
// CHECK: memref.store
func.func @rows(%x: memref<1000x1024xf32>, %r: memref<1000xf32>) {
  fused.nest [1000, 1024] ins(%x : memref<1000x1024xf32>) maps [#id] outs(%r : memref<1000xf32>)
      yields [[#fused.reduction<sum dims [1]>]] results [0] {
  ^bb0(%e: f32):
    fused.yield %e : f32
  }
  return
}

// Lanes run along kept columns; few columns are cut into parts of rows, whose accumulators are merged.
// CHECK-LABEL: func.func @columns
// CHECK: scf.parallel
// CHECK: scf.for {{.*}} iter_args(%{{.*}}) -> (vector<64xf64>)
// CHECK: vector.store {{.*}} vector<64xf64>
// CHECK: scf.parallel
// CHECK: vector.load {{.*}} vector<64xf64>
// CHECK: vector.store {{.*}} vector<64xf32>
func.func @columns(%x: memref<100000x128xf32>, %r: memref<128xf32>) {
  fused.nest [100000, 128] ins(%x : memref<100000x128xf32>) maps [#id] outs(%r : memref<128xf32>)
      yields [[#fused.reduction<sum dims [0]>]] results [0] {
  ^bb0(%e: f32):
    fused.yield %e : f32
  }
  return
}

// Rows that fit in the cache take one trip: three stages in one task, the exponentials in scratch memory.
// CHECK-LABEL: func.func @softmax
// CHECK: scf.parallel (%{{.*}}) = (%{{.*}}) to (%c32) step
// CHECK: %[[SCRATCH:.*]] = memref.alloc
// CHECK: arith.maxnumf
// CHECK: vector.store {{.*}}, %[[SCRATCH]]
// CHECK: vector.load %[[SCRATCH]]
// CHECK: arith.divf
// CHECK: memref.dealloc %[[SCRATCH]]
// CHECK-NOT: scf.parallel
func.func @softmax(%x: memref<1000x1024xf32>, %r: memref<1000x1024xf32>) {
  fused.nest [1000, 1024] ins(%x : memref<1000x1024xf32>) maps [#id] outs(%r : memref<1000x1024xf32>)
        yields [[#fused.reduction<max dims [1]>], [#fused.store, #fused.reduction<sum dims [1]>], [#fused.store]]
        results [3] {
    ^bb0(%e: f32):
      fused.yield %e : f32
    }, {
    ^bb0(%e: f32, %max: f32):
      %d = array.sub %e, %max : f32, f32
      %p = array.exp %d : f32
      fused.yield %p, %p : f32, f32
    }, {
    ^bb0(%e: f32, %max: f32, %p: f32, %sum: f32):
      %q = array.div %p, %sum : f32, f32
      fused.yield %q : f32
    }
  return
}

// Long rows: each stage has its own parallel loop, in groups of rows that the last-level cache holds.
// CHECK-LABEL: func.func @planes
// CHECK: scf.for
// CHECK: scf.parallel
// CHECK: scf.parallel
// CHECK: scf.parallel
// CHECK: vector.store {{.*}} vector<64xf32>
func.func @planes(%x: memref<4x2000000xf32>, %r: memref<4x2000000xf32>) {
  fused.nest [4, 2000000] ins(%x : memref<4x2000000xf32>) maps [#id] outs(%r : memref<4x2000000xf32>)
        yields [[#fused.moments<dims [1]>], [#fused.store]] results [1] {
    ^bb0(%e: f32):
      fused.yield %e : f32
    }, {
    ^bb0(%e: f32, %mean: f32, %low: f32, %var: f32, %lift: f32):
      %d = array.sub %e, %mean : f32, f32
      fused.yield %d : f32
    }
  return
}

// i1 is a byte in memory.
// CHECK-LABEL: func.func @logical
// CHECK: vector.load {{.*}} vector<{{.*}}xi8>
// CHECK: arith.cmpi ne
// CHECK: arith.extui
// CHECK: vector.store {{.*}} vector<{{.*}}xi8>
func.func @logical(%x: memref<100000xi1>, %r: memref<100000xi1>) {
  fused.nest [100000] ins(%x : memref<100000xi1>) maps [affine_map<(i) -> (i)>] outs(%r : memref<100000xi1>)
      yields [[#fused.store]] results [0] {
  ^bb0(%e: i1):
    %d = array.not %e : i1
    fused.yield %d : i1
  }
  return
}

// What does not lie side by side along the lanes is gathered.
// CHECK-LABEL: func.func @strided
// CHECK: vector.gather
func.func @strided(%x: memref<?x?xf32, strided<[?, 2], offset: ?>>, %r: memref<?x?xf32>) {
  fused.nest [?, ?] ins(%x : memref<?x?xf32, strided<[?, 2], offset: ?>>) maps [#id] outs(%r : memref<?x?xf32>)
      yields [[#fused.store]] results [0] {
  ^bb0(%e: f32):
    fused.yield %e : f32
  }
  return
}

// Blocks are read along the operand's rows, transposed in registers and stored along the result's.
// CHECK-LABEL: func.func @transpose
// CHECK: scf.parallel (%{{.*}}, %{{.*}}) = (%{{.*}}, %{{.*}}) to (%c8, %c4) step
// CHECK-COUNT-16: vector.load {{.*}} vector<16xf32>
// CHECK-COUNT-64: vector.shuffle {{.*}} : vector<16xf32>, vector<16xf32>
// CHECK-COUNT-16: vector.store {{.*}} vector<16xf32>
// CHECK-NOT: vector.gather
func.func @transpose(%x: memref<1024x1024xf32>, %r: memref<1024x1024xf32>) {
  fused.nest [1024, 1024] ins(%x : memref<1024x1024xf32>) maps [affine_map<(i, j) -> (j, i)>]
      outs(%r : memref<1024x1024xf32>) yields [[#fused.store]] results [0] {
  ^bb0(%e: f32):
    fused.yield %e : f32
  }
  return
}

// A long body is there once: transposed blocks go through memory.
// CHECK-LABEL: func.func @transpose_exp
// CHECK: %[[TILE:.*]] = memref.alloc() {{.*}} : memref<256xf32>
// CHECK-COUNT-16: vector.store {{.*}}, %[[TILE]]
// CHECK: scf.for
// CHECK: vector.load %[[TILE]]
// CHECK: vector.store
// CHECK-NOT: vector.store
func.func @transpose_exp(%x: memref<1024x1024xf32>, %r: memref<1024x1024xf32>) {
  fused.nest [1024, 1024] ins(%x : memref<1024x1024xf32>) maps [affine_map<(i, j) -> (j, i)>]
      outs(%r : memref<1024x1024xf32>) yields [[#fused.store]] results [0] {
  ^bb0(%e: f32):
    %p = array.exp %e : f32
    fused.yield %p : f32
  }
  return
}

// Large results of one's own are written around the caches.
// CHECK-LABEL: func.func @streaming
// CHECK: vector.store {{.*}} {alignment = 64 : i64, nontemporal = true}
func.func @streaming(%x: memref<4096x4096xf32>) -> memref<4096x4096xf32> {
  %r = memref.alloc() {alignment = 64 : i64} : memref<4096x4096xf32>
  fused.nest [4096, 4096] ins(%x : memref<4096x4096xf32>) maps [#id] outs(%r : memref<4096x4096xf32>)
      yields [[#fused.store]] results [0] {
  ^bb0(%e: f32):
    fused.yield %e : f32
  }
  return %r : memref<4096x4096xf32>
}

// Only run-time sizes say whether rows fit: both forms.
// CHECK-LABEL: func.func @open
// CHECK: scf.if
// CHECK: scf.parallel
// CHECK: } else {
// CHECK: scf.parallel
func.func @open(%x: memref<?x?xf32>, %r: memref<?x?xf32>) {
  fused.nest [?, ?] ins(%x : memref<?x?xf32>) maps [#id] outs(%r : memref<?x?xf32>)
        yields [[#fused.moments<dims [1]>], [#fused.store]] results [1] {
    ^bb0(%e: f32):
      fused.yield %e : f32
    }, {
    ^bb0(%e: f32, %mean: f32, %low: f32, %var: f32, %lift: f32):
      %d = array.sub %e, %mean : f32, f32
      fused.yield %d : f32
    }
  return
}

// A value that no later stage reads needs no memory.
// CHECK-LABEL: @unread
// CHECK-NOT: fused.nest
// CHECK: return
func.func @unread(%x: memref<8x64xf32>, %o: memref<8x64xf32>) {
  fused.nest [8, 64] ins(%x : memref<8x64xf32>) maps [affine_map<(i, j) -> (i, j)>] outs(%o : memref<8x64xf32>)
      yields [[#fused.store, #fused.reduction<sum dims [1]>], [#fused.store]] results [2] {
  ^bb0(%a: f32):
    %e = array.exp %a : f32
    fused.yield %e, %a : f32, f32
  }, {
  ^bb0(%a: f32, %e: f32, %s: f32):
    %d = array.div %a, %s : f32, f32
    fused.yield %d : f32
  }
  return
}
