// Branches and loops of bodies on vectors: a branch is taken where any lane takes it, a loop goes on while any lane
// does, and selects keep the other lanes.
// RUN: runmat-opt --convert-linalg-to-vector=vector-bits=256 --canonicalize --cse %s | FileCheck %s

#row = affine_map<(i, j) -> (i, j)>
#kept = affine_map<(i, j) -> (i)>

// The else region's values are computed for all lanes, in front.
// CHECK-LABEL: @branch
// CHECK: %[[X:.*]] = vector.load
// CHECK: %[[LARGE:.*]] = arith.cmpf ogt, %[[X]], %{{.*}} : vector<[[T:[0-9]+xf32]]>
// CHECK: %[[ELSE:.*]] = arith.negf %[[X]] : vector<[[T]]>
// CHECK: %[[ANY:.*]] = vector.reduction <or>, %[[LARGE]]
// CHECK: %[[R:.*]] = scf.if %[[ANY]] -> (vector<[[T]]>)
// CHECK: %[[THEN:.*]] = arith.mulf %[[X]], %{{.*}} : vector<[[T]]>
// CHECK: %[[BOTH:.*]] = arith.select %[[LARGE]], %[[THEN]], %[[ELSE]]
// CHECK: scf.yield %[[BOTH]]
// CHECK: } else {
// CHECK: scf.yield %[[ELSE]]
// CHECK: arith.addf %{{.*}}, %[[R]] : vector<[[T]]>
func.func @branch(%x: tensor<64x4096xf32>) -> tensor<64xf32> {
  %c = arith.constant 0.0 : f32
  %init = tensor.empty() : tensor<64xf32>
  %start = linalg.fill ins(%c : f32) outs(%init : tensor<64xf32>) -> tensor<64xf32>
  %r = linalg.generic {indexing_maps = [#row, #kept], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<64x4096xf32>) outs(%start : tensor<64xf32>) {
  ^bb0(%v: f32, %sum: f32):
    %limit = arith.constant 2.0 : f32
    %large = arith.cmpf ogt, %v, %limit : f32
    %f = scf.if %large -> (f32) {
      %square = arith.mulf %v, %v : f32
      scf.yield %square : f32
    } else {
      %minus = arith.negf %v : f32
      scf.yield %minus : f32
    }
    %next = arith.addf %sum, %f : f32
    linalg.yield %next : f32
  } -> tensor<64xf32>
  return %r : tensor<64xf32>
}

// CHECK-LABEL: @loop
// CHECK: scf.while
// CHECK: %[[ON:.*]] = arith.cmpf ogt, %[[STATE:.*]], %{{.*}} : vector<[[T:[0-9]+xf32]]>
// CHECK: %[[ANY:.*]] = vector.reduction <or>, %[[ON]]
// CHECK: scf.condition(%[[ANY]])
// CHECK: %[[HALF:.*]] = arith.mulf %{{.*}} : vector<[[T]]>
// CHECK: %[[NEXT:.*]] = arith.select %{{.*}}, %[[HALF]], %{{.*}} : vector<[[I1:[0-9]+xi1]]>, vector<[[T]]>
// CHECK: scf.yield %[[NEXT]]
func.func @loop(%x: tensor<64x4096xf32>) -> tensor<64xf32> {
  %c = arith.constant 0.0 : f32
  %init = tensor.empty() : tensor<64xf32>
  %start = linalg.fill ins(%c : f32) outs(%init : tensor<64xf32>) -> tensor<64xf32>
  %r = linalg.generic {indexing_maps = [#row, #kept], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<64x4096xf32>) outs(%start : tensor<64xf32>) {
  ^bb0(%v: f32, %sum: f32):
    %limit = arith.constant 2.0 : f32
    %half = arith.constant 0.5 : f32
    %f = scf.while (%s = %v) : (f32) -> f32 {
      %on = arith.cmpf ogt, %s, %limit : f32
      scf.condition(%on) %s : f32
    } do {
    ^bb0(%s: f32):
      %less = arith.mulf %s, %half : f32
      scf.yield %less : f32
    }
    %next = arith.addf %sum, %f : f32
    linalg.yield %next : f32
  } -> tensor<64xf32>
  return %r : tensor<64xf32>
}

// A loop that counts has no vector form: its bounds are the loop's, not a lane's.
// CHECK-LABEL: @counted
// CHECK-NOT: vector.
// CHECK: linalg.generic
// CHECK: scf.for
func.func @counted(%x: tensor<64x4096xf32>) -> tensor<64xf32> {
  %c = arith.constant 0.0 : f32
  %init = tensor.empty() : tensor<64xf32>
  %start = linalg.fill ins(%c : f32) outs(%init : tensor<64xf32>) -> tensor<64xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %r = linalg.generic {indexing_maps = [#row, #kept], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<64x4096xf32>) outs(%start : tensor<64xf32>) {
  ^bb0(%v: f32, %sum: f32):
    %f = scf.for %i = %c0 to %c3 step %c1 iter_args(%s = %v) -> f32 {
      %square = arith.mulf %s, %s : f32
      scf.yield %square : f32
    }
    %next = arith.addf %sum, %f : f32
    linalg.yield %next : f32
  } -> tensor<64xf32>
  return %r : tensor<64xf32>
}
