"""Kernels of fused.image_normalize on the software Vulkan device against NumPy in f64."""
import glob
import os
import sys
import tempfile
import unittest

import numpy as np

sys.path.insert(0, os.path.dirname(__file__))
import gpu_host  # noqa: E402

HAS_LAVAPIPE = bool(glob.glob("/usr/share/vulkan/icd.d/lvp_icd*.json"))


def reference(x, eps, gain=None, bias=None, clamp=None, gamma=None):
    x = x.astype(np.float64)
    axes = (-2, -1)
    mean = x.mean(axes, keepdims=True)
    y = (x - mean) / np.sqrt(((x - mean) ** 2).mean(axes, keepdims=True) + eps)
    if gain is not None:
        y = y * gain
    if bias is not None:
        y = y + bias
    if clamp is not None:
        y = np.maximum(y, clamp)
    return y if gamma is None else y ** gamma


FULL = """
func.func @main(%x: tensor<SHAPExf32>, %g: tensor<f32>, %b: tensor<f32>, %p: tensor<f32>) -> tensor<SHAPExf32> {
  %e = array.constant dense<1.0e-6> : tensor<f32>
  %z = array.constant dense<0.0> : tensor<f32>
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<SHAPExf32>) epsilon(%e : tensor<f32>)
      gain(%g : tensor<f32>) bias(%b : tensor<f32>) clamp(%z : tensor<f32>) gamma(%p : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<SHAPExf32>
  return %r : tensor<SHAPExf32>
}
"""

PLAIN = """
func.func @main(%x: tensor<?x?x?xf32>) -> tensor<?x?x?xf32> {
  %e = array.constant dense<1.0e-12> : tensor<f32>
  %r = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<?x?x?xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<?x?x?xf32>
  return %r : tensor<?x?x?xf32>
}
"""

LOSS = """
func.func @main(%x: tensor<?x?x?xf32>) -> (tensor<f32>, tensor<?xf32>, tensor<?xf32>) {
  %e = array.constant dense<1.0e-6> : tensor<f32>
  %m, %s, %k = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<?x?x?xf32>) epsilon(%e : tensor<f32>)
      reductions [#fused.reduction<mean dims [0, 1, 2]>, #fused.reduction<sum dims [1, 2]>,
                  #fused.reduction<max dims [1, 2]>] {
  ^bb0(%y: f32, %v: f32):
    %d = array.sub %y, %v : f32, f32
    %q = array.mul %d, %d : f32, f32
    fused.yield %q, %q, %y : f32, f32, f32
  } -> tensor<f32>, tensor<?xf32>, tensor<?xf32>
  return %m, %s, %k : tensor<f32>, tensor<?xf32>, tensor<?xf32>
}
"""

EXTRAS = """
func.func @main(%x: tensor<?x?x?xf32>, %f: tensor<?x?x?xf32>, %p: tensor<?xf32>, %i: tensor<?x?xf32>,
                %r: tensor<?x1xf32>) -> (tensor<?x?x?xf32>, tensor<?x?x?xf32>) {
  %e = array.constant dense<1.0e-6> : tensor<f32>
  %a, %b = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<?x?x?xf32>) epsilon(%e : tensor<f32>)
      extras(%f, %p, %i, %r : tensor<?x?x?xf32>, tensor<?xf32>, tensor<?x?xf32>, tensor<?x1xf32>)
      maps [affine_map<(p, i, j) -> (p, i, j)>, affine_map<(p, i, j) -> (p)>, affine_map<(p, i, j) -> (i, j)>,
            affine_map<(p, i, j) -> (i, 0)>] {
  ^bb0(%y: f32, %v: f32, %fv: f32, %pv: f32, %iv: f32, %rv: f32):
    %1 = array.add %y, %fv : f32, f32
    %2 = array.mul %1, %pv : f32, f32
    %3 = array.add %iv, %rv : f32, f32
    fused.yield %2, %3 : f32, f32
  } -> tensor<?x?x?xf32>, tensor<?x?x?xf32>
  return %a, %b : tensor<?x?x?xf32>, tensor<?x?x?xf32>
}
"""


