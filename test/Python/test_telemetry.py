"""Telemetry of compiled programs: how often each unit ran, and where. Times are only looked at for being there."""
import glob
import json
import os
import unittest

import numpy as np
from cli import SOURCE, ToolTest

HAS_LAVAPIPE = bool(glob.glob("/usr/share/vulkan/icd.d/lvp_icd*.json"))

# Unit 0 runs once, unit 1 n times.
PROGRAM = """
func.func @main(%x: tensor<?x?x?xf32>, %n: index) -> (tensor<?x?x?xf32>, tensor<8xf32>) {
  %e = array.constant dense<1.0e-6> : tensor<f32>
  %y = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<?x?x?xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<?x?x?xf32>
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %start = array.constant dense<0.5> : tensor<8xf32>
  %z = scf.for %i = %zero to %n step %one iter_args(%s = %start) -> tensor<8xf32> {
    %a = array.sqrt %s : tensor<8xf32>
    %b = array.mul %a, %a : tensor<8xf32>, tensor<8xf32>
    scf.yield %b : tensor<8xf32>
  }
  return %y, %z : tensor<?x?x?xf32>, tensor<8xf32>
}
"""
MEAN = """
func.func @main(%x: tensor<?x?x?xf32>) -> tensor<f32> {
  %e = array.constant dense<1.0e-6> : tensor<f32>
  %m = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<?x?x?xf32>) epsilon(%e : tensor<f32>)
      reductions [#fused.reduction<mean dims [0, 1, 2]>] {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<f32>
  return %m : tensor<f32>
}
"""
NORMALIZE, MAP = "fused.image_normalize", "fused.map"
ELEMENTS, PLANES = 2 * 33 * 40, 2
# Of f32: x and y; 8 elements in and out.
MOVED = {NORMALIZE: 4 * 2 * ELEMENTS, MAP: 4 * 16}
# The moments, sub, mul, mul and add of images, with the numbers of planes that they and the scale read and write, and
# two constants; sqrt and mul.
SAVED = {NORMALIZE: 4 * (9 * ELEMENTS + 24 * PLANES + 2) - MOVED[NORMALIZE], MAP: 4 * 32 - MOVED[MAP]}


class ProgramTest(ToolTest):
    def setUp(self):
        super().setUp()
        self.write("p.mlir", PROGRAM)
        x = np.random.default_rng(3).standard_normal((2, 33, 40)).astype(np.float32)
        np.save(self.path("x.npy"), x)
        with open(os.path.join(SOURCE, "docs", "telemetry.schema.json"), encoding="utf-8") as file:
            self.schema = json.load(file)

    def run_program(self, *options, program="p.mlir", n=5):
        run = self.tool("run", program, "--input", "x.npy", "--input", n, "--telemetry", "t.json",
                        "--output", "y.npy", "--output", "z.npy", *options)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.output, self.messages = run.stdout, run.stderr
        with open(self.path("t.json"), encoding="utf-8") as file:
            telemetry = json.load(file)
        self.assertEqual(set(self.schema["required"]), set(telemetry))
        for row in telemetry["unit_executions"]:
            self.assertEqual(set(self.schema["properties"]["unit_executions"]["items"]["required"]), set(row))
        return telemetry

    def executions(self, telemetry):
        """{unit: (count, device)}; every unit here runs on one device."""
        rows = {row["unit"]: (row["count"], row["device"]) for row in telemetry["unit_executions"]}
        self.assertEqual(len(rows), len(telemetry["unit_executions"]))
        return rows


