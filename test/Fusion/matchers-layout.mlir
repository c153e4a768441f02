// Where each dim of a reduced value comes from: kept dims, dims one after the other, reshapes, broadcasts; and
// whether it meets its own elements again.
// RUN: runmat-opt --test-fusion-matchers --verify-diagnostics %s -o /dev/null

!x = tensor<2x4x5xf32>

func.func @kept(%x: !x) {
  // expected-remark @below {{argument #0 over [1, 2] as [0, -1, -1], lines up; arithmetic in f32}}
  %0 = array.mean %x dims [1, 2] keep {test.match = "mean"} : !x
  // Without its dims it would meet the last ones.
  // expected-remark @below {{argument #0 over [1, 2] as [0], does not line up}}
  %1 = array.mean %x dims [1, 2] {test.match = "mean"} : !x
  // expected-remark @below {{argument #0 over [0, 1, 2] as [], lines up}}
  %2 = array.mean %x {test.match = "mean"} : !x
  // Leading dims that are gone align by themselves.
  // expected-remark @below {{argument #0 over [0] as [1, 2], lines up}}
  %3 = array.mean %x dims [0] {test.match = "mean"} : !x
  return
}

func.func @one_after_the_other(%x: !x) {
  %0 = array.mean %x dims [1] keep : !x
  // expected-remark @below {{argument #0 over [1, 2] as [0, -1, -1], lines up}}
  %1 = array.mean %0 dims [2] keep {test.match = "mean"} : tensor<2x1x5xf32>
  %2 = array.mean %x dims [1] : !x
  // expected-remark @below {{argument #0 over [1, 2] as [0], does not line up}}
  %3 = array.mean %2 dims [1] {test.match = "mean"} : tensor<2x5xf32>
  // expected-remark @below {{argument #0 over [1, 2] as [0, -1, -1], lines up}}
  %4 = array.reshape %3 {test.match = "mean"} : tensor<2xf32> to tensor<2x1x1xf32>
  return
}

func.func @shapes(%x: !x, %q: tensor<2x2x2xf32>) {
  %0 = array.mean %x dims [1, 2] keep : !x
  // expected-remark @below {{argument #0 over [1, 2] as [0, -1, -1], lines up}}
  %1 = array.broadcast %0 {test.match = "mean"} : tensor<2x1x1xf32> to !x
  // expected-remark @below {{argument #0 over [1, 2] as [0], does not line up}}
  %2 = array.reshape %0 {test.match = "mean"} : tensor<2x1x1xf32> to tensor<2xf32>
  // expected-remark @below {{argument #0 over [1, 2] as [-1, 0], does not line up}}
  %3 = array.reshape %0 {test.match = "mean"} : tensor<2x1x1xf32> to tensor<1x2xf32>
  // Another shape of the same elements is another array.
  %4 = array.mean %x dims [2] : !x
  // expected-remark @below {{no match: shape-change at array.reshape}}
  %5 = array.reshape %4 {test.match = "mean"} : tensor<2x4xf32> to tensor<4x2xf32>
  // Equal sizes do not make the wrong dims right.
  %6 = array.mean %q dims [0] : tensor<2x2x2xf32>
  // expected-remark @below {{argument #1 over [0] as [1, 2, -1], does not line up}}
  %7 = array.reshape %6 {test.match = "mean"} : tensor<2x2xf32> to tensor<2x2x1xf32>
  return
}
