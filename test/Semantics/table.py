# The table of the language's semantics: operation, element type, operands with special values, expected
# result. Rules that every implementation shares (docs/numerics.md); expected values are written down or
# come from Python's own arithmetic, never from an implementation under test. check.py reads it.
import math
from dataclasses import dataclass, field
from math import inf, nan

FLOATS = ["f16", "bf16", "f32", "f64"]
INTS = ["i8", "i16", "i32", "i64"]
WIDTH = {"i1": 1, "i8": 8, "i16": 16, "i32": 32, "i64": 64}
MIN = {t: -(1 << WIDTH[t] - 1) for t in INTS}
MAX = {t: (1 << WIDTH[t] - 1) - 1 for t in INTS}


@dataclass
class Array:
    dtype: str
    shape: list
    values: list  # row-major

    def type(self):
        return "tensor<" + "".join(f"{n}x" for n in self.shape) + self.dtype + ">"


@dataclass
class Case:
    """One operation on constant operands. `text` has a {0}, {1} ... for each operand, {types} for theirs."""

    text: str
    operands: list
    expected: Array
    ulp: int = 0  # allowed distance in compiled code; folds and the interpreter are allowed one at most
    signed_zero: bool = True  # whether the sign of a zero result is stated
    fold: bool = True  # whether canonicalisation must fold it

    def operation(self, names):
        types = ", ".join(a.type() for a in self.operands)
        return self.text.format(*names, types=types, result=self.expected.type())


CASES = []


def elementwise(op, dtype, rows, attrs="", result=None, dtypes=None, ulp=0, signed_zero=True):
    """rows: (operand, ..., expected). `dtypes`: the operands' where they differ."""
    n = len(rows[0]) - 1
    dtypes = dtypes or [dtype] * n
    result = result or dtype
    operands = [Array(dtypes[k], [len(rows)], [row[k] for row in rows]) for k in range(n)]
    names = ", ".join("{%d}" % k for k in range(n))
    if op == "compare":
        text = f"array.compare {attrs}, {names} : {{types}}"
    elif op in ("cast", "bitcast"):
        text = f"array.{op} {names} : {{types}} to {{result}}"
    else:
        text = f"array.{op} {names} {attrs} : {{types}}"
    CASES.append(Case(text, operands, Array(result, [len(rows)], [row[n] for row in rows]), ulp, signed_zero))


def reduction(op, x, expected, attrs="", ulp=0, signed_zero=True):
    CASES.append(Case(f"array.{op} {{0}} {attrs} : {{types}}", [x], expected, ulp, signed_zero, fold=False))


def vector(dtype, *values):
    return Array(dtype, [len(values)], list(values))


def scalar(dtype, value):
    return Array(dtype, [], [value])


def bools(*values):
    return vector("i1", *values)


# ---- Unary, floats: value and sign of zeros, NaN, infinities.
def unary(op, rows, dtypes=FLOATS, **options):
    for dtype in dtypes:
        elementwise(op, dtype, rows, **options)


unary("neg", [(1.5, -1.5), (0.0, -0.0), (-0.0, 0.0), (inf, -inf), (nan, nan)])
unary("abs", [(-1.5, 1.5), (-0.0, 0.0), (-inf, inf), (nan, nan)])
unary("sign", [(2.5, 1.0), (-0.5, -1.0), (0.0, 0.0), (inf, 1.0), (-inf, -1.0), (nan, nan)], signed_zero=False)
unary("sqrt", [(4.0, 2.0), (0.0, 0.0), (-0.0, -0.0), (-1.0, nan), (inf, inf), (-inf, nan), (nan, nan), (2.0, math.sqrt(2))])
unary("rsqrt", [(4.0, 0.5), (0.0, inf), (-0.0, -inf), (-1.0, nan), (inf, 0.0), (nan, nan)], ulp=2)
unary("cbrt", [(8.0, 2.0), (-8.0, -2.0), (0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, -inf), (nan, nan)], ulp=2)
unary("floor", [(1.5, 1.0), (-1.5, -2.0), (-0.0, -0.0), (0.5, 0.0), (inf, inf), (nan, nan)])
unary("ceil", [(1.5, 2.0), (-1.5, -1.0), (-0.5, -0.0), (0.0, 0.0), (-inf, -inf), (nan, nan)])
unary("trunc", [(1.5, 1.0), (-1.5, -1.0), (-0.5, -0.0), (inf, inf), (nan, nan)])
# Halves; the largest value below a half must not become 1.
unary("round", [(0.5, 1.0), (-0.5, -1.0), (1.5, 2.0), (2.5, 3.0), (-2.5, -3.0), (2.25, 2.0), (-0.0, -0.0), (inf, inf), (nan, nan)])
unary("round", [(0.49999997, 0.0), (8388609.0, 8388609.0), (-0.49999997, -0.0)], ["f32"])
unary("round", [(0.49999999999999994, 0.0), (4503599627370497.0, 4503599627370497.0)], ["f64"])
unary("round_even", [(0.5, 0.0), (1.5, 2.0), (2.5, 2.0), (-0.5, -0.0), (-1.5, -2.0), (3.5, 4.0), (inf, inf), (nan, nan)])
for op, at in (("is_nan", (0, 0, 0, 1)), ("is_inf", (0, 1, 1, 0)), ("is_finite", (1, 0, 0, 0))):
    for dtype in FLOATS:
        elementwise(op, dtype, list(zip((1.0, inf, -inf, nan), at)), result="i1")

