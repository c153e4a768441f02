// Loops at the ends of their types, recursion, and operations that folds must not change: each function is compiled and
// compared with the interpreter.
// REQUIRES: runmat
// RUN: %python %S/verify_all.py %s

func.func @wraps_i8() -> index {
  %l = arith.constant 0 : i8
  %u = arith.constant 127 : i8
  %s = arith.constant 100 : i8
  %z = arith.constant 0 : index
  %one = arith.constant 1 : index
  %r = scf.for %i = %l to %u step %s iter_args(%a = %z) -> index : i8 {
    %b = arith.addi %a, %one : index
    scf.yield %b : index
  }
  return %r : index
}

func.func @wraps_index() -> (index, index) {
  %l = arith.constant 0 : index
  %u = arith.constant 9223372036854775807 : index
  %s = arith.constant 4611686018427387904 : index
  %one = arith.constant 1 : index
  %r, %last = scf.for %i = %l to %u step %s iter_args(%a = %l, %k = %l) -> (index, index) {
    %b = arith.addi %a, %one : index
    scf.yield %b, %i : index, index
  }
  return %r, %last : index, index
}

// From below zero to above it: the distance is more than the largest number.
func.func @whole_range() -> index {
  %l = arith.constant -128 : i8
  %u = arith.constant 127 : i8
  %s = arith.constant 127 : i8
  %z = arith.constant 0 : index
  %one = arith.constant 1 : index
  %r = scf.for %i = %l to %u step %s iter_args(%a = %z) -> index : i8 {
    %b = arith.addi %a, %one : index
    scf.yield %b : index
  }
  return %r : index
}

func.func @unsigned() -> (index, index) {
  %l = arith.constant 9223372036854775806 : index
  %u = arith.constant -9223372036854775806 : index
  %one = arith.constant 1 : index
  %z = arith.constant 0 : index
  %r = scf.for unsigned %i = %l to %u step %one iter_args(%a = %z) -> index {
    %b = arith.addi %a, %one : index
    scf.yield %b : index
  }
  %q = scf.for unsigned %i = %u to %l step %one iter_args(%a = %z) -> index {
    %b = arith.addi %a, %one : index
    scf.yield %b : index
  }
  return %r, %q : index, index
}

func.func @factorial() -> i64 {
  %n = arith.constant 20 : i64
  %r = call @times(%n) : (i64) -> i64
  return %r : i64
}
func.func private @times(%n: i64) -> i64 {
  %one = arith.constant 1 : i64
  %small = arith.cmpi sle, %n, %one : i64
  %m = arith.subi %n, %one : i64
  %y = scf.if %small -> (i64) {
    scf.yield %one : i64
  } else {
    %r = func.call @times(%m) : (i64) -> i64
    %p = arith.muli %n, %r : i64
    scf.yield %p : i64
  }
  return %y : i64
}

// FAILS: calls nest deeper than 500 levels
func.func @endless() -> i64 {
  %n = arith.constant 0 : i64
  %r = call @again(%n) : (i64) -> i64
  return %r : i64
}
func.func private @again(%n: i64) -> i64 {
  %r = call @there(%n) : (i64) -> i64
  return %r : i64
}
func.func private @there(%n: i64) -> i64 {
  %r = call @again(%n) : (i64) -> i64
  return %r : i64
}

// FAILS: dimension 0 of size 3 does not broadcast to 5
func.func @broadcasts() -> tensor<?xf32> {
  %n = arith.constant 5 : index
  %x = array.constant dense<[1.0]> : tensor<1xf32>
  %b = array.broadcast %x : tensor<1xf32> to tensor<3xf32>
  %c = array.broadcast %b sizes(%n) : tensor<3xf32> to tensor<?xf32>
  return %c : tensor<?xf32>
}

// A cast whose result only gives its size is checked all the same.
// FAILS: dimension 0 is 3, but the type says 4
func.func @cast() -> index {
  %z = arith.constant 0 : index
  %n = arith.constant 3 : index
  %one = array.constant 1.0 : f32
  %x = array.full %one sizes(%n) : f32 to tensor<?xf32>
  %c = tensor.cast %x : tensor<?xf32> to tensor<4xf32>
  %a = tensor.dim %c, %z : tensor<4xf32>
  return %a : index
}

// Sums of constants are as exact as sums at run time.
func.func @sums() -> (tensor<f64>, tensor<f64>, tensor<f64>, tensor<f32>) {
  %c = array.constant dense<[1.0e16, 1.0, -1.0e16, 1.0]> : tensor<4xf64>
  %f = array.constant dense<[1.0e20, 1.0, -1.0e20, 1.0]> : tensor<4xf32>
  %0 = array.sum %c : tensor<4xf64>
  %1 = array.mean %c : tensor<4xf64>
  %2 = array.var %c : tensor<4xf64>
  %3 = array.sum %f : tensor<4xf32>
  return %0, %1, %2, %3 : tensor<f64>, tensor<f64>, tensor<f64>, tensor<f32>
}

// More terms than f32 can count.
func.func @long_sums() -> (tensor<2xbf16>, tensor<2xf16>, tensor<2xf16>) {
  %n = arith.constant 20000000 : index
  %v = array.constant dense<1.0> : tensor<bf16>
  %w = array.constant dense<0.5> : tensor<f16>
  %x = array.full %v sizes(%n) : tensor<bf16> to tensor<?x2xbf16>
  %y = array.full %w sizes(%n) : tensor<f16> to tensor<?x2xf16>
  %m = array.mean %x dims [0] : tensor<?x2xbf16>
  %a = array.mean %y dims [0] : tensor<?x2xf16>
  %s = array.var %y dims [0] : tensor<?x2xf16>
  return %m, %a, %s : tensor<2xbf16>, tensor<2xf16>, tensor<2xf16>
}

// The same bits: a signalling NaN stays one.
func.func @bits() -> (tensor<2xi32>, tensor<2xi16>, tensor<2xi16>) {
  %a = array.constant dense<[0x7F800001, 0xFFA00000]> : tensor<2xf32>
  %b = array.constant dense<[0x7C01, 0x7E00]> : tensor<2xf16>
  %c = array.constant dense<[0x7F81, 0xFFC0]> : tensor<2xbf16>
  %0 = array.bitcast %a : tensor<2xf32> to tensor<2xi32>
  %1 = array.bitcast %b : tensor<2xf16> to tensor<2xi16>
  %2 = array.bitcast %c : tensor<2xbf16> to tensor<2xi16>
  return %0, %1, %2 : tensor<2xi32>, tensor<2xi16>, tensor<2xi16>
}
func.func @bits_at_run_time() -> (tensor<?xi32>, tensor<?xi16>) {
  %n = arith.constant 2 : index
  %i = array.constant dense<2139095041> : tensor<i32>
  %h = array.constant dense<31745> : tensor<i16>
  %x = array.full %i sizes(%n) : tensor<i32> to tensor<?xi32>
  %f = array.bitcast %x : tensor<?xi32> to tensor<?xf32>
  %g = array.concat %f, %f dim 0 : tensor<?xf32>, tensor<?xf32>
  %0 = array.bitcast %g : tensor<?xf32> to tensor<?xi32>
  %y = array.full %h sizes(%n) : tensor<i16> to tensor<?xi16>
  %k = array.bitcast %y : tensor<?xi16> to tensor<?xf16>
  %l = array.concat %k, %k dim 0 : tensor<?xf16>, tensor<?xf16>
  %1 = array.bitcast %l : tensor<?xf16> to tensor<?xi16>
  return %0, %1 : tensor<?xi32>, tensor<?xi16>
}
