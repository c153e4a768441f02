"""The bounds of docs/numerics.md for reductions, scans and products hold for data that is hard to add up: equal signs,
cancellation, addends that vanish beside the sum, long sums. The references are exact: integers of Python.
`python3 test_sum_bounds.py --worst` prints how near to its bound each operation comes."""

import math
import os
import subprocess
import sys
import tempfile
import unittest
from fractions import Fraction

import numpy as np

RUNMAT = os.path.join(os.environ["RUNMAT_BUILD_DIR"], "bin", "runmat")
# (significant bits, least exponent of a normal number, largest exponent)
FORMAT = {"f64": (53, -1022, 1023), "f32": (24, -126, 127), "f16": (11, -14, 15), "bf16": (8, -126, 127)}
U = Fraction(1, 2 ** 53)  # half an ulp of 1 in f64
NUMPY = {"f64": np.float64, "f32": np.float32, "f16": np.float16}
worst = {}


def rounded(values, dtype):
    """The dtype's numbers nearest to `values`, as f64."""
    values = np.asarray(values, np.float64)
    if dtype in NUMPY:
        return values.astype(NUMPY[dtype]).astype(np.float64)
    bits = values.astype(np.float32).view(np.uint32)
    return (bits + 0x7FFF + (bits >> 16 & 1) & 0xFFFF0000).astype(np.uint32).view(np.float32).astype(np.float64)


def stored(values, dtype):
    if dtype in NUMPY:
        return values.astype(NUMPY[dtype])
    return (values.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16).view(np.dtype("V2"))


