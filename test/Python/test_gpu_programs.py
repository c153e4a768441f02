"""Whole programs with units on the GPU: compiled, run on the software Vulkan device, compared with NumPy in f64."""
import glob
import json
import os
import re
import subprocess
import tempfile
import unittest

import numpy as np

HAS_LAVAPIPE = bool(glob.glob("/usr/share/vulkan/icd.d/lvp_icd*.json"))
RUNMAT = os.path.join(os.environ["RUNMAT_BUILD_DIR"], "bin", "runmat")

TWO_UNITS = """
func.func @main(%x: tensor<?x?x?xf32>, %g: tensor<f32>) -> (tensor<?x?x?xf32>, tensor<f32>) {
  %e = array.constant dense<1.0e-6> : tensor<f32>
  %a = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<?x?x?xf32>) epsilon(%e : tensor<f32>)
      gain(%g : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    %s = array.abs %y : f32
    fused.yield %s : f32
  } -> tensor<?x?x?xf32>
  %b, %m = fused.image_normalize dims [1, 2] compute f32 ins(%a : tensor<?x?x?xf32>) epsilon(%e : tensor<f32>)
      reductions [#fused.reduction<mean dims [0, 1, 2]>] {
  ^bb0(%y: f32, %v: f32):
    %d = array.sub %y, %v : f32, f32
    %q = array.mul %d, %d : f32, f32
    fused.yield %y, %q : f32, f32
  } -> tensor<?x?x?xf32>, tensor<f32>
  return %b, %m : tensor<?x?x?xf32>, tensor<f32>
}
"""

# A unit between the parts of one result: its input and its result lie inside the joined array's memory, which
# transfers cannot address.
NO_PLANES = """
func.func @main(%x: tensor<0x4x5xf32>) -> tensor<0x4x5xf32> {
  %mu = array.mean %x dims [1, 2] keep : tensor<0x4x5xf32>
  %d = array.sub %x, %mu : tensor<0x4x5xf32>, tensor<0x1x1xf32>
  %sigma = array.std %x dims [1, 2] keep : tensor<0x4x5xf32>
  %n = array.div %d, %sigma : tensor<0x4x5xf32>, tensor<0x1x1xf32>
  %y = array.tanh %n : tensor<0x4x5xf32>
  return %y : tensor<0x4x5xf32>
}
"""

STRIDED = """
func.func @main(%x: tensor<?x?x?xf32>) -> tensor<?x?x?xf32> {
  %e = array.constant dense<1.0e-6> : tensor<f32>
  %a = array.add %x, %e : tensor<?x?x?xf32>, tensor<f32>
  %y = fused.image_normalize dims [1, 2] compute f32 ins(%a : tensor<?x?x?xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%n: f32, %v: f32):
    fused.yield %n : f32
  } -> tensor<?x?x?xf32>
  %both = array.concat %a, %y dim 2 : tensor<?x?x?xf32>, tensor<?x?x?xf32>
  return %both : tensor<?x?x?xf32>
}
"""

# An entry that another entry calls, twice.
CALLED = """
func.func @normalize(%x: tensor<?x?x?xf32>) -> tensor<?x?x?xf32> {
  %e = array.constant dense<1.0e-6> : tensor<f32>
  %y = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<?x?x?xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%n: f32, %v: f32):
    fused.yield %n : f32
  } -> tensor<?x?x?xf32>
  return %y : tensor<?x?x?xf32>
}
func.func @twice(%x: tensor<?x?x?xf32>) -> tensor<?x?x?xf32> {
  %a = func.call @normalize(%x) : (tensor<?x?x?xf32>) -> tensor<?x?x?xf32>
  %b = func.call @normalize(%a) : (tensor<?x?x?xf32>) -> tensor<?x?x?xf32>
  return %b : tensor<?x?x?xf32>
}
"""

# Sizes of the extra, by the dims of the input that it has, are known only when the program runs.
EXTRA = """
func.func @main(%x: tensor<?x?x?xf32>, %k: tensor<TYPE>) -> tensor<?x?x?xf32> {
  %e = array.constant dense<1.0e-6> : tensor<f32>
  %y = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<?x?x?xf32>) epsilon(%e : tensor<f32>)
      extras(%k : tensor<TYPE>) maps [affine_map<(p, i, j) -> MAP>] {
  ^bb0(%n: f32, %v: f32, %w: f32):
    %s = array.mul %n, %w : f32, f32
    fused.yield %s : f32
  } -> tensor<?x?x?xf32>
  return %y : tensor<?x?x?xf32>
}
"""


def normalise(x):
    mean = x.mean((1, 2), keepdims=True)
    return (x - mean) / np.sqrt(((x - mean) ** 2).mean((1, 2), keepdims=True) + 1e-6)


