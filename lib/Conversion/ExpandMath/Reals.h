// The builder of the functions' expansions: one text serves f32 and f64, with
// the constants of either.
#ifndef RUNMAT_LIB_CONVERSION_EXPANDMATH_REALS_H
#define RUNMAT_LIB_CONVERSION_EXPANDMATH_REALS_H

#include "Scalars.h"

#include <limits>

namespace runmat::array {

/// What the expansions need of a floating type. High and low parts: rounded to
/// the type, and what that leaves, unless it says otherwise.
struct Format {
  /// Bits of the type, of its stored significand, the exponent's bias.
  int64_t width, mantissa, bias;
  /// 1.5 * 2^mantissa: adding it rounds to an integer, which then stands in the
  /// low bits. Its own bits.
  double roundingShift;
  int64_t roundingShiftBits;
  /// ln 2 with a high part of few bits, so that its product with an exponent is
  /// exact; 1 / ln 2, 1 / ln 10, pi / 2.
  double ln2, ln2High, ln2Low, perLn2, perLn2Low, perLn10, perLn10Low, halfPi,
      halfPiLow, perHalfPi;
  /// pi / 2 in parts that fma's exact product allows, and in parts whose
  /// products with a quotient are exact themselves; up to which angle either
  /// is enough.
  llvm::ArrayRef<double> halfPiParts, halfPiShortParts;
  double largeAngle, largeAngleShort;
  /// e^x is 0 below the first, infinite above the second; e^x - 1 is -1 below
  /// the third.
  double expLow, expHigh, expm1Low;
  /// From the first on log(2a) is asinh(a) and acosh(a); from the second on e^a
  /// + 1 is e^a.
  double far, oneIsNothing;
  /// erf is 1 from here on.
  double erfEnd;
  /// Exponents that move the cube root's operand away from both ends, by a
  /// multiple of 3.
  int64_t cubeLimit, cubeScale;
  // Coefficients.h of the type.
  llvm::ArrayRef<double> exp2Terms, expTerms, halfTurnSinTerms, sinTerms,
      cosTerms, atanTerms, asinTerms, erfTerms, logErfcTerms;
};

const Format &formatOf(mlir::Type type);

struct Reals : Scalars {
  mlir::Type type, bitsType;
  const Format &format;

  Reals(const Scalars &s, mlir::Type type)
      : Scalars(s), type(type),
        bitsType(s.b.getIntegerType(type.getIntOrFloatBitWidth())),
        format(formatOf(type)) {}

