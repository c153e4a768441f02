"""Derives the polynomials of lib/Conversion/ExpandMath/F32Coefficients.h and prints that file.

Each is the minimax polynomial (Remez exchange) of the stated function and weight on the stated interval, its
coefficients rounded to f32; the printed error is that of the rounded polynomial evaluated exactly. erf is the C library's, in f64.

usage: f32_coefficients.py > lib/Conversion/ExpandMath/F32Coefficients.h
"""
import math

import numpy as np

LD = np.longdouble
LN2 = np.log(LD(2))


def solve(matrix, right):
    """Gauss elimination in extended precision, which numpy.linalg does not have."""
    a = np.concatenate([matrix, right[:, None]], axis=1).astype(LD)
    n = len(right)
    for i in range(n):
        p = i + int(np.argmax(np.abs(a[i:, i])))
        a[[i, p]] = a[[p, i]]
        for j in range(i + 1, n):
            a[j] -= a[i] * (a[j, i] / a[i, i])
    x = np.zeros(n, LD)
    for i in reversed(range(n)):
        x[i] = (a[i, n] - a[i, i + 1:n] @ x[i + 1:]) / a[i, i]
    return x


def remez(f, weight, powers, low, high):
    """Coefficients c of sum c[i] x^powers[i] that minimise max |weight * (f - sum)|, and that maximum."""
    n = len(powers)
    k = np.arange(n + 1)
    points = (LD(low) + LD(high)) / 2 - (LD(high) - LD(low)) / 2 * np.cos(np.pi * LD(1) * (2 * k + 1) / (2 * n + 2))
    grid = np.linspace(LD(low), LD(high), 40001)
    grid = grid[np.abs(grid) > 1e-7 * (high - low)]
    f_grid, w_grid = f(grid), weight(grid)
    basis = np.stack([grid ** p for p in powers], axis=1)
    for _ in range(30):
        matrix = np.concatenate([np.stack([points ** p for p in powers], axis=1),
                                 ((-1) ** k / weight(points))[:, None]], axis=1)
        solution = solve(matrix, f(points))
        error = w_grid * (f_grid - basis @ solution[:n])
        # The extremum of each stretch of one sign becomes the next reference.
        changes = np.flatnonzero(np.sign(error[1:]) != np.sign(error[:-1])) + 1
        stretches = np.split(np.arange(len(grid)), changes)
        best = [s[np.argmax(np.abs(error[s]))] for s in stretches]
        while len(best) > n + 1:
            best.pop(0 if abs(error[best[0]]) < abs(error[best[-1]]) else -1)
        if len(best) < n + 1:
            break
        new = grid[best]
        if np.allclose(new.astype(float), points.astype(float), rtol=0, atol=1e-12):
            break
        points = new
    return solution[:n], np.max(np.abs(error))


def rounded(f, weight, count, low, high, refit=False):
    """As remez with powers 0 .. count - 1; the coefficients rounded to f32, and the error of those. `refit`: the
    others are found again after the first one was rounded (for intervals that start at 0)."""
    c, _ = remez(f, weight, range(count), low, high)
    if refit:
        first = LD(np.float32(c[0]))
        rest, _ = remez(lambda x: f(x) - first, weight, range(1, count), low, high)
        c = [first, *rest]
    c = [np.float32(v) for v in c]
    grid = np.linspace(LD(low), LD(high), 100001)
    grid = grid[np.abs(grid) > 1e-7 * (high - low)]
    error = np.max(np.abs(weight(grid) * (f(grid) - sum(LD(v) * grid ** i for i, v in enumerate(c)))))
    return c, error


def hexadecimal(v):
    mantissa, exponent = float(v).hex().split("p")
    return f"{mantissa.rstrip(chr(48))}p{exponent}"


def show(name, what, values, error):
    print(f"/// {what}")
    print(f"/// Maximum error: {float(error):.2e} = 2^{float(np.log2(error)):.1f}.")
    print(f"inline constexpr double {name}[] = {{{', '.join(hexadecimal(v) for v in values)}}};\n")