@unittest.skipUnless(HAS_LAVAPIPE and os.path.exists(RUNMAT), "no software Vulkan device, or no runmat")
class ProgramsOnGPU(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.random = np.random.default_rng(7)

    def path(self, name):
        return os.path.join(self.folder, name)

    def run_program(self, source, inputs, num_results, *options):
        with open(self.path("p.mlir"), "w", encoding="utf-8") as file:
            file.write(source)
        command = [RUNMAT, "run", self.path("p.mlir"), "--verify-ir", *options]
        for i, array in enumerate(inputs):
            np.save(self.path(f"in{i}.npy"), array)
            command += ["--input", self.path(f"in{i}.npy")]
        for i in range(num_results):
            command += ["--output", self.path(f"out{i}.npy")]
        command += ["--telemetry", self.path("t.json")]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(self.path("t.json"), encoding="utf-8") as file:
            self.telemetry = json.load(file)
        return [np.load(self.path(f"out{i}.npy")) for i in range(num_results)]

    def test_two_units_in_a_row(self):
        for shape in [(3, 64, 64), (2, 121, 77), (5, 7, 9)]:
            with self.subTest(shape=shape):
                x = self.random.standard_normal(shape).astype(np.float32)
                b, m = self.run_program(TWO_UNITS, [x, np.float32(1.5)], 2, "--device", "gpu=lavapipe")
                a = np.abs(normalise(x.astype(np.float64)) * 1.5)
                y = normalise(a)
                np.testing.assert_allclose(b, y, rtol=1e-4, atol=1e-5)
                np.testing.assert_allclose(m, ((y - a) ** 2).mean(), rtol=1e-5)

    def test_the_same_program_on_the_cpu(self):
        x = self.random.standard_normal((2, 33, 40)).astype(np.float32)
        b, _ = self.run_program(TWO_UNITS, [x, np.float32(1.5)], 2, "--device", "cpu")
        np.testing.assert_allclose(b, normalise(np.abs(normalise(x.astype(np.float64)) * 1.5)), rtol=1e-4, atol=1e-5)

    def test_transfers_of_parts_of_an_array(self):
        x = self.random.standard_normal((3, 20, 37)).astype(np.float32)
        both, = self.run_program(STRIDED, [x], 1, "--device", "gpu=lavapipe")
        np.testing.assert_allclose(both, np.concatenate([x, normalise(x.astype(np.float64))], 2), rtol=1e-4, atol=1e-5)

    def test_an_entry_that_another_calls(self):
        x = self.random.standard_normal((2, 20, 37)).astype(np.float32)
        for device in ("gpu=lavapipe", "auto=lavapipe", "cpu"):
            for entry, times in (("normalize", 1), ("twice", 2)):
                with self.subTest(device=device, entry=entry):
                    y, = self.run_program(CALLED, [x], 1, "--device", device, "--entry", entry)
                    expected = x.astype(np.float64)
                    for _ in range(times):
                        expected = normalise(expected)
                    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5)

    def test_sizes_of_extras_are_checked(self):
        x = self.random.standard_normal((2, 8, 12)).astype(np.float32)
        kinds = [("?xf32", "(j)", (12,)), ("?x?xf32", "(i, j)", (8, 12)), ("?xf32", "(p)", (2,)),
                 ("?xf32", "(i)", (8,)), ("?x?xf32", "(p, j)", (2, 12)), ("?x?xf32", "(j, p)", (12, 2)),
                 ("?x?x?xf32", "(p, i, j)", (2, 8, 12))]
        for dtype, mapping, shape in kinds:
            source = EXTRA.replace("TYPE", dtype).replace("MAP", mapping)
            with self.subTest(mapping=mapping):
                k = self.random.standard_normal(shape).astype(np.float32)
                y, = self.run_program(source, [x, k], 1, "--device", "gpu=lavapipe")
                cpu, = self.run_program(source, [x, k], 1, "--device", "cpu")
                np.testing.assert_allclose(y, cpu, rtol=1e-4, atol=1e-5)
            for wrong in ([1] * len(shape), [n + 1 for n in shape]):
                with self.subTest(mapping=mapping, sizes=wrong):
                    np.save(self.path("k.npy"), np.ones(wrong, np.float32))
                    errors = set()
                    for device in ("gpu=lavapipe", "cpu"):
                        done = subprocess.run(
                            [RUNMAT, "run", self.path("p.mlir"), "--verify-ir", "--device", device, "--input", self.path("in0.npy"),
                             "--input", self.path("k.npy")], capture_output=True, text=True)
                        self.assertEqual(done.returncode, 1)
                        self.assertRegex(done.stderr, r"^error: .*p\.mlir:7:\d+: dimension \d is \d+ so far, but \d+ in operand #1$")
                        errors.add(done.stderr)
                    self.assertEqual(len(errors), 1, errors)

    def test_fused_batch_of_three_is_that_of_numpy(self):
        # Parity: 7
        x = self.random.standard_normal((3, 4, 5)).astype(np.float32)
        expected = normalise(x.astype(np.float64))
        for device in ("cpu", "gpu=lavapipe"):
            with self.subTest(device=device):
                y, = self.run_program(CALLED, [x], 1, "--device", device, "--entry", "normalize")
                self.assertEqual([u["unit"] for u in self.telemetry["unit_executions"]], ["fused.image_normalize"])
                np.testing.assert_allclose(y, expected, rtol=0, atol=5e-4)

    def test_no_planes(self):
        b, m = self.run_program(TWO_UNITS, [np.empty((0, 4, 4), np.float32), np.float32(1)], 2, "--device",
                                "gpu=lavapipe")
        self.assertEqual(b.shape, (0, 4, 4))
        self.assertTrue(np.isnan(m))

    def test_many_rows_of_nothing(self):
        # As fast as one: neither device goes through them.
        source = re.sub("tensor<0x4x5x", "tensor<?x?x", re.sub("tensor<0x1x1x", "tensor<?x1x", NO_PLANES))
        for device in ("gpu=lavapipe", "cpu"):
            with self.subTest(device=device):
                y, = self.run_program(source.replace("[1, 2]", "[1]"), [np.empty((1 << 40, 0), np.float32)], 1, "--device",
                                      device)
                self.assertEqual(y.shape, (1 << 40, 0))

    def test_no_planes_by_type(self):
        for device in ("gpu=lavapipe", "auto=lavapipe"):
            with self.subTest(device=device):
                y, = self.run_program(NO_PLANES, [np.empty((0, 4, 5), np.float32)], 1, "--device", device)
                self.assertEqual(y.shape, (0, 4, 5))


if __name__ == "__main__":
    unittest.main()
