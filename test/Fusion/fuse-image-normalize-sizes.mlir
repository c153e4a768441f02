// Sizes that only the run knows: what is evidently a size of the input is looked through, and what may be another one
// keeps its check.
// RUN: runmat-opt --fuse-image-normalize --remarks-filter=fusion %s 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: runmat-opt --fuse-image-normalize %s | FileCheck %s
// REQUIRES: runmat-interpret
// RUN: %python %source/test/Fusion/same_values.py %s

!open = tensor<?x2x3xf32>
!means = tensor<?x1x1xf32>

// The mean is reshaped back with sizes of the input, of the mean and of the deviation's own array.
// CHECK-LABEL: func.func @reshaped_back
// CHECK: fused.image_normalize dims [1, 2] compute f32 ins(%arg0
// CHECK-NOT: array.
// CHECK: return
func.func @reshaped_back(%x: !open, %e: tensor<f32>) -> !open {
  %c0 = arith.constant 0 : index
  %f = array.mean %x dims [1, 2] : !open
  %b = tensor.dim %f, %c0 : tensor<?xf32>
  %m = array.reshape %f sizes(%b) : tensor<?xf32> to !means
  %d = array.sub %x, %m : !open, !means
  %s = array.mul %d, %d : !open, !open
  %g = array.mean %s dims [1, 2] : !open
  %k = tensor.dim %d, %c0 : !open
  %v = array.reshape %g sizes(%k) : tensor<?xf32> to !means
  %a = array.add %v, %e : !means, tensor<f32>
  %r = array.sqrt %a : !means
  %n = array.div %d, %r : !open, !means
  return %n : !open
}
func.func @run_reshaped_back() -> !open {
  %x = array.constant dense<[[[1.0, -2.5, 0.5], [3.0, 0.25, -1.0]], [[4.0, 2.0, -0.5], [1.5, 0.125, 7.0]]]> : tensor<2x2x3xf32>
  %y = tensor.cast %x : tensor<2x2x3xf32> to !open
  %k0 = array.constant dense<1.0e-3> : tensor<f32>
  %r = call @reshaped_back(%y, %k0) : (!open, tensor<f32>) -> !open
  return %r : !open
}

// Several open sizes, in their order.
// CHECK-LABEL: func.func @two_open
// CHECK: fused.image_normalize dims [2] compute f32 ins(%arg0
// CHECK-NOT: array.
// CHECK: return
func.func @two_open(%x: tensor<?x?x3xf32>, %e: tensor<f32>) -> tensor<?x?x3xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %b = tensor.dim %x, %c0 : tensor<?x?x3xf32>
  %c = tensor.dim %x, %c1 : tensor<?x?x3xf32>
  %f = array.mean %x dims [2] : tensor<?x?x3xf32>
  %m = array.reshape %f sizes(%b, %c) : tensor<?x?xf32> to tensor<?x?x1xf32>
  %d = array.sub %x, %m : tensor<?x?x3xf32>, tensor<?x?x1xf32>
  %v = array.var %x dims [2] keep : tensor<?x?x3xf32>
  %a = array.add %v, %e : tensor<?x?x1xf32>, tensor<f32>
  %r = array.sqrt %a : tensor<?x?x1xf32>
  %n = array.div %d, %r : tensor<?x?x3xf32>, tensor<?x?x1xf32>
  return %n : tensor<?x?x3xf32>
}
func.func @run_two_open() -> tensor<?x?x3xf32> {
  %x = array.constant dense<[[[1.0, -2.5, 0.5], [3.0, 0.25, -1.0]], [[4.0, 2.0, -0.5], [1.5, 0.125, 7.0]]]> : tensor<2x2x3xf32>
  %y = tensor.cast %x : tensor<2x2x3xf32> to tensor<?x?x3xf32>
  %k0 = array.constant dense<1.0e-3> : tensor<f32>
  %r = call @two_open(%y, %k0) : (tensor<?x?x3xf32>, tensor<f32>) -> tensor<?x?x3xf32>
  return %r : tensor<?x?x3xf32>
}

