// Bodies whose values read theirs twice, 40 times over: each value is looked at once, not 2^40 times.
// RUN: runmat-opt --convert-linalg-to-vector=vector-bits=256 %s | FileCheck %s

// CHECK-LABEL: func.func @reduction
// CHECK: vector.load
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @reduction(%x: tensor<5000xf32>) -> tensor<f32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<f32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<f32>) -> tensor<f32>
  %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>], iterator_types = ["reduction"]}
      ins(%x : tensor<5000xf32>) outs(%f : tensor<f32>) {
  ^bb0(%v: f32, %t: f32):
    %c0 = arith.mulf %v, %v : f32
    %c1 = arith.mulf %c0, %c0 : f32
    %c2 = arith.mulf %c1, %c1 : f32
    %c3 = arith.mulf %c2, %c2 : f32
    %c4 = arith.mulf %c3, %c3 : f32
    %c5 = arith.mulf %c4, %c4 : f32
    %c6 = arith.mulf %c5, %c5 : f32
    %c7 = arith.mulf %c6, %c6 : f32
    %c8 = arith.mulf %c7, %c7 : f32
    %c9 = arith.mulf %c8, %c8 : f32
    %c10 = arith.mulf %c9, %c9 : f32
    %c11 = arith.mulf %c10, %c10 : f32
    %c12 = arith.mulf %c11, %c11 : f32
    %c13 = arith.mulf %c12, %c12 : f32
    %c14 = arith.mulf %c13, %c13 : f32
    %c15 = arith.mulf %c14, %c14 : f32
    %c16 = arith.mulf %c15, %c15 : f32
    %c17 = arith.mulf %c16, %c16 : f32
    %c18 = arith.mulf %c17, %c17 : f32
    %c19 = arith.mulf %c18, %c18 : f32
    %c20 = arith.mulf %c19, %c19 : f32
    %c21 = arith.mulf %c20, %c20 : f32
    %c22 = arith.mulf %c21, %c21 : f32
    %c23 = arith.mulf %c22, %c22 : f32
    %c24 = arith.mulf %c23, %c23 : f32
    %c25 = arith.mulf %c24, %c24 : f32
    %c26 = arith.mulf %c25, %c25 : f32
    %c27 = arith.mulf %c26, %c26 : f32
    %c28 = arith.mulf %c27, %c27 : f32
    %c29 = arith.mulf %c28, %c28 : f32
    %c30 = arith.mulf %c29, %c29 : f32
    %c31 = arith.mulf %c30, %c30 : f32
    %c32 = arith.mulf %c31, %c31 : f32
    %c33 = arith.mulf %c32, %c32 : f32
    %c34 = arith.mulf %c33, %c33 : f32
    %c35 = arith.mulf %c34, %c34 : f32
    %c36 = arith.mulf %c35, %c35 : f32
    %c37 = arith.mulf %c36, %c36 : f32
    %c38 = arith.mulf %c37, %c37 : f32
    %c39 = arith.mulf %c38, %c38 : f32
    %s = arith.addf %t, %c39 : f32
    linalg.yield %s : f32
  } -> tensor<f32>
  return %r : tensor<f32>
}

