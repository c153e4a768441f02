// What keeps a unit off the straight way on the CPU is a missed remark that names it; the unit gets its
// schedule all the same, with passes of their own around it.
// RUN: runmat-opt --convert-fused-to-vector --remarks-filter=cpu-schedule %s 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: runmat-opt --convert-fused-to-vector %s | FileCheck %s

!batch = tensor<2x8x16xf32>

// One value a row: copied along it. One a column, with sizes of 1 in front: copied along the rows.
// REMARK: detours.mlir:[[#@LINE+11]]:8: remark: [Missed] convert-fused-to-vector | Category:cpu-schedule | Function=rows_and_columns
// REMARK-SAME: extra-copied: {{.*}} (extra #0)
// REMARK-SAME: Suggestion="give it the plane's layout, or one value for each plane"
// REMARK: extra-copied: {{.*}} (extra #1)
// CHECK-LABEL: func.func @rows_and_columns
// CHECK-DAG: array.broadcast {{.*}} : tensor<8x1xf32> to tensor<8x16xf32>
// CHECK-DAG: array.reshape {{.*}} : tensor<1x16x1xf32> to tensor<1x16xf32>
// CHECK-DAG: array.broadcast {{.*}} : tensor<1x16xf32> to tensor<8x16xf32>
// CHECK-NOT: fused.
// CHECK: scf.parallel
func.func @rows_and_columns(%x: !batch, %e: tensor<f32>, %r: tensor<8xf32>, %c: tensor<1x16x1xf32>) -> !batch {
  %y = fused.image_normalize dims [1, 2] compute f32 ins(%x : !batch) epsilon(%e : tensor<f32>)
      extras(%r, %c : tensor<8xf32>, tensor<1x16x1xf32>)
      maps [affine_map<(p, i, j) -> (i)>, affine_map<(p, i, j) -> (0, j, 0)>] {
  ^bb0(%n: f32, %v: f32, %rv: f32, %cv: f32):
    %1 = array.mul %n, %rv : f32, f32
    %2 = array.add %1, %cv : f32, f32
    fused.yield %2 : f32
  } -> !batch
  return %y : !batch
}

// A transposed plane is copied once, a transposed batch as a whole.
// REMARK: remark: [Missed] convert-fused-to-vector | Category:cpu-schedule | Function=transposed
// REMARK-SAME: extra-copied: {{.*}} (extra #0)
// REMARK: extra-copied: {{.*}} (extra #1)
// CHECK-LABEL: func.func @transposed
// CHECK-DAG: array.transpose {{.*}} : tensor<16x8xf32>
// CHECK-DAG: array.transpose {{.*}} : tensor<16x2x8xf32>
// CHECK-NOT: array.broadcast
// CHECK-NOT: fused.
// CHECK: return
func.func @transposed(%x: !batch, %e: tensor<f32>, %p: tensor<16x8xf32>, %b: tensor<16x2x8xf32>) -> !batch {
  %y = fused.image_normalize dims [1, 2] compute f32 ins(%x : !batch) epsilon(%e : tensor<f32>)
      extras(%p, %b : tensor<16x8xf32>, tensor<16x2x8xf32>)
      maps [affine_map<(p, i, j) -> (j, i)>, affine_map<(p, i, j) -> (j, p, i)>] {
  ^bb0(%n: f32, %v: f32, %pv: f32, %bv: f32):
    %1 = array.mul %n, %pv : f32, f32
    %2 = array.add %1, %bv : f32, f32
    fused.yield %2 : f32
  } -> !batch
  return %y : !batch
}

// Extras that are read in step with the input, with a plane, or once a plane cost nothing.
// REMARK-NOT: Function=in_step
// CHECK-LABEL: func.func @in_step
// CHECK-NOT: array.
// CHECK: return
func.func @in_step(%x: !batch, %e: tensor<f32>, %f: !batch, %p: tensor<8x16xf32>, %q: tensor<1x8x16xf32>,
                   %o: tensor<2x1xf32>, %s: tensor<f32>) -> !batch {
  %y = fused.image_normalize dims [1, 2] compute f32 ins(%x : !batch) epsilon(%e : tensor<f32>)
      extras(%f, %p, %q, %o, %s : !batch, tensor<8x16xf32>, tensor<1x8x16xf32>, tensor<2x1xf32>, tensor<f32>)
      maps [affine_map<(p, i, j) -> (p, i, j)>, affine_map<(p, i, j) -> (i, j)>, affine_map<(p, i, j) -> (0, i, j)>,
            affine_map<(p, i, j) -> (p, 0)>, affine_map<(p, i, j) -> ()>] {
  ^bb0(%n: f32, %v: f32, %fv: f32, %pv: f32, %qv: f32, %ov: f32, %sv: f32):
    %1 = array.mul %n, %fv : f32, f32
    %2 = array.mul %1, %pv : f32, f32
    %3 = array.mul %2, %qv : f32, f32
    %4 = array.mul %3, %ov : f32, f32
    %5 = array.mul %4, %sv : f32, f32
    fused.yield %5 : f32
  } -> !batch
  return %y : !batch
}

// i1 is a byte in memory and a bit in a vector.
// REMARK: remark: [Missed] convert-fused-to-vector | Category:cpu-schedule | Function=logical
// REMARK-SAME: logical-bytes: {{.*}} (extra #0)
// REMARK-SAME: Suggestion="use i8 in memory, and compare inside the unit"
// REMARK: logical-bytes: {{.*}} (result #0)
// CHECK-LABEL: func.func @logical
// CHECK: array.cast %{{.*}} : tensor<2x8x16xi1> to tensor<2x8x16xi8>
// CHECK-NOT: fused.
// CHECK: vector.load {{.*}} : memref<256xi8>, vector<32xi8>
// CHECK: vector.store {{.*}} : memref<256xi8>, vector<32xi8>
// CHECK: array.cast %{{.*}} : tensor<2x8x16xi8> to tensor<2x8x16xi1>
func.func @logical(%x: !batch, %e: tensor<f32>, %m: tensor<2x8x16xi1>) -> tensor<2x8x16xi1> {
  %y = fused.image_normalize dims [1, 2] compute f32 ins(%x : !batch) epsilon(%e : tensor<f32>)
      extras(%m : tensor<2x8x16xi1>) maps [affine_map<(p, i, j) -> (p, i, j)>] {
  ^bb0(%n: f32, %v: f32, %mv: i1):
    %1 = array.compare lt, %n, %v : f32, f32
    %2 = array.and %1, %mv : i1, i1
    fused.yield %2 : i1
  } -> tensor<2x8x16xi1>
  return %y : tensor<2x8x16xi1>
}

// Other kinds of unit are left for --decompose-fused.
// REMARK: remark: [Missed] convert-fused-to-vector | Category:cpu-schedule | Function=map
// REMARK-SAME: unit-kind: {{.*}} (fused.map)
// CHECK-LABEL: func.func @map
// CHECK: fused.map
func.func @map(%x: tensor<8xf32>) -> tensor<8xf32> {
  %y = fused.map ins(%x : tensor<8xf32>) maps [affine_map<(i) -> (i)>] {
  ^bb0(%v: f32):
    %s = array.add %v, %v : f32, f32
    fused.yield %s : f32
  } -> tensor<8xf32>
  return %y : tensor<8xf32>
}
