// What shares memory after bufferization: values that are changed in part while others still read them, parts of buffers
// where whole ones are asked for, and states of loops that change their sizes. Each function is compiled and compared with
// the interpreter.
// REQUIRES: runmat
// RUN: %python %S/verify_all.py %s

// No fold sees through these.
func.func private @size() -> index {
  %n = arith.constant 9 : index
  return %n : index
}
func.func private @small() -> index {
  %n = arith.constant 4 : index
  return %n : index
}
func.func private @matrix(%key: i64) -> tensor<?x?xf32> {
  %n = call @size() : () -> index
  %o = arith.constant 0 : i64
  %x = array.rand_uniform key %key offset %o sizes(%n, %n) : tensor<?x?xf32>
  return %x : tensor<?x?xf32>
}
func.func private @a() -> tensor<?x?xf32> {
  %k = arith.constant 1 : i64
  %x = call @matrix(%k) : (i64) -> tensor<?x?xf32>
  return %x : tensor<?x?xf32>
}
func.func private @b() -> tensor<?x?xf32> {
  %k = arith.constant 2 : i64
  %x = call @matrix(%k) : (i64) -> tensor<?x?xf32>
  return %x : tensor<?x?xf32>
}
func.func private @patch() -> tensor<2x2xf32> {
  %s = array.constant dense<[[10.0, 20.0], [30.0, 40.0]]> : tensor<2x2xf32>
  return %s : tensor<2x2xf32>
}

// -- A product reads a matrix before and after a part of it changes.

func.func @product_after() -> (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>) {
  %x = call @a() : () -> tensor<?x?xf32>
  %c = call @b() : () -> tensor<?x?xf32>
  %s = call @patch() : () -> tensor<2x2xf32>
  %p = array.cumsum %x dim 0 : tensor<?x?xf32>
  %r0 = array.matmul %c, %p : tensor<?x?xf32>, tensor<?x?xf32>
  %q = array.insert_slice %s into %p offsets [0, 0] strides [1, 1] : tensor<2x2xf32>, tensor<?x?xf32>
  %r = array.matmul %x, %p : tensor<?x?xf32>, tensor<?x?xf32>
  return %q, %r0, %r : tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>
}

func.func @sum_of_a_product() -> (tensor<?x?xf32>, tensor<?xf32>) {
  %x = call @a() : () -> tensor<?x?xf32>
  %c = call @b() : () -> tensor<?x?xf32>
  %s = call @patch() : () -> tensor<2x2xf32>
  %p = array.matmul %c, %x : tensor<?x?xf32>, tensor<?x?xf32>
  %q = array.insert_slice %s into %p offsets [1, 1] strides [1, 1] : tensor<2x2xf32>, tensor<?x?xf32>
  %r = array.sum %p dims [1] : tensor<?x?xf32>
  return %q, %r : tensor<?x?xf32>, tensor<?xf32>
}

func.func @transpose_of_a_product() -> (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>) {
  %x = call @a() : () -> tensor<?x?xf32>
  %c = call @b() : () -> tensor<?x?xf32>
  %s = call @patch() : () -> tensor<2x2xf32>
  %p = array.matmul %x, %c : tensor<?x?xf32>, tensor<?x?xf32>
  %q = array.insert_slice %s into %p offsets [0, 0] strides [1, 1] : tensor<2x2xf32>, tensor<?x?xf32>
  %r = array.matmul %p, %c : tensor<?x?xf32>, tensor<?x?xf32>
  %t = array.transpose %p perm [1, 0] : tensor<?x?xf32>
  return %q, %r, %t : tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>
}

func.func @in_a_loop() -> (tensor<?x?xf32>, tensor<?x?xf32>) {
  %lo = arith.constant 0 : index
  %one = arith.constant 1 : index
  %hi = call @small() : () -> index
  %x = call @a() : () -> tensor<?x?xf32>
  %c = call @b() : () -> tensor<?x?xf32>
  %s = call @patch() : () -> tensor<2x2xf32>
  %p0 = array.matmul %c, %x : tensor<?x?xf32>, tensor<?x?xf32>
  %pl, %rl = scf.for %i = %lo to %hi step %one iter_args(%p = %p0, %r = %c) -> (tensor<?x?xf32>, tensor<?x?xf32>) {
    %q = array.insert_slice %s into %p offsets [%i, %i] strides [1, 1] : tensor<2x2xf32>, tensor<?x?xf32>
    %e = array.matmul %r, %p0 : tensor<?x?xf32>, tensor<?x?xf32>
    scf.yield %q, %e : tensor<?x?xf32>, tensor<?x?xf32>
  }
  return %pl, %rl : tensor<?x?xf32>, tensor<?x?xf32>
}

