// Results of functions and states of loops that are one value, or part of one another, and one of them changes
// afterwards. Each function is compiled and compared with the interpreter.
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
// -- States of scf.for that are one value in the next iteration, or as results.

func.func @states_of_one_value() -> (tensor<12xi32>, tensor<12xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = call @three() : () -> index
  %a = call @twelve() : () -> tensor<12xi32>
  %b = call @twelve() : () -> tensor<12xi32>
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%p = %a, %q = %b) -> (tensor<12xi32>, tensor<12xi32>) {
    %s = array.add %p, %q : tensor<12xi32>, tensor<12xi32>
    scf.yield %s, %s : tensor<12xi32>, tensor<12xi32>
  }
  %part = array.slice %r#0 offsets [0] sizes [10] strides [1] : tensor<12xi32>
  %y = array.insert_slice %part into %r#1 offsets [2] strides [1] : tensor<10xi32>, tensor<12xi32>
  return %y, %r#0 : tensor<12xi32>, tensor<12xi32>
}

// What CSE makes one.
func.func @states_of_equal_expressions() -> (tensor<12xi32>, tensor<12xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = call @three() : () -> index
  %a = call @twelve() : () -> tensor<12xi32>
  %b = call @twelve() : () -> tensor<12xi32>
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%p = %a, %q = %b) -> (tensor<12xi32>, tensor<12xi32>) {
    %s = array.add %p, %q : tensor<12xi32>, tensor<12xi32>
    %t = array.add %p, %q : tensor<12xi32>, tensor<12xi32>
    scf.yield %s, %t : tensor<12xi32>, tensor<12xi32>
  }
  %part = array.slice %r#0 offsets [0] sizes [10] strides [1] : tensor<12xi32>
  %y = array.insert_slice %part into %r#1 offsets [2] strides [1] : tensor<10xi32>, tensor<12xi32>
  return %y, %r#0 : tensor<12xi32>, tensor<12xi32>
}

// An insert into one state while the other is the same value.
func.func @insert_into_one_of_two_states() -> (tensor<12xi32>, tensor<12xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = call @three() : () -> index
  %s = array.constant dense<9> : tensor<2xi32>
  %a = call @twelve() : () -> tensor<12xi32>
  %b = call @twelve() : () -> tensor<12xi32>
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%p = %a, %q = %b) -> (tensor<12xi32>, tensor<12xi32>) {
    %u = array.insert_slice %s into %p offsets [%i] strides [1] : tensor<2xi32>, tensor<12xi32>
    %v = array.add %u, %q : tensor<12xi32>, tensor<12xi32>
    scf.yield %v, %v : tensor<12xi32>, tensor<12xi32>
  }
  return %r#0, %r#1 : tensor<12xi32>, tensor<12xi32>
}

func.func @one_state_given_to_both() -> (tensor<12xi32>, tensor<12xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = call @three() : () -> index
  %s = array.constant dense<9> : tensor<2xi32>
  %a = call @twelve() : () -> tensor<12xi32>
  %b = call @twelve() : () -> tensor<12xi32>
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%p = %a, %q = %b) -> (tensor<12xi32>, tensor<12xi32>) {
    %u = array.insert_slice %s into %p offsets [%i] strides [1] : tensor<2xi32>, tensor<12xi32>
    %v = array.add %u, %q : tensor<12xi32>, tensor<12xi32>
    scf.yield %q, %q : tensor<12xi32>, tensor<12xi32>
  }
  %y = array.insert_slice %s into %r#1 offsets [2] strides [1] : tensor<2xi32>, tensor<12xi32>
  return %y, %r#0 : tensor<12xi32>, tensor<12xi32>
}

func.func @state_by_reshape_of_the_other() -> (tensor<12xi32>, tensor<3x4xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = call @three() : () -> index
  %s = array.constant dense<9> : tensor<2xi32>
  %a = call @twelve() : () -> tensor<12xi32>
  %b = array.iota dim 1 : tensor<3x4xi32>
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%p = %a, %q = %b) -> (tensor<12xi32>, tensor<3x4xi32>) {
    %u = array.insert_slice %s into %p offsets [%i] strides [1] : tensor<2xi32>, tensor<12xi32>
    %w = array.reshape %q : tensor<3x4xi32> to tensor<12xi32>
    %v = array.add %u, %w : tensor<12xi32>, tensor<12xi32>
    %x = array.reshape %v : tensor<12xi32> to tensor<3x4xi32>
    scf.yield %v, %x : tensor<12xi32>, tensor<3x4xi32>
  }
  return %r#0, %r#1 : tensor<12xi32>, tensor<3x4xi32>
}