// CHECK-LABEL: func.func @product
// CHECK: vector.load
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @product(%p: tensor<40x50xf32>, %q: tensor<50x60xf32>, %o: tensor<40x60xf32>) -> tensor<40x60xf32> {
  %r = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%p, %q : tensor<40x50xf32>, tensor<50x60xf32>) outs(%o : tensor<40x60xf32>) {
  ^bb0(%x: f32, %y: f32, %t: f32):
    %a0 = arith.mulf %x, %x : f32
    %a1 = arith.mulf %a0, %a0 : f32
    %a2 = arith.mulf %a1, %a1 : f32
    %a3 = arith.mulf %a2, %a2 : f32
    %a4 = arith.mulf %a3, %a3 : f32
    %a5 = arith.mulf %a4, %a4 : f32
    %a6 = arith.mulf %a5, %a5 : f32
    %a7 = arith.mulf %a6, %a6 : f32
    %a8 = arith.mulf %a7, %a7 : f32
    %a9 = arith.mulf %a8, %a8 : f32
    %a10 = arith.mulf %a9, %a9 : f32
    %a11 = arith.mulf %a10, %a10 : f32
    %a12 = arith.mulf %a11, %a11 : f32
    %a13 = arith.mulf %a12, %a12 : f32
    %a14 = arith.mulf %a13, %a13 : f32
    %a15 = arith.mulf %a14, %a14 : f32
    %a16 = arith.mulf %a15, %a15 : f32
    %a17 = arith.mulf %a16, %a16 : f32
    %a18 = arith.mulf %a17, %a17 : f32
    %a19 = arith.mulf %a18, %a18 : f32
    %a20 = arith.mulf %a19, %a19 : f32
    %a21 = arith.mulf %a20, %a20 : f32
    %a22 = arith.mulf %a21, %a21 : f32
    %a23 = arith.mulf %a22, %a22 : f32
    %a24 = arith.mulf %a23, %a23 : f32
    %a25 = arith.mulf %a24, %a24 : f32
    %a26 = arith.mulf %a25, %a25 : f32
    %a27 = arith.mulf %a26, %a26 : f32
    %a28 = arith.mulf %a27, %a27 : f32
    %a29 = arith.mulf %a28, %a28 : f32
    %a30 = arith.mulf %a29, %a29 : f32
    %a31 = arith.mulf %a30, %a30 : f32
    %a32 = arith.mulf %a31, %a31 : f32
    %a33 = arith.mulf %a32, %a32 : f32
    %a34 = arith.mulf %a33, %a33 : f32
    %a35 = arith.mulf %a34, %a34 : f32
    %a36 = arith.mulf %a35, %a35 : f32
    %a37 = arith.mulf %a36, %a36 : f32
    %a38 = arith.mulf %a37, %a37 : f32
    %a39 = arith.mulf %a38, %a38 : f32
    %b0 = arith.mulf %y, %y : f32
    %b1 = arith.mulf %b0, %b0 : f32
    %b2 = arith.mulf %b1, %b1 : f32
    %b3 = arith.mulf %b2, %b2 : f32
    %b4 = arith.mulf %b3, %b3 : f32
    %b5 = arith.mulf %b4, %b4 : f32
    %b6 = arith.mulf %b5, %b5 : f32
    %b7 = arith.mulf %b6, %b6 : f32
    %b8 = arith.mulf %b7, %b7 : f32
    %b9 = arith.mulf %b8, %b8 : f32
    %b10 = arith.mulf %b9, %b9 : f32
    %b11 = arith.mulf %b10, %b10 : f32
    %b12 = arith.mulf %b11, %b11 : f32
    %b13 = arith.mulf %b12, %b12 : f32
    %b14 = arith.mulf %b13, %b13 : f32
    %b15 = arith.mulf %b14, %b14 : f32
    %b16 = arith.mulf %b15, %b15 : f32
    %b17 = arith.mulf %b16, %b16 : f32
    %b18 = arith.mulf %b17, %b17 : f32
    %b19 = arith.mulf %b18, %b18 : f32
    %b20 = arith.mulf %b19, %b19 : f32
    %b21 = arith.mulf %b20, %b20 : f32
    %b22 = arith.mulf %b21, %b21 : f32
    %b23 = arith.mulf %b22, %b22 : f32
    %b24 = arith.mulf %b23, %b23 : f32
    %b25 = arith.mulf %b24, %b24 : f32
    %b26 = arith.mulf %b25, %b25 : f32
    %b27 = arith.mulf %b26, %b26 : f32
    %b28 = arith.mulf %b27, %b27 : f32
    %b29 = arith.mulf %b28, %b28 : f32
    %b30 = arith.mulf %b29, %b29 : f32
    %b31 = arith.mulf %b30, %b30 : f32
    %b32 = arith.mulf %b31, %b31 : f32
    %b33 = arith.mulf %b32, %b32 : f32
    %b34 = arith.mulf %b33, %b33 : f32
    %b35 = arith.mulf %b34, %b34 : f32
    %b36 = arith.mulf %b35, %b35 : f32
    %b37 = arith.mulf %b36, %b36 : f32
    %b38 = arith.mulf %b37, %b37 : f32
    %b39 = arith.mulf %b38, %b38 : f32
    %m = arith.mulf %a39, %b39 : f32
    %s = arith.addf %t, %m : f32
    linalg.yield %s : f32
  } -> tensor<40x60xf32>
  return %r : tensor<40x60xf32>
}