func.func @state_of_a_loop() -> (tensor<?x?xf32>, tensor<?xf32>, tensor<?xi64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %k = call @small() : () -> index
  %x = call @a() : () -> tensor<?x?xf32>
  %s = call @patch() : () -> tensor<2x2xf32>
  %y = array.exp %x : tensor<?x?xf32>
  %s0 = array.sum %y dims [1] : tensor<?x?xf32>
  %a0 = array.argmax %y dims [1] : tensor<?x?xf32>
  %p, %r, %a = scf.for %i = %c0 to %k step %c1 iter_args(%p = %y, %r = %s0, %a = %a0) -> (tensor<?x?xf32>, tensor<?xf32>, tensor<?xi64>) {
    %m = array.mean %p dims [1] : tensor<?x?xf32>
    %q = array.insert_slice %s into %p offsets [%i, %i] strides [1, 1] : tensor<2x2xf32>, tensor<?x?xf32>
    %v = array.prod %p dims [1] : tensor<?x?xf32>
    %b = array.argmin %p dims [1] : tensor<?x?xf32>
    %t = array.add %m, %v : tensor<?xf32>, tensor<?xf32>
    %t2 = array.add %t, %r : tensor<?xf32>, tensor<?xf32>
    scf.yield %q, %t2, %b : tensor<?x?xf32>, tensor<?xf32>, tensor<?xi64>
  }
  return %p, %r, %a : tensor<?x?xf32>, tensor<?xf32>, tensor<?xi64>
}

func.func @in_a_branch() -> (tensor<?x?xf32>, tensor<?x?xf32>) {
  %n = call @size() : () -> index
  %t = call @small() : () -> index
  %x = call @a() : () -> tensor<?x?xf32>
  %c = call @b() : () -> tensor<?x?xf32>
  %s = call @patch() : () -> tensor<2x2xf32>
  %k = arith.cmpi sgt, %n, %t : index
  %p = array.matmul %c, %x : tensor<?x?xf32>, tensor<?x?xf32>
  %q = scf.if %k -> (tensor<?x?xf32>) {
    %q = array.insert_slice %s into %p offsets [1, 1] strides [1, 1] : tensor<2x2xf32>, tensor<?x?xf32>
    scf.yield %q : tensor<?x?xf32>
  } else {
    scf.yield %p : tensor<?x?xf32>
  }
  %r = array.matmul %c, %p : tensor<?x?xf32>, tensor<?x?xf32>
  return %q, %r : tensor<?x?xf32>, tensor<?x?xf32>
}

func.func private @changes(%p: tensor<?x?xf32>, %s: tensor<2x2xf32>, %c: tensor<?x?xf32>) -> (tensor<?x?xf32>, tensor<?x?xf32>) {
  %r0 = array.matmul %c, %p : tensor<?x?xf32>, tensor<?x?xf32>
  %q = array.insert_slice %s into %p offsets [1, 1] strides [1, 1] : tensor<2x2xf32>, tensor<?x?xf32>
  return %q, %r0 : tensor<?x?xf32>, tensor<?x?xf32>
}
func.func @in_a_call() -> (tensor<?x?xf32>, tensor<?x?xf32>) {
  %x = call @a() : () -> tensor<?x?xf32>
  %c = call @b() : () -> tensor<?x?xf32>
  %s = call @patch() : () -> tensor<2x2xf32>
  %p = array.matmul %c, %x : tensor<?x?xf32>, tensor<?x?xf32>
  %q, %r0 = func.call @changes(%p, %s, %c) : (tensor<?x?xf32>, tensor<2x2xf32>, tensor<?x?xf32>) -> (tensor<?x?xf32>, tensor<?x?xf32>)
  %r = array.matmul %r0, %p : tensor<?x?xf32>, tensor<?x?xf32>
  return %q, %r : tensor<?x?xf32>, tensor<?x?xf32>
}

// -- The same of fused.image_normalize.

func.func @normalize_after() -> (tensor<3x20x40xf32>, tensor<3x20x40xf32>) {
  %k1 = arith.constant 1 : i64
  %k2 = arith.constant 2 : i64
  %a = array.rand_uniform key %k1 offset %k1 : tensor<3x20x30xf32>
  %b = array.rand_uniform key %k2 offset %k2 : tensor<3x30x40xf32>
  %s = array.constant dense<90.0> : tensor<3x2x2xf32>
  %eps = array.constant dense<1.0e-6> : tensor<f32>
  %gain = array.constant dense<1.5> : tensor<f32>
  %x = array.matmul %a, %b : tensor<3x20x30xf32>, tensor<3x30x40xf32>
  %q = array.insert_slice %s into %x offsets [0, 0, 0] strides [1, 1, 1] : tensor<3x2x2xf32>, tensor<3x20x40xf32>
  %mu = array.mean %x dims [1, 2] keep : tensor<3x20x40xf32>
  %d = array.sub %x, %mu : tensor<3x20x40xf32>, tensor<3x1x1xf32>
  %sq = array.mul %d, %d : tensor<3x20x40xf32>, tensor<3x20x40xf32>
  %var = array.mean %sq dims [1, 2] keep : tensor<3x20x40xf32>
  %ve = array.add %var, %eps : tensor<3x1x1xf32>, tensor<f32>
  %sigma = array.sqrt %ve : tensor<3x1x1xf32>
  %z = array.div %d, %sigma : tensor<3x20x40xf32>, tensor<3x1x1xf32>
  %y = array.mul %z, %gain : tensor<3x20x40xf32>, tensor<f32>
  return %q, %y : tensor<3x20x40xf32>, tensor<3x20x40xf32>
}