func.func @state_by_slice_of_the_other() -> (tensor<12xi32>, tensor<8xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = call @three() : () -> index
  %s = array.constant dense<9> : tensor<2xi32>
  %a = call @twelve() : () -> tensor<12xi32>
  %b = array.iota dim 0 : tensor<8xi32>
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%p = %a, %q = %b) -> (tensor<12xi32>, tensor<8xi32>) {
    %u = array.insert_slice %s into %p offsets [%i] strides [1] : tensor<2xi32>, tensor<12xi32>
    %t = array.sum %q : tensor<8xi32>
    %k = array.cast %t : tensor<i64> to tensor<i32>
    %v = array.add %u, %k : tensor<12xi32>, tensor<i32>
    %x = array.slice %v offsets [1] sizes [8] strides [1] : tensor<12xi32>
    scf.yield %v, %x : tensor<12xi32>, tensor<8xi32>
  }
  %y = array.insert_slice %s into %r#0 offsets [2] strides [1] : tensor<2xi32>, tensor<12xi32>
  return %y, %r#1 : tensor<12xi32>, tensor<8xi32>
}

// A part that is changed on its own and then put back where it was.
func.func @state_that_was_put_back() -> (tensor<12xi32>, tensor<8xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = call @three() : () -> index
  %s = array.constant dense<9> : tensor<2xi32>
  %a = call @twelve() : () -> tensor<12xi32>
  %b = array.iota dim 0 : tensor<8xi32>
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%p = %a, %q = %b) -> (tensor<12xi32>, tensor<8xi32>) {
    %x = array.slice %p offsets [1] sizes [8] strides [1] : tensor<12xi32>
    %z = array.insert_slice %s into %x offsets [%i] strides [1] : tensor<2xi32>, tensor<8xi32>
    %v = array.insert_slice %z into %p offsets [1] strides [1] : tensor<8xi32>, tensor<12xi32>
    %t = array.add %q, %z : tensor<8xi32>, tensor<8xi32>
    %w = array.insert_slice %t into %v offsets [3] strides [1] : tensor<8xi32>, tensor<12xi32>
    scf.yield %w, %z : tensor<12xi32>, tensor<8xi32>
  }
  return %r#0, %r#1 : tensor<12xi32>, tensor<8xi32>
}

func.func @state_by_a_cast() -> (tensor<12xi32>, tensor<?xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = call @three() : () -> index
  %s = array.constant dense<9> : tensor<2xi32>
  %a = call @twelve() : () -> tensor<12xi32>
  %b0 = call @twelve() : () -> tensor<12xi32>
  %b = tensor.cast %b0 : tensor<12xi32> to tensor<?xi32>
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%p = %a, %q = %b) -> (tensor<12xi32>, tensor<?xi32>) {
    %u = array.insert_slice %s into %p offsets [%i] strides [1] : tensor<2xi32>, tensor<12xi32>
    %v = array.add %u, %q : tensor<12xi32>, tensor<?xi32>
    %x = tensor.cast %v : tensor<12xi32> to tensor<?xi32>
    scf.yield %v, %x : tensor<12xi32>, tensor<?xi32>
  }
  return %r#0, %r#1 : tensor<12xi32>, tensor<?xi32>
}

// A branch gives the other state, or a value of its own.
func.func @state_from_a_branch() -> (tensor<12xi32>, tensor<12xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = call @three() : () -> index
  %s = array.constant dense<9> : tensor<2xi32>
  %a = call @twelve() : () -> tensor<12xi32>
  %b = call @twelve() : () -> tensor<12xi32>
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%p = %a, %q = %b) -> (tensor<12xi32>, tensor<12xi32>) {
    %u = array.insert_slice %s into %p offsets [%i] strides [1] : tensor<2xi32>, tensor<12xi32>
    %v = array.add %u, %q : tensor<12xi32>, tensor<12xi32>
    %k = arith.cmpi slt, %i, %c1 : index
    %x = scf.if %k -> tensor<12xi32> {
      scf.yield %v : tensor<12xi32>
    } else {
      %w = array.neg %v : tensor<12xi32>
      scf.yield %w : tensor<12xi32>
    }
    scf.yield %v, %x : tensor<12xi32>, tensor<12xi32>
  }
  return %r#0, %r#1 : tensor<12xi32>, tensor<12xi32>
}

