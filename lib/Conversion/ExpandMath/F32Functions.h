// Pieces that the f32 expansions share.
#ifndef RUNMAT_LIB_CONVERSION_EXPANDMATH_F32FUNCTIONS_H
#define RUNMAT_LIB_CONVERSION_EXPANDMATH_F32FUNCTIONS_H

#include "F32Coefficients.h"
#include "Scalars.h"

namespace runmat::array {

/// x limited to [low, high]; NaN stays (one minimum and one maximum on x86).
mlir::Value limitKeepingNan(Scalars &s, mlir::Value x, double low, double high);

/// x rounded to an integer, |x| < 2^22: as a float, and as the float
/// 1.5 * 2^23 + integer, whose low bits are the integer.
struct Rounded {
  mlir::Value shifted, value;
};
Rounded roundToInteger(Scalars &s, mlir::Value x);

/// What is known of a scaled result. An underflow to 0 costs a CPU a hundred
/// cycles, so `OftenZero` results are made 0 by select.
enum class ScaledResult { Normal, RarelyZero, OftenZero };

/// x * 2^k for x in [1/2, 2], `shifted` from roundToInteger, k in [-252, 254].
mlir::Value scaleByPowerOfTwo(Scalars &s, mlir::Value x, mlir::Value shifted,
                              ScaledResult result);

/// 2^r for r in [-1/2, 1/2].
mlir::Value exp2OfReduced(Scalars &s, mlir::Value r);

/// e^x / 2 for x >= 0: infinite only where that is.
mlir::Value expandHalfExp(Scalars &s, mlir::Value x);

/// x = significand * 2^exponent, significand in [sqrt(1/2), sqrt(2)), for x
/// positive and finite. Without `subnormals`, 0 and those have exponent -127 or
/// -126, infinity and NaN have 128 (and any significand). `scaled`: the
/// exponent times 2^23, which saves a shift.
struct Split {
  mlir::Value significand, exponent;
};
Split splitFloat(Scalars &s, mlir::Value x, bool subnormals = true,
                 bool scaled = false);

} // namespace runmat::array

#endif // RUNMAT_LIB_CONVERSION_EXPANDMATH_F32FUNCTIONS_H
