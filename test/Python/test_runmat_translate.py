"""`runmat-translate`: its outputs appear together or not at all, and wrong usage is one line and exit code 2."""

import json
import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli import RUNMAT, ToolTest  # noqa: E402

UNIT = """func.func @f(%x: tensor<2x4x4xf32>) -> tensor<2x4x4xf32> {
  %e = array.constant dense<1.0e-6> : tensor<f32>
  %g = array.constant dense<GAIN> : tensor<f32>
  %y = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x4x4xf32>) epsilon(%e : tensor<f32>)
      gain(%g : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}
"""

# An ImageNormalize once two transposes are none, a power is a product and a product with 1 is its operand; and a function
# that is never called.
UNFOLDED = """func.func private @unused(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = array.exp %x : tensor<4xf32>
  return %y : tensor<4xf32>
}
func.func @main(%x: tensor<8x64x65xf32>) -> tensor<8x64x65xf32> {
  %two = array.constant dense<2.0> : tensor<f32>
  %one = array.constant dense<1.0> : tensor<f32>
  %mu = array.mean %x dims [1, 2] keep : tensor<8x64x65xf32>
  %t = array.transpose %x perm [0, 2, 1] : tensor<8x64x65xf32>
  %u = array.transpose %t perm [0, 2, 1] : tensor<8x65x64xf32>
  %d = array.sub %u, %mu : tensor<8x64x65xf32>, tensor<8x1x1xf32>
  %sq = array.pow %d, %two : tensor<8x64x65xf32>, tensor<f32>
  %var = array.mean %sq dims [1, 2] keep : tensor<8x64x65xf32>
  %eps = array.constant dense<1.0e-3> : tensor<f32>
  %scaled = array.mul %eps, %one : tensor<f32>, tensor<f32>
  %ve = array.add %var, %scaled : tensor<8x1x1xf32>, tensor<f32>
  %s = array.sqrt %ve : tensor<8x1x1xf32>
  %y = array.div %d, %s : tensor<8x64x65xf32>, tensor<8x1x1xf32>
  return %y : tensor<8x64x65xf32>
}
"""

# A unit that reads a constant as an input.
CONSTANT = """
func.func @main(%x: tensor<8xf32>) -> tensor<8xf32> {
  %g = array.constant dense<GAIN> : tensor<f32>
  %r = fused.nest [8] ins(%x, %g : tensor<8xf32>, tensor<f32>)
      maps [affine_map<(i) -> (i)>, affine_map<(i) -> ()>] yields [[#fused.store]] results [0] {
  ^bb0(%a: f32, %b: f32):
    %p = array.mul %a, %b : f32, f32
    fused.yield %p : f32
  } -> tensor<8xf32>
  return %r : tensor<8xf32>
}
"""