// Their order is not the input's.
// REMARK: sizes.mlir:[[#@LINE+9]]:{{.*}}shape-change
// CHECK-LABEL: func.func @exchanged
// CHECK-NOT: fused.
func.func @exchanged(%x: tensor<?x?x3xf32>, %e: tensor<f32>) -> tensor<?x?x3xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %b = tensor.dim %x, %c0 : tensor<?x?x3xf32>
  %c = tensor.dim %x, %c1 : tensor<?x?x3xf32>
  %f = array.mean %x dims [2] : tensor<?x?x3xf32>
  %m = array.reshape %f sizes(%c, %b) : tensor<?x?xf32> to tensor<?x?x1xf32>
  %d = array.sub %x, %m : tensor<?x?x3xf32>, tensor<?x?x1xf32>
  %v = array.var %x dims [2] keep : tensor<?x?x3xf32>
  %a = array.add %v, %e : tensor<?x?x1xf32>, tensor<f32>
  %r = array.sqrt %a : tensor<?x?x1xf32>
  %n = array.div %d, %r : tensor<?x?x3xf32>, tensor<?x?x1xf32>
  return %n : tensor<?x?x3xf32>
}

// A size that the caller gives: it is checked when the program runs.
// REMARK: sizes.mlir:[[#@LINE+6]]:{{.*}}shape-change: {{.*}} not known to be the input's
// CHECK-LABEL: func.func @given_size
// CHECK-NOT: fused.
// CHECK: array.reshape
func.func @given_size(%x: !open, %e: tensor<f32>, %k: index) -> !open {
  %f = array.mean %x dims [1, 2] : !open
  %m = array.reshape %f sizes(%k) : tensor<?xf32> to !means
  %d = array.sub %x, %m : !open, !means
  %s = array.mul %d, %d : !open, !open
  %v = array.mean %s dims [1, 2] keep : !open
  %a = array.add %v, %e : !means, tensor<f32>
  %r = array.sqrt %a : !means
  %n = array.div %d, %r : !open, !means
  return %n : !open
}

// The variance is broadcast to the sizes of the deviation.
// CHECK-LABEL: func.func @broadcast_to_deviation
// CHECK: fused.image_normalize dims [1, 2] compute f32 ins(%arg0
// CHECK-NOT: array.
// CHECK: return
func.func @broadcast_to_deviation(%x: !open, %e: tensor<f32>) -> !open {
  %c0 = arith.constant 0 : index
  %m = array.mean %x dims [1, 2] keep : !open
  %d = array.sub %x, %m : !open, !means
  %b = tensor.dim %d, %c0 : !open
  %s = array.mul %d, %d : !open, !open
  %w = array.mean %s dims [1, 2] keep : !open
  %v = array.broadcast %w sizes(%b) : !means to !open
  %a = array.add %v, %e : !open, tensor<f32>
  %r = array.sqrt %a : !open
  %n = array.div %d, %r : !open, !open
  return %n : !open
}
func.func @run_broadcast_to_deviation() -> !open {
  %x = array.constant dense<[[[1.0, -2.5, 0.5], [3.0, 0.25, -1.0]], [[4.0, 2.0, -0.5], [1.5, 0.125, 7.0]]]> : tensor<2x2x3xf32>
  %y = tensor.cast %x : tensor<2x2x3xf32> to !open
  %k0 = array.constant dense<1.0e-3> : tensor<f32>
  %r = call @broadcast_to_deviation(%y, %k0) : (!open, tensor<f32>) -> !open
  return %r : !open
}

