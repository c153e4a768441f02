// Why units that share a tensor stay apart: a missed remark for each.
// RUN: runmat-opt --fuse-all --remarks-filter=fusion %s 2>&1 | FileCheck %s --check-prefix=REMARK

// REMARK: Function=no_form{{.*}}no-unit-form
func.func @no_form(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = array.cumsum %x dim 1 : tensor<4x8xf32>
  return %e : tensor<4x8xf32>
}

// REMARK: Function=two_ways{{.*}}read-two-ways
func.func @two_ways(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %e = array.exp %x : tensor<8x8xf32>
  %t = array.transpose %e perm [1, 0] : tensor<8x8xf32>
  %s = array.add %e, %t : tensor<8x8xf32>, tensor<8x8xf32>
  return %s : tensor<8x8xf32>
}

// REMARK: Function=order{{.*}}result-order
func.func @order(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<8x4xf32>) {
  %e = array.exp %x : tensor<4x8xf32>
  %t = array.transpose %e perm [1, 0] : tensor<4x8xf32>
  return %e, %t : tensor<4x8xf32>, tensor<8x4xf32>
}

// REMARK: Function=used_twice{{.*}}broadcast-result
func.func @used_twice(%x: tensor<4x8xf32>, %b: tensor<8xf32>) -> (tensor<4x8xf32>, tensor<8xf32>) {
  %n = array.neg %b : tensor<8xf32>
  %s = array.add %x, %n : tensor<4x8xf32>, tensor<8xf32>
  return %s, %n : tensor<4x8xf32>, tensor<8xf32>
}

// REMARK: Function=dear{{.*}}recomputed
func.func @dear(%x: tensor<4x8xf32>, %b: tensor<8xf32>) -> tensor<4x8xf32> {
  %n = array.exp %b : tensor<8xf32>
  %s = array.add %x, %n : tensor<4x8xf32>, tensor<8xf32>
  return %s : tensor<4x8xf32>
}

// REMARK: Function=smaller{{.*}}smaller-space
func.func @smaller(%x: tensor<4x8xf32>, %k: i64) -> tensor<4x8xf32> {
  %n = array.rand_uniform key %k offset %k : tensor<8xf32>
  %s = array.add %x, %n : tensor<4x8xf32>, tensor<8xf32>
  return %s : tensor<4x8xf32>
}

// REMARK: Function=again{{.*}}reduced-again
func.func @again(%x: tensor<4x8xf32>) -> tensor<f32> {
  %n = array.sum %x dims [0] : tensor<4x8xf32>
  %m = array.reduce_max %n : tensor<8xf32>
  return %m : tensor<f32>
}

// REMARK: Function=uniform{{.*}}uniform-result
func.func @uniform(%x: tensor<4x?xf32>) -> tensor<4xf32> {
  %n = array.mean %x dims [1] : tensor<4x?xf32>
  %m = array.sqrt %n : tensor<4xf32>
  return %m : tensor<4xf32>
}

// REMARK: Function=rows{{.*}}row-dims
func.func @rows(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %n = array.mean %x dims [1] keep : tensor<4x8xf32>
  %d = array.sub %x, %n : tensor<4x8xf32>, tensor<4x1xf32>
  %m = array.mean %d dims [0] keep : tensor<4x8xf32>
  %e = array.sub %d, %m : tensor<4x8xf32>, tensor<1x8xf32>
  return %e : tensor<4x8xf32>
}

// REMARK: Function=devices{{.*}}different-devices
func.func @devices(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %n = array.exp %x {device = "cpu"} : tensor<4x8xf32>
  %m = array.sqrt %n {device = "gpu"} : tensor<4x8xf32>
  return %m : tensor<4x8xf32>
}

// REMARK: Function=between{{.*}}operation-between
func.func @between(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %n = array.exp %x : tensor<4x8xf32>
  %m = array.cumsum %n dim 1 : tensor<4x8xf32>
  %s = array.add %n, %m : tensor<4x8xf32>, tensor<4x8xf32>
  return %s : tensor<4x8xf32>
}

// REMARK: Function=sizes{{.*}}space-mismatch
func.func @sizes(%x: tensor<4x8xf32>, %y: tensor<16xf32>) -> tensor<16xf32> {
  %n = array.sum %x : tensor<4x8xf32>
  %s = array.add %y, %n : tensor<16xf32>, tensor<f32>
  return %s : tensor<16xf32>
}
