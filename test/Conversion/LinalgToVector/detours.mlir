// Why a product or a transpose stays a plain loop is a missed remark that names the operation's place.
// RUN: runmat-opt --convert-linalg-to-vector=vector-bits=256 --remarks-filter=cpu-schedule %s 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: runmat-opt --convert-linalg-to-vector=vector-bits=256 %s | FileCheck %s

// Both operands change along the result's one dim, and neither is contiguous along the summed one.
// REMARK: detours.mlir:[[#@LINE+4]]:8: remark: [Missed] convert-linalg-to-vector | Category:cpu-schedule | Function=columns
// REMARK-SAME: column-shared: {{.*}} (linalg.generic)
// CHECK-COUNT-12: linalg.generic
func.func @columns(%a: tensor<40x50xf32>, %b: tensor<40x50xf32>, %c: tensor<50xf32>) -> tensor<50xf32> {
  %r = linalg.generic {indexing_maps = [affine_map<(m, k) -> (k, m)>, affine_map<(m, k) -> (k, m)>, affine_map<(m, k) -> (m)>],
                       iterator_types = ["parallel", "reduction"]}
      ins(%a, %b : tensor<40x50xf32>, tensor<40x50xf32>) outs(%c : tensor<50xf32>) {
  ^bb0(%x: f32, %y: f32, %t: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %t, %p : f32
    linalg.yield %s : f32
  } -> tensor<50xf32>
  return %r : tensor<50xf32>
}

// REMARK: Function=small
// REMARK-SAME: few-products
func.func @small(%a: tensor<3x3xf32>, %b: tensor<3x3xf32>, %c: tensor<3x3xf32>) -> tensor<3x3xf32> {
  %r = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<3x3xf32>, tensor<3x3xf32>) outs(%c : tensor<3x3xf32>) {
  ^bb0(%x: f32, %y: f32, %t: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %t, %p : f32
    linalg.yield %s : f32
  } -> tensor<3x3xf32>
  return %r : tensor<3x3xf32>
}

// REMARK: Function=two_layouts
// REMARK-SAME: several-layouts
// REMARK-SAME: Suggestion="transpose one of the operands in an operation of its own"
func.func @two_layouts(%x: tensor<20x40x30xf32>, %y: tensor<40x30x20xf32>, %o: tensor<30x20x40xf32>) -> tensor<30x20x40xf32> {
  %r = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (k, i, j)>, affine_map<(i, j, k) -> (j, k, i)>, affine_map<(i, j, k) -> (i, j, k)>],
                       iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%y, %x : tensor<40x30x20xf32>, tensor<20x40x30xf32>) outs(%o : tensor<30x20x40xf32>) {
  ^bb0(%v: f32, %w: f32, %t: f32):
    %s = arith.addf %v, %w : f32
    linalg.yield %s : f32
  } -> tensor<30x20x40xf32>
  return %r : tensor<30x20x40xf32>
}

// REMARK: Function=logical
// REMARK-SAME: logical-elements
// REMARK-SAME: Suggestion="use i8 in memory"
func.func @logical(%x: tensor<20x30xi1>, %o: tensor<30x20xi1>) -> tensor<30x20xi1> {
  %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<20x30xi1>) outs(%o : tensor<30x20xi1>) {
  ^bb0(%v: i1, %t: i1):
    linalg.yield %v : i1
  } -> tensor<30x20xi1>
  return %r : tensor<30x20xi1>
}

// REMARK: Function=in_place
// REMARK-SAME: reads-result
func.func @in_place(%x: tensor<20x30xf32>, %o: tensor<30x20xf32>) -> tensor<30x20xf32> {
  %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<20x30xf32>) outs(%o : tensor<30x20xf32>) {
  ^bb0(%v: f32, %t: f32):
    %s = arith.addf %v, %t : f32
    linalg.yield %s : f32
  } -> tensor<30x20xf32>
  return %r : tensor<30x20xf32>
}

// REMARK: Function=uses_place
// REMARK-SAME: no-vector-form
func.func @uses_place(%x: tensor<20x30xindex>, %o: tensor<30x20xindex>) -> tensor<30x20xindex> {
  %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<20x30xindex>) outs(%o : tensor<30x20xindex>) {
  ^bb0(%v: index, %t: index):
    %i = linalg.index 0 : index
    %s = arith.addi %v, %i : index
    linalg.yield %s : index
  } -> tensor<30x20xindex>
  return %r : tensor<30x20xindex>
}