func.func @normalize_a_part() -> tensor<1x?x?xf32> {
  %a = call @a() : () -> tensor<?x?xf32>
  %b = call @b() : () -> tensor<?x?xf32>
  %n = call @size() : () -> index
  %k = call @small() : () -> index
  %eps = array.constant dense<1.0e-6> : tensor<f32>
  %p = array.matmul %a, %b : tensor<?x?xf32>, tensor<?x?xf32>
  %w = array.reshape %p sizes(%n, %n) : tensor<?x?xf32> to tensor<1x?x?xf32>
  %x = array.slice %w offsets [0, 0, 0] sizes [1, %k, %k] strides [1, 2, 1] : tensor<1x?x?xf32>
  %mu = array.mean %x dims [1, 2] keep : tensor<1x?x?xf32>
  %d = array.sub %x, %mu : tensor<1x?x?xf32>, tensor<1x1x1xf32>
  %sq = array.mul %d, %d : tensor<1x?x?xf32>, tensor<1x?x?xf32>
  %var = array.mean %sq dims [1, 2] keep : tensor<1x?x?xf32>
  %ve = array.add %var, %eps : tensor<1x1x1xf32>, tensor<f32>
  %sigma = array.sqrt %ve : tensor<1x1x1xf32>
  %y = array.div %d, %sigma : tensor<1x?x?xf32>, tensor<1x1x1xf32>
  return %y : tensor<1x?x?xf32>
}

// -- A part of a matrix as a result, an argument, the inside of a padded one, every other row.

func.func @part() -> tensor<?x?xf32> {
  %a = call @a() : () -> tensor<?x?xf32>
  %n = call @small() : () -> index
  %b = array.neg %a : tensor<?x?xf32>
  %c = array.slice %b offsets [0, 0] sizes [%n, %n] strides [1, 1] : tensor<?x?xf32>
  return %c : tensor<?x?xf32>
}

func.func @padded() -> (tensor<?x?xf32>, tensor<?x?xf32>) {
  %a = call @a() : () -> tensor<?x?xf32>
  %z = array.constant dense<7.0> : tensor<f32>
  %b = array.neg %a : tensor<?x?xf32>
  %c = array.pad %b, %z low [0, 0] high [1, 1] : tensor<?x?xf32>, tensor<f32>
  return %b, %c : tensor<?x?xf32>, tensor<?x?xf32>
}

func.func @rows() -> tensor<3x?xf32> {
  %n = call @small() : () -> index
  %k = arith.constant 1 : i64
  %a = array.rand_uniform key %k offset %k : tensor<6x8xf32>
  %b = array.neg %a : tensor<6x8xf32>
  %s = array.slice %b offsets [0, 0] sizes [3, %n] strides [2, 1] : tensor<6x8xf32>
  return %s : tensor<3x?xf32>
}

func.func private @flat(%b: tensor<?x?xf32>, %k: index) -> tensor<?xf32> {
  %m = array.reshape %b sizes(%k) : tensor<?x?xf32> to tensor<?xf32>
  %s = array.sin %m : tensor<?xf32>
  return %s : tensor<?xf32>
}
func.func @argument() -> tensor<?xf32> {
  %c = call @part() : () -> tensor<?x?xf32>
  %n = call @small() : () -> index
  %a = call @a() : () -> tensor<?x?xf32>
  %b = array.neg %a : tensor<?x?xf32>
  %p = array.slice %b offsets [1, 2] sizes [%n, %n] strides [1, 1] : tensor<?x?xf32>
  %k = arith.muli %n, %n : index
  %m = func.call @flat(%p, %k) : (tensor<?x?xf32>, index) -> tensor<?xf32>
  %l = array.reshape %c sizes(%k) : tensor<?x?xf32> to tensor<?xf32>
  %r = array.add %m, %l : tensor<?xf32>, tensor<?xf32>
  return %r : tensor<?xf32>
}

// -- States of loops whose sizes change, whatever they start with.

