"""`runmat` from program text: run, verify, compile to a shared object that C can call, and texts that are wrong."""

import os
import re
import signal
import subprocess
import sys
import time
import unittest

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli import RUNMAT, ToolTest  # noqa: E402

NORMALIZE = """
func.func @normalize(%x: tensor<?x?x?xf32>, %gain: tensor<f32>) -> (tensor<?x?x?xf32>, tensor<f32>) {
  %mu    = array.mean %x dims [1, 2] keep : tensor<?x?x?xf32>
  %d     = array.sub %x, %mu : tensor<?x?x?xf32>, tensor<?x1x1xf32>
  %sq    = array.mul %d, %d : tensor<?x?x?xf32>, tensor<?x?x?xf32>
  %var   = array.mean %sq dims [1, 2] keep : tensor<?x?x?xf32>
  %eps   = array.constant dense<1.0e-6> : tensor<f32>
  %ve    = array.add %var, %eps : tensor<?x1x1xf32>, tensor<f32>
  %sigma = array.sqrt %ve : tensor<?x1x1xf32>
  %n     = array.div %d, %sigma : tensor<?x?x?xf32>, tensor<?x1x1xf32>
  %y     = array.mul %n, %gain : tensor<?x?x?xf32>, tensor<f32>
  %e     = array.sub %y, %x : tensor<?x?x?xf32>, tensor<?x?x?xf32>
  %e2    = array.mul %e, %e : tensor<?x?x?xf32>, tensor<?x?x?xf32>
  %mse   = array.mean %e2 : tensor<?x?x?xf32>
  return %y, %mse : tensor<?x?x?xf32>, tensor<f32>
}
"""
ADD = """func.func @add(%a: tensor<?xf32>, %b: tensor<?xf32>) -> tensor<?xf32> {
  %y = array.add %a, %b : tensor<?xf32>, tensor<?xf32>
  return %y : tensor<?xf32>
}
"""
TWO = ADD + """func.func @negate(%a: tensor<3xi32>) -> tensor<3xi32> {
  %y = array.neg %a : tensor<3xi32>
  return %y : tensor<3xi32>
}
"""
SCALAR = """func.func @scalar(%a: f32, %n: i64) -> (f32, i64) {
  %y = array.sqrt %a : f32
  return %y, %n : f32, i64
}
"""


def normalize(x, gain):
    """The same in f64."""
    x = x.astype("f8")
    d = x - x.mean((1, 2), keepdims=True)
    y = d / np.sqrt((d * d).mean((1, 2), keepdims=True) + 1e-6) * gain
    return y, ((y - x) ** 2).mean()


def has_lavapipe(test):
    return "llvmpipe" in test.succeed("devices")


