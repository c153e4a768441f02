// In a function that is called, a result that may be the memory of an earlier one is a copy.
// RUN: runmat-opt --copy-shared-results %s | FileCheck %s

// CHECK-LABEL: func.func @twice
// CHECK: %[[Y:.*]] = linalg.fill
// CHECK: %[[COPY:.*]] = bufferization.alloc_tensor() copy(%[[Y]]) : tensor<4xf32>
// CHECK: return %[[Y]], %[[COPY]]
func.func @twice(%v: f32) -> (tensor<4xf32>, tensor<4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %y = linalg.fill ins(%v : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %y, %y : tensor<4xf32>, tensor<4xf32>
}

// A part, another shape, either of two.
// CHECK-LABEL: func.func @parts
// CHECK-COUNT-4: bufferization.alloc_tensor() copy
// CHECK: return
func.func @parts(%v: f32, %c: i1) -> (tensor<4xf32>, tensor<2xf32>, tensor<2x2xf32>, tensor<?xf32>, tensor<4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %y = linalg.fill ins(%v : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %z = linalg.fill ins(%v : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %s = tensor.extract_slice %y[1] [2] [1] : tensor<4xf32> to tensor<2xf32>
  %x = tensor.expand_shape %y [[0, 1]] output_shape [2, 2] : tensor<4xf32> into tensor<2x2xf32>
  %d = tensor.cast %y : tensor<4xf32> to tensor<?xf32>
  %i = scf.if %c -> tensor<4xf32> {
    scf.yield %z : tensor<4xf32>
  } else {
    scf.yield %y : tensor<4xf32>
  }
  return %y, %s, %x, %d, %i : tensor<4xf32>, tensor<2xf32>, tensor<2x2xf32>, tensor<?xf32>, tensor<4xf32>
}

// States that change places.
// CHECK-LABEL: func.func @states
// CHECK: bufferization.alloc_tensor() copy(%{{.*}}#1)
// CHECK: return
func.func @states(%v: f32, %n: index) -> (tensor<4xf32>, tensor<4xf32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %e = tensor.empty() : tensor<4xf32>
  %y = linalg.fill ins(%v : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %z = linalg.fill ins(%v : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %r:2 = scf.for %i = %zero to %n step %one iter_args(%a = %y, %b = %z) -> (tensor<4xf32>, tensor<4xf32>) {
    scf.yield %b, %a : tensor<4xf32>, tensor<4xf32>
  }
  return %r#0, %r#1 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @condition
// CHECK: bufferization.alloc_tensor() copy(%{{.*}}#1)
// CHECK: return
func.func @condition(%v: f32, %c: i1) -> (tensor<4xf32>, tensor<4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %y = linalg.fill ins(%v : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %z = linalg.fill ins(%v : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %r:2 = scf.while (%a = %y, %b = %z) : (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
    scf.condition(%c) %a, %a : tensor<4xf32>, tensor<4xf32>
  } do {
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>):
    scf.yield %b, %a : tensor<4xf32>, tensor<4xf32>
  }
  return %r#0, %r#1 : tensor<4xf32>, tensor<4xf32>
}

// What a loop gives to its next iteration: its own, from outside, and the same twice.
// CHECK-LABEL: func.func @next_states
// CHECK: ^bb0(%[[A:.*]]: tensor<4xf32>, %[[B:.*]]: tensor<4xf32>, %{{.*}}: tensor<4xf32>):
// CHECK: %[[X:.*]] = bufferization.alloc_tensor() copy(%arg0)
// CHECK: %[[TWICE:.*]] = bufferization.alloc_tensor() copy(%[[A]])
// CHECK: scf.yield %[[A]], %[[X]], %[[TWICE]]
func.func @next_states(%x: tensor<4xf32>, %y: tensor<4xf32>, %c: i1) -> tensor<4xf32> {
  %r:3 = scf.while (%a = %y, %b = %y, %d = %y) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
      -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
    scf.condition(%c) %a, %b, %d : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  } do {
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>, %d: tensor<4xf32>):
    scf.yield %a, %x, %a : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  }
  return %r#0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @own_states
// CHECK-NOT: bufferization.alloc_tensor
// CHECK: return
func.func @own_states(%y: tensor<4xf32>, %c: i1) -> tensor<4xf32> {
  %r:2 = scf.while (%a = %y, %b = %y) : (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
    scf.condition(%c) %a, %b : tensor<4xf32>, tensor<4xf32>
  } do {
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>):
    scf.yield %b, %a : tensor<4xf32>, tensor<4xf32>
  }
  return %r#0 : tensor<4xf32>
}

// Separate values, and those of an argument, which bufferization knows.
// CHECK-LABEL: func.func @separate
// CHECK-NOT: bufferization.alloc_tensor
// CHECK: return
func.func @separate(%v: f32, %x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<2xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %y = linalg.fill ins(%v : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %z = linalg.fill ins(%v : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %s = tensor.extract_slice %x[1] [2] [1] : tensor<4xf32> to tensor<2xf32>
  return %y, %z, %x, %s : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<2xf32>
}

// Nobody calls it: the runtime copies where it must.
// CHECK-LABEL: func.func @entry
// CHECK-NOT: bufferization.alloc_tensor
func.func @entry(%v: f32, %c: i1, %n: index, %x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %y = linalg.fill ins(%v : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %a:2 = call @twice(%v) : (f32) -> (tensor<4xf32>, tensor<4xf32>)
  %b:5 = call @parts(%v, %c) : (f32, i1) -> (tensor<4xf32>, tensor<2xf32>, tensor<2x2xf32>, tensor<?xf32>, tensor<4xf32>)
  %d:2 = call @states(%v, %n) : (f32, index) -> (tensor<4xf32>, tensor<4xf32>)
  %f:2 = call @condition(%v, %c) : (f32, i1) -> (tensor<4xf32>, tensor<4xf32>)
  %g:4 = call @separate(%v, %x) : (f32, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<2xf32>)
  return %y, %y : tensor<4xf32>, tensor<4xf32>
}