@unittest.skipUnless(HAS_LAVAPIPE, "no software Vulkan device")
class NormalizeOnGPU(unittest.TestCase):
    def host(self, source, *options, **more):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        host = gpu_host.Host(*gpu_host.translate(source, folder.name, "--no-fusion", *options), **more)
        self.addCleanup(host.close)
        return host

    def setUp(self):
        self.random = np.random.default_rng(1)

    def check_full(self, shape, text):
        host = self.host(FULL.replace("SHAPE", text))
        x = self.random.random(shape, dtype=np.float32)
        y, = host.run(self.operands(x))
        expected = reference(x, 1e-6, 1.5, 0.25, 0.0, 1.8)
        np.testing.assert_allclose(y, expected, rtol=3e-5, atol=1e-5)
        return host

    def operands(self, x):
        # In the order of the nest's inputs: input, gain, bias, gamma; epsilon and clamp are constants.
        return [x, np.float32(1.5), np.float32(0.25), np.float32(1.8)]

    def test_all_slots_static(self):
        self.assertEqual(self.check_full((3, 44, 60), "3x44x60").variant, "on_chip_256x3")

    def test_all_slots_in_one_dispatch(self):
        host = self.check_full((3, 24, 20), "3x24x20")
        self.assertRegex(host.variant, "^on_chip")
        self.assertEqual([len(k["workgroup"]) for k in host.json["kernels"]], [3])

    def test_all_slots_several_groups(self):
        self.check_full((2, 128, 256), "2x128x256")

    def test_ragged_widths_keep_vectors(self):
        for shape in [(5, 9, 13), (3, 101, 99), (2, 3, 1), (7, 1, 1), (1, 1, 3)]:
            with self.subTest(shape=shape):
                host = self.check_full(shape, "x".join(map(str, shape)))
                self.assertRegex(host.variant, "^staged" if shape[1] > 100 else "^on_chip|^columns")
                if shape != (7, 1, 1):  # planes of one element: nothing lies beside it
                    self.assertTrue(any("vec4" in k["flags"] for k in host.json["kernels"]))

    def test_dynamic_sizes_choose_the_variant(self):
        host = self.host(PLAIN)
        for shape, variant in [((4, 16, 16), "^on_chip_[0-9]"), ((3, 17, 19), "^on_chip_ragged"),
                               ((1, 301, 301), "^staged_ragged$"), ((70, 3, 4), "^on_chip_[0-9]"),
                               ((2, 100, 200), "^staged$"), ((3, 32, 32), "^on_chip_[0-9]"),
                               ((3, 33, 31), "^on_chip_ragged")]:
            with self.subTest(shape=shape):
                x = self.random.standard_normal(shape).astype(np.float32)
                y, = host.run([x])
                self.assertRegex(host.variant, variant)
                np.testing.assert_allclose(y, reference(x, 1e-12), rtol=2e-5, atol=2e-6)

    def test_large_batch_of_small_planes(self):
        # More planes than workgroups fit along one axis.
        host = self.host(PLAIN)
        shape = (70000, 2, 2)
        x = self.random.standard_normal(shape).astype(np.float32)
        y, = host.run([x])
        np.testing.assert_allclose(y, reference(x, 1e-12), rtol=1e-4, atol=1e-5)

    def test_no_planes(self):
        host = self.host(PLAIN)
        y, = host.run([np.empty((0, 4, 4), np.float32)])
        self.assertEqual(y.shape, (0, 4, 4))

    def test_large_mean_small_deviation(self):
        """Parity: 9"""
        host = self.host(PLAIN)
        for shape in [(2, 512, 512), (2, 211, 307)]:
            x = (1e4 + 1e-2 * self.random.standard_normal(shape)).astype(np.float32)
            y, = host.run([x])
            expected = reference(x, 1e-12)
            self.assertLess(np.max(np.abs(y - expected) / np.maximum(np.abs(expected), 1e-2)), 1e-4)

    def test_first_pixel_is_an_outlier(self):
        host = self.host(PLAIN)
        x = (1e4 + 1e-1 * self.random.standard_normal((1, 256, 256))).astype(np.float32)
        x[:, 0, 0] = 9990
        y, = host.run([x])
        np.testing.assert_allclose(y, reference(x, 1e-12), rtol=1e-4, atol=1e-5)

    def test_windows(self):
        # As on a device whose bindings hold a few planes only.
        host = self.host(PLAIN, storage_range=20000)
        for shape in [(10, 40, 40), (11, 41, 43), (30, 32, 32), (31, 29, 29)]:
            x = self.random.standard_normal(shape).astype(np.float32)
            y, = host.run([x])
            self.assertGreater(host.windows, 1)
            np.testing.assert_allclose(y, reference(x, 1e-12), rtol=2e-5, atol=2e-6)

    def test_plane_beyond_the_limit_has_no_variant(self):
        host = self.host(PLAIN, storage_range=1000)
        with self.assertRaisesRegex(RuntimeError, "no variant"):
            host.run([np.ones((1, 32, 32), np.float32)])

    def test_loss_without_a_stored_image(self):
        host = self.host(LOSS)
        for shape in [(3, 64, 64), (3, 63, 65), (300, 5, 3)]:
            with self.subTest(shape=shape):
                x = self.random.standard_normal(shape).astype(np.float32) * 0.7 + 0.1
                mean, sums, largest = host.run([x])
                self.assertEqual([r.shape for r in (mean, sums, largest)], [(), shape[:1], shape[:1]])
                y = reference(x, 1e-6)
                squares = (y - x) ** 2
                np.testing.assert_allclose(mean, squares.mean(), rtol=1e-5)
                np.testing.assert_allclose(sums, squares.sum((1, 2)), rtol=1e-4)
                np.testing.assert_allclose(largest, y.max((1, 2)), rtol=1e-5)

    def test_extras(self):
        host = self.host(EXTRAS, "--profile", "lavapipe")
        for shape in [(3, 16, 20), (3, 15, 21)]:
            with self.subTest(shape=shape):
                p, i, j = shape
                x, f = (self.random.standard_normal(shape).astype(np.float32) for _ in range(2))
                s, image, row = (self.random.random(n, dtype=np.float32) for n in [(p,), (i, j), (i, 1)])
                a, b = host.run([x, f, s, image, row])
                np.testing.assert_allclose(a, (reference(x, 1e-6) + f) * s[:, None, None], rtol=1e-4, atol=1e-5)
                np.testing.assert_allclose(b, np.broadcast_to(image + row, shape), rtol=1e-6)

    def test_nan_spreads_over_its_plane_only(self):
        host = self.host(PLAIN)
        x = self.random.standard_normal((3, 16, 17)).astype(np.float32)
        x[1, 3, 5] = np.nan
        y, = host.run([x])
        self.assertTrue(np.isnan(y[1]).all())
        self.assertFalse(np.isnan(y[[0, 2]]).any())

    def test_silent_under_the_validation_layer(self):
        host = self.host(FULL.replace("SHAPE", "5x9x13"), validation=True)
        host.run(self.operands(np.ones((5, 9, 13), np.float32)))
        self.assertEqual(host.lib.rm_validation_messages(None), 0)


if __name__ == "__main__":
    unittest.main()
