"""fused.image_normalize at the ends of a type's range: compiled for the CPU and for the software Vulkan device, the
program gives what NumPy computes in a wider type."""
import glob
import os
import sys
import unittest

import numpy as np

sys.path.insert(0, os.path.dirname(__file__))
import cli  # noqa: E402

CPU = ["cpu"]
ALL = CPU + (["gpu=lavapipe"] if glob.glob("/usr/share/vulkan/icd.d/lvp_icd*.json") else [])

# SHAPE, TYPE and SLOTS are put in; the result is %y.
PROGRAM = """
func.func @main(%x: tensor<SHAPExTYPE>, %g: tensor<TYPE>) -> tensor<SHAPExTYPE> {
  %e = array.constant dense<1.0e-6> : tensor<TYPE>
  %m = array.mean %x dims [1, 2] keep : tensor<SHAPExTYPE>
  %d = array.sub %x, %m : tensor<SHAPExTYPE>, tensor<PLANESxTYPE>
  %s = array.mul %d, %d : tensor<SHAPExTYPE>, tensor<SHAPExTYPE>
  %v = array.mean %s dims [1, 2] keep : tensor<SHAPExTYPE>
  %a = array.add %v, %e : tensor<PLANESxTYPE>, tensor<TYPE>
  %q = array.sqrt %a : tensor<PLANESxTYPE>
  %n = array.div %d, %q : tensor<SHAPExTYPE>, tensor<PLANESxTYPE>
  SLOTS
  return %y : tensor<SHAPExTYPE>
}
"""
GAIN = "%y = array.mul %n, %g : tensor<SHAPExTYPE>, tensor<TYPE>"
GAMMA = """%z = array.constant dense<0.0> : tensor<TYPE>
  %c = array.max %n, %z : tensor<SHAPExTYPE>, tensor<TYPE>
  %y = array.pow %c, %g : tensor<SHAPExTYPE>, tensor<TYPE>"""
# One small plane; whole vectors; ragged, with several chunks.
SHAPES = [(3, 4, 4), (3, 8, 16), (3, 71, 83)]


def normalized(x, gain=1):
    x = x.astype(np.longdouble)
    d = x - x.mean((1, 2), keepdims=True)
    return d / np.sqrt((d * d).mean((1, 2), keepdims=True) + np.longdouble(1e-6)) * np.longdouble(gain)


class Range(cli.ToolTest):
    def setUp(self):
        super().setUp()
        self.random = np.random.default_rng(1)

    def data(self, shape, scale, dtype=np.float32):
        """A plane of noise of this scale, a constant one, and one of noise around 1."""
        x = (self.random.standard_normal(shape) * scale).astype(dtype)
        x[1] = 5
        x[2] = 1 + self.random.standard_normal(shape[1:]) / 8
        return x

    def compute(self, device, slots, x, scalar):
        element = {"float32": "f32", "float64": "f64"}[x.dtype.name]
        sizes = "x".join(map(str, x.shape))
        text = PROGRAM.replace("SLOTS", slots).replace("SHAPE", sizes).replace("PLANES", f"{x.shape[0]}x1x1")
        np.save(self.path("x.npy"), x)
        np.save(self.path("g.npy"), np.asarray(scalar, x.dtype))
        self.write("p.mlir", text.replace("TYPE", element))
        self.succeed("run", "p.mlir", "--device", device, "-i", "x.npy", "-i", "g.npy", "-o", "y.npy")
        return np.load(self.path("y.npy"))

    def check(self, devices, scale, gain, dtype=np.float32, slots=GAIN):
        for shape in SHAPES:
            x = self.data(shape, scale, dtype)
            expected = normalized(x, gain).astype(dtype)
            for device in devices:
                with self.subTest(device=device, shape=shape, dtype=dtype.__name__):
                    y = self.compute(device, slots, x, gain)
                    # Close to the mean the difference has few bits, and subnormals have too.
                    small = max(4 * np.finfo(dtype).tiny, 1e-6 * gain)
                    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=small)

    def test_gain_over_sigma_is_too_large(self):
        self.check(ALL, 1e-3, 5e37)
        self.check(CPU, 1e-3, 1e307, np.float64)

    def test_gain_is_a_constant(self):
        for scale, gain in ((1e-3, 5e37), (1, 1e3), (1e15, 1e-32)):
            constant = f"%k = array.constant dense<{gain:.1e}> : tensor<TYPE>\n  {GAIN.replace('%g', '%k')}"
            self.check(ALL, scale, gain, slots=constant)

    def test_gain_over_sigma_is_too_small(self):
        self.check(ALL, 1e15, 1e-32)
        self.check(CPU, 1e15, 1e-300, np.float64)

    def test_squares_overflow_where_the_variance_does_not(self):
        self.check(CPU, 1e18, 2)
        self.check(CPU, 1e18, 5e37)

    def test_squares_overflow_in_one_element(self):
        for shape in SHAPES:
            x = self.data(shape, 1)
            x[0, 0, 1] = 1e19
            y = self.compute("cpu", GAIN, x, 1)
            np.testing.assert_allclose(y, normalized(x).astype(np.float32), rtol=2e-4, atol=1e-6)

    def test_gain_that_is_no_number(self):
        for gain in (np.inf, -np.inf, np.nan):
            for device in ALL:
                x = self.data(SHAPES[0], 1)
                with self.subTest(device=device, gain=gain), np.errstate(invalid="ignore"):
                    # A constant plane: 0 * gain.
                    y = self.compute(device, GAIN, x, gain)
                    np.testing.assert_array_equal(y, (normalized(x) * gain).astype(np.float32))

    def test_gamma_that_is_no_number(self):
        # Half of the plane is clamped to 0, whose power of NaN is NaN.
        for gamma in (np.nan, np.inf, -np.inf, 0):
            for device in ALL:
                x = self.data(SHAPES[1], 1)
                with self.subTest(device=device, gamma=gamma), np.errstate(divide="ignore"):
                    expected = np.maximum(normalized(x), 0).astype(np.float32) ** np.float32(gamma)
                    np.testing.assert_array_equal(self.compute(device, GAMMA, x, gamma), expected)

    def test_clamp_at_negative_zero(self):
        # An odd power of -0 has its sign.
        slots = GAMMA.replace("dense<0.0>", "dense<-0.0>")
        for gamma in (-1, -3, 3, 2):
            for device in ALL:
                x = self.data(SHAPES[1], 1)
                with self.subTest(device=device, gamma=gamma), np.errstate(divide="ignore"):
                    base = np.maximum(normalized(x), 0).astype(np.float32)
                    base[base == 0] = -0.0
                    # The constant plane is 0 and not below the clamp.
                    y = self.compute(device, slots, x, gamma)
                    np.testing.assert_allclose(y[[0, 2]], base[[0, 2]] ** np.float32(gamma), rtol=1e-4)


if __name__ == "__main__":
    unittest.main()
