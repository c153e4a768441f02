"""Errors of functions in the region of a unit on the software Vulkan device, over floats of every exponent."""
import glob
import math
import os
import subprocess
import tempfile
import unittest

import numpy as np

HAS_LAVAPIPE = bool(glob.glob("/usr/share/vulkan/icd.d/lvp_icd*.json"))
RUNMAT = os.path.join(os.environ["RUNMAT_BUILD_DIR"], "bin", "runmat")
SOURCE = os.environ["RUNMAT_SOURCE_DIR"]
PLANE = (128, 512)


def stated():
    """Function -> bound in ulp, of docs/numerics.md's table for GPU code."""
    with open(os.path.join(SOURCE, "docs", "numerics.md"), encoding="utf-8") as file:
        part = file.read().split("## Functions on the GPU")[1].split("## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("|")]
    return {name: float(bound) for name, bound in (row[:2] for row in rows[2:])}


def each(function):
    def scalar(*operands):
        try:
            return function(*operands)
        except OverflowError:
            return math.inf
        except ValueError:
            return math.nan
    return lambda *arrays: np.array([scalar(*map(float, values)) for values in zip(*arrays)])


REFERENCE = {"rsqrt": lambda x: 1 / np.sqrt(x), "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "atan2": np.arctan2,
             "asinh": np.arcsinh, "acosh": np.arccosh, "atanh": np.arctanh, "erf": each(math.erf), "rem": np.fmod,
             "mod": np.mod, "pow": np.power}
BINARY = {"atan2", "hypot", "pow", "rem", "mod", "div"}
REFERENCE["div"] = np.divide


def ulps(got, wanted):
    """Distance in spacings of f32 at the exact result; infinite where only one is NaN."""
    with np.errstate(all="ignore"):
        rounded = wanted.astype(np.float32)
        same = (np.isnan(got) & np.isnan(wanted)) | (got == rounded)
        # Next to overflow the largest number and infinity are neighbours.
        limit = np.float64(np.finfo(np.float32).max)
        spacing = np.maximum(np.spacing(np.abs(np.clip(rounded, -limit, limit)).astype(np.float32)), 2.0**-149)
        distance = np.abs(np.clip(got.astype(np.float64), -2.0**128, 2.0**128) - np.clip(wanted, -2.0**128, 2.0**128))
        return np.where(same, 0, np.where(np.isnan(got) | np.isnan(wanted), math.inf, distance / spacing))


def samples(random, count):
    """A third of random bits, a third around 1, a third of angles; no subnormals, which devices may flush."""
    bits = random.integers(0, 2**32, count, dtype=np.uint32).view(np.float32)
    near = (random.standard_normal(count) * 2).astype(np.float32)
    wide = (random.standard_normal(count) * 10.0 ** random.uniform(-3, 6, count)).astype(np.float32)
    x = np.choose(random.integers(0, 3, count), [bits, near, wide]).astype(np.float32)
    x[:8] = [0, -0.0, 1, -1, np.inf, -np.inf, np.nan, np.finfo(np.float32).max]
    return np.where((x != 0) & (np.abs(x) < 2.0**-126), np.float32(0.5), x)


def measure(functions, x, y, folder, device="gpu=lavapipe"):
    kind = f"tensor<1x{PLANE[0]}x{PLANE[1]}xf32>"
    same = "affine_map<(p, i, j) -> (p, i, j)>"
    body = "".join(f"    %r{k} = array.{name} %a{', %b : f32, f32' if name in BINARY else ' : f32'}\n"
                   for k, name in enumerate(functions))
    n = len(functions)
    values = ", ".join(f"%r{k}" for k in range(n))
    with open(os.path.join(folder, "f.mlir"), "w", encoding="utf-8") as file:
        file.write(f"func.func @f(%x: {kind}, %y: {kind}) -> ({', '.join([kind] * n)}) {{\n"
                   "  %e = array.constant dense<1.0> : tensor<f32>\n"
                   f"  %r:{n} = fused.image_normalize dims [1, 2] compute f32 ins(%x : {kind}) epsilon(%e : tensor<f32>)\n"
                   f"      extras(%y : {kind}) maps [{same}] {{\n  ^bb0(%n: f32, %a: f32, %b: f32):\n{body}"
                   f"    fused.yield {values} : {', '.join(['f32'] * n)}\n  }} -> {', '.join([kind] * n)}\n"
                   f"  return {', '.join(f'%r#{k}' for k in range(n))} : {', '.join([kind] * n)}\n}}\n")
    command = [RUNMAT, "run", os.path.join(folder, "f.mlir"), "--verify-ir", "--device", device]
    for name, array in (("x", x), ("y", y)):
        np.save(os.path.join(folder, f"{name}.npy"), array.reshape(1, *PLANE))
        command += ["--input", os.path.join(folder, f"{name}.npy")]
    for k in range(n):
        command += ["--output", os.path.join(folder, f"r{k}.npy")]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(done.stderr)
    for k, name in enumerate(functions):
        got = np.load(os.path.join(folder, f"r{k}.npy")).ravel()
        with np.errstate(all="ignore"):
            operands = [x.astype(np.float64), y.astype(np.float64)][:2 if name in BINARY else 1]
            wanted = REFERENCE.get(name, getattr(np, name, None))(*operands)
        error = ulps(got, wanted)
        error[(wanted != 0) & (np.abs(wanted) < 2.0**-126)] = 0  # subnormal results too may be flushed
        worst = int(np.argmax(error))
        yield name, float(error[worst]), float(x[worst]), float(y[worst])


@unittest.skipUnless(HAS_LAVAPIPE and os.path.exists(RUNMAT), "no software Vulkan device, or no runmat")
class FunctionsOnGPU(unittest.TestCase):
    def test_no_function_is_worse_than_stated(self):
        random = np.random.default_rng(3)
        x, y = samples(random, PLANE[0] * PLANE[1]), samples(random, PLANE[0] * PLANE[1])
        bounds = stated()
        names = list(bounds)
        with tempfile.TemporaryDirectory() as folder:
            for start in range(0, len(names), 7):
                for name, error, a, b in measure(names[start:start + 7], x, y, folder):
                    with self.subTest(function=name, x=a, y=b):
                        self.assertLessEqual(error, bounds[name])


def run_map(folder, body, results, x, y, type_, device):
    """The results of one map on x and y; `body` computes %s0, %s1, ... of %a and %b."""
    kind = f"tensor<{x.size}x{type_}>"
    kinds, handles = ", ".join([kind] * results), ", ".join(f"%r{k}" for k in range(results))
    same = "affine_map<(d0) -> (d0)>"
    values = ", ".join(f"%s{k}" for k in range(results))
    with open(os.path.join(folder, "m.mlir"), "w", encoding="utf-8") as file:
        file.write(f"func.func @main(%x: {kind}, %y: {kind}) -> ({kinds}) {{\n"
                   f"  {handles} = fused.nest [{x.size}] ins(%x, %y : {kind}, {kind}) maps [{same}, {same}]\n"
                   f"      yields [[{', '.join(['#fused.store'] * results)}]] results [{', '.join(map(str, range(results)))}] {{\n"
                   f"  ^bb0(%a: {type_}, %b: {type_}):\n{body}    fused.yield {values} : {', '.join([type_] * results)}\n"
                   f"  }} -> {kinds}\n  return {handles} : {kinds}\n}}\n")
    command = [RUNMAT, "run", os.path.join(folder, "m.mlir"), "--verify-ir", "--device", device]
    for name, array in (("x", x), ("y", y)):
        np.save(os.path.join(folder, f"{name}.npy"), array)
        command += ["--input", os.path.join(folder, f"{name}.npy")]
    for k in range(results):
        command += ["--output", os.path.join(folder, f"m{k}.npy")]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode or "CPU" in done.stderr:
        raise AssertionError(done.stderr)
    return [np.load(os.path.join(folder, f"m{k}.npy")) for k in range(results)]


@unittest.skipUnless(HAS_LAVAPIPE and os.path.exists(RUNMAT), "no software Vulkan device, or no runmat")
class ConstantsOnGPU(unittest.TestCase):
    def test_zeros_are_not_folded_by_the_driver(self):
        cases = {"mul %a, %zero": lambda x, z: x * z, "mul %minus, %a": lambda x, z: x * -z, "div %zero, %a": lambda x, z: z / x,
                 "div %a, %zero": lambda x, z: x / z, "div %minus, %a": lambda x, z: -z / x, "add %a, %zero": lambda x, z: x + z,
                 "add %zero, %a": lambda x, z: z + x, "sub %zero, %a": lambda x, z: z - x, "sub %a, %a": lambda x, z: x - x,
                 # log2 1 is a zero that only the driver computes.
                 "pow %one, %a": lambda x, z: np.power(z - 1, x)}
        for type_, dtype in (("f32", np.float32), ("f64", np.float64)):
            x = np.tile(np.array([0, -0.0, 1, -1, np.inf, -np.inf, np.nan, 3], dtype), 64)
            body = (f"    %zero = array.constant 0.0 : {type_}\n    %minus = array.constant -0.0 : {type_}\n"
                    f"    %one = array.constant -1.0 : {type_}\n")
            body += "".join(f"    %s{k} = array.{case} : {type_}, {type_}\n" for k, case in enumerate(cases))
            with tempfile.TemporaryDirectory() as folder:
                results = run_map(folder, body, len(cases), x, x, type_, "gpu=llvmpipe")
            for (case, wanted), got in zip(cases.items(), results):
                with self.subTest(case=case, type=type_), np.errstate(all="ignore"):
                    expected = wanted(x, dtype(0))
                    np.testing.assert_array_equal(got, expected)
                    numbers = ~np.isnan(expected)
                    np.testing.assert_array_equal(np.signbit(got)[numbers], np.signbit(expected)[numbers])


@unittest.skipUnless(HAS_LAVAPIPE and os.path.exists(RUNMAT), "no software Vulkan device, or no runmat")
class DoublesOnGPU(unittest.TestCase):
    def test_every_function_is_the_cpus_to_a_few_ulp(self):
        random = np.random.default_rng(4)
        near = random.standard_normal(2048) * 2
        bits = random.integers(0, 2**64, 2048, dtype=np.uint64).view(np.float64)
        x = np.choose(random.integers(0, 3, 2048), [bits, near, near * 100])
        x[:8] = [0, -0.0, 1, -1, np.inf, -np.inf, np.nan, 3]
        least = np.finfo(np.float64).tiny
        x[(x != 0) & (np.abs(x) < least)] = 0.5
        y = random.permutation(x)
        for name in stated():
            operands, types = ("%a, %b", "f64, f64") if name in BINARY else ("%a", "f64")
            body = f"    %s0 = array.{name} {operands} : {types}\n"
            with self.subTest(function=name), tempfile.TemporaryDirectory() as folder, np.errstate(all="ignore"):
                got, = run_map(folder, body, 1, x, y, "f64", "gpu=llvmpipe")
                wanted, = run_map(folder, body, 1, x, y, "f64", "cpu")
                same = (got == wanted) | (np.isnan(got) & np.isnan(wanted)) | (np.maximum(np.abs(got), np.abs(wanted)) <= least)
                error = np.where(same, 0, np.where(np.isnan(got) | np.isnan(wanted), np.inf, np.abs(got - wanted) / np.spacing(np.abs(wanted))))
                worst = int(np.argmax(error))
                self.assertLessEqual(error[worst], 1000 if name == "pow" else 6, (x[worst], y[worst], got[worst], wanted[worst]))


if __name__ == "__main__":
    unittest.main()