func.func @grows() -> tensor<?xf32> {
  %c3 = arith.constant 3 : index
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %v = array.constant 1.0 : f32
  %a = array.full %v sizes(%c3) : f32 to tensor<?xf32>
  %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%p = %a) -> tensor<?xf32> {
    %q = array.concat %p, %p dim 0 : tensor<?xf32>, tensor<?xf32>
    scf.yield %q : tensor<?xf32>
  }
  return %r : tensor<?xf32>
}

func.func @shrinks() -> tensor<f64> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %k = arith.constant 2 : i64
  %n = call @small() : () -> index
  %x = array.rand_uniform key %k offset %k : tensor<4096xf64>
  %a = tensor.cast %x : tensor<4096xf64> to tensor<?xf64>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%p = %a) -> tensor<?xf64> {
    %q = array.slice %p offsets [0] sizes [%n] strides [1] : tensor<?xf64>
    %s = array.exp %q : tensor<?xf64>
    scf.yield %s : tensor<?xf64>
  }
  %t = array.sum %r : tensor<?xf64>
  return %t : tensor<f64>
}

// FAILS: inner sizes differ: 3 in operand #0, 6 in operand #1
func.func @grows_too_large() -> tensor<?x?xf32> {
  %c3 = arith.constant 3 : index
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %v = array.constant 1.0 : f32
  %a = array.full %v sizes(%c3, %c3) : f32 to tensor<?x?xf32>
  %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%p = %a) -> tensor<?x?xf32> {
    %two = array.concat %p, %p dim 0 : tensor<?x?xf32>, tensor<?x?xf32>
    %m = array.matmul %two, %p : tensor<?x?xf32>, tensor<?x?xf32>
    scf.yield %m : tensor<?x?xf32>
  }
  return %r : tensor<?x?xf32>
}

// -- Nothing to reduce, nothing to move.

func.func @sums_over_no_dims() -> (tensor<?x?xi64>, tensor<4x5xf32>) {
  %n = call @small() : () -> index
  %k = arith.constant 2 : i64
  %i = array.iota dim 1 sizes(%n, %n) : tensor<?x?xi64>
  %s = array.sum %i dims [] : tensor<?x?xi64>
  %m = array.matmul %s, %i : tensor<?x?xi64>, tensor<?x?xi64>
  %x = array.rand_uniform key %k offset %k : tensor<4x5x33xf32>
  %t = array.sum %x dims [] omit_nan : tensor<4x5x33xf32>
  %u = array.sum %t dims [2] : tensor<4x5x33xf32>
  return %m, %u : tensor<?x?xi64>, tensor<4x5xf32>
}

func.func @many_empty_rows() -> tensor<?x?xf32> {
  %h = arith.constant 1099511627776 : index
  %c0 = arith.constant 0 : index
  %v = array.constant 1.0 : f32
  %a = array.full %v sizes(%h, %c0) : f32 to tensor<?x?xf32>
  %t = array.transpose %a perm [1, 0] : tensor<?x?xf32>
  return %t : tensor<?x?xf32>
}

func.func @nothing_at_the_end() -> (tensor<4x0xi16>, tensor<3x5xf32>, tensor<3x0xf32>, tensor<7x0xi16>) {
  %k = arith.constant 2 : i64
  %c0 = arith.constant 0 : index
  %seven = array.constant dense<7.0> : tensor<f32>
  %i = array.iota dim 0 : tensor<7x0xi16>
  %s = array.slice %i offsets [0, 0] sizes [4, 0] strides [2, 1] : tensor<7x0xi16>
  %x = array.rand_uniform key %k offset %k : tensor<3x5xf32>
  %e = array.slice %x offsets [3, 0] sizes [0, 5] strides [1, 1] : tensor<3x5xf32>
  %y = array.insert_slice %e into %x offsets [3, 0] strides [1, 1] : tensor<0x5xf32>, tensor<3x5xf32>
  %none = array.iota dim 1 sizes(%c0) : tensor<?x0xf32>
  %p = array.pad %none, %seven low [3, 0] high [0, 0] : tensor<?x0xf32>, tensor<f32>
  %q = tensor.cast %p : tensor<?x0xf32> to tensor<3x0xf32>
  %d = array.concat %i, %i dim 1 : tensor<7x0xi16>, tensor<7x0xi16>
  %f = array.add %s, %s : tensor<4x0xi16>, tensor<4x0xi16>
  %g = array.slice %d offsets [0, %c0] sizes [7, %c0] strides [1, 1] : tensor<7x0xi16>
  %h = array.insert_slice %g into %d offsets [0, %c0] strides [1, 1] : tensor<7x?xi16>, tensor<7x0xi16>
  return %f, %y, %q, %h : tensor<4x0xi16>, tensor<3x5xf32>, tensor<3x0xf32>, tensor<7x0xi16>
}