// Sizes that a cast hides or shows.
// CHECK-LABEL: func.func @hidden_size
// CHECK: fused.image_normalize dims [1, 2] compute f32 ins(%arg0
// CHECK-NOT: array.
// CHECK: return
func.func @hidden_size(%x: tensor<2x2x3xf32>, %e: tensor<f32>) -> tensor<2x2x3xf32> {
  %k = array.mean %x dims [1, 2] keep : tensor<2x2x3xf32>
  %m = tensor.cast %k : tensor<2x1x1xf32> to !means
  %d = array.sub %x, %m : tensor<2x2x3xf32>, !means
  %s = array.mul %d, %d : tensor<2x2x3xf32>, tensor<2x2x3xf32>
  %w = array.mean %s dims [1, 2] keep : tensor<2x2x3xf32>
  %h = tensor.cast %w : tensor<2x1x1xf32> to !means
  %v = tensor.cast %h : !means to tensor<2x1x1xf32>
  %a = array.add %v, %e : tensor<2x1x1xf32>, tensor<f32>
  %q = array.sqrt %a : tensor<2x1x1xf32>
  %r = tensor.cast %q : tensor<2x1x1xf32> to !means
  %n = array.div %d, %r : tensor<2x2x3xf32>, !means
  return %n : tensor<2x2x3xf32>
}
func.func @run_hidden_size() -> tensor<2x2x3xf32> {
  %x = array.constant dense<[[[1.0, -2.5, 0.5], [3.0, 0.25, -1.0]], [[4.0, 2.0, -0.5], [1.5, 0.125, 7.0]]]> : tensor<2x2x3xf32>
  %k0 = array.constant dense<1.0e-3> : tensor<f32>
  %r = call @hidden_size(%x, %k0) : (tensor<2x2x3xf32>, tensor<f32>) -> tensor<2x2x3xf32>
  return %r : tensor<2x2x3xf32>
}

// A cast that says more than the input's type is a check.
// REMARK: sizes.mlir:[[#@LINE+5]]:{{.*}}shape-change
// CHECK-LABEL: func.func @shown_size
// CHECK-NOT: fused.
func.func @shown_size(%x: !open, %e: tensor<f32>) -> tensor<2x2x3xf32> {
  %k = array.mean %x dims [1, 2] keep : !open
  %m = tensor.cast %k : !means to tensor<2x1x1xf32>
  %d = array.sub %x, %m : !open, tensor<2x1x1xf32>
  %v = array.var %x dims [1, 2] keep : !open
  %a = array.add %v, %e : !means, tensor<f32>
  %r = array.sqrt %a : !means
  %n = array.div %d, %r : tensor<2x2x3xf32>, !means
  return %n : tensor<2x2x3xf32>
}

// A size of an intermediate is the input's: it neither keeps the gain out of its slot nor an image in memory.
// CHECK-LABEL: func.func @size_of_intermediate
// CHECK: tensor.dim %arg0
// CHECK: fused.image_normalize {{.*}} gain({{.*}} reductions [#fused.reduction<mean
// CHECK: } -> tensor<f32>
func.func @size_of_intermediate(%x: !open, %e: tensor<f32>, %g: tensor<f32>) -> (tensor<f32>, index, index) {
  %c0 = arith.constant 0 : index
  %m = array.mean %x dims [1, 2] keep : !open
  %d = array.sub %x, %m : !open, !means
  %s = array.mul %d, %d : !open, !open
  %v = array.mean %s dims [1, 2] keep : !open
  %a = array.add %v, %e : !means, tensor<f32>
  %r = array.sqrt %a : !means
  %n = array.div %d, %r : !open, !means
  %b = tensor.dim %n, %c0 : !open
  %y = array.mul %n, %g : !open, tensor<f32>
  %c = tensor.dim %y, %c0 : !open
  %t = array.mean %y : !open
  return %t, %b, %c : tensor<f32>, index, index
}
func.func @run_size_of_intermediate() -> tensor<f32> {
  %x = array.constant dense<[[[1.0, -2.5, 0.5], [3.0, 0.25, -1.0]], [[4.0, 2.0, -0.5], [1.5, 0.125, 7.0]]]> : tensor<2x2x3xf32>
  %y = tensor.cast %x : tensor<2x2x3xf32> to !open
  %e = array.constant dense<1.0e-3> : tensor<f32>
  %g = array.constant dense<2.0> : tensor<f32>
  %r:3 = call @size_of_intermediate(%y, %e, %g) : (!open, tensor<f32>, tensor<f32>) -> (tensor<f32>, index, index)
  return %r#0 : tensor<f32>
}