// Results of a branch that are one value in it.
func.func @results_of_a_branch() -> (tensor<12xi32>, tensor<12xi32>, tensor<12xi32>) {
  %k = call @yes() : () -> i1
  %s = array.constant dense<9> : tensor<2xi32>
  %a = call @twelve() : () -> tensor<12xi32>
  %r:2 = scf.if %k -> (tensor<12xi32>, tensor<12xi32>) {
    %v = array.mul %a, %a : tensor<12xi32>, tensor<12xi32>
    scf.yield %v, %v : tensor<12xi32>, tensor<12xi32>
  } else {
    scf.yield %a, %a : tensor<12xi32>, tensor<12xi32>
  }
  %part = array.slice %r#0 offsets [0] sizes [10] strides [1] : tensor<12xi32>
  %y = array.insert_slice %part into %r#1 offsets [2] strides [1] : tensor<10xi32>, tensor<12xi32>
  %z = array.insert_slice %s into %r#0 offsets [2] strides [1] : tensor<2xi32>, tensor<12xi32>
  return %y, %z, %r#0 : tensor<12xi32>, tensor<12xi32>, tensor<12xi32>
}

// States that change places while one of them is changed.
func.func @rotated_states() -> (tensor<12xi32>, tensor<12xi32>, tensor<12xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = call @three() : () -> index
  %s = array.constant dense<9> : tensor<2xi32>
  %a = call @twelve() : () -> tensor<12xi32>
  %b = call @twelve() : () -> tensor<12xi32>
  %c = call @twelve() : () -> tensor<12xi32>
  %r:3 = scf.for %i = %c0 to %n step %c1 iter_args(%p = %a, %q = %b, %t = %c) -> (tensor<12xi32>, tensor<12xi32>, tensor<12xi32>) {
    %u = array.insert_slice %s into %p offsets [%i] strides [1] : tensor<2xi32>, tensor<12xi32>
    scf.yield %q, %t, %u : tensor<12xi32>, tensor<12xi32>, tensor<12xi32>
  }
  %y = array.insert_slice %s into %r#0 offsets [7] strides [1] : tensor<2xi32>, tensor<12xi32>
  return %y, %r#1, %r#2 : tensor<12xi32>, tensor<12xi32>, tensor<12xi32>
}

func.func @rotated_and_repeated_states() -> (tensor<12xi32>, tensor<12xi32>, tensor<12xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = call @three() : () -> index
  %s = array.constant dense<9> : tensor<2xi32>
  %a = call @twelve() : () -> tensor<12xi32>
  %r:3 = scf.for %i = %c0 to %n step %c1 iter_args(%p = %a, %q = %a, %t = %a) -> (tensor<12xi32>, tensor<12xi32>, tensor<12xi32>) {
    %u = array.insert_slice %s into %p offsets [%i] strides [1] : tensor<2xi32>, tensor<12xi32>
    scf.yield %q, %u, %q : tensor<12xi32>, tensor<12xi32>, tensor<12xi32>
  }
  %y = array.insert_slice %s into %r#0 offsets [7] strides [1] : tensor<2xi32>, tensor<12xi32>
  return %y, %r#1, %r#2 : tensor<12xi32>, tensor<12xi32>, tensor<12xi32>
}

// A state from outside of the loop, changed in the next iteration.
func.func @state_of_for_from_outside() -> (tensor<12xi32>, tensor<12xi32>, tensor<12xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = call @three() : () -> index
  %s = array.constant dense<9> : tensor<2xi32>
  %a = call @twelve() : () -> tensor<12xi32>
  %b = call @twelve() : () -> tensor<12xi32>
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%p = %a, %q = %a) -> (tensor<12xi32>, tensor<12xi32>) {
    %u = array.insert_slice %s into %p offsets [%i] strides [1] : tensor<2xi32>, tensor<12xi32>
    %v = array.add %u, %q : tensor<12xi32>, tensor<12xi32>
    scf.yield %b, %v : tensor<12xi32>, tensor<12xi32>
  }
  return %b, %r#0, %r#1 : tensor<12xi32>, tensor<12xi32>, tensor<12xi32>
}

// Loops in loops: the inner one gives one value twice, the outer one changes one of them.
func.func @states_of_a_loop_in_a_loop() -> (tensor<12xi32>, tensor<12xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = call @three() : () -> index
  %s = array.constant dense<9> : tensor<2xi32>
  %a = call @twelve() : () -> tensor<12xi32>
  %b = call @twelve() : () -> tensor<12xi32>
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%p = %a, %q = %b) -> (tensor<12xi32>, tensor<12xi32>) {
    %t:2 = scf.for %j = %c0 to %i step %c1 iter_args(%d = %p, %e = %q) -> (tensor<12xi32>, tensor<12xi32>) {
      %f = array.sub %d, %e : tensor<12xi32>, tensor<12xi32>
      scf.yield %f, %f : tensor<12xi32>, tensor<12xi32>
    }
    %u = array.insert_slice %s into %t#0 offsets [%i] strides [1] : tensor<2xi32>, tensor<12xi32>
    scf.yield %t#1, %u : tensor<12xi32>, tensor<12xi32>
  }
  return %r#0, %r#1 : tensor<12xi32>, tensor<12xi32>
}