// REMARK: Function=narrow
// REMARK-SAME: narrow-block
func.func @narrow(%x: tensor<3000x3xf32>, %o: tensor<3x3000xf32>) -> tensor<3x3000xf32> {
  %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<3000x3xf32>) outs(%o : tensor<3x3000xf32>) {
  ^bb0(%v: f32, %t: f32):
    linalg.yield %v : f32
  } -> tensor<3x3000xf32>
  return %r : tensor<3x3000xf32>
}

// Horner's scheme: what follows decides by how much an element counts.
// REMARK: Function=horner
// REMARK-SAME: not-mergeable
func.func @horner(%x: tensor<5000xf32>, %z: f32) -> tensor<f32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<f32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<f32>) -> tensor<f32>
  %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>], iterator_types = ["reduction"]}
      ins(%x : tensor<5000xf32>) outs(%f : tensor<f32>) {
  ^bb0(%v: f32, %t: f32):
    %m = arith.mulf %t, %z : f32
    %s = arith.addf %m, %v : f32
    linalg.yield %s : f32
  } -> tensor<f32>
  return %r : tensor<f32>
}

// Whether an element is taken depends on another operand, which partial results do not have.
// REMARK: Function=where
// REMARK-SAME: not-mergeable
func.func @where(%x: tensor<5000xf32>, %w: tensor<5000xf32>) -> (tensor<f32>, tensor<i64>) {
  %low = arith.constant -1.0 : f32
  %none = arith.constant -1 : i64
  %e0 = tensor.empty() : tensor<f32>
  %e1 = tensor.empty() : tensor<i64>
  %f0 = linalg.fill ins(%low : f32) outs(%e0 : tensor<f32>) -> tensor<f32>
  %f1 = linalg.fill ins(%none : i64) outs(%e1 : tensor<i64>) -> tensor<i64>
  %r:2 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> ()>, affine_map<(i) -> ()>],
                         iterator_types = ["reduction"]}
      ins(%x, %w : tensor<5000xf32>, tensor<5000xf32>) outs(%f0, %f1 : tensor<f32>, tensor<i64>) {
  ^bb0(%v: f32, %u: f32, %best: f32, %place: i64):
    %i = linalg.index 0 : index
    %n = arith.index_cast %i : index to i64
    %more = arith.cmpf ogt, %u, %best : f32
    %b = arith.select %more, %v, %best : f32
    %p = arith.select %more, %n, %place : i64
    linalg.yield %b, %p : f32, i64
  } -> (tensor<f32>, tensor<i64>)
  return %r#0, %r#1 : tensor<f32>, tensor<i64>
}

// REMARK: Function=from_five
// REMARK-SAME: starts-elsewhere
func.func @from_five(%x: tensor<5000xf32>) -> tensor<f32> {
  %five = arith.constant 5.0 : f32
  %e = tensor.empty() : tensor<f32>
  %f = linalg.fill ins(%five : f32) outs(%e : tensor<f32>) -> tensor<f32>
  %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>], iterator_types = ["reduction"]}
      ins(%x : tensor<5000xf32>) outs(%f : tensor<f32>) {
  ^bb0(%v: f32, %t: f32):
    %s = arith.addf %t, %v : f32
    linalg.yield %s : f32
  } -> tensor<f32>
  return %r : tensor<f32>
}

// REMARK: Function=few
// REMARK-SAME: few-elements
func.func @few(%x: tensor<16xf32>) -> tensor<f32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<f32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<f32>) -> tensor<f32>
  %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>], iterator_types = ["reduction"]}
      ins(%x : tensor<16xf32>) outs(%f : tensor<f32>) {
  ^bb0(%v: f32, %t: f32):
    %s = arith.addf %t, %v : f32
    linalg.yield %s : f32
  } -> tensor<f32>
  return %r : tensor<f32>
}

// Not a reduction: it keeps an element for each step of the loop.
// REMARK-NOT: Function=running
func.func @running(%x: tensor<5000xf32>, %o: tensor<5000xf32>) -> tensor<5000xf32> {
  %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["reduction"]}
      ins(%x : tensor<5000xf32>) outs(%o : tensor<5000xf32>) {
  ^bb0(%v: f32, %t: f32):
    %s = arith.addf %t, %v : f32
    linalg.yield %s : f32
  } -> tensor<5000xf32>
  return %r : tensor<5000xf32>
}
