// What the matchers look through: casts that change no value, and the forms in which a number comes.
// RUN: runmat-opt --test-fusion-matchers --verify-diagnostics %s -o /dev/null

!f16 = tensor<2x4x5xf16>
!f32 = tensor<2x4x5xf32>
!f64 = tensor<2x4x5xf64>

func.func @casts(%h: !f16, %s: !f32, %i: tensor<2x4x5xi32>) -> (!f32, !f64, !f32, !f16, !f16, !f32, !f32) {
  // Widenings are exact.
  // expected-remark @below {{argument #0}}
  %0 = array.cast %h {test.match = "peel-casts"} : !f16 to !f32
  // expected-remark @below {{argument #0}}
  %1 = array.cast %0 {test.match = "peel-casts"} : !f32 to !f64
  // So is a narrowing of what was widened from a type that fits.
  // expected-remark @below {{argument #0}}
  %2 = array.cast %1 {test.match = "peel-casts"} : !f64 to !f32
  // expected-remark @below {{argument #0}}
  %3 = array.cast %1 {test.match = "peel-casts"} : !f64 to !f16
  // One that rounds stops it.
  // expected-remark @below {{array.cast, narrowed}}
  %4 = array.cast %s {test.match = "peel-casts"} : !f32 to !f16
  // expected-remark @below {{array.cast}}
  %5 = array.cast %4 {test.match = "peel-casts"} : !f16 to !f32
  // An integer is no float.
  // expected-remark @below {{array.cast}}
  %6 = array.cast %i {test.match = "peel-casts"} : tensor<2x4x5xi32> to !f32
  return %0, %1, %2, %3, %4, %5, %6 : !f32, !f64, !f32, !f16, !f16, !f32, !f32
}

func.func @sixteen_bits(%h: !f16) -> tensor<2x4x5xbf16> {
  // f16 and bf16 have one width, and neither holds the other.
  // expected-remark @below {{array.cast, narrowed}}
  %0 = array.cast %h {test.match = "peel-casts"} : !f16 to tensor<2x4x5xbf16>
  return %0 : tensor<2x4x5xbf16>
}

func.func @scalars(%x: !f32, %one: tensor<1x1xf32>, %s: f32, %n: index) -> () {
  // expected-remark @below {{0.5 of f32}}
  %0 = array.constant {test.match = "scalar"} dense<0.5> : tensor<f32>
  // expected-remark @below {{2 of f64}}
  %1 = array.constant {test.match = "scalar"} dense<2.0> : tensor<2x4x5xf64>
  // Rounded as the cast does.
  %2 = array.constant dense<0.1> : tensor<f64>
  // expected-remark @below {{0.0999755 of f16}}
  %3 = array.cast %2 {test.match = "scalar"} : tensor<f64> to tensor<f16>
  // expected-remark @below {{argument #1 of f32}}
  %4 = array.cast %one {test.match = "scalar"} : tensor<1x1xf32> to tensor<1x1xf64>
  // expected-remark @below {{argument #1 of f32}}
  %5 = array.broadcast %one {test.match = "scalar"} : tensor<1x1xf32> to tensor<4x5xf32>
  // expected-remark @below {{argument #2 of f32}}
  %6 = array.full %s {test.match = "scalar"} : f32 to tensor<4x5xf32>
  // Several numbers, an integer, a size that is not known: no scalar.
  // expected-remark @below {{none}}
  %7 = array.constant {test.match = "scalar"} dense<[1.0, 2.0]> : tensor<2xf32>
  // expected-remark @below {{none}}
  %8 = array.constant {test.match = "scalar"} dense<2> : tensor<i32>
  // expected-remark @below {{none}}
  %9 = array.neg %x {test.match = "scalar"} : !f32
  // expected-remark @below {{none}}
  %10 = array.full %s sizes(%n) {test.match = "scalar"} : f32 to tensor<?xf32>
  return
}