def main():
    print("""// Coefficients of the f32 expansions, from the constant term up. Made by
// tools/dev/f32_coefficients.py (Remez exchange, rounded to f32); do not edit.
#ifndef RUNMAT_LIB_CONVERSION_EXPANDMATH_F32COEFFICIENTS_H
#define RUNMAT_LIB_CONVERSION_EXPANDMATH_F32COEFFICIENTS_H

namespace runmat::array::f32 {
""")
    exp2 = lambda x: np.expm1(x * LN2) / x
    c, e = rounded(exp2, lambda x: np.abs(x) / np.exp2(x), 6, -0.5, 0.5)
    show("exp2Terms", "(2^x - 1) / x on [-1/2, 1/2]; relative to 2^x.", c, e)
    c, e = rounded(lambda x: (np.expm1(x) / x - 1) / x, lambda x: x * x / np.exp(x), 5, -0.3466, 0.3466)
    show("expTerms", "(e^x - 1 - x) / x^2 on [-ln2 / 2, ln2 / 2]; relative to e^x.", c, e)
    low, high = 0.7071067 - 1, 1.4142136 - 1
    c, e = rounded(lambda x: (np.log1p(x) / x - 1) / x, lambda x: x * x / np.abs(np.log1p(x)), 8, low, high)
    show("logTerms", "(log(1 + x) - x) / x^2 on [sqrt(1/2) - 1, sqrt(2) - 1]; relative to log(1 + x).", c, e)
    # atanh(s) = s + s^3 / 3 + ...: log2(m) = 2 / ln2 * atanh(s), s = (m - 1) / (m + 1).
    top = 0.1715729
    f = lambda t: (np.arctanh(np.sqrt(t)) / np.sqrt(t) - 1) / t
    c, e = rounded(f, lambda t: t, 4, 0.0, top * top, refit=True)
    show("atanhTerms", "(atanh(s) / s - 1) / s^2 as a polynomial of s^2 in [0, 0.0294]; absolute, of atanh(s) / s.", c, e)
    c, e = rounded(f, lambda t: t, 3, 0.0, top * top)
    show("atanhShortTerms", "The same, one term shorter.", c, e)
    quarter = 0.7853983
    # What multiplies s in sin(r) = r + r s (...), s = r^2; the same for the others.
    c, e = rounded(lambda t: (np.sin(np.sqrt(t)) / np.sqrt(t) - 1) / t, lambda t: t, 4, 0.0, quarter ** 2, refit=True)
    show("sinTerms", "(sin(r) / r - 1) / r^2 as a polynomial of r^2, |r| <= pi / 4; absolute, of sin(r) / r.", c, e)
    c, e = rounded(lambda t: (np.sin(np.sqrt(t)) / np.sqrt(t) - 1) / t, lambda t: t, 5, 0.0, (2 * quarter) ** 2, refit=True)
    show("halfTurnSinTerms", "The same, |r| <= pi / 2.", c, e)
    c, e = rounded(lambda t: (np.cos(np.sqrt(t)) - 1 + t / 2) / t ** 2, lambda t: t * t, 3, 0.0, quarter ** 2)
    show("cosTerms", "(cos(r) - 1 + r^2 / 2) / r^4 as a polynomial of r^2, |r| <= pi / 4; absolute, of cos(r).", c, e)
    c, e = rounded(lambda t: (np.arctan(np.sqrt(t)) / np.sqrt(t) - 1) / t, lambda t: t, 5, 0.0, 0.4142136 ** 2, refit=True)
    show("atanTerms", "(atan(z) / z - 1) / z^2 as a polynomial of z^2, |z| <= tan(pi / 8); absolute, of atan(z) / z.", c, e)
    c, e = rounded(lambda t: (np.arcsin(np.sqrt(t)) / np.sqrt(t) - 1) / t, lambda t: t, 6, 0.0, 0.25, refit=True)
    show("asinTerms", "(asin(z) / z - 1) / z^2 as a polynomial of z^2, |z| <= 1/2; absolute, of asin(z) / z.", c, e)
    erf = lambda x: np.array([math.erf(float(v)) for v in x], LD)
    c, e = rounded(lambda t: erf(np.sqrt(t)) / np.sqrt(t) - 1, lambda t: np.sqrt(t) / erf(np.sqrt(t)), 7, 0.0, 0.9375 ** 2)
    show("erfTerms", "erf(x) / x - 1 as a polynomial of x^2, |x| <= 0.9375; relative to erf(x).", c, e)
    erfc = lambda x: np.array([math.erfc(float(v)) for v in x], LD)
    c, e = rounded(lambda x: np.log(erfc(x)), erfc, 9, 0.9375, 4.0)
    show("logErfcTerms", "log(1 - erf(x)) on [0.9375, 4]; absolute, of erf(x).", c, e)
    print("""} // namespace runmat::array::f32

#endif // RUNMAT_LIB_CONVERSION_EXPANDMATH_F32COEFFICIENTS_H""")


main()
