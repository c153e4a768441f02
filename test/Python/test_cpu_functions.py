"""Every function in f32 and f64 in vector code for the CPU: no library call, and vectors whose lanes need different ways."""
import os
import subprocess
import tempfile
import unittest

import numpy as np

RUNMAT = os.path.join(os.environ["RUNMAT_BUILD_DIR"], "bin", "runmat")
UNARY = ("sqrt rsqrt cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh "
         "erf").split()
BINARY = "pow atan2 hypot rem mod".split()
# What a program may need beside the runtime's rm_ functions: no mathematics.
ALLOWED = {"memcpy", "memset", "memmove", "__cxa_finalize", "__gmon_start__", "_ITM_deregisterTMCloneTable",
           "_ITM_registerTMCloneTable"}
COUNT = 4099  # no multiple of a vector


def function(op, type_, size=COUNT):
    kind = f"tensor<{size}x{type_}>"
    operands, types, arguments = (("%x, %y", f"{kind}, {kind}", f"%x: {kind}, %y: {kind}") if op in BINARY else
                                  ("%x", kind, f"%x: {kind}"))
    return f"func.func @f({arguments}) -> {kind} {{\n  %r = array.{op} {operands} : {types}\n  return %r : {kind}\n}}\n"


def all_functions(type_):
    """A program of one chain: the fused body holds every function."""
    kind = f"tensor<{COUNT}x{type_}>"
    lines, value = [], "%x"
    for k, op in enumerate((*UNARY, *BINARY)):
        operands, types = (f"{value}, %y", f"{kind}, {kind}") if op in BINARY else (value, kind)
        lines.append(f"  %r{k} = array.{op} {operands} : {types}\n")
        value = f"%r{k}"
    return f"func.func @f(%x: {kind}, %y: {kind}) -> {kind} {{\n{''.join(lines)}  return {value} : {kind}\n}}\n"


def samples(random, dtype):
    """Neighbours differ in every way: special values, large and small numbers side by side."""
    bits = random.integers(0, 2**(8 * np.dtype(dtype).itemsize), COUNT, dtype=f"u{np.dtype(dtype).itemsize}").view(dtype)
    near = (random.standard_normal(COUNT) * 2).astype(dtype)
    largest = np.finfo(dtype).max
    special = random.choice(np.array([0, -0.0, 1, -1, np.inf, -np.inf, np.nan, largest, -largest, np.finfo(dtype).tiny], dtype), COUNT)
    return np.choose(random.integers(0, 4, COUNT), [bits, near, special, near * 100]).astype(dtype)


class FunctionsOnCPU(unittest.TestCase):
    def run_program(self, folder, text, inputs):
        path = os.path.join(folder, "f.mlir")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        command = [RUNMAT, "run", path, "--verify-ir", "--device", "cpu", "--threads", "1", "--output", os.path.join(folder, "r.npy")]
        for k, array in enumerate(inputs):
            np.save(os.path.join(folder, f"{k}.npy"), array)
            command += ["--input", os.path.join(folder, f"{k}.npy")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return np.load(os.path.join(folder, "r.npy"))

    def test_a_program_of_all_functions_needs_no_library_but_the_runtime(self):
        nm = os.path.join(os.environ["RUNMAT_LLVM_BINDIR"], "llvm-nm")
        for type_ in ("f32", "f64"):
            with self.subTest(type=type_), tempfile.TemporaryDirectory() as folder:
                path, object_ = os.path.join(folder, "f.mlir"), os.path.join(folder, "f.so")
                with open(path, "w", encoding="utf-8") as file:
                    file.write(all_functions(type_))
                done = subprocess.run([RUNMAT, "compile", path, "--verify-ir", "--device", "cpu", "-o", object_], capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)
                out = subprocess.run([nm, "-D", "--undefined-only", "-j", object_], capture_output=True, text=True, check=True).stdout
                needed = {name.split("@")[0] for name in out.split()}
                self.assertTrue(any(name.startswith("rm_") for name in needed), "no call of the runtime: not the program")
                self.assertEqual({name for name in needed if not name.startswith("rm_")} - ALLOWED, set())

    def test_a_vector_is_its_elements(self):
        # Each element alone goes through scalar code, or through a vector of equals.
        random = np.random.default_rng(5)
        for type_, dtype in (("f32", np.float32), ("f64", np.float64)):
            x, y = samples(random, dtype), samples(random, dtype)
            for op in (*UNARY, *BINARY):
                inputs = [x, y][:2 if op in BINARY else 1]
                with self.subTest(function=op, type=type_), tempfile.TemporaryDirectory() as folder:
                    together = self.run_program(folder, function(op, type_), inputs)
                    # Sorted by size, so that few vectors mix ways.
                    order = np.argsort(np.abs(inputs[-1]), kind="stable")
                    apart = self.run_program(folder, function(op, type_), [v[order] for v in inputs])
                    same = (together[order] == apart) | (np.isnan(together[order]) & np.isnan(apart))
                    bad = np.flatnonzero(~same)[:3]
                    self.assertTrue(same.all(), [(*(v[order][bad] for v in inputs), together[order][bad], apart[bad])])
                    with np.errstate(all="ignore"):
                        self.assertTrue(np.isfinite(together).any())

    def test_remainders_of_lanes_that_divide_by_zero_end(self):
        for type_, dtype in (("f32", np.float32), ("f64", np.float64)):
            x = np.tile(np.array([1e30, 1, np.inf, 5, np.nan, 0, -1e30, 3], dtype), 512)
            y = np.tile(np.array([3, 0, 2, np.inf, 1, 0, 7, -2], dtype), 512)
            text = function("rem", type_, len(x))
            with self.subTest(type=type_), tempfile.TemporaryDirectory() as folder:
                got = self.run_program(folder, text, [x, y])
                with np.errstate(all="ignore"):
                    np.testing.assert_array_equal(got, np.fmod(x, y))


if __name__ == "__main__":
    unittest.main()
