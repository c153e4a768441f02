// Means, deviations and standard deviations in the forms in which programs write them, each matcher alone.
// RUN: runmat-opt --test-fusion-matchers --verify-diagnostics %s -o /dev/null

!x = tensor<2x4x5xf32>
!m = tensor<2x1x1xf32>
!h = tensor<2x4x5xf16>

func.func @means(%x: !x, %h: !h) {
  %w = array.cast %h : !h to !x
  // The source is what was widened; the mean is computed wide.
  // expected-remark @below {{argument #1 over [1, 2] as [0, -1, -1], lines up; arithmetic in f32}}
  %0 = array.mean %w dims [1, 2] keep {test.match = "mean"} : !x
  // expected-remark @below {{no match: omit-nan at array.mean}}
  %1 = array.mean %x dims [1, 2] keep omit_nan {test.match = "mean"} : !x
  // expected-remark @below {{no match: not-centered at array.sum}}
  %2 = array.sum %x dims [1, 2] keep {test.match = "mean"} : !x
  %n = array.cast %x : !x to !h
  // expected-remark @below {{no match: narrowing-cast at array.cast}}
  %3 = array.mean %n dims [1, 2] keep {test.match = "mean"} : !h
  return
}

func.func @deviations(%x: !x, %y: !x) {
  %m = array.mean %x dims [1, 2] keep : !x
  // expected-remark @below {{argument #0 over [1, 2]; arithmetic in f32}}
  %0 = array.sub %x, %m {test.match = "deviation"} : !x, !m
  // expected-remark @below {{argument #0 over [1, 2], negated}}
  %1 = array.sub %m, %x {test.match = "deviation"} : !m, !x
  // expected-remark @below {{no match: different-input at array.sub}}
  %2 = array.sub %y, %m {test.match = "deviation"} : !x, !m
  // expected-remark @below {{no match: not-centered at array.add}}
  %3 = array.add %x, %m {test.match = "deviation"} : !x, !m
  return
}

func.func @misaligned(%q: tensor<5x5x5xf32>) {
  %m = array.mean %q dims [1] : tensor<5x5x5xf32>
  // expected-remark @below {{no match: mean-misaligned at array.sub}}
  %0 = array.sub %q, %m {test.match = "deviation"} : tensor<5x5x5xf32>, tensor<5x5xf32>
  return
}

func.func @sigmas(%x: !x, %e: tensor<1xf32>, %es: tensor<2x1x1xf32>) {
  %c = array.constant dense<0.25> : tensor<f32>
  %two = array.constant dense<2.0> : tensor<f32>
  %three = array.constant dense<3.0> : tensor<f32>
  %m = array.mean %x dims [1, 2] keep : !x
  %d = array.sub %x, %m : !x, !m
  %q = array.mul %d, %d : !x, !x
  %v = array.mean %q dims [1, 2] keep : !x
  %ve = array.add %v, %c : !m, tensor<f32>
  // expected-remark @below {{argument #0 over [1, 2] as [0, -1, -1], lines up, epsilon 0.25 of f32; arithmetic in f32}}
  %0 = array.sqrt %ve {test.match = "sigma"} : !m
  // No epsilon is one of 0.
  // expected-remark @below {{argument #0 over [1, 2] as [0, -1, -1], lines up, epsilon none}}
  %1 = array.sqrt %v {test.match = "sigma"} : !m
  // A square as a power, epsilon in front and only known at run time.
  %p = array.pow %d, %two : !x, tensor<f32>
  %pv = array.mean %p dims [1, 2] keep : !x
  %pe = array.add %e, %pv : tensor<1xf32>, !m
  // expected-remark @below {{argument #0 over [1, 2] as [0, -1, -1], lines up, epsilon argument #1 of f32}}
  %2 = array.sqrt %pe {test.match = "sigma"} : !m
  %var = array.var %x dims [1, 2] keep : !x
  // expected-remark @below {{argument #0 over [1, 2] as [0, -1, -1], lines up, epsilon none}}
  %3 = array.sqrt %var {test.match = "sigma"} : !m
  // expected-remark @below {{argument #0 over [1, 2] as [0, -1, -1], lines up, epsilon none}}
  %4 = array.std %x dims [1, 2] keep {test.match = "sigma"} : !x
  // expected-remark @below {{no match: ddof at array.std}}
  %5 = array.std %x dims [1, 2] keep ddof 1 {test.match = "sigma"} : !x
  %cube = array.pow %d, %three : !x, tensor<f32>
  %cv = array.mean %cube dims [1, 2] keep : !x
  // expected-remark @below {{no match: not-a-square at array.pow}}
  %6 = array.sqrt %cv {test.match = "sigma"} : !m
  %other = array.mean %q dims [2] keep : !x
  // expected-remark @below {{no match: dims-mismatch at array.mean}}
  %7 = array.sqrt %other {test.match = "sigma"} : tensor<2x4x1xf32>
  %many = array.add %v, %es : !m, !m
  // expected-remark @below {{no match: epsilon-not-scalar at array.add}}
  %8 = array.sqrt %many {test.match = "sigma"} : !m
  return
}

func.func @whole(%x: !x, %y: !x) {
  %c = array.constant dense<0.25> : tensor<f32>
  %m = array.mean %x dims [1, 2] keep : !x
  %d = array.sub %x, %m : !x, !m
  %q = array.mul %d, %d : !x, !x
  %v = array.mean %q dims [1, 2] keep : !x
  %ve = array.add %v, %c : !m, tensor<f32>
  %s = array.sqrt %ve : !m
  // expected-remark @below {{argument #0 over [1, 2], epsilon 0.25 of f32, gain none, bias none, clamp none, gamma none, in f32, to array.div}}
  %0 = array.div %d, %s {test.match = "image-normalize"} : !x, !m
  // expected-remark @below {{not a root}}
  %1 = array.div %d, %y {test.match = "image-normalize"} : !x, !x
  // expected-remark @below {{no match: not-centered}}
  %2 = array.div %y, %s {test.match = "image-normalize"} : !x, !m
  return
}