class TranslateTest(ToolTest):
    command = os.path.join(os.environ["RUNMAT_BUILD_DIR"], "bin", "runmat-translate")

    def setUp(self):
        super().setUp()
        self.write("f.mlir", UNIT.replace("GAIN", "1.5"))

    def spirv(self, *arguments):
        return ("--array-to-spirv", "--no-fusion", *arguments)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def test_the_units_of_a_compiled_program(self):
        """What is written is what `runmat compile` runs: folds and canonical forms come before fusion in both."""
        self.write("form.mlir", UNFOLDED)
        programs = os.path.join(os.environ["RUNMAT_SOURCE_DIR"], "benchmarks", "programs")
        paths = [self.path("form.mlir"), *(os.path.join(programs, name) for name in sorted(os.listdir(programs)))]
        for number, path in enumerate(paths):
            with self.subTest(program=path):
                self.succeed("--array-to-spirv", path, "-o", "k.spv")
                with open(self.path("k.json")) as file:
                    written = json.load(file)
                stages = self.path(f"stages{number}")
                subprocess.run([RUNMAT, "compile", path, "--verify-ir", "--device", "gpu", "-o", self.path("p.so"),
                                "--dump-stages", stages], check=True, capture_output=True)
                name, = (name for name in os.listdir(stages) if "offload" in name)
                with open(os.path.join(stages, name)) as file:
                    text = file.read()
                units = re.findall(r'location = "([^"]*)", name = "(fused[^"]*)"', text)
                self.assertEqual([(unit["location"], unit["op"]) for unit in written["units"]], units)
                self.assertEqual(sorted(kernel["entry"] for kernel in written["kernels"]),
                                 sorted(re.findall(r"gpu\.func @(\w+)", text)))
                self.assertTrue(units)

    def test_outputs_are_a_pair(self):
        self.succeed(*self.spirv("f.mlir", "-o", "k.spv"))
        self.assertEqual(json.loads(self.read("k.json"))["spirv_bytes"], len(self.read("k.spv")))

    def test_constants_are_json(self):
        for bits, expected in (("2.5", 2.5), ("0x7F800000", "inf"), ("0xFF800000", "-inf"), ("0x7FC00000", "nan")):
            self.write("f.mlir", CONSTANT.replace("GAIN", bits))
            self.succeed(*self.spirv("f.mlir", "-o", "k.spv"))
            # Python's own parser takes NaN and Infinity, which JSON has not.
            description = json.loads(self.read("k.json"), parse_constant=self.fail)
            self.assertEqual(description["units"][0]["operands"][1]["constant"], expected)

    def test_both_or_neither(self):
        self.write("k.spv", "old")
        os.mkdir(self.path("k.json"))
        self.assert_error(1, "k.json: cannot write: it is a folder", *self.spirv("f.mlir", "-o", "k.spv"))
        self.assertEqual(self.read("k.spv"), b"old")
        self.assert_error(1, "missing/k.spv: cannot write: No such file", *self.spirv("f.mlir", "-o", "missing/k.spv"))

    def test_what_is_not_overwritten(self):
        for name in ("/dev/null", "/dev/full"):
            self.assert_error(1, f"{name}: cannot write: it is not a regular file", *self.spirv("f.mlir", "-o", name))
            self.assertFalse(os.path.isfile(name))
        os.symlink("f.mlir", self.path("k.json"))
        text = self.read("f.mlir")
        for name, written in (("f.mlir", "f.mlir"), ("k.spv", "k.json")):
            self.assert_error(1, f"{written}: cannot write: it is the file that is read, f.mlir",
                              *self.spirv("f.mlir", "-o", name))
        os.symlink("same.json", self.path("same.spv"))
        self.assert_error(1, "same.json: cannot write: it is the same file as same.spv",
                          *self.spirv("f.mlir", "-o", "same.spv"))
        self.assertEqual(self.read("f.mlir"), text)

    @unittest.skipUnless(os.path.exists("/dev/full"), "needs /dev/full")
    def test_standard_output_that_is_full(self):
        self.succeed(*self.spirv("f.mlir", "-o", "k.spv"))
        with open("/dev/full", "w") as full:
            run = subprocess.run([self.command, "--spirv-disassemble", "k.spv"], stdout=full, stderr=subprocess.PIPE,
                                 text=True, cwd=self.folder)
        self.assertEqual((run.returncode, run.stderr),
                         (1, "error: cannot write to standard output: No space left on device\n"))

    def test_wrong_usage(self):
        for expected, *arguments in (
                ("give one of --array-to-spirv and --spirv-disassemble", "f.mlir"),
                ("give one of", "--array-to-spirv", "--spirv-disassemble", "f.mlir", "-o", "k.spv"),
                ("name the SPIR-V file with -o", "--array-to-spirv", "f.mlir"),
                ("name the SPIR-V file with -o", "--array-to-spirv", "f.mlir", "-o", "-"),
                ("-o k.json: expected the name of the SPIR-V file", "--array-to-spirv", "f.mlir", "-o", "k.json"),
                ("--no-such-option", "--no-such-option"),
                ("more", "--array-to-spirv", "f.mlir", "more", "-o", "k.spv"),
                ("--profile", "--array-to-spirv", "f.mlir", "-o", "k.spv", "--profile")):
            with self.subTest(arguments):
                self.assert_error(2, expected, *arguments)

    def test_profiles_that_are_none(self):
        self.write("unit.mlir", UNIT)
        for name, text in (("truncated.json", '{"name": "x"'), ("list.json", "[]"), ("other.json", '{"a": 1}'),
                           ("type.json", '{"max_storage_buffers": "8"}')):
            self.write(name, text)
        for profile in ("no such device", "truncated.json", "list.json", "other.json", "type.json"):
            with self.subTest(profile):
                self.assert_error(1, profile, "--array-to-spirv", "unit.mlir", "-o", "k.spv", "--profile", profile)
                self.assertFalse(os.path.exists(self.path("k.spv")))


if __name__ == "__main__":
    unittest.main()