# Functions: special values exactly, others within the stated error.
unary("exp", [(0.0, 1.0), (-0.0, 1.0), (1.0, math.e), (-inf, 0.0), (inf, inf), (nan, nan), (-2.0, math.exp(-2))], ulp=4)
unary("exp", [(89.0, inf), (-104.0, 0.0), (88.0, math.exp(88)), (-87.0, math.exp(-87))], ["f32"], ulp=4)
unary("exp", [(710.0, inf), (-746.0, 0.0), (709.0, math.exp(709))], ["f64"], ulp=4)
unary("exp2", [(0.0, 1.0), (3.0, 8.0), (-1.0, 0.5), (-inf, 0.0), (inf, inf), (nan, nan), (0.5, math.sqrt(2))], ulp=4)
unary("exp2", [(128.0, inf), (127.0, 2.0**127), (-149.0, 2.0**-149), (-160.0, 0.0)], ["f32"], ulp=4)
unary("expm1", [(0.0, 0.0), (-0.0, -0.0), (1.0, math.e - 1), (-inf, -1.0), (inf, inf), (nan, nan), (0.0009765625, math.expm1(0.0009765625))], ulp=4)
unary("log", [(1.0, 0.0), (2.0, math.log(2)), (0.0, -inf), (-0.0, -inf), (-1.0, nan), (inf, inf), (nan, nan), (0.5, -math.log(2))], ulp=4)
unary("log2", [(1.0, 0.0), (8.0, 3.0), (0.5, -1.0), (0.0, -inf), (-1.0, nan), (inf, inf), (nan, nan)], ulp=4)
unary("log10", [(1.0, 0.0), (100.0, 2.0), (0.0, -inf), (-1.0, nan), (inf, inf), (nan, nan)], ulp=4)
unary("log1p", [(0.0, 0.0), (-0.0, -0.0), (1.0, math.log(2)), (-1.0, -inf), (-2.0, nan), (inf, inf), (nan, nan), (0.0009765625, math.log1p(0.0009765625))], ulp=4)
unary("sin", [(0.0, 0.0), (-0.0, -0.0), (1.0, math.sin(1)), (-2.0, math.sin(-2)), (100.0, math.sin(100)), (inf, nan), (nan, nan)], ulp=4)
unary("cos", [(0.0, 1.0), (1.0, math.cos(1)), (-2.0, math.cos(-2)), (100.0, math.cos(100)), (-inf, nan), (nan, nan)], ulp=4)
unary("tan", [(0.0, 0.0), (-0.0, -0.0), (1.0, math.tan(1)), (-2.0, math.tan(-2)), (inf, nan), (nan, nan)], ulp=4)
unary("asin", [(0.0, 0.0), (-0.0, -0.0), (0.5, math.asin(0.5)), (1.0, math.pi / 2), (-1.0, -math.pi / 2), (2.0, nan), (nan, nan)], ulp=4)
unary("acos", [(1.0, 0.0), (0.5, math.acos(0.5)), (-1.0, math.pi), (0.0, math.pi / 2), (2.0, nan), (nan, nan)], ulp=4)
unary("atan", [(0.0, 0.0), (-0.0, -0.0), (1.0, math.pi / 4), (inf, math.pi / 2), (-inf, -math.pi / 2), (nan, nan)], ulp=4)
unary("sinh", [(0.0, 0.0), (-0.0, -0.0), (1.0, math.sinh(1)), (-2.0, math.sinh(-2)), (inf, inf), (-inf, -inf), (nan, nan)], ulp=4)
unary("cosh", [(0.0, 1.0), (1.0, math.cosh(1)), (-2.0, math.cosh(2)), (-inf, inf), (nan, nan)], ulp=4)
unary("tanh", [(0.0, 0.0), (-0.0, -0.0), (0.5, math.tanh(0.5)), (inf, 1.0), (-inf, -1.0), (20.0, math.tanh(20)), (nan, nan)], ulp=4)
unary("asinh", [(0.0, 0.0), (-0.0, -0.0), (1.0, math.asinh(1)), (-2.0, math.asinh(-2)), (inf, inf), (-inf, -inf), (nan, nan)], ulp=4)
unary("acosh", [(1.0, 0.0), (2.0, math.acosh(2)), (0.5, nan), (inf, inf), (nan, nan)], ulp=4)
unary("atanh", [(0.0, 0.0), (-0.0, -0.0), (0.5, math.atanh(0.5)), (1.0, inf), (-1.0, -inf), (2.0, nan), (nan, nan)], ulp=4)
unary("erf", [(0.0, 0.0), (-0.0, -0.0), (0.5, math.erf(0.5)), (-1.0, math.erf(-1)), (inf, 1.0), (-inf, -1.0), (nan, nan)], ulp=4)