class TelemetryTest(ProgramTest):
    def test_every_execution_on_the_cpu_is_counted(self):
        for n in (0, 1, 5):
            t = self.run_program("--device", "cpu", n=n)
            expected = {NORMALIZE: (1, "cpu")}
            if n:
                expected[MAP] = (n, "cpu")
            self.assertEqual(self.executions(t), expected)
            self.assertEqual((t["counters"]["image_normalize"], t["counters"]["map"]), (1, n))
            self.assertEqual(t["fallbacks"], [])
        for counter, bytes_of in (("bytes_moved", MOVED), ("bytes_saved", SAVED)):
            self.assertEqual(t["counters"][counter], bytes_of[NORMALIZE] + n * bytes_of[MAP])
        row = t["unit_executions"][0]
        self.assertRegex(row["location"], r"p\.mlir:4:8$")
        self.assertGreater(row["total_wall_time_ns"], 0)
        self.assertEqual(row["device_time_ns"], 0)
        self.assertEqual(t["units"][NORMALIZE]["count"], 1)
        self.assertEqual(t["fused_elementwise"]["count"], 5)
        self.assertRegex(t["unit_executions"][1]["location"], r"p\.mlir:1[123]:\d+$")

    def test_warm_runs_count_too_and_time_lists_units(self):
        t = self.run_program("--device", "cpu", "--time=3")
        self.assertEqual(self.executions(t), {NORMALIZE: (4, "cpu"), MAP: (20, "cpu")})
        lines = [line for line in self.output.splitlines() if line.startswith("unit ")]
        self.assertEqual(len(lines), 2, self.output)
        self.assertRegex(lines[0], r"\Aunit fused\.image_normalize at \S*p\.mlir:4:8 on cpu: mean [\d.]+ ms a run, "
                                   r"1 execution\Z")
        self.assertRegex(lines[1], r"\Aunit fused\.map at \S*p\.mlir:\d+:\d+ on cpu: mean [\d.]+ ms a run, "
                                   r"5 executions\Z")

    def test_without_fusion_hand_written_units_are_counted(self):
        t = self.run_program("--device", "cpu", "--no-fuse")
        rows = [(row["unit"], row["count"]) for row in t["unit_executions"]]
        # Each operation of the loop is a unit of its own.
        self.assertEqual(sorted(rows), [(NORMALIZE, 1), (MAP, 5), (MAP, 5)])

    def test_bytes_are_those_of_known_sizes_too(self):
        source = """func.func @main(%x: tensor<AxBxf32>, %b: tensor<Bxf32>) -> tensor<AxBxf32> {
  %s = array.add %x, %b : tensor<AxBxf32>, tensor<Bxf32>
  %y = array.exp %s : tensor<AxBxf32>
  return %y : tensor<AxBxf32>
}"""
        self.write("known.mlir", source.replace("A", "6").replace("B", "10"))
        self.write("open.mlir", source.replace("A", "?").replace("B", "?"))
        for rows, programs in ((6, ("known.mlir", "open.mlir")), (0, ("open.mlir",))):
            np.save(self.path("m.npy"), np.ones((rows, 10), np.float32))
            np.save(self.path("b.npy"), np.ones(10, np.float32))
            for program in programs:
                with self.subTest(rows=rows, program=program):
                    self.succeed("run", program, "--device", "cpu", "--input", "m.npy", "--input", "b.npy", "--output",
                                 "y.npy", "--telemetry", "t.json")
                    with open(self.path("t.json"), encoding="utf-8") as file:
                        counters = json.load(file)["counters"]
                    # x, b and y; what add and exp keep between them is saved.
                    self.assertEqual(counters["bytes_moved"], 4 * (20 * rows + 10))
                    self.assertEqual(counters["bytes_saved"], 4 * 20 * rows)

    def test_a_shared_object_counts(self):
        self.succeed("compile", "p.mlir", "--device", "cpu", "-o", "p.so")
        t = self.run_program("--device", "cpu", program="p.so")
        self.assertEqual(self.executions(t), {NORMALIZE: (1, "cpu"), MAP: (5, "cpu")})

    def test_auto_without_a_gpu_is_a_fallback(self):
        t = self.run_program("--device", "auto")
        if t["device"]["name"] == "cpu":
            self.assertIn("note: using the CPU: ", self.messages)
            self.assertEqual([f["count"] for f in t["fallbacks"]], [1])
            self.assertEqual(self.executions(t)[NORMALIZE], (1, "cpu"))