func.func @rotation_in_a_loop_of_a_callee() -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %x = call @four() : () -> tensor<4xf32>
  %y = array.exp %x : tensor<4xf32>
  %n = call @three() : () -> index
  %s = array.constant dense<9.0> : tensor<2xf32>
  %a:2 = call @rotate(%x, %y, %n) : (tensor<4xf32>, tensor<4xf32>, index) -> (tensor<4xf32>, tensor<4xf32>)
  %c = array.insert_slice %s into %a#0 offsets [0] strides [1] : tensor<2xf32>, tensor<4xf32>
  return %c, %a#1, %y : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}
func.func private @rotate(%x: tensor<4xf32>, %y: tensor<4xf32>, %n: index) -> (tensor<4xf32>, tensor<4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%p = %x, %q = %y) -> (tensor<4xf32>, tensor<4xf32>) {
    scf.yield %q, %p : tensor<4xf32>, tensor<4xf32>
  }
  return %r#0, %r#1 : tensor<4xf32>, tensor<4xf32>
}

// -- The same of scf.while, in both of its regions.

func.func @condition_gives_one_value_twice() -> (tensor<12xi32>, tensor<12xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = call @three() : () -> index
  %s = array.constant dense<9> : tensor<2xi32>
  %a = call @twelve() : () -> tensor<12xi32>
  %r:3 = scf.while (%i = %c0, %p = %a) : (index, tensor<12xi32>) -> (index, tensor<12xi32>, tensor<12xi32>) {
    %v = array.mul %p, %p : tensor<12xi32>, tensor<12xi32>
    %k = arith.cmpi slt, %i, %n : index
    scf.condition(%k) %i, %v, %v : index, tensor<12xi32>, tensor<12xi32>
  } do {
  ^bb0(%i: index, %p: tensor<12xi32>, %q: tensor<12xi32>):
    %j = arith.addi %i, %c1 : index
    %u = array.insert_slice %s into %p offsets [%i] strides [1] : tensor<2xi32>, tensor<12xi32>
    %v = array.add %u, %q : tensor<12xi32>, tensor<12xi32>
    scf.yield %j, %v : index, tensor<12xi32>
  }
  %y = array.insert_slice %s into %r#1 offsets [5] strides [1] : tensor<2xi32>, tensor<12xi32>
  return %y, %r#2 : tensor<12xi32>, tensor<12xi32>
}

func.func @condition_gives_a_part_too() -> (tensor<12xi32>, tensor<3x4xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = call @three() : () -> index
  %s = array.constant dense<9> : tensor<2xi32>
  %a = call @twelve() : () -> tensor<12xi32>
  %b = array.iota dim 0 : tensor<3x4xi32>
  %r:3 = scf.while (%i = %c0, %p = %a, %q = %b) : (index, tensor<12xi32>, tensor<3x4xi32>) -> (index, tensor<12xi32>, tensor<3x4xi32>) {
    %v = array.mul %p, %p : tensor<12xi32>, tensor<12xi32>
    %w = array.reshape %v : tensor<12xi32> to tensor<3x4xi32>
    %z = array.add %w, %q : tensor<3x4xi32>, tensor<3x4xi32>
    %k = arith.cmpi slt, %i, %n : index
    scf.condition(%k) %i, %v, %w : index, tensor<12xi32>, tensor<3x4xi32>
  } do {
  ^bb0(%i: index, %p: tensor<12xi32>, %q: tensor<3x4xi32>):
    %j = arith.addi %i, %c1 : index
    %u = array.insert_slice %s into %p offsets [%i] strides [1] : tensor<2xi32>, tensor<12xi32>
    %t = array.reshape %u : tensor<12xi32> to tensor<3x4xi32>
    scf.yield %j, %u, %t : index, tensor<12xi32>, tensor<3x4xi32>
  }
  %y = array.insert_slice %s into %r#1 offsets [5] strides [1] : tensor<2xi32>, tensor<12xi32>
  return %y, %r#2 : tensor<12xi32>, tensor<3x4xi32>
}
func.func private @twelve() -> tensor<12xi32> {
  %x = array.iota dim 0 : tensor<12xi32>
  return %x : tensor<12xi32>
}