// A scalar filled or broadcast to the input's sizes is a scalar.
// CHECK-LABEL: func.func @filled
// CHECK: fused.image_normalize {{.*}} gain({{.*}} bias(
// CHECK-NOT: array.
// CHECK: return
func.func @filled(%x: !open, %e: tensor<f32>, %g: f32, %h: tensor<f32>) -> !open {
  %c0 = arith.constant 0 : index
  %b = tensor.dim %x, %c0 : !open
  %m = array.mean %x dims [1, 2] keep : !open
  %d = array.sub %x, %m : !open, !means
  %s = array.mul %d, %d : !open, !open
  %v = array.mean %s dims [1, 2] keep : !open
  %a = array.add %v, %e : !means, tensor<f32>
  %r = array.sqrt %a : !means
  %n = array.div %d, %r : !open, !means
  %gs = array.full %g sizes(%b) : f32 to !open
  %y = array.mul %n, %gs : !open, !open
  %hs = array.broadcast %h sizes(%b) : tensor<f32> to !open
  %z = array.add %hs, %y : !open, !open
  return %z : !open
}
func.func @run_filled() -> !open {
  %x = array.constant dense<[[[1.0, -2.5, 0.5], [3.0, 0.25, -1.0]], [[4.0, 2.0, -0.5], [1.5, 0.125, 7.0]]]> : tensor<2x2x3xf32>
  %y = tensor.cast %x : tensor<2x2x3xf32> to !open
  %k0 = array.constant dense<1.0e-3> : tensor<f32>
  %k1 = array.constant 2.0 : f32
  %k2 = array.constant dense<-0.5> : tensor<f32>
  %r = call @filled(%y, %k0, %k1, %k2) : (!open, tensor<f32>, f32, tensor<f32>) -> !open
  return %r : !open
}

// Filled to another size: checked when the program runs, by the unit as by the product.
// CHECK-LABEL: func.func @filled_otherwise
// CHECK: %[[FULL:.*]] = array.full
// CHECK: fused.image_normalize {{.*}} extras(%[[FULL]]
func.func @filled_otherwise(%x: !open, %e: tensor<f32>, %g: f32, %b: index) -> !open {
  %m = array.mean %x dims [1, 2] keep : !open
  %d = array.sub %x, %m : !open, !means
  %s = array.mul %d, %d : !open, !open
  %v = array.mean %s dims [1, 2] keep : !open
  %a = array.add %v, %e : !means, tensor<f32>
  %r = array.sqrt %a : !means
  %n = array.div %d, %r : !open, !means
  %gs = array.full %g sizes(%b) : f32 to !open
  %y = array.mul %n, %gs : !open, !open
  return %y : !open
}

// A row broadcast to the input's sizes by a consumer is read through a map.
// CHECK-LABEL: func.func @row
// CHECK: fused.image_normalize {{.*}} extras(%arg2 : tensor<3xf32>)
// CHECK-NOT: array.broadcast
// CHECK: return
func.func @row(%x: !open, %e: tensor<f32>, %k: tensor<3xf32>) -> !open {
  %c0 = arith.constant 0 : index
  %b = tensor.dim %x, %c0 : !open
  %m = array.mean %x dims [1, 2] keep : !open
  %d = array.sub %x, %m : !open, !means
  %s = array.mul %d, %d : !open, !open
  %v = array.mean %s dims [1, 2] keep : !open
  %a = array.add %v, %e : !means, tensor<f32>
  %r = array.sqrt %a : !means
  %n = array.div %d, %r : !open, !means
  %ks = array.broadcast %k sizes(%b) : tensor<3xf32> to !open
  %y = array.sub %n, %ks : !open, !open
  return %y : !open
}
func.func @run_row() -> !open {
  %x = array.constant dense<[[[1.0, -2.5, 0.5], [3.0, 0.25, -1.0]], [[4.0, 2.0, -0.5], [1.5, 0.125, 7.0]]]> : tensor<2x2x3xf32>
  %y = tensor.cast %x : tensor<2x2x3xf32> to !open
  %k0 = array.constant dense<1.0e-3> : tensor<f32>
  %k1 = array.constant dense<[1.0, 2.0, 4.0]> : tensor<3xf32>
  %r = call @row(%y, %k0, %k1) : (!open, tensor<f32>, tensor<3xf32>) -> !open
  return %r : !open
}

