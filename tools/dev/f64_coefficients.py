"""Derives the polynomials of lib/Conversion/ExpandMath/F64Coefficients.h and prints that file.

As f32_coefficients.py, in mpmath's 60 digits: the minimax polynomial (Remez exchange) of the stated function and weight on the stated
interval, its coefficients rounded to f64; the printed error is that of the rounded polynomial evaluated exactly.

usage: f64_coefficients.py > lib/Conversion/ExpandMath/F64Coefficients.h
"""
import mpmath as mp

mp.mp.dps = 60
POINTS = 1500


def evaluate(c, x):
    return mp.polyval(c[::-1], x)


def remez(f, weight, count, low, high):
    """Coefficients c of sum c[i] x^i that minimise max |weight * (f - sum)|."""
    low, high = mp.mpf(low), mp.mpf(high)
    middle, half = (low + high) / 2, (high - low) / 2
    # Chebyshev spacing: errors of minimax polynomials change fastest at the ends.
    grid = [middle - half * mp.cos(mp.pi * (k + mp.mpf(1) / 2) / POINTS) for k in range(POINTS)]
    values, weights = [f(x) for x in grid], [weight(x) for x in grid]
    reference = [round((POINTS - 1) * k / mp.mpf(count)) for k in range(count + 1)]
    for _ in range(30):
        # Scaled to [-1, 1], or high powers of short intervals would be lost.
        matrix = mp.matrix(count + 1, count + 1)
        right = mp.matrix(count + 1, 1)
        for row, at in enumerate(reference):
            u = (grid[at] - middle) / half
            for i in range(count):
                matrix[row, i] = u ** i
            matrix[row, count] = (-1) ** row / weights[at]
            right[row] = values[at]
        solution = mp.lu_solve(matrix, right)
        c = [solution[i] for i in range(count)]
        error = [w * (v - evaluate(c, (x - middle) / half)) for x, v, w in zip(grid, values, weights)]
        best, previous = [], 0
        for at, e in enumerate(error):
            sign = mp.sign(e)
            if sign == previous and best:
                if abs(e) > abs(error[best[-1]]):
                    best[-1] = at
            else:
                best.append(at)
            previous = sign
        while len(best) > count + 1:
            best.pop(0 if abs(error[best[0]]) < abs(error[best[-1]]) else -1)
        if len(best) < count + 1 or best == reference:
            break
        reference = best
    # From powers of u back to powers of x.
    result = [mp.mpf(0)] * count
    for i, v in enumerate(c):
        for k in range(i + 1):
            result[k] += v * mp.binomial(i, k) * (-middle / half) ** (i - k) * half ** -k
    return result


def rounded(f, weight, count, low, high):
    c = [mp.mpf(float(v)) for v in remez(f, weight, count, low, high)]
    low, high = mp.mpf(low), mp.mpf(high)
    grid = [low + (high - low) * (k + mp.mpf(1) / 3) / 2000 for k in range(2000)]
    return c, max(abs(weight(x) * (f(x) - evaluate(c, x))) for x in grid)


def hexadecimal(v):
    mantissa, exponent = float(v).hex().split("p")
    mantissa = mantissa.rstrip("0") if "." in mantissa else mantissa
    return f"{mantissa.rstrip('.')}p{exponent}"


def show(name, what, c_and_error):
    values, error = c_and_error
    print(f"/// {what}")
    print(f"/// Maximum error: {float(error):.2e} = 2^{float(mp.log(error, 2)):.1f}.")
    print(f"inline constexpr double {name}[] = {{{', '.join(hexadecimal(v) for v in values)}}};\n", flush=True)


def of_square(f):
    """f as a function of its operand's square."""
    return lambda t: f(mp.sqrt(t))