def loaded(path):
    values = np.asarray(np.load(path))
    shape, values = values.shape, values.reshape(-1)
    if values.dtype == np.dtype("V2"):
        values = (values.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    return (values if values.dtype.kind in "ib" else values.astype(np.float64)).reshape(shape)


def half_ulp(value, dtype):
    bits, least, _ = FORMAT[dtype]
    value = abs(value)
    exponent = least
    if value:
        exponent = value.numerator.bit_length() - value.denominator.bit_length()
        exponent = max(exponent if value >= Fraction(2) ** exponent else exponent - 1, least)
    return Fraction(2) ** (exponent - bits)


class Exact:
    """Sums of float values without rounding."""

    def __init__(self, values):
        mantissas, exponents = np.frexp(np.asarray(values, np.float64))
        mantissas = (mantissas * 2.0 ** 53).astype(np.int64).tolist()
        least = int(exponents[np.asarray(values) != 0].min(initial=10 ** 6))
        shifts = np.maximum(exponents - least, 0).tolist()
        self.integers = [m << s for m, s in zip(mantissas, shifts)]
        self.unit = Fraction(2) ** (least - 53)
        self.n = len(self.integers)

    def sum(self):
        return sum(self.integers) * self.unit

    def magnitude(self):
        return sum(map(abs, self.integers)) * self.unit

    def squared_deviations(self):
        return (self.n * sum(i * i for i in self.integers) - sum(self.integers) ** 2) * self.unit ** 2 / self.n

    def prod(self):
        factors = self.integers
        while len(factors) > 1:  # pairs: large numbers meet large ones
            factors = [math.prod(factors[i:i + 2]) for i in range(0, len(factors), 2)]
        return factors[0] * self.unit ** self.n


def data_sets(dtype, n):
    """Rows of n numbers each."""
    rng = np.random.default_rng(n)
    bits, least, most = FORMAT[dtype]
    large = 2.0 ** min(most, 400)  # two of them are infinite in all types but f64, whose squares are finite
    patterns = np.resize([large, 0.3, large, -large, 1.7, -large], n)
    patterns[n - n % 6:] = 0.7
    vanishing = np.full(n, 0.6 * 2.0 ** -bits)  # each is lost beside 1
    vanishing[0] = 1
    wide = rng.choice([-1, 1], n) * 2.0 ** rng.uniform(-12, min(most - 4, 12), n)
    return rounded([np.full(n, 0.1), patterns, vanishing, wide, 3 + rng.standard_normal(n) * 2.0 ** (3 - bits),
                    rng.standard_normal(n), np.resize([0.1, -0.1], n)], dtype)


NAMES = ["equal", "cancelling", "vanishing", "wide", "offset", "random", "alternating"]


class SumBounds(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def run_program(self, arguments, lines, results, *options):
        """`arguments`: arrays and their dtypes; the results' arrays."""
        def type_of(value, dtype):
            return "tensor<" + "".join(f"{size}x" for size in value.shape) + dtype + ">"
        command = [RUNMAT, "run", os.path.join(self.folder, "p.mlir"), "--device", "cpu", "--verify-ir", *options]
        parameters = []
        for i, (value, dtype) in enumerate(arguments):
            np.save(os.path.join(self.folder, f"{i}.npy"),
                    stored(value, dtype) if dtype in FORMAT else value)
            command += ["-i", os.path.join(self.folder, f"{i}.npy")]
            parameters.append(f"%{chr(ord('a') + i)}: {type_of(value, dtype)}")
        for i in range(len(results)):
            command += ["-o", os.path.join(self.folder, f"r{i}.npy")]
        types = ", ".join(type for _, type in results)
        with open(os.path.join(self.folder, "p.mlir"), "w") as file:
            file.write(f"func.func @main({', '.join(parameters)}) -> ({types}) {{\n  " + "\n  ".join(lines) +
                       f"\n  return {', '.join(name for name, _ in results)} : {types}\n}}\n")
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [loaded(os.path.join(self.folder, f"r{i}.npy")) for i in range(len(results))]

    def check(self, what, dtype, got, exact, error):
        """`got` is within `error` and half an ulp of the dtype of `exact`."""
        _, _, most = FORMAT[dtype]
        bound = error + half_ulp(abs(exact) + error, dtype)
        beyond = Fraction(2) ** (most + 1) - half_ulp(Fraction(2) ** most, dtype)  # rounds to infinity
        if math.isinf(got):
            self.assertTrue((exact if got > 0 else -exact) + error >= beyond, (what, dtype))
            return
        off = abs(Fraction(got) - exact)
        key = (what.split(" of ")[0], dtype)
        ratio = float(off / bound)
        worst[key] = max(worst.get(key, 0), ratio)
        self.assertLessEqual(ratio, 1, f"{what}, {dtype}: {got!r}, exact {float(exact)!r}, bound {float(bound):.3g}")

    def check_moments(self, what, dtype, values, got):
        """`got`: sum, mean, var, std of `values`."""
        exact, n = Exact(values), len(values)
        total, magnitude, squares = exact.sum(), exact.magnitude(), exact.squared_deviations()
        wide = dtype == "f64"
        error = n ** 2 * U ** 2 * magnitude if wide else n * U * magnitude
        self.check("sum of " + what, dtype, got[0], total, error)
        # The quotient is rounded too.
        mean = total / n
        self.check("mean of " + what, dtype, got[1], mean, error / n + U * abs(mean))
        # Two passes or accumulators that merge: the larger bound of the two tables. A mean of two passes is an f64.
        error = ((2 * n if wide else n * (n + 1)) + 4) * U * squares / n + half_ulp(mean, "f64") ** 2
        variance = squares / n
        self.check("var of " + what, dtype, got[2], variance, error)
        root = Fraction(math.sqrt(variance))  # half an ulp of f64 off
        self.check("std of " + what, dtype, got[3], root,
                   U * root + (min(error / root, math.sqrt(error)) if root else Fraction(math.sqrt(error))))

    def test_sums_means_and_variances(self):
        for dtype in FORMAT:
            n = 7 * 1429
            rows = data_sets(dtype, n)
            count, wide = len(rows), 40  # more columns than a vector has lanes
            columns = np.ascontiguousarray(np.resize(rows, (wide, n)).T)
            cube = np.ascontiguousarray(rows.reshape(count, 7, n // 7).transpose(1, 0, 2))
            line = np.full(300007, rows[0][0])
            arguments = [(rows, dtype), (columns, dtype), (cube, dtype), (line, dtype)]
            lines, results = [], []
            layouts = [("a", rows, " dims [1]", f"{count}x"), ("b", columns, " dims [0]", f"{wide}x"),
                       ("c", cube, " dims [0, 2]", f"{count}x"), ("d", line, "", "")]
            for name, value, dims, shape in layouts:
                of = "tensor<" + "".join(f"{size}x" for size in value.shape) + dtype + ">"
                for op in ("sum", "mean", "var", "std"):
                    lines.append(f"%{name}{op} = array.{op} %{name}{dims} : {of}")
                    results.append((f"%{name}{op}", f"tensor<{shape}{dtype}>"))
            for options in ((), ("--no-fuse",)):
                out = self.run_program(arguments, lines, results, *options)
                for layout in range(3):
                    got = np.stack(out[4 * layout:4 * layout + 4], axis=1)
                    for i, values in enumerate(got):
                        # Columns have copies in other lanes.
                        if i < count or not np.array_equal(values, got[i % count]):
                            self.check_moments(NAMES[i % count] + (" rows", " columns", " planes")[layout], dtype,
                                               rows[i % count], values)
                self.check_moments("a long line", dtype, line, [float(value) for value in out[12:]])

    def test_products_of_elements(self):
        for dtype in FORMAT:
            bits, _, most = FORMAT[dtype]
            n = 1025
            rng = np.random.default_rng(1)
            high = 2.0 ** min(most - 1, 300)
            swing = np.ones(n)  # partial products leave the type, not f64
            swing[:900:150] = [high, high, high, 1 / high, 1 / high, 1 / high]
            rows = rounded([1 + rng.uniform(-8, 8, n) / n, np.full(n, 1 + 2.0 ** (1 - bits)),
                            swing,
                            rng.choice([-1, 1], n) * 2.0 ** rng.integers(-1, 2, n)], dtype)
            count = len(rows)
            of = f"tensor<{count}x{n}x{dtype}>"
            for options in ((), ("--no-fuse",)):
                out, = self.run_program([(rows, dtype)], [f"%p = array.prod %a dims [1] : {of}"],
                                        [("%p", f"tensor<{count}x{dtype}>")], *options)
                for row, got in zip(rows, out):
                    exact = Exact(row).prod()
                    self.check("prod of a row", dtype, got, exact, n * U * abs(exact))

    def test_scans(self):
        for dtype in FORMAT:
            n = 2003
            rows = data_sets(dtype, n)
            count = len(rows)
            of = f"tensor<{count}x{n}x{dtype}>"
            out, = self.run_program([(rows, dtype)], [f"%s = array.cumsum %a dim 1 : {of}"], [("%s", of)])
            for name, row, got in zip(NAMES, rows, out):
                exact = Exact(row)
                total = magnitude = 0
                for i, value in enumerate(exact.integers):
                    total, magnitude = total + value, magnitude + abs(value)
                    if i % 97 == 0 or i < 8 or i == n - 1:
                        self.check("cumsum of " + name, dtype, got[i], total * exact.unit,
                                   (i + 1) * U * magnitude * exact.unit)

    def test_dot(self):
        for dtype in FORMAT:
            n = 30011
            sets = data_sets(dtype, n)
            for i in range(len(sets)):
                x, y = sets[i], sets[3 if i == 1 else (i + 3) % len(sets)]
                if i == 1 or (i + 3) % len(sets) == 1:
                    continue  # products beyond the type
                out, = self.run_program([(x, dtype), (y, dtype)],
                                        [f"%d = array.dot %a, %b : tensor<{n}x{dtype}>, tensor<{n}x{dtype}>"],
                                        [("%d", f"tensor<{dtype}>")])
                total, magnitude = self.exact_dot(x, y)
                self.check("dot of " + NAMES[i], dtype, float(out), total, n * U * magnitude)

    @staticmethod
    def exact_dot(x, y):
        a, b = Exact(x), Exact(y)
        products = [p * q for p, q in zip(a.integers, b.integers)]
        unit = a.unit * b.unit
        return sum(products) * unit, sum(map(abs, products)) * unit

    def test_matrix_products(self):
        # (rows, terms, columns, terms that are one chain): tiles with ragged edges, a long one, rows and columns alone.
        shapes = [(13, 1300, 37, 256), (16, 100003, 32, 256), (1, 100003, 40, 256), (6, 20001, 1, None),
                  (1, 100003, 1, None), (2, 100, 2, None)]
        for dtype in FORMAT:
            u = U if dtype == "f64" else Fraction(1, 2 ** 24)  # f16 and bf16 accumulate in f32
            for m, k, n, block in shapes:
                if dtype in ("f16", "bf16") and k == 100003 and m == 1 and n == 40:
                    continue
                rng = np.random.default_rng(k)
                a = rounded(np.full((m, k), 0.1), dtype)
                b = rounded(np.full((k, n), 0.1), dtype)
                signs = np.resize([1.0, 1.0, -1.0], k)
                if m > 1:
                    a[1] = rounded(rng.standard_normal(k), dtype)
                    a[-1] = rounded(np.where(np.arange(k) == 0, 64, 1e-3), dtype)
                if n > 1:
                    b[:, 1] = rounded(rng.standard_normal(k), dtype)
                    b[:, -1] = rounded(signs * 30, dtype)
                of = f"tensor<{m}x{k}x{dtype}>, tensor<{k}x{n}x{dtype}>"
                out, = self.run_program([(a, dtype), (b, dtype)], [f"%p = array.matmul %a, %b : {of}"],
                                        [("%p", f"tensor<{m}x{n}x{dtype}>")])
                rows, columns = sorted({0, min(1, m - 1), m - 1}), sorted({0, min(1, n - 1), n - 1})
                for i in rows:
                    for j in columns:
                        total, magnitude = self.exact_dot(a[i], b[:, j])
                        chain = k if block is None else block + Fraction(k, block)
                        self.check(f"matmul of {m}x{k}x{n}", dtype, out[i, j], total, chain * u * magnitude)
                # Equal rows and columns give equal sums wherever a tile ends.
                if m > 3 and n > 3:
                    self.assertEqual(np.unique(out[2:-1, 2:-1]).size, 1, (dtype, m, k, n))

    def test_integers_are_exact(self):
        rng = np.random.default_rng(2)
        for dtype, kind in (("i8", np.int8), ("i16", np.int16), ("i32", np.int32), ("i64", np.int64)):
            info = np.iinfo(kind)
            a = rng.integers(info.min, info.max, (9, 1030), kind, endpoint=True)
            b = rng.integers(info.min, info.max, (1030, 35), kind, endpoint=True)
            of = f"tensor<9x1030x{dtype}>"
            lines = [f"%s = array.sum %a dims [1] : {of}", f"%p = array.prod %a dims [0] : {of}",
                     f"%c = array.cumsum %a dim 1 : {of}", f"%m = array.matmul %a, %b : {of}, tensor<1030x35x{dtype}>"]
            results = [("%s", "tensor<9xi64>"), ("%p", "tensor<1030xi64>"), ("%c", f"tensor<9x1030x{dtype}>"),
                       ("%m", f"tensor<9x35x{dtype}>")]
            for options in ((), ("--no-fuse",)):
                s, p, c, m = self.run_program([(a, dtype), (b, dtype)], lines, results, *options)
                with np.errstate(over="ignore"):
                    np.testing.assert_array_equal(s, a.astype(np.int64).sum(axis=1))
                    np.testing.assert_array_equal(p, a.astype(np.int64).prod(axis=0))
                    np.testing.assert_array_equal(c, np.cumsum(a, axis=1, dtype=np.int64).astype(kind))
                    np.testing.assert_array_equal(m, (a.astype(np.int64) @ b.astype(np.int64)).astype(kind))


if __name__ == "__main__":
    show = "--worst" in sys.argv
    if show:
        sys.argv.remove("--worst")
    result = unittest.main(exit=False).result
    if show:
        for (what, dtype), ratio in sorted(worst.items()):
            print(f"{what:16} {dtype:5} {ratio:.3f}")
    sys.exit(not result.wasSuccessful())
