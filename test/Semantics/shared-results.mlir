// Results of functions that are one another's memory, and one of them changes in part afterwards. Each function is compiled
// and compared with the interpreter.
// REQUIRES: runmat
// RUN: %python %S/verify_all.py %s

// No fold sees through these.
func.func private @four() -> tensor<4xf32> {
  %x = array.iota dim 0 : tensor<4xf32>
  return %x : tensor<4xf32>
}
func.func private @yes() -> i1 {
  %c = arith.constant true
  return %c : i1
}
func.func private @three() -> index {
  %n = arith.constant 3 : index
  return %n : index
}

func.func private @same(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %y = array.tanh %x : tensor<4xf32>
  return %y, %y : tensor<4xf32>, tensor<4xf32>
}
func.func @returned_twice() -> (tensor<4xf32>, tensor<4xf32>) {
  %x = call @four() : () -> tensor<4xf32>
  %s = array.constant dense<9.0> : tensor<2xf32>
  %a, %b = call @same(%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  %c = array.insert_slice %s into %a offsets [0] strides [1] : tensor<2xf32>, tensor<4xf32>
  return %b, %c : tensor<4xf32>, tensor<4xf32>
}

func.func private @part(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<3xf32>, tensor<2x2xf32>) {
  %y = array.tanh %x : tensor<4xf32>
  %s = array.slice %y offsets [0] sizes [3] strides [1] : tensor<4xf32>
  %r = array.reshape %y : tensor<4xf32> to tensor<2x2xf32>
  return %y, %s, %r : tensor<4xf32>, tensor<3xf32>, tensor<2x2xf32>
}
func.func @returned_in_part() -> (tensor<3xf32>, tensor<2x2xf32>, tensor<4xf32>) {
  %x = call @four() : () -> tensor<4xf32>
  %s = array.constant dense<9.0> : tensor<2xf32>
  %a, %b, %r = call @part(%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<3xf32>, tensor<2x2xf32>)
  %c = array.insert_slice %s into %a offsets [0] strides [1] : tensor<2xf32>, tensor<4xf32>
  return %b, %r, %c : tensor<3xf32>, tensor<2x2xf32>, tensor<4xf32>
}

func.func private @either(%x: tensor<4xf32>, %k: i1) -> (tensor<4xf32>, tensor<4xf32>) {
  %y = array.tanh %x : tensor<4xf32>
  %z = scf.if %k -> (tensor<4xf32>) {
    scf.yield %y : tensor<4xf32>
  } else {
    %e = array.exp %y : tensor<4xf32>
    scf.yield %e : tensor<4xf32>
  }
  return %y, %z : tensor<4xf32>, tensor<4xf32>
}
func.func @returned_from_a_branch() -> (tensor<4xf32>, tensor<4xf32>) {
  %x = call @four() : () -> tensor<4xf32>
  %k = call @yes() : () -> i1
  %s = array.constant dense<9.0> : tensor<2xf32>
  %a, %b = call @either(%x, %k) : (tensor<4xf32>, i1) -> (tensor<4xf32>, tensor<4xf32>)
  %c = array.insert_slice %s into %a offsets [0] strides [1] : tensor<2xf32>, tensor<4xf32>
  return %b, %c : tensor<4xf32>, tensor<4xf32>
}

func.func private @swapped(%x: tensor<4xf32>, %n: index) -> (tensor<4xf32>, tensor<4xf32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %y = array.tanh %x : tensor<4xf32>
  %r:2 = scf.for %i = %zero to %n step %one iter_args(%a = %y, %b = %y) -> (tensor<4xf32>, tensor<4xf32>) {
    scf.yield %b, %a : tensor<4xf32>, tensor<4xf32>
  }
  return %r#0, %r#1 : tensor<4xf32>, tensor<4xf32>
}
func.func @returned_from_a_loop() -> (tensor<4xf32>, tensor<4xf32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %x = call @four() : () -> tensor<4xf32>
  %n = call @three() : () -> index
  %s = array.constant dense<9.0> : tensor<2xf32>
  %a, %b = call @swapped(%x, %n) : (tensor<4xf32>, index) -> (tensor<4xf32>, tensor<4xf32>)
  %c = scf.for %i = %zero to %one step %one iter_args(%t = %a) -> tensor<4xf32> {
    %u = array.insert_slice %s into %t offsets [%i] strides [1] : tensor<2xf32>, tensor<4xf32>
    scf.yield %u : tensor<4xf32>
  }
  return %b, %c : tensor<4xf32>, tensor<4xf32>
}

func.func private @through(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %a, %b = call @same(%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  return %b, %b : tensor<4xf32>, tensor<4xf32>
}
func.func @returned_through_a_call() -> (tensor<4xf32>, tensor<4xf32>) {
  %x = call @four() : () -> tensor<4xf32>
  %s = array.constant dense<9.0> : tensor<2xf32>
  %a, %b = call @through(%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  %c = array.insert_slice %s into %a offsets [0] strides [1] : tensor<2xf32>, tensor<4xf32>
  return %b, %c : tensor<4xf32>, tensor<4xf32>
}

// -- States of a while loop: each iteration changes its own, not what they came from.

func.func @state_from_outside() -> (tensor<4xf32>, tensor<4xf32>, tensor<f32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = call @three() : () -> index
  %f = call @four() : () -> tensor<4xf32>
  %x = array.exp %f : tensor<4xf32>
  %y = array.sqrt %f : tensor<4xf32>
  %s = array.constant dense<9.0> : tensor<1xf32>
  %z0 = array.constant dense<0.0> : tensor<f32>
  %r:3 = scf.while (%i = %c0, %a = %y, %t = %z0) : (index, tensor<4xf32>, tensor<f32>) -> (index, tensor<4xf32>, tensor<f32>) {
    %q = array.insert_slice %s into %a offsets [%i] strides [1] : tensor<1xf32>, tensor<4xf32>
    %z = array.sum %q : tensor<4xf32>
    %u = array.add %t, %z : tensor<f32>, tensor<f32>
    %k = arith.cmpi slt, %i, %n : index
    scf.condition(%k) %i, %q, %u : index, tensor<4xf32>, tensor<f32>
  } do {
  ^bb0(%i: index, %z: tensor<4xf32>, %u: tensor<f32>):
    %j = arith.addi %i, %c1 : index
    scf.yield %j, %x, %u : index, tensor<4xf32>, tensor<f32>
  }
  return %x, %r#1, %r#2 : tensor<4xf32>, tensor<4xf32>, tensor<f32>
}

func.func @same_state_twice() -> (tensor<4xf32>, tensor<4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = call @three() : () -> index
  %f = call @four() : () -> tensor<4xf32>
  %x = array.exp %f : tensor<4xf32>
  %y = array.sqrt %f : tensor<4xf32>
  %s = array.constant dense<9.0> : tensor<1xf32>
  %r:3 = scf.while (%i = %c0, %a = %y, %b = %x) : (index, tensor<4xf32>, tensor<4xf32>) -> (index, tensor<4xf32>, tensor<4xf32>) {
    %q = array.insert_slice %s into %a offsets [%i] strides [1] : tensor<1xf32>, tensor<4xf32>
    %u = array.add %q, %b : tensor<4xf32>, tensor<4xf32>
    %k = arith.cmpi slt, %i, %n : index
    scf.condition(%k) %i, %q, %u : index, tensor<4xf32>, tensor<4xf32>
  } do {
  ^bb0(%i: index, %q: tensor<4xf32>, %u: tensor<4xf32>):
    %j = arith.addi %i, %c1 : index
    scf.yield %j, %u, %u : index, tensor<4xf32>, tensor<4xf32>
  }
  return %r#1, %r#2 : tensor<4xf32>, tensor<4xf32>
}

// Sizes that are known behind types that do not say them.
func.func @scan_of_a_changed_part() -> (tensor<?x?xf32>, tensor<3x0xf32>) {
  %c5 = arith.constant 5 : index
  %c3 = arith.constant 3 : index
  %i = call @three() : () -> index
  %s = array.constant dense<9.0> : tensor<1x3xf32>
  %x = array.iota dim 0 sizes(%c5, %c3) : tensor<?x?xf32>
  %q = array.insert_slice %s into %x offsets [%i, 0] strides [1, 1] : tensor<1x3xf32>, tensor<?x?xf32>
  %r = array.cumsum %q dim 0 : tensor<?x?xf32>
  %n = array.iota dim 0 : tensor<3x0xf32>
  %t = array.cumsum %n dim 0 : tensor<3x0xf32>
  return %r, %t : tensor<?x?xf32>, tensor<3x0xf32>
}

func.func @constants_of_indices() -> tensor<?xf32> {
  %s = arith.constant dense<[1, 2, 3, 4]> : tensor<4xindex>
  %i = call @three() : () -> index
  %n = tensor.extract %s[%i] : tensor<4xindex>
  %v = array.constant dense<1.0> : tensor<f32>
  %x = array.full %v sizes(%n) : tensor<f32> to tensor<?xf32>
  return %x : tensor<?xf32>
}