  bool isF64() const { return type.isF64(); }
  mlir::Value c(double value) { return number(type, value); }
  mlir::Value i(int64_t value) { return integer(bitsType, value); }
  mlir::Value nan() { return c(std::numeric_limits<double>::quiet_NaN()); }
  mlir::Value infinity() { return c(std::numeric_limits<double>::infinity()); }
  mlir::Value bitsOf(mlir::Value x) { return bits(x, bitsType); }
  mlir::Value realOf(mlir::Value x) { return bits(x, type); }
  mlir::Value withSignOf(mlir::Value magnitude, mlir::Value x) {
    return make<mlir::math::CopySignOp>(magnitude, x);
  }
  mlir::Value isNegative(mlir::Value x) {
    return cmp(IntPredicate::slt, bitsOf(x), i(0));
  }
  /// x itself where it is a zero: sums lose the sign.
  mlir::Value keepZero(mlir::Value x, mlir::Value result) {
    return select(cmp(FloatPredicate::OEQ, x, c(0)), x, result);
  }
  /// x limited to [low, high]; NaN stays (one minimum and one maximum on x86).
  mlir::Value limitKeepingNan(mlir::Value x, double low, double high);
};

/// x rounded to an integer, |x| < 2^(mantissa - 1): as a float, and as the
/// float roundingShift + integer, whose low bits are the integer.
struct Rounded {
  mlir::Value shifted, value;
};
Rounded roundToInteger(Reals &r, mlir::Value x);

/// What is known of a scaled result. An underflow to 0 costs a CPU a hundred
/// cycles, so `OftenZero` results are made 0 by select.
enum class ScaledResult { Normal, RarelyZero, OftenZero };

/// x * 2^(k - down) for x in [1/2, 2], `shifted` from roundToInteger of k,
/// k - down in [-2 bias + 2, 2 bias].
mlir::Value scaleByPowerOfTwo(Reals &r, mlir::Value x, mlir::Value shifted,
                              ScaledResult result, int64_t down = 0);

/// 2^v for v in [-1/2, 1/2].
mlir::Value exp2OfReduced(Reals &r, mlir::Value v);

/// x = significand * 2^exponent, significand in [sqrt(1/2), sqrt(2)), for x
/// positive and finite. Without `subnormals`, 0 and those have the lowest
/// exponents, infinity and NaN the highest (and any significand). `scaled`, f32
/// alone: the exponent times 2^23, which saves a shift.
struct Split {
  mlir::Value significand, exponent;
};
Split splitFloat(Reals &r, mlir::Value x, bool subnormals = true,
                 bool scaled = false);

/// log2 of a positive finite number as high + low, low below high's rounding.
struct Log2 {
  mlir::Value high, low;
};
/// The exact sum, |a| >= |b| or a = 0.
Log2 addExactly(Scalars &s, mlir::Value a, mlir::Value b);
/// Relative error about 2^-30 (f32), 2^-64 (f64).
Log2 preciseLog2F32(Reals &r, mlir::Value x);
Log2 preciseLog2F64(Reals &r, mlir::Value x);

/// An angle as r + k * pi / 2 (Quarter), as r + 2 k * pi / 2 (Half) or as r +
/// (2 k + 1) * pi / 2 (OddHalf): |r| is at most pi / 4 or pi / 2. The low bits
/// of k count.
enum class Turn { Quarter, Half, OddHalf };
struct Angle {
  mlir::Value r, k;
};
/// For finite |x| >= 2. OddHalf: of |x|, whose cosine is that of x.
Angle reduceLargeAngle(Reals &r, mlir::Value x, Turn turn);

// Functions of one and two operands of the type. Errors: docs/numerics.md.
mlir::Value expandExp(Reals &r, mlir::Value x);
mlir::Value expandExp2(Reals &r, mlir::Value x);
mlir::Value expandExpm1(Reals &r, mlir::Value x);
/// e^x / 2 and (e^x - 1) / 2: infinite only where that is.
mlir::Value expandHalfExp(Reals &r, mlir::Value x);
mlir::Value expandHalfExpm1(Reals &r, mlir::Value x);
mlir::Value expandLog(Reals &r, mlir::Value x);
mlir::Value expandLog2(Reals &r, mlir::Value x);
mlir::Value expandLog10(Reals &r, mlir::Value x);
mlir::Value expandLog1p(Reals &r, mlir::Value x);
mlir::Value expandSin(Reals &r, mlir::Value x);
mlir::Value expandCos(Reals &r, mlir::Value x);
mlir::Value expandTan(Reals &r, mlir::Value x);
mlir::Value expandAsin(Reals &r, mlir::Value x);
mlir::Value expandAcos(Reals &r, mlir::Value x);
mlir::Value expandAtan(Reals &r, mlir::Value x);
mlir::Value expandAtan2(Reals &r, mlir::Value y, mlir::Value x);
mlir::Value expandSinh(Reals &r, mlir::Value x);
mlir::Value expandCosh(Reals &r, mlir::Value x);
mlir::Value expandTanh(Reals &r, mlir::Value x);
mlir::Value expandAsinh(Reals &r, mlir::Value x);
mlir::Value expandAcosh(Reals &r, mlir::Value x);
mlir::Value expandAtanh(Reals &r, mlir::Value x);
mlir::Value expandErf(Reals &r, mlir::Value x);
mlir::Value expandCbrt(Reals &r, mlir::Value x);
mlir::Value expandHypot(Reals &r, mlir::Value a, mlir::Value b);
mlir::Value expandPow(Reals &r, mlir::Value x, mlir::Value y);

} // namespace runmat::array

#endif // RUNMAT_LIB_CONVERSION_EXPANDMATH_REALS_H