# ---- Binary, floats.
for dtype in FLOATS:
    elementwise("add", dtype, [(1.5, 2.0, 3.5), (inf, -inf, nan), (-0.0, -0.0, -0.0), (0.0, -0.0, 0.0), (nan, 1.0, nan), (inf, 1.0, inf)])
    elementwise("sub", dtype, [(1.5, 2.0, -0.5), (inf, inf, nan), (-0.0, 0.0, -0.0), (0.0, 0.0, 0.0), (1.0, nan, nan)])
    elementwise("mul", dtype, [(1.5, 2.0, 3.0), (inf, 0.0, nan), (-0.0, 2.0, -0.0), (-1.0, 0.0, -0.0), (inf, -1.0, -inf), (nan, 0.0, nan)])
    elementwise("div", dtype, [(3.0, 2.0, 1.5), (1.0, 0.0, inf), (-1.0, 0.0, -inf), (1.0, -0.0, -inf), (0.0, 0.0, nan), (inf, inf, nan), (1.0, inf, 0.0), (-1.0, inf, -0.0)])
    # IEEE 754 pow, special cases included.
    elementwise("pow", dtype, [
        (2.0, 3.0, 8.0), (2.0, -1.0, 0.5), (9.0, 0.5, 3.0), (nan, 0.0, 1.0), (1.0, nan, 1.0), (inf, 0.0, 1.0), (0.0, 0.0, 1.0),
        (nan, 1.0, nan), (2.0, nan, nan), (-8.0, 0.5, nan), (-2.0, 3.0, -8.0), (-2.0, 2.0, 4.0), (-2.0, -1.0, -0.5),
        (0.0, 3.0, 0.0), (-0.0, 3.0, -0.0), (-0.0, 2.0, 0.0), (-0.0, 0.5, 0.0), (0.0, -1.0, inf), (-0.0, -1.0, -inf), (-0.0, -2.0, inf),
        (-0.0, -0.5, inf), (0.5, inf, 0.0), (2.0, inf, inf), (-2.0, inf, inf), (-0.5, inf, 0.0), (0.5, -inf, inf), (2.0, -inf, 0.0),
        (-1.0, inf, 1.0), (-1.0, -inf, 1.0), (inf, 2.0, inf), (inf, -1.0, 0.0), (-inf, 3.0, -inf), (-inf, 2.0, inf), (-inf, 0.5, inf),
        (-inf, -1.0, -0.0), (-inf, -2.0, 0.0), (-inf, -0.5, 0.0), (1.0, inf, 1.0), (1.0, -inf, 1.0)], ulp=4)
    elementwise("mod", dtype, [(5.5, 2.0, 1.5), (-5.5, 2.0, 0.5), (5.5, -2.0, -0.5), (-5.5, -2.0, -1.5), (1.0, 0.0, nan), (inf, 2.0, nan),
                               (nan, 2.0, nan), (3.0, inf, 3.0), (1.0, nan, nan), (0.5, 0.5, 0.0)], signed_zero=False)
    elementwise("rem", dtype, [(5.5, 2.0, 1.5), (-5.5, 2.0, -1.5), (5.5, -2.0, 1.5), (-5.5, -2.0, -1.5), (1.0, 0.0, nan), (inf, 2.0, nan),
                               (nan, 2.0, nan), (3.0, inf, 3.0), (-3.0, inf, -3.0), (1.0, nan, nan)])
    pi = math.pi
    elementwise("atan2", dtype, [(1.0, 1.0, pi / 4), (1.0, -1.0, 3 * pi / 4), (0.0, 1.0, 0.0), (-0.0, 1.0, -0.0), (0.0, -1.0, pi), (-0.0, -1.0, -pi),
                                 (1.0, 0.0, pi / 2), (-1.0, 0.0, -pi / 2), (inf, inf, pi / 4), (inf, -inf, 3 * pi / 4), (1.0, inf, 0.0),
                                 (0.0, 0.0, 0.0), (0.0, -0.0, pi), (nan, 1.0, nan), (1.0, nan, nan)], ulp=4)
    elementwise("hypot", dtype, [(3.0, 4.0, 5.0), (-3.0, 4.0, 5.0), (0.0, 0.0, 0.0), (inf, nan, inf), (nan, -inf, inf), (nan, 1.0, nan)], ulp=4)
    for mode, small, large in (("", 1.0, 1.0), ("nan = number", 1.0, 1.0), ("nan = propagate", nan, nan)):
        elementwise("min", dtype, [(1.0, 2.0, 1.0), (-inf, 1.0, -inf), (nan, 1.0, small), (1.0, nan, small), (nan, nan, nan), (0.0, -0.0, 0.0)], mode, signed_zero=False)
        elementwise("max", dtype, [(1.0, 2.0, 2.0), (-inf, 1.0, 1.0), (nan, 1.0, large), (1.0, nan, large), (nan, nan, nan), (0.0, -0.0, 0.0)], mode, signed_zero=False)
        elementwise("clamp", dtype, [(0.5, 1.0, 2.0, 1.0), (1.5, 1.0, 2.0, 1.5), (3.0, 1.0, 2.0, 2.0), (1.5, 2.0, 1.0, 1.0), (nan, 1.0, 2.0, small), (inf, 1.0, 2.0, 2.0)], mode)
    order = {"eq": (0, 1, 0, 0, 1, 0), "ne": (1, 0, 1, 1, 0, 1), "lt": (1, 0, 0, 0, 0, 1), "le": (1, 1, 0, 0, 1, 1), "gt": (0, 0, 0, 0, 0, 0), "ge": (0, 1, 0, 0, 1, 0)}
    for predicate, wanted in order.items():
        pairs = [(1.0, 2.0), (1.0, 1.0), (nan, 1.0), (nan, nan), (0.0, -0.0), (-inf, inf)]
        elementwise("compare", dtype, [(*p, w) for p, w in zip(pairs, wanted)], predicate, "i1")
    elementwise("select", dtype, [(1, 1.0, 2.0, 1.0), (0, 1.0, 2.0, 2.0), (0, nan, -0.0, -0.0), (1, nan, 2.0, nan)], dtypes=["i1", dtype, dtype])