// The size of a second array's normalisation: it goes with the reshape's operand, and no unit of it is left behind.
// REMARK: sizes.mlir:[[#@LINE+12]]:{{.*}}shape-change
// CHECK-LABEL: func.func @size_of_another_unit
// CHECK-NOT: fused.
// CHECK: tensor.dim %arg1
func.func @size_of_another_unit(%x: !open, %z: !open, %e: tensor<f32>) -> !open {
  %c0 = arith.constant 0 : index
  %zm = array.mean %z dims [1, 2] keep : !open
  %zd = array.sub %z, %zm : !open, !means
  %zs = array.std %z dims [1, 2] keep : !open
  %zn = array.div %zd, %zs : !open, !means
  %k = tensor.dim %zn, %c0 : !open
  %f = array.mean %x dims [1, 2] : !open
  %m = array.reshape %f sizes(%k) : tensor<?xf32> to !means
  %d = array.sub %x, %m : !open, !means
  %v = array.var %x dims [1, 2] keep : !open
  %a = array.add %v, %e : !means, tensor<f32>
  %r = array.sqrt %a : !means
  %n = array.div %d, %r : !open, !means
  return %n : !open
}

// What knows more sizes than the input is absorbed, but hides what comes after it.
// REMARK: sizes.mlir:[[#@LINE+14]]:{{.*}}refined-shape
// CHECK-LABEL: func.func @behind_a_cast
// CHECK: tensor.cast
// CHECK: array.mean
func.func @behind_a_cast(%x: !open, %e: tensor<f32>) -> tensor<f32> {
  %m = array.mean %x dims [1, 2] keep : !open
  %d = array.sub %x, %m : !open, !means
  %s = array.mul %d, %d : !open, !open
  %v = array.mean %s dims [1, 2] keep : !open
  %a = array.add %v, %e : !means, tensor<f32>
  %r = array.sqrt %a : !means
  %n = array.div %d, %r : !open, !means
  %g = array.constant dense<2.0> : tensor<2x2x3xf32>
  %y = array.mul %n, %g : !open, tensor<2x2x3xf32>
  %t = array.mean %y : tensor<2x2x3xf32>
  return %t : tensor<f32>
}
func.func @run_behind_a_cast() -> tensor<f32> {
  %x = array.constant dense<[[[1.0, -2.5, 0.5], [3.0, 0.25, -1.0]], [[4.0, 2.0, -0.5], [1.5, 0.125, 7.0]]]> : tensor<2x2x3xf32>
  %y = tensor.cast %x : tensor<2x2x3xf32> to !open
  %k0 = array.constant dense<1.0e-3> : tensor<f32>
  %r = call @behind_a_cast(%y, %k0) : (!open, tensor<f32>) -> tensor<f32>
  return %r : tensor<f32>
}

// What only its size is read of is not computed.
// CHECK-LABEL: func.func @only_its_size
// CHECK-NOT: fused.
// CHECK: %[[SIZE:.*]] = tensor.dim %arg0
// CHECK-NEXT: return %[[SIZE]]
func.func @only_its_size(%x: !open, %e: tensor<f32>) -> index {
  %c0 = arith.constant 0 : index
  %m = array.mean %x dims [1, 2] keep : !open
  %d = array.sub %x, %m : !open, !means
  %s = array.mul %d, %d : !open, !open
  %v = array.mean %s dims [1, 2] keep : !open
  %a = array.add %v, %e : !means, tensor<f32>
  %r = array.sqrt %a : !means
  %n = array.div %d, %r : !open, !means
  %b = tensor.dim %n, %c0 : !open
  return %b : index
}