def main():
    print("""// Coefficients of the f64 expansions, from the constant term up. Made by
// tools/dev/f64_coefficients.py (Remez exchange, rounded to f64); do not edit.
#ifndef RUNMAT_LIB_CONVERSION_EXPANDMATH_F64COEFFICIENTS_H
#define RUNMAT_LIB_CONVERSION_EXPANDMATH_F64COEFFICIENTS_H

namespace runmat::array::f64 {
""")
    ln2 = mp.log(2)
    show("exp2Terms", "(2^x - 1) / x on [-1/2, 1/2]; relative to 2^x.",
         rounded(lambda x: mp.expm1(x * ln2) / x, lambda x: abs(x) / mp.power(2, x), 11, -0.5, 0.5))
    show("expTerms", "(e^x - 1 - x) / x^2 on [-ln2 / 2, ln2 / 2]; relative to e^x.",
         rounded(lambda x: (mp.expm1(x) - x) / x ** 2, lambda x: x * x / mp.exp(x), 10, -0.34658, 0.34658))
    top = mp.mpf("0.1715729") ** 2
    show("atanhTerms", "(atanh(s) / s - 1) / s^2 as a polynomial of s^2 in [0, 0.0294]; absolute, of atanh(s) / s.",
         rounded(of_square(lambda s: (mp.atanh(s) / s - 1) / s ** 2), lambda t: t, 7, 0, top))
    show("atanhTail", "(atanh(s) / s - 1 - s^2 / 3) / s^4 as a polynomial of s^2 in [0, 0.0294]; absolute, of atanh(s) / s.",
         rounded(of_square(lambda s: (mp.atanh(s) / s - 1 - s ** 2 / 3) / s ** 4), lambda t: t * t, 8, 0, top))
    half, quarter = mp.mpf("1.5707964"), mp.mpf("0.7853982")
    sine = of_square(lambda r: (mp.sin(r) / r - 1) / r ** 2)
    show("halfTurnSinTerms", "(sin(r) / r - 1) / r^2 as a polynomial of r^2, |r| <= pi / 2; absolute, of sin(r) / r.",
         rounded(sine, lambda t: t, 9, 0, half ** 2))
    show("sinTerms", "The same, |r| <= pi / 4.", rounded(sine, lambda t: t, 6, 0, quarter ** 2))
    show("cosTerms", "(cos(r) - 1 + r^2 / 2) / r^4 as a polynomial of r^2, |r| <= pi / 4; absolute, of cos(r).",
         rounded(of_square(lambda r: (mp.cos(r) - 1 + r ** 2 / 2) / r ** 4), lambda t: t * t, 6, 0, quarter ** 2))
    show("atanTerms", "(atan(z) / z - 1) / z^2 as a polynomial of z^2, |z| <= tan(pi / 8); absolute, of atan(z) / z.",
         rounded(of_square(lambda z: (mp.atan(z) / z - 1) / z ** 2), lambda t: t, 11, 0, mp.mpf("0.4142136") ** 2))
    show("asinTerms", "(asin(z) / z - 1) / z^2 as a polynomial of z^2, |z| <= 1/2; absolute, of asin(z) / z.",
         rounded(of_square(lambda z: (mp.asin(z) / z - 1) / z ** 2), lambda t: t, 12, 0, 0.25))
    show("erfTerms", "erf(x) / x - 1 as a polynomial of x^2, |x| <= 0.9375; relative to erf(x).",
         rounded(of_square(lambda x: mp.erf(x) / x - 1), lambda t: mp.sqrt(t) / mp.erf(mp.sqrt(t)), 12, 0, 0.9375 ** 2))
    show("logErfcTerms", "log(1 - erf(x)) on [0.9375, 6]; absolute, of erf(x).",
         rounded(lambda x: mp.log(mp.erfc(x)), mp.erfc, 21, 0.9375, 6))
    print("""} // namespace runmat::array::f64

#endif // RUNMAT_LIB_CONVERSION_EXPANDMATH_F64COEFFICIENTS_H""")


main()