elementwise("hypot", "f32", [(3e38, 1e38, math.hypot(3e38, 1e38)), (3e-30, 4e-30, 5e-30)], ulp=4)
elementwise("pow", "f32", [(1.0000001, 1e9, 1.00000011920928955078125**1e9), (10.0, 38.0, 1e38), (10.0, 39.0, inf), (10.0, -50.0, 0.0)], ulp=16)

# ---- Integers: wrapping, division by zero, MIN / -1, signs of remainders, shifts modulo the width.
for dtype in INTS:
    low, high, w = MIN[dtype], MAX[dtype], WIDTH[dtype]
    elementwise("neg", dtype, [(1, -1), (0, 0), (low, low), (high, -high)])
    elementwise("abs", dtype, [(-5, 5), (0, 0), (low, low), (high, high)])
    elementwise("sign", dtype, [(7, 1), (0, 0), (-7, -1), (low, -1)])
    elementwise("not", dtype, [(0, -1), (-1, 0), (5, -6), (low, high)])
    elementwise("add", dtype, [(1, 2, 3), (high, 1, low), (low, -1, high)])
    elementwise("sub", dtype, [(1, 2, -1), (low, 1, high), (0, low, low)])
    elementwise("mul", dtype, [(6, 7, 42), (high, 2, -2), (low, -1, low)])
    elementwise("div", dtype, [(7, 2, 3), (-7, 2, -3), (7, -2, -3), (5, 0, 0), (-5, 0, 0), (0, 0, 0), (low, -1, low), (low, 1, low)])
    elementwise("mod", dtype, [(7, 3, 1), (-7, 3, 2), (7, -3, -2), (-7, -3, -1), (5, 0, 0), (low, -1, 0), (-6, 3, 0)])
    elementwise("rem", dtype, [(7, 3, 1), (-7, 3, -1), (7, -3, 1), (-7, -3, -1), (5, 0, 0), (low, -1, 0)])
    elementwise("pow", dtype, [(2, 3, 8), (-2, 3, -8), (0, 0, 1), (5, 0, 1), (2, -1, 0), (1, -5, 1), (-1, -5, -1), (-1, -4, 1), (0, -1, 0),
                               (2, w - 1, low), (2, w, 0), (3, 4, 81), (-1, low, 1), (low, 1, low)])
    elementwise("min", dtype, [(1, 2, 1), (low, high, low), (-1, 1, -1)])
    elementwise("max", dtype, [(1, 2, 2), (low, high, high), (-1, 1, 1)])
    elementwise("clamp", dtype, [(5, 0, 3, 3), (-5, 0, 3, 0), (2, 0, 3, 2), (2, 3, 0, 0)])
    elementwise("and", dtype, [(12, 10, 8), (-1, 5, 5)])
    elementwise("or", dtype, [(12, 10, 14), (low, 1, low + 1)])
    elementwise("xor", dtype, [(12, 10, 6), (-1, 5, -6)])
    elementwise("shl", dtype, [(1, 3, 8), (1, w - 1, low), (1, w, 1), (1, w + 1, 2), (3, -1, low), (-1, 1, -2)])
    elementwise("shr_arith", dtype, [(8, 2, 2), (-8, 2, -2), (low, w - 1, -1), (-8, w + 2, -2), (low, -1, -1)])
    elementwise("shr_logical", dtype, [(8, 2, 2), (-1, 1, high), (low, w - 1, 1), (-1, w, -1), (low, -1, 1)])
    order = {"eq": (0, 1, 0), "ne": (1, 0, 1), "lt": (1, 0, 0), "le": (1, 1, 0), "gt": (0, 0, 1), "ge": (0, 1, 1)}
    for predicate, wanted in order.items():
        elementwise("compare", dtype, [(*p, x) for p, x in zip([(low, high), (3, 3), (1, -1)], wanted)], predicate, "i1")
    elementwise("select", dtype, [(1, 1, 2, 1), (0, 1, 2, 2)], dtypes=["i1", dtype, dtype])