class RunTest(ToolTest):
    def setUp(self):
        super().setUp()
        self.write("normalize.mlir", NORMALIZE)
        self.write("add.mlir", ADD)
        self.x = np.random.default_rng(1).random((3, 45, 67), "f4")
        np.save(self.path("x.npy"), self.x)
        np.save(self.path("a.npy"), np.arange(3, dtype="f4"))
        np.save(self.path("b.npy"), np.ones(4, "f4"))

    def run_normalize(self, *options):
        out = self.succeed("run", "normalize.mlir", "--input", "x.npy", "--input", "1.5", "--output", "y.npy",
                           "--output", "mse.npy", *options)
        y, mse = normalize(self.x, 1.5)
        np.testing.assert_allclose(np.load(self.path("y.npy")), y, atol=1e-5)
        np.testing.assert_allclose(np.load(self.path("mse.npy")), mse, rtol=1e-5)
        return out

    def test_cpu(self):
        self.run_normalize("--device", "cpu")
        self.run_normalize("--device", "cpu", "--no-fuse", "-O", "1", "--threads", "1")

    def test_gpu(self):
        if not has_lavapipe(self):
            self.skipTest("lavapipe is not installed")
        self.run_normalize("--device", "gpu=lavapipe")

    def test_verify(self):
        out = self.run_normalize("--device", "cpu", "--verify")
        self.assertRegex(out, r"verify: result 0: max abs \S+, max rel \S+, max ulp \S+ \(tolerance 0.0001\): ok\n"
                              r"verify: result 1: .*: ok\n\Z")

    def test_verify_beyond_the_tolerance_writes_nothing(self):
        run = self.tool("run", "normalize.mlir", "--device", "cpu", "--input", "x.npy", "--input", "1.5", "--output",
                        "y.npy", "--output", "mse.npy", "--verify", "--tolerance", "1e-12")
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stderr, r"\Aerror: --verify: result 0: element \[\d+, \d+, \d+\] is [\d.e-]+, expected [\d.e-]+, "
                                     r"\S+ ulp, beyond 1e-12(; with each operation rounded to its type: .*)?\n\Z")
        self.assertIn("FAILED", run.stdout)
        self.assertFalse(os.path.exists(self.path("y.npy")))

    def test_verify_where_rounding_decides(self):
        """Right programs: the reference is also rounded as the program is."""
        programs = [
            ("  %a = array.full %x : f32 to tensor<4xf32>\n  %b = array.full %y : f32 to tensor<4xf32>\n"
             "  %c = array.full %z : f32 to tensor<4xf32>\n  %s = array.add %a, %b : tensor<4xf32>, tensor<4xf32>\n"
             "  %r = array.compare eq, %s, %c : tensor<4xf32>, tensor<4xf32>",
             "%x: f32, %y: f32, %z: f32", ["0.1", "0.2", "0.3"], "tensor<4xi1>", "[true, true, true, true]"),
            ("  %a = array.full %x : f32 to tensor<2xf32>\n  %b = array.full %y : f32 to tensor<2xf32>\n"
             "  %q = array.div %a, %b : tensor<2xf32>, tensor<2xf32>\n  %r = array.floor %q : tensor<2xf32>",
             "%x: f32, %y: f32", ["1", "0.1"], "tensor<2xf32>", "[10, 10]"),
            ("  %a = array.full %x : f16 to tensor<2xf16>\n  %s = array.mul %a, %a : tensor<2xf16>, tensor<2xf16>\n"
             "  %b = array.full %y : f16 to tensor<2xf16>\n  %r = array.div %s, %b : tensor<2xf16>, tensor<2xf16>",
             "%x: f16, %y: f16", ["300", "300"], "tensor<2xf16>", "[inf, inf]"),
        ]
        for body, parameters, inputs, result, shown in programs:
            self.write("p.mlir", f"func.func @f({parameters}) -> {result} {{\n{body}\n  return %r : {result}\n}}")
            out = self.succeed("run", "p.mlir", "--device", "cpu", "--verify",
                               *(part for number in inputs for part in ("--input", number)))
            self.assertRegex(out, r"\Averify: result 0: .*: ok with each operation rounded to its type "
                                  r"\(in f64: element \[0\] is \S+, expected \S+.*\)\n")
            self.assertIn(shown, out)

    def test_verify_of_a_check_that_rounding_decides(self):
        """In f64 the loop would run once more, and read past the end."""
        self.write("p.mlir", """func.func @f(%x: tensor<3xf32>, %step: f32) -> tensor<f32> {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %big = array.constant dense<16777216.0> : tensor<f32>
  %s = tensor.from_elements %step : tensor<f32>
  %y = array.add %big, %s : tensor<f32>, tensor<f32>
  %d = array.sub %y, %big : tensor<f32>, tensor<f32>
  %none = array.constant dense<0.0> : tensor<f32>
  %more = array.compare gt, %d, %none : tensor<f32>, tensor<f32>
  %grows = tensor.extract %more[] : tensor<i1>
  %three = arith.constant 3 : index
  %at = arith.select %grows, %three, %zero : index
  %e = tensor.extract %x[%at] : tensor<3xf32>
  %r = tensor.from_elements %e : tensor<f32>
  return %r : tensor<f32>
}""")
        np.save(self.path("x.npy"), np.arange(3, dtype="f4"))
        out = self.succeed("run", "p.mlir", "--device", "cpu", "--verify", "--input", "x.npy", "--input", "0.5")
        self.assertRegex(out, r"ok with each operation rounded to its type \(in f64: the reference interpreter: p.mlir:")

    def test_verify_below_the_smallest_numbers(self):
        self.write("p.mlir", """func.func @f(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %r = array.mul %x, %y : tensor<4xf32>, tensor<4xf32>
  return %r : tensor<4xf32>
}""")
        np.save(self.path("x.npy"), np.array([1e-30, 1e-25, 1e-22, 1.4e-45], "f4"))
        np.save(self.path("y.npy"), np.array([1e-30, 1e-25, 1e-23, 0.1], "f4"))
        out = self.succeed("run", "p.mlir", "--device", "cpu", "--verify", "--input", "x.npy", "--input", "y.npy")
        self.assertTrue(out.startswith("verify: result 0: ") and out.splitlines()[0].endswith(": ok"), out)

    def test_times_name_the_stages(self):
        out = self.run_normalize("--device", "cpu", "--time=2")
        self.assertRegex(out, r"device: cpu\ncompile: [\d.]+ ms \(parse .+\)\nfirst run: .+\nwarm runs: .*2 runs\n")

    def test_remarks(self):
        run = self.tool("run", "normalize.mlir", "--device", "cpu", "--input", "x.npy", "--input", "1", "--remarks")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertRegex(run.stderr, r"normalize.mlir:\d+:\d+: remark: ")
        self.run_normalize("--device", "cpu", "--remarks=r.yaml")
        with open(self.path("r.yaml")) as file:
            self.assertIn("image", file.read())

    def test_remarks_are_an_output_like_others(self):
        """The file is replaced when all is well, and only then."""
        self.write("r.yaml", "old")
        self.write("wrong.mlir", "func.func @f() {")
        self.assert_error(1, "wrong.mlir:1:", "run", "wrong.mlir", "--device", "cpu", "--remarks=r.yaml")
        self.assert_error(1, "wrong.mlir:1:", "compile", "wrong.mlir", "-o", "o.so", "--remarks=r.yaml")
        self.assert_error(1, "add.mlir:2:8", "run", "add.mlir", "--device", "cpu", "--input", "a.npy", "--input",
                          "b.npy", "--remarks=r.yaml")
        with open(self.path("r.yaml")) as file:
            self.assertEqual(file.read(), "old")
        self.assert_error(1, "/dev/full: cannot write: it is not a regular file", "run", "add.mlir", "--device", "cpu",
                          "--input", "a.npy", "--input", "a.npy", "--remarks=/dev/full")
        self.succeed("compile", "normalize.mlir", "-o", "o.so", "--device", "cpu", "--remarks=r.yaml")
        with open(self.path("r.yaml")) as file:
            self.assertIn("image", file.read())

    def test_the_program_is_not_overwritten(self):
        os.symlink("add.mlir", self.path("link.npy"))
        arguments = ("run", "add.mlir", "--device", "cpu", "--input", "a.npy", "--input", "a.npy")
        for option in (("--remarks=add.mlir",), ("--telemetry", "./add.mlir"), ("--output", "link.npy")):
            self.assert_error(1, "cannot write: it is the file that is read, add.mlir", *arguments, *option)
        for option in (("-o", "add.mlir"), ("-o", "o.so", "--header", "add.mlir"), ("-o", "o.so", "--remarks=add.mlir")):
            self.assert_error(1, "cannot write: it is the file that is read, add.mlir", "compile", "add.mlir", *option)
        with open(self.path("add.mlir")) as file:
            self.assertEqual(file.read(), ADD)

    def test_a_dump_that_cannot_be_written(self):
        os.mkdir(self.path("stages"))
        os.symlink("/dev/full", self.path("stages/00-input.mlir"))
        self.assert_error(1, "stages/00-input.mlir: cannot be written: No space left", "run", "add.mlir", "--device",
                          "cpu", "--input", "a.npy", "--input", "a.npy", "--dump-stages", "stages")

    def test_stages_are_dumped(self):
        self.run_normalize("--device", "cpu", "--dump-stages", "stages")
        self.assertGreater(len(os.listdir(self.path("stages"))), 2)

    def test_scalars(self):
        self.write("scalar.mlir", SCALAR)
        self.assertEqual(self.succeed("run", "scalar.mlir", "--device", "cpu", "--input", "2.25", "--input", "-3",
                                      "--verify").splitlines()[-2:],
                         ["result 0: tensor<f32> = 1.5", "result 1: tensor<i64> = -3"])

    def test_entries(self):
        self.write("two.mlir", TWO)
        np.save(self.path("i.npy"), np.array([1, -2, 3], "i4"))
        self.assertEqual(self.succeed("run", "two.mlir", "--device", "cpu", "--entry", "negate", "--input", "i.npy"),
                         "result 0: tensor<3xi32> = [-1, 2, -3]\n")
        self.assert_error(1, "add, negate", "run", "two.mlir", "--device", "cpu", "--input", "i.npy")
        self.assert_error(1, "blur", "run", "two.mlir", "--device", "cpu", "--entry", "blur", "--input", "i.npy")

    def test_sizes_that_disagree_at_run_time(self):
        self.assert_error(1, "add.mlir:2:8: ", "run", "add.mlir", "--device", "cpu", "--input", "a.npy", "--input",
                          "b.npy", "--output", "y.npy")

    def test_texts_that_are_no_program(self):
        for name, text, expected in (
                ("empty.mlir", "", "empty.mlir"),
                ("prose.mlir", "hello world\n", "prose.mlir:1:1: "),
                ("binary.mlir", b"\x93NUMPY\x01\x00\0\0\0", "binary.mlir"),
                ("bytecode.mlir", b"ML\xefR\x01", "bytecode.mlir"),
                ("open.mlir", "func.func @f() {", "open.mlir:1:"),
                ("unknown.mlir", "func.func @f() {\n  array.blur\n  return\n}", "unknown.mlir:2:3: "),
                ("verifier.mlir", "func.func @f(%a: tensor<2xf32>, %b: tensor<3xf32>) -> tensor<2xf32> {\n"
                 "  %y = array.add %a, %b : tensor<2xf32>, tensor<3xf32>\n  return %y : tensor<2xf32>\n}",
                 "verifier.mlir:2:"),
                ("none.mlir", "module {}", "no public function"),
                ("external.mlir", "func.func private @f(tensor<2xf32>)",
                 "external.mlir:1:1: @f has no body; expected one"),
                ("libc.mlir", "func.func private @getpid() -> i32\nfunc.func @f() -> i32 {\n  %p = call @getpid() : () -> i32\n"
                 "  return %p : i32\n}", "libc.mlir:1:1: @getpid has no body"),
                ("empty-tensor.mlir", "func.func @f() -> tensor<4xf32> {\n  %y = tensor.empty() : tensor<4xf32>\n"
                 "  return %y : tensor<4xf32>\n}", "empty-tensor.mlir:2:8: 'tensor.empty' op is not accepted"),
                ("math.mlir", "func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {\n  %y = math.exp %x : tensor<4xf32>\n"
                 "  return %y : tensor<4xf32>\n}", "math.mlir:2:8: 'math.exp' op is not accepted in a program; expected"),
                ("addf.mlir", "func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {\n"
                 "  %y = arith.addf %x, %x : tensor<4xf32>\n  return %y : tensor<4xf32>\n}", "'arith.addf' op is not accepted"),
                ("offload.mlir", "func.func @f(%x: tensor<4xf32>, %c: i1) -> tensor<4xf32> {\n  offload.check %c, \"no\"\n"
                 "  return %x : tensor<4xf32>\n}", "offload.mlir:2:3: 'offload.check' op is not accepted"),
                ("branch.mlir", "func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {\n"
                  "  %y = fused.nest [4] ins(%x : tensor<4xf32>) maps [affine_map<(d0) -> (d0)>]\n"
                  "      yields [[#fused.store]] results [0] {\n  ^bb0(%e: f32):\n    %t = arith.constant true\n"
                  "    %r = scf.if %t -> f32 {\n      scf.yield %e : f32\n    } else {\n      scf.yield %e : f32\n    }\n"
                  "    fused.yield %r : f32\n  } -> tensor<4xf32>\n  return %y : tensor<4xf32>\n}",
                  "branch.mlir:6:10: 'scf.if' op is not accepted in the body of fused.nest; expected operations on scalars"),
                 ("sparse.mlir", "func.func @f() -> tensor<2xf32> {\n  %y = arith.constant sparse<[[0]], [1.0]> : tensor<2xf32>\n"
                 "  return %y : tensor<2xf32>\n}", "sparse.mlir:2:8: 'arith.constant' op value is not accepted"),
                ("unranked.mlir", "func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {\n"
                 "  %y = tensor.cast %x : tensor<4xf32> to tensor<*xf32>\n"
                 "  %z = tensor.cast %y : tensor<*xf32> to tensor<4xf32>\n  return %z : tensor<4xf32>\n}",
                 "unranked.mlir:2:8: 'tensor.cast' op is not accepted"),
                ("type.mlir", "func.func @f(%a: memref<2xf32>) {\n  return\n}", "type.mlir")):
            with self.subTest(name):
                self.write(name, text)
                self.assert_error(1, expected, "run", name, "--device", "cpu")
                self.assert_error(1, expected, "compile", name, "--device", "cpu", "-o", "out.so", "--header", "out.h")


