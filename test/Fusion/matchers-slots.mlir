// Gain, bias, clamp and gamma behind a value: each once, in this order, with numbers only.
// RUN: runmat-opt --test-fusion-matchers --verify-diagnostics %s -o /dev/null

!x = tensor<2x4x5xf32>
!w = tensor<2x4x5xf64>

func.func @all(%x: !x, %g: tensor<f32>, %b: tensor<1x1xf32>) -> !x {
  %z = array.constant dense<0.0> : tensor<f32>
  %p = array.constant dense<1.8> : tensor<f32>
  // expected-remark @below {{gain argument #1 of f32, bias minus argument #2 of f32, clamp 0 of f32, gamma 1.8 of f32, in f32, to array.pow}}
  %n = array.abs %x {test.match = "slots"} : !x
  %0 = array.mul %g, %n : tensor<f32>, !x
  %1 = array.sub %0, %b : !x, tensor<1x1xf32>
  %2 = array.max %z, %1 : tensor<f32>, !x
  %3 = array.pow %2, %p : !x, tensor<f32>
  return %3 : !x
}

// A clamp, then a gain: the order is over at the gain.
func.func @out_of_order(%x: !x, %g: tensor<f32>) -> !x {
  // expected-remark @below {{gain none, bias none, clamp argument #1 of f32, gamma none, in f32, to array.max}}
  %n = array.abs %x {test.match = "slots"} : !x
  %0 = array.max %n, %g : !x, tensor<f32>
  %1 = array.mul %0, %g : !x, tensor<f32>
  return %1 : !x
}

func.func @each_once(%x: !x, %g: tensor<f32>) -> !x {
  // expected-remark @below {{gain argument #1 of f32, bias none, clamp none, gamma none, in f32, to array.mul}}
  %n = array.abs %x {test.match = "slots"} : !x
  %0 = array.mul %n, %g : !x, tensor<f32>
  %1 = array.mul %0, %g : !x, tensor<f32>
  return %1 : !x
}

// A value that something else needs too ends it; so does one that is no number.
func.func @used_twice(%x: !x, %g: tensor<f32>) -> (!x, !x) {
  // expected-remark @below {{gain argument #1 of f32, bias none, clamp none, gamma none, in f32, to array.mul}}
  %n = array.abs %x {test.match = "slots"} : !x
  %0 = array.mul %n, %g : !x, tensor<f32>
  %1 = array.add %0, %g : !x, tensor<f32>
  return %0, %1 : !x, !x
}

func.func @not_a_number(%x: !x, %y: !x, %g: tensor<f32>) -> !x {
  // expected-remark @below {{gain none, bias none, clamp none, gamma none, in f32, to array.abs}}
  %n = array.abs %x {test.match = "slots"} : !x
  %0 = array.mul %n, %y : !x, !x
  return %0 : !x
}

// g - y is no bias, and g ^ y no gamma.
func.func @reversed(%x: !x, %g: tensor<f32>) -> (!x, !x) {
  // expected-remark @below {{gain none, bias none, clamp none, gamma none}}
  %n = array.abs %x {test.match = "slots"} : !x
  %0 = array.sub %g, %n : tensor<f32>, !x
  // expected-remark @below {{gain none, bias none, clamp none, gamma none}}
  %k = array.neg %x {test.match = "slots"} : !x
  %1 = array.pow %g, %k : tensor<f32>, !x
  return %0, %1 : !x, !x
}

// A widening on the way makes the rest wide; max of a widened value narrowed back is max in the narrow type.
func.func @types(%x: !x, %g: tensor<f64>) -> (!w, !x) {
  %z = array.constant dense<0.0> : tensor<f64>
  // expected-remark @below {{gain argument #1 of f64, bias none, clamp none, gamma none, in f64, to array.mul}}
  %n = array.abs %x {test.match = "slots"} : !x
  %0 = array.cast %n : !x to !w
  %1 = array.mul %0, %g : !w, tensor<f64>
  // expected-remark @below {{gain none, bias none, clamp 0 of f64, gamma none, in f32, to array.cast}}
  %k = array.neg %x {test.match = "slots"} : !x
  %2 = array.cast %k : !x to !w
  %3 = array.max %2, %z : !w, tensor<f64>
  %4 = array.cast %3 : !w to !x
  return %1, %4 : !w, !x
}