# ---- i1: logic, comparison (false below true), select.
PAIRS = [(0, 0), (0, 1), (1, 0), (1, 1)]
for op, wanted in (("and", (0, 0, 0, 1)), ("or", (0, 1, 1, 1)), ("xor", (0, 1, 1, 0))):
    elementwise(op, "i1", [(*p, x) for p, x in zip(PAIRS, wanted)])
elementwise("not", "i1", [(0, 1), (1, 0)])
for predicate, wanted in {"eq": (1, 0, 0, 1), "ne": (0, 1, 1, 0), "lt": (0, 1, 0, 0), "le": (1, 1, 0, 1), "gt": (0, 0, 1, 0), "ge": (1, 0, 1, 1)}.items():
    elementwise("compare", "i1", [(*p, x) for p, x in zip(PAIRS, wanted)], predicate)
elementwise("select", "i1", [(1, 0, 1, 0), (0, 0, 1, 1)])

# ---- Casts.
for source in FLOATS:
    for dtype in INTS:
        low, high = MIN[dtype], MAX[dtype]
        elementwise("cast", source, [(2.75, 2), (-2.75, -2), (nan, 0), (inf, high), (-inf, low), (0.5, 0), (-0.5, 0)], result=dtype)
    elementwise("cast", source, [(0.0, 0), (-0.0, 0), (0.5, 1), (nan, 1), (-inf, 1)], result="i1")
    elementwise("cast", "i1", [(0, 0.0), (1, 1.0)], result=source)
    elementwise("cast", "i8", [(-128, -128.0), (127, 127.0), (0, 0.0)], result=source)
    for target in FLOATS:
        if target != source:
            elementwise("cast", source, [(1.5, 1.5), (-0.0, -0.0), (inf, inf), (-inf, -inf), (nan, nan)], result=target)
