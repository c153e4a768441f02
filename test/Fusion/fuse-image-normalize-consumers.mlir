// Consumers join the unit's region; what cannot says why.
// RUN: runmat-opt --fuse-image-normalize %s | FileCheck %s
// RUN: runmat-opt --canonicalize --cse --fuse-image-normalize %s | FileCheck %s
// RUN: runmat-opt --fuse-image-normalize --remarks-filter=fusion %s 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

!batch = tensor<2x4x5xf32>
!plane = tensor<2x1x1xf32>

// Only the mean of squares is used: no image is stored.
// CHECK-LABEL: func.func @mse
// CHECK: %[[R:.*]] = fused.image_normalize dims [1, 2] {{.*}} gain({{.*}}) reductions [#fused.reduction<mean dims [0, 1, 2]>] {
// CHECK: ^bb0(%[[Y:.*]]: f32, %[[X:.*]]: f32):
// CHECK: %[[D:.*]] = array.sub %[[Y]], %[[X]] : f32, f32
// CHECK: %[[S:.*]] = array.{{mul|pow}} %[[D]]
// CHECK: fused.yield %[[S]] : f32
// CHECK: } -> tensor<f32>
// CHECK-NEXT: return %[[R]]
func.func @mse(%x: !batch, %e: tensor<f32>, %gain: tensor<f32>) -> tensor<f32> {
  %two = array.constant dense<2.0> : tensor<f32>
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %v = array.var %x dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  %y = array.mul %n, %gain : !batch, tensor<f32>
  %diff = array.sub %y, %x : !batch, !batch
  %sq = array.pow %diff, %two : !batch, tensor<f32>
  %mse = array.mean %sq : !batch
  return %mse : tensor<f32>
}

// Tensors of other shapes are read through maps: a column vector, a row, one per plane.
// CHECK-LABEL: func.func @extras
// CHECK: extras(%arg2, %arg3, %arg4 : tensor<5xf32>, tensor<4x1xf32>, tensor<2x1x1xf32>) maps [#[[ROW:.*]], #[[COL:.*]], #[[PLANE:.*]]]
// CHECK: array.add
// CHECK: array.mul
// CHECK: array.exp
// CHECK: array.compare
// CHECK: array.select
// CHECK: } -> tensor<2x4x5xf32>
func.func @extras(%x: !batch, %e: tensor<f32>, %row: tensor<5xf32>, %col: tensor<4x1xf32>, %p: !plane) -> !batch {
  %zero = array.constant dense<0.0> : tensor<1xf32>
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %v = array.var %x dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  %y0 = array.add %n, %row : !batch, tensor<5xf32>
  %y1 = array.mul %y0, %col : !batch, tensor<4x1xf32>
  %y2 = array.exp %y1 : !batch
  %c = array.compare gt, %y2, %p : !batch, !plane
  %y3 = array.select %c, %y2, %zero : tensor<2x4x5xi1>, !batch, tensor<1xf32>
  return %y3 : !batch
}

// A stored image, per-plane maxima and a count beside it, all from one unit.
// CHECK-LABEL: func.func @several
// CHECK: %[[R:.*]]:4 = fused.image_normalize
// CHECK-SAME: reductions [
// CHECK-DAG: #fused.reduction<max dims [1, 2] keep nan = propagate>
// CHECK-DAG: #fused.reduction<sum dims [0, 1, 2]>
// CHECK-DAG: #fused.reduction<any dims [1, 2]>
// CHECK: } -> tensor<2x4x5xf32>,
func.func @several(%x: !batch, %e: tensor<f32>) -> (!batch, !plane, tensor<i64>, tensor<2xi1>) {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %v = array.var %x dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  %top = array.reduce_max %n dims [2, 1] keep nan = propagate : !batch
  %nan = array.is_nan %n : !batch
  %any = array.any %nan dims [1, 2] : tensor<2x4x5xi1>
  %one = array.cast %nan : tensor<2x4x5xi1> to tensor<2x4x5xi32>
  %count = array.sum %one : tensor<2x4x5xi32>
  return %n, %top, %count, %any : !batch, !plane, tensor<i64>, tensor<2xi1>
}

// REMARK: consumers.mlir:[[#@LINE+12]]:{{.*}}[Missed]{{.*}}Function=refused | Reason="reduction-kind
// REMARK: consumers.mlir:[[#@LINE+12]]:{{.*}}[Missed]{{.*}}Function=refused | Reason="reduction-dims
// REMARK: consumers.mlir:[[#@LINE+12]]:{{.*}}[Missed]{{.*}}Function=refused | Reason="not-elementwise
// REMARK: consumers.mlir:[[#@LINE+12]]:{{.*}}[Missed]{{.*}}Function=refused | Reason="larger-shape
func.func @refused(%x: !batch, %e: tensor<f32>, %big: tensor<3x2x4x5xf32>)
    -> (tensor<2xf32>, tensor<2x4xf32>, tensor<5x4x2xf32>, tensor<3x2x4x5xf32>) {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %v = array.var %x dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  %0 = array.std %n dims [1, 2] : !batch
  %1 = array.sum %n dims [2] : !batch
  %2 = array.transpose %n perm [2, 1, 0] : !batch
  %3 = array.add %n, %big : !batch, tensor<3x2x4x5xf32>
  return %0, %1, %2, %3 : tensor<2xf32>, tensor<2x4xf32>, tensor<5x4x2xf32>, tensor<3x2x4x5xf32>
}

// What needs a reduction of the unit's own result comes after it.
// REMARK: Function=feedback | Reason="depends-on-reduction
// CHECK-LABEL: func.func @feedback
// CHECK: %[[R:.*]]:2 = fused.image_normalize
// CHECK: } -> tensor<2x4x5xf32>, tensor<2x1x1xf32>
// CHECK: array.div %[[R]]#0, %[[R]]#1
func.func @feedback(%x: !batch, %e: tensor<f32>) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %v = array.var %x dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  %top = array.reduce_max %n dims [1, 2] keep : !batch
  %y = array.div %n, %top : !batch, !plane
  return %y : !batch
}

// The other operand is made after another use of the unit.
// REMARK: Function=later | Reason="defined-later
// CHECK-LABEL: func.func @later
// CHECK: array.transpose
// CHECK: array.sub
func.func @later(%x: !batch, %e: tensor<f32>) -> tensor<2x4x5xf32> {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %v = array.var %x dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  %t = array.transpose %n perm [2, 1, 0] : !batch
  %k = array.reshape %t : tensor<5x4x2xf32> to !batch
  %y = array.sub %n, %k : !batch, !batch
  return %y : !batch
}

// REMARK: Function=branch | Reason="other-block
// CHECK-LABEL: func.func @branch
// CHECK: scf.if
// CHECK: array.exp
func.func @branch(%x: !batch, %e: tensor<f32>, %p: i1) -> !batch {
  %m = array.mean %x dims [1, 2] keep : !batch
  %d = array.sub %x, %m : !batch, !plane
  %v = array.var %x dims [1, 2] keep : !batch
  %a = array.add %v, %e : !plane, tensor<f32>
  %r = array.sqrt %a : !plane
  %n = array.div %d, %r : !batch, !plane
  %y = scf.if %p -> !batch {
    %z = array.exp %n : !batch
    scf.yield %z : !batch
  } else {
    scf.yield %n : !batch
  }
  return %y : !batch
}
