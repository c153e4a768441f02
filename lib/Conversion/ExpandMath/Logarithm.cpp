// log, log2, log10 and log1p. f32's polynomial is one of the significand; f64's
// one of s = (m - 1) / (m + 1), shorter by more than the division costs.
#include "F32Coefficients.h"
#include "F64Coefficients.h"
#include "Reals.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

Split array::splitFloat(Reals &r, Value x, bool subnormals, bool scaled) {
  const Format &f = r.format;
  Value subnormal;
  if (subnormals) {
    subnormal = r.cmp(FloatPredicate::OLT, x, r.c(std::ldexp(1.0, 1 - f.bias)));
    Value scale = r.c(std::ldexp(1.0, f.mantissa));
    x = r.select(subnormal, r.mul(x, scale), x);
  }
  Value bits = r.bitsOf(x), mantissa = r.i(f.mantissa);
  // Offset so that the significand lies in [sqrt(1/2), sqrt(2)).
  int64_t root = r.isF64() ? 0x3fe6a09e667f3bcd : 0x3f3504f3;
  Value offset = r.subI(bits, r.i(root));
  Value field = r.andI(offset, r.i(-(int64_t(1) << f.mantissa)));
  Value significand = r.realOf(r.subI(bits, field));
  if (!r.isF64()) {
    Value exponent = scaled ? field : r.shrS(offset, mantissa);
    if (subnormal) {
      int64_t less =
          scaled ? -f.mantissa * (int64_t(1) << f.mantissa) : -f.mantissa;
      exponent = r.addI(exponent, r.select(subnormal, r.i(less), r.i(0)));
    }
    return {significand, r.make<arith::SIToFPOp>(r.type, exponent)};
  }
  // Neither a signed shift nor a conversion, which AVX2 lacks for i64: the
  // exponent plus 2048 as the low bits of 2^52.
  Value raised = r.xorI(offset, r.i(std::numeric_limits<int64_t>::min()));
  Value low = r.shrU(raised, mantissa);
  Value number = r.realOf(r.orI(low, r.i(0x4330000000000000)));
  Value bias = r.c(0x1p52 + 2048);
  if (subnormal)
    bias = r.select(subnormal, r.c(0x1p52 + 2048 + 52), bias);
  return {significand, r.sub(number, bias)};
}

/// The logarithm of what is not positive and finite.
static Value finishLog(Reals &r, Value x, Value result) {
  Value zero = r.c(0);
  Value positive = r.cmp(FloatPredicate::OGT, x, zero);
  Value finite = r.cmp(FloatPredicate::OLT, x, r.infinity());
  Value special = r.select(r.cmp(FloatPredicate::OEQ, x, zero),
                           r.neg(r.infinity()), r.nan());
  return r.select(r.andI(positive, finite), result,
                  r.select(positive, x, special));
}

/// log(1 + v) - v, 1 + v in [sqrt(1/2), sqrt(2)): f32's, small enough for one
/// float.
static Value curveF32(Reals &r, Value v) {
  return r.mul(r.mul(v, v), r.horner(v, f32::logTerms));
}

namespace {
/// log(1 + v) = v - (half - part), half = v^2 / 2.
struct CurveF64 {
  Value half, part;
};
} // namespace

/// With s = v / (2 + v), log(1 + v) = 2 atanh(s) = v - v^2 / 2 + s (v^2 / 2 +
/// 2 (atanh(s) - s) / s).
static CurveF64 curveF64(Reals &r, Value v) {
  Value s = r.div(v, r.add(v, r.c(2))), t = r.mul(s, s);
  Value half = r.mul(r.mul(v, r.c(0.5)), v);
  Value rest = r.fma(r.mul(t, r.c(2)), r.horner(t, f64::atanhTerms), half);
  return {half, r.mul(s, rest)};
}

Value array::expandLog(Reals &r, Value x) {
  const Format &f = r.format;
  Split parts = splitFloat(r, x);
  Value v = r.sub(parts.significand, r.c(1));
  if (!r.isF64()) {
    Value tail = r.fma(r.mul(v, v), r.horner(v, f32::logTerms),
                       r.mul(parts.exponent, r.c(f.ln2Low)));
    Value head = r.fma(parts.exponent, r.c(f.ln2High), v);
    return finishLog(r, x, r.add(head, tail));
  }
  CurveF64 curve = curveF64(r, v);
  Value low = r.fma(parts.exponent, r.c(f.ln2Low), curve.part);
  Value log = r.sub(v, r.sub(curve.half, low));
  return finishLog(r, x, r.fma(parts.exponent, r.c(f.ln2High), log));
}

Value array::expandLog2(Reals &r, Value x) {
  const Format &f = r.format;
  Split parts = splitFloat(r, x);
  Value v = r.sub(parts.significand, r.c(1));
  if (!r.isF64()) {
    Value tail =
        r.fma(curveF32(r, v), r.c(f.perLn2), r.mul(v, r.c(f.perLn2Low)));
    Value log = r.fma(v, r.c(f.perLn2), tail);
    return finishLog(r, x, r.add(parts.exponent, log));
  }
  CurveF64 curve = curveF64(r, v);
  Value high = r.sub(v, curve.half);
  Value low = r.add(r.sub(r.sub(v, high), curve.half), curve.part);
  Value tail = r.fma(low, r.c(f.perLn2), r.mul(high, r.c(f.perLn2Low)));
  Value log = r.fma(high, r.c(f.perLn2), tail);
  return finishLog(r, x, r.add(parts.exponent, log));
}

Value array::expandLog10(Reals &r, Value x) {
  Value log = expandLog(r, x);
  // Two parts of one sign: an infinity meets no other.
  return r.fma(log, r.c(r.format.perLn10),
               r.mul(log, r.c(r.format.perLn10Low)));
}

/// log(u) + c / u, u = 1 + x rounded, c what the rounding lost.
Value array::expandLog1p(Reals &r, Value x) {
  Value one = r.c(1), u = r.add(x, one);
  Value lost = r.sub(x, r.sub(u, one));
  Value main = expandLog(r, u);
  Value corrected = r.add(main, r.div(lost, u));
  Value ordinary = r.andI(r.cmp(FloatPredicate::OGT, u, r.c(0)),
                          r.cmp(FloatPredicate::OLT, u, r.infinity()));
  return r.keepZero(x, r.select(ordinary, corrected, main));
}