elementwise("cast", "f32", [(128.0, 127), (-128.5, -128), (-129.0, -128), (127.9, 127), (3e9, 127)], result="i8")
elementwise("cast", "f32", [(2147483648.0, 2**31 - 1), (-2147483648.0, -(2**31)), (2147483520.0, 2147483520)], result="i32")
elementwise("cast", "f64", [(9.3e18, 2**63 - 1), (-9.3e18, -(2**63)), (9007199254740993.0, 9007199254740992)], result="i64")
elementwise("cast", "f32", [(9.3e18, 2**63 - 1), (-(2.0**63), -(2**63)), (2.0**62, 2**62)], result="i64")
# To nearest even, once: overflow, ties, subnormals.
elementwise("cast", "f64", [(65519.0, 65504.0), (65520.0, inf), (2049.0, 2048.0), (2051.0, 2052.0), (2.0**-25, 0.0), (2.0**-25 * 1.5, 2.0**-24), (1.0009765625 + 2.0**-30, 1.0009765625)], result="f16")
elementwise("cast", "f64", [(257.0, 256.0), (259.0, 260.0), (3.4e38, inf), (1.00390625, 1.0), (1.00390625 + 2.0**-40, 1.0078125)], result="bf16")
elementwise("cast", "f64", [(16777217.0, 16777216.0), (16777219.0, 16777220.0), (1e39, inf), (1e-46, 0.0), (1.0 + 2.0**-24 + 2.0**-50, 1.0 + 2.0**-23)], result="f32")
elementwise("cast", "f32", [(65519.996, 65504.0), (65520.0, inf), (2049.0, 2048.0), (1e-8, 0.0)], result="f16")
elementwise("cast", "f32", [(257.0, 256.0), (259.0, 260.0), (3.4e38, inf)], result="bf16")
elementwise("cast", "i64", [(2**53 + 1, float(2**53)), (2**53 + 3, float(2**53 + 4)), (MIN["i64"], -(2.0**63)), (MAX["i64"], 2.0**63)], result="f64")
# Through f64 this would round twice.
elementwise("cast", "i64", [(2**60 + 2**36 + 1, float(2**60 + 2**37)), (2**24 + 1, 2.0**24), (MIN["i64"], -(2.0**63))], result="f32")
elementwise("cast", "i32", [(2**24 + 1, 2.0**24), (2**24 + 3, 2.0**24 + 4), (MIN["i32"], -(2.0**31))], result="f32")
elementwise("cast", "i32", [(65519, 65504.0), (65520, inf), (-70000, -inf), (2049, 2048.0)], result="f16")
elementwise("cast", "i32", [(257, 256.0), (16777217, 16777216.0), (65793, 66048.0)], result="bf16")
elementwise("cast", "i64", [(300, 44), (-300, -44), (128, -128), (2**40, 0)], result="i8")
elementwise("cast", "i32", [(65536 + 5, 5), (40000, -25536)], result="i16")
elementwise("cast", "i8", [(-1, -1), (127, 127)], result="i64")
elementwise("cast", "i16", [(0, 0), (256, 1), (-1, 1)], result="i1")
elementwise("cast", "i1", [(0, 0), (1, 1)], result="i32")

# ---- Bitcasts.
elementwise("bitcast", "f32", [(1.0, 0x3F800000), (-0.0, -(2**31)), (inf, 0x7F800000)], result="i32")
elementwise("bitcast", "i32", [(0x3F800000, 1.0), (-(2**31), -0.0), (0x7FC00000, nan), (1, 2.0**-149)], result="f32")
elementwise("bitcast", "f64", [(1.0, 0x3FF0000000000000), (-2.0, -(2**62))], result="i64")
elementwise("bitcast", "i64", [(0x3FF0000000000000, 1.0), (-1, nan)], result="f64")
elementwise("bitcast", "f16", [(1.0, 0x3C00), (-0.0, -(2**15))], result="i16")
elementwise("bitcast", "i16", [(0x3F80, 1.0), (0x7F80, inf)], result="bf16")
elementwise("bitcast", "bf16", [(1.0, 1.875)], result="f16")