class CompileTest(ToolTest):
    def setUp(self):
        super().setUp()
        self.write("add.mlir", ADD)
        np.save(self.path("a.npy"), np.arange(3, dtype="f4"))

    def test_a_shared_object_runs_as_the_text_does(self):
        self.succeed("compile", "add.mlir", "-o", "add.so", "--device", "cpu")
        self.assertEqual(self.succeed("run", "add.so", "--device", "cpu", "--input", "a.npy", "--input", "a.npy"),
                         "result 0: tensor<3xf32> = [0, 2, 4]\n")

    def test_code_for_a_gpu_alone(self):
        self.write("normalize.mlir", NORMALIZE)
        np.save(self.path("x.npy"), np.ones((3, 4, 5), "f4"))
        self.succeed("compile", "normalize.mlir", "-o", "n.so", "--device", "gpu")
        self.assert_error(1, "normalize.mlir:11:12: fused.image_normalize was compiled for a GPU only, and this call has "
                          "none; compile for auto or cpu, or use a device gpu", "run", "n.so", "--device", "cpu",
                          "--input", "x.npy", "--input", "1")

    def test_what_stays_on_the_cpu_is_said_where_a_gpu_is_asked_for(self):
        self.write("normalize.mlir", NORMALIZE.replace("f32", "f64"))
        self.succeed("compile", "normalize.mlir", "-o", "n.so", "--device", "auto")
        for options in (["gpu"], ["auto", "--remarks"]):
            run = self.tool("compile", "normalize.mlir", "-o", "n.so", "--device", *options)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertRegex(run.stderr, r"normalize.mlir:\d+:\d+: remark: fused.image_normalize stays on the CPU \[device-feature\]")

    def test_it_needs_only_the_runtime(self):
        self.succeed("compile", "add.mlir", "-o", "add.so")
        readelf = os.path.join(os.environ["RUNMAT_LLVM_BINDIR"], "llvm-readelf")
        out = subprocess.run([readelf, "-d", self.path("add.so")], capture_output=True, text=True, check=True).stdout
        needed = [line for line in out.splitlines() if "NEEDED" in line]
        self.assertTrue(any("RunMatRuntime" in line for line in needed), out)
        for line in needed:
            self.assertRegex(line, "RunMatRuntime|libc|libm", out)

    def test_c_can_call_it(self):
        self.succeed("compile", "add.mlir", "-o", "libadd.so", "--header", "add.h", "--device", "cpu")
        self.assertEqual(self.run_c(r"""
            #include "add.h"
            #include <stdio.h>
            int main(void) {
              char reason[256];
              rm_context_options options;
              rm_context_options_init(&options);
              options.device = "cpu";
              rm_context *context = rm_context_create(&options, reason, sizeof reason);
              float a[3] = {1, 2, 3}, b[3] = {10, 20, 30};
              int64_t size = 3;
              rm_tensor args[2], result;
              rm_tensor_init(&args[0], a, RM_F32, 1, &size);
              rm_tensor_init(&args[1], b, RM_F32, 1, &size);
              if (add(context, args, 2, &result, 1) != RM_OK) {
                puts(rm_context_error(context).text);
                return 1;
              }
              const float *y = result.data;
              printf("%g %g %g\n", y[0], y[1], y[2]);
              rm_tensor_release(&result);
              rm_context_destroy(context);
              return 0;
            }""", "libadd.so"), "11 22 33\n")

    def test_both_files_or_neither(self):
        self.assert_error(1, "missing/add.h: cannot write", "compile", "add.mlir", "-o", "add.so", "--header",
                          "missing/add.h")
        self.assert_error(1, "./add.so: cannot write: it is the same file as add.so", "compile", "add.mlir", "-o",
                          "add.so", "--header", "./add.so")
        self.assert_error(1, "missing.mlir: cannot read", "compile", "missing.mlir", "-o", "add.so")
        self.assert_error(1, "no such device", "compile", "add.mlir", "-o", "add.so", "--device",
                          "gpu=no such device")