@unittest.skipUnless(HAS_LAVAPIPE, "no software Vulkan device")
class TelemetryOnGPUTest(ProgramTest):
    def test_executions_on_the_gpu_are_counted(self):
        t = self.run_program("--device", "gpu=lavapipe")
        executions = self.executions(t)
        self.assertEqual(executions[NORMALIZE][0], 1)
        self.assertIn("llvmpipe", executions[NORMALIZE][1])
        self.assertEqual(executions[MAP][0], 5)
        self.assertEqual(t["counters"]["image_normalize"], 1)
        self.assertEqual(t["counters"]["bytes_moved"], MOVED[NORMALIZE] + 5 * MOVED[MAP])
        launches = [k for k in t["kernel_launches"] if k["unit"] == NORMALIZE]
        row = next(r for r in t["unit_executions"] if r["unit"] == NORMALIZE)
        self.assertEqual(row["device_time_ns"], sum(k["device_time_ns"] for k in launches))
        self.assertEqual(row["total_wall_time_ns"], row["device_time_ns"])

    def test_a_unit_without_gpu_code_is_a_fallback_and_said(self):
        t = self.run_program("--device", "gpu=lavapipe")
        if self.executions(t)[MAP][1] == "cpu":
            self.assertEqual([f for f in t["fallbacks"] if f["reason"].startswith("fused.map: ")],
                             [{"reason": "fused.map: unit-kind", "count": 5}])
            self.assertIn("fused.map stays on the CPU [unit-kind]", self.messages)

    def test_a_shared_object_with_both_codes(self):
        self.tool("compile", "p.mlir", "--device", "auto", "-o", "both.so")
        t = self.run_program("--device", "gpu=lavapipe", program="both.so")
        self.assertIn("llvmpipe", self.executions(t)[NORMALIZE][1])
        self.assertEqual([d["decision"] for d in t["decisions"] if d["unit"] == NORMALIZE], ["gpu"])
        t = self.run_program("--device", "cpu", program="both.so")
        self.assertEqual(self.executions(t), {NORMALIZE: (1, "cpu"), MAP: (5, "cpu")})
        self.assertEqual(t["fallbacks"], [], "nothing falls back where the CPU was asked for")

    def test_a_device_failure_is_a_fallback_and_said(self):
        """A plane beyond the device's limit of one binding: the call runs again on the CPU."""
        self.write("mean.mlir", MEAN)
        np.save(self.path("small.npy"), np.ones((1, 8, 8), np.float32))
        np.save(self.path("large.npy"), np.ones((1, 8192, 5000), np.float32))
        for name, failed in (("small.npy", False), ("large.npy", True)):
            with self.subTest(name):
                run = self.tool("run", "mean.mlir", "--device", "auto=lavapipe", "--input", name, "--time=1",
                                "--telemetry", "m.json", "--output", "m.npy")
                self.assertEqual(run.returncode, 0, run.stderr)
                self.assertEqual(np.load(self.path("m.npy")), 0)
                with open(self.path("m.json"), encoding="utf-8") as file:
                    t = json.load(file)
                count, device = self.executions(t)[NORMALIZE]
                self.assertEqual((count, device == "cpu"), (2, failed))
                self.assertEqual([f["count"] for f in t["fallbacks"]], [2] if failed else [])
                self.assertEqual(run.stderr.count("note: "), int(failed), run.stderr)
                if failed:
                    self.assertIn("device-failure: fused.image_normalize: ",
                                  t["fallbacks"][0]["reason"])
                    self.assertIn("note: ran on the CPU, because: fused.image_normalize: ", run.stderr)
                    self.assertIn(f"unit {NORMALIZE} at ", run.stdout)


if __name__ == "__main__":
    unittest.main()