# ---- Reductions: empty ranges, NaN, ties, accumulation, ddof, several dims.
EMPTY = lambda dtype: Array(dtype, [2, 0], [])
for dtype in FLOATS:
    reduction("sum", EMPTY(dtype), vector(dtype, 0.0, 0.0), "dims [1]")
    reduction("prod", EMPTY(dtype), vector(dtype, 1.0, 1.0), "dims [1]")
    reduction("reduce_min", EMPTY(dtype), vector(dtype, inf, inf), "dims [1]")
    reduction("reduce_max", EMPTY(dtype), vector(dtype, -inf, -inf), "dims [1]")
    reduction("sum", EMPTY(dtype), Array(dtype, [0], []), "dims [0]")
    for op in ("mean", "var", "std"):
        reduction(op, EMPTY(dtype), vector(dtype, nan, nan), "dims [1]")
    x = vector(dtype, 3.0, nan, 1.0, 1.0)
    for op, number, all_nan in (("reduce_min", 1.0, nan), ("reduce_max", 3.0, nan)):
        reduction(op, x, scalar(dtype, number))
        reduction(op, x, scalar(dtype, nan), "nan = propagate")
        reduction(op, vector(dtype, nan, nan), scalar(dtype, all_nan))
    reduction("argmin", x, scalar("i64", 2))
    reduction("argmin", x, scalar("i64", 1), "nan = propagate")
    reduction("argmax", x, scalar("i64", 0))
    reduction("argmax", x, scalar("i64", 1), "nan = propagate")
    reduction("argmax", vector(dtype, 1.0, 3.0, 3.0), scalar("i64", 1))
    reduction("argmin", vector(dtype, nan, nan), scalar("i64", 0))
    reduction("argmax", vector(dtype, -inf, -inf), scalar("i64", 0))
    reduction("argmin", vector(dtype, inf, inf), scalar("i64", 0))
    reduction("argmin", vector(dtype, nan, inf), scalar("i64", 1))
    reduction("argmin", vector(dtype, 0.0, -0.0), scalar("i64", 0))
    reduction("argmax", Array(dtype, [2, 2, 2], [1.0, 5.0, 2.0, 3.0, 9.0, 0.0, 4.0, 9.0]), vector("i64", 2, 3), "dims [0, 2]")
    reduction("sum", x, scalar(dtype, nan))
    reduction("sum", x, scalar(dtype, 5.0), "omit_nan")
    reduction("prod", x, scalar(dtype, 3.0), "omit_nan")
    reduction("mean", vector(dtype, 3.0, nan, 1.0), scalar(dtype, 2.0), "omit_nan")
    reduction("mean", vector(dtype, nan), scalar(dtype, nan), "omit_nan")
    reduction("sum", vector(dtype, nan), scalar(dtype, 0.0), "omit_nan")
    reduction("var", vector(dtype, 3.0, nan, 1.0), scalar(dtype, 1.0), "omit_nan")
    reduction("var", vector(dtype, 3.0, nan, 1.0), scalar(dtype, 2.0), "ddof 1 omit_nan")
    reduction("std", vector(dtype, 3.0, nan, 7.0), scalar(dtype, 2.0), "omit_nan")
    reduction("var", vector(dtype, 1.0, 2.0, 3.0, 6.0), scalar(dtype, 3.5))
    reduction("var", vector(dtype, 1.0, 2.0, 3.0, 6.0), scalar(dtype, 7.0), "ddof 2")
    reduction("var", vector(dtype, 1.0, 2.0), scalar(dtype, nan), "ddof 2")
    reduction("var", vector(dtype, 1.0, 2.0), scalar(dtype, nan), "ddof 3")
    reduction("var", vector(dtype, 1.0, 2.0, nan), scalar(dtype, nan))
    reduction("var", vector(dtype, 5.0), scalar(dtype, 0.0))
    reduction("std", vector(dtype, 1.0, 1.0, 5.0, 5.0), scalar(dtype, 2.0))
    reduction("sum", vector(dtype, inf, 1.0, -inf), scalar(dtype, nan))
    reduction("sum", vector(dtype, inf, 1.0), scalar(dtype, inf))
    reduction("prod", vector(dtype, 0.0, inf), scalar(dtype, nan))
    reduction("mean", Array(dtype, [2, 3], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), Array(dtype, [2, 1], [2.0, 5.0]), "dims [1] keep")
    reduction("mean", Array(dtype, [2, 3], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), scalar(dtype, 3.5))
    reduction("sum", scalar(dtype, 2.5), scalar(dtype, 2.5))
    reduction("cumsum", vector(dtype, 1.0, 2.0, nan, 3.0), vector(dtype, 1.0, 3.0, nan, nan), "dim 0")
    reduction("cumprod", Array(dtype, [2, 3], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), Array(dtype, [2, 3], [1.0, 2.0, 3.0, 4.0, 10.0, 18.0]), "dim 0")
    reduction("cumsum", EMPTY(dtype), EMPTY(dtype), "dim 1")