class SignalTest(ToolTest):
    def test_a_signal_leaves_no_temporary_file(self):
        self.write("loop.mlir", """func.func @f(%x: tensor<4xf32>, %n: index) -> tensor<4xf32> {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %y = scf.for %i = %zero to %n step %one iter_args(%s = %x) -> tensor<4xf32> {
    %t = array.sin %s : tensor<4xf32>
    scf.yield %t : tensor<4xf32>
  }
  return %y : tensor<4xf32>
}""")
        np.save(self.path("x.npy"), np.ones(4, "f4"))
        # Staged before the run, so that a name that cannot be written is known early.
        self.end(self.folder, 2, "run", "loop.mlir", "--device", "cpu", "--input", "x.npy", "--input", str(10**12),
                 "--output", "y.npy", "--telemetry", "t.json")

    def test_neither_do_those_of_the_linker_stay(self):
        self.write("add.mlir", ADD)
        os.mkdir(self.path("bin"))
        linker = self.write("bin/ld.lld-" + re.search(r"LLVM (\d+)", self.succeed("--version"))[1], "#!/bin/sh\nsleep 60\n")
        os.chmod(linker, 0o755)
        os.mkdir(self.path("tmp"))
        self.end(self.path("tmp"), 3, "compile", "add.mlir", "-o", "add.so", "--device", "cpu",
                 PATH=os.path.dirname(linker) + ":" + os.environ["PATH"], TMPDIR=self.path("tmp"))

    def test_a_missing_folder_of_temporary_files_is_named(self):
        self.write("add.mlir", ADD)
        self.environment = {"TMPDIR": self.path("gone")}
        self.assert_error(1, f"cannot make a temporary file in {self.path('gone')} (TMPDIR): No such file or directory",
                          "compile", "add.mlir", "-o", "add.so", "--device", "cpu")

    def end(self, folder, count, *arguments, **environment):
        """Ends the tool when `count` more files are in the folder: afterwards nothing is new."""
        before, inside = set(os.listdir(self.folder)), set(os.listdir(folder))
        run = subprocess.Popen([RUNMAT, *arguments], cwd=self.folder, env={**os.environ, **environment},
                               start_new_session=True)
        self.addCleanup(lambda: subprocess.run(["kill", "-KILL", "--", f"-{run.pid}"], stderr=subprocess.DEVNULL))
        deadline = time.monotonic() + 60
        while len(os.listdir(folder)) < len(inside) + count and time.monotonic() < deadline:
            time.sleep(0.01)
        run.terminate()
        self.assertEqual(run.wait(timeout=60), -signal.SIGTERM)
        self.assertEqual(set(os.listdir(self.folder)), before)
        self.assertEqual(set(os.listdir(folder)), inside)


if __name__ == "__main__":
    unittest.main()