# f16 and bf16 accumulate in f32 and round once.
reduction("sum", vector("f16", 2048.0, 1.0, 1.0, 1.0), scalar("f16", 2052.0))
reduction("sum", vector("bf16", 256.0, 1.0, 1.0), scalar("bf16", 258.0))
reduction("mean", vector("f16", 60000.0, 60000.0), scalar("f16", 60000.0))
reduction("prod", vector("f16", 60000.0, 60000.0, 2.0**-14, 2.0**-14), scalar("f16", 60000.0**2 * 2.0**-28))
reduction("cumsum", vector("f16", 2048.0, 1.0, 1.0, 1.0), vector("f16", 2048.0, 2048.0, 2050.0, 2052.0), "dim 0")
# Never E[x^2] - mean^2.
reduction("var", vector("f32", 10000.0, 10001.0, 10002.0, 10003.0), scalar("f32", 1.25), ulp=2)
reduction("std", vector("f32", 4097.0, 4099.0), scalar("f32", 1.0))
for dtype in INTS:
    low, high = MIN[dtype], MAX[dtype]
    reduction("sum", vector(dtype, high, high, 1), scalar("i64", (2 * high + 1 + 2**63) % 2**64 - 2**63))
    reduction("sum", vector(dtype, low, -1), scalar("i64", (low - 1 + 2**63) % 2**64 - 2**63))
    reduction("prod", vector(dtype, 100, 100, 100), scalar("i64", 1000000))
    reduction("sum", EMPTY(dtype), vector("i64", 0, 0), "dims [1]")
    reduction("prod", EMPTY(dtype), vector("i64", 1, 1), "dims [1]")
    reduction("reduce_min", EMPTY(dtype), vector(dtype, high, high), "dims [1]")
    reduction("reduce_max", EMPTY(dtype), vector(dtype, low, low), "dims [1]")
    reduction("reduce_min", vector(dtype, 3, low, high), scalar(dtype, low))
    reduction("reduce_max", vector(dtype, 3, low, high), scalar(dtype, high))
    reduction("argmin", vector(dtype, 3, low, low), scalar("i64", 1))
    reduction("argmax", vector(dtype, high, 3, high), scalar("i64", 0))
    reduction("argmax", vector(dtype, low, low), scalar("i64", 0))
    reduction("cumsum", vector(dtype, high, 1, 1), vector(dtype, high, low, low + 1), "dim 0")
    reduction("cumprod", vector(dtype, high, 2, 2), vector(dtype, high, -2, -4), "dim 0")
reduction("any", Array("i1", [2, 2], [0, 1, 0, 0]), bools(1, 0), "dims [1]")
reduction("all", Array("i1", [2, 2], [0, 1, 1, 1]), bools(0, 1), "dims [1]")
reduction("any", Array("i1", [2, 0], []), bools(0, 0), "dims [1]")
reduction("all", Array("i1", [2, 0], []), bools(1, 1), "dims [1]")
reduction("any", Array("i1", [2, 2], [0, 1, 0, 0]), scalar("i1", 1))


# ---- Contractions.
def contraction(op, a, b, expected):
    CASES.append(Case(f"array.{op} {{0}}, {{1}} : {{types}}", [a, b], expected, fold=False))


for dtype in FLOATS + INTS:
    number = float if dtype in FLOATS else int
    a = Array(dtype, [2, 3], [number(k) for k in (1, 2, 3, 4, 5, 6)])
    b = Array(dtype, [3, 2], [number(k) for k in (1, 2, 3, 1, 2, 3)])
    contraction("matmul", a, b, Array(dtype, [2, 2], [number(k) for k in (13, 13, 31, 31)]))
    contraction("matmul", EMPTY(dtype), Array(dtype, [0, 3], []), Array(dtype, [2, 3], [number(0)] * 6))
    contraction("matmul", Array(dtype, [2, 1, 2], [number(k) for k in (1, 2, 3, 4)]), Array(dtype, [2, 1], [number(k) for k in (5, 6)]),
                Array(dtype, [2, 1, 1], [number(k) for k in (17, 39)]))
    contraction("dot", vector(dtype, *[number(k) for k in (1, 2, 3)]), vector(dtype, *[number(k) for k in (4, 5, 6)]), scalar(dtype, number(32)))
    contraction("dot", Array(dtype, [0], []), Array(dtype, [0], []), scalar(dtype, number(0)))
contraction("matmul", Array("i8", [1, 2], [127, 1]), Array("i8", [2, 1], [2, 1]), Array("i8", [1, 1], [-1]))
contraction("dot", vector("f16", 2048.0, 1.0, 1.0, 1.0), vector("f16", 1.0, 1.0, 1.0, 1.0), scalar("f16", 2052.0))
contraction("matmul", Array("bf16", [1, 3], [256.0, 1.0, 1.0]), Array("bf16", [3, 1], [1.0, 1.0, 1.0]), Array("bf16", [1, 1], [258.0]))
contraction("dot", vector("f32", inf, 0.0), vector("f32", 0.0, 1.0), scalar("f32", nan))
