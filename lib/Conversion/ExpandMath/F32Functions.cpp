// exp2, exp, log2 and log of f32 by polynomials: add, multiply, fma, compare,
// select and integer operations only, so that they vectorise on the CPU and are
// valid SPIR-V. Subnormals, infinities and NaN are right.
#include "F32Functions.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

/// 1.5 * 2^23: adding it rounds to an integer that then stands in the low bits.
static constexpr double roundingShift = 0x1.8p23;

Value array::limitKeepingNan(Scalars &s, Value x, double low, double high) {
  Value lowest = s.f32(low), highest = s.f32(high);
  x = s.select(s.cmp(FloatPredicate::OLT, highest, x), highest, x);
  return s.select(s.cmp(FloatPredicate::OGT, lowest, x), lowest, x);
}

Rounded array::roundToInteger(Scalars &s, Value x) {
  Value shifted = s.add(x, s.f32(roundingShift));
  return {shifted, s.sub(shifted, s.f32(roundingShift))};
}

Value array::scaleByPowerOfTwo(Scalars &s, Value x, Value shifted,
                               ScaledResult result) {
  Type i32 = s.b.getI32Type(), f32 = s.b.getF32Type();
  Value bits = s.bits(shifted, i32);
  // The shift drops everything but k: added to the exponent field.
  if (result == ScaledResult::Normal)
    return s.bits(s.addI(s.bits(x, i32), s.shl(bits, s.i32(23))), f32);
  // In two steps, so that subnormal results round once and overflow is
  // infinite: exponent fields half(k) + 127 and k - half(k) + 127. 0x4B400000
  // are the bits of roundingShift.
  Value both = s.subI(bits, s.i32(0x4B400000 - 254));
  // Up to k = -151 everything rounds to 0; field 0 is the factor 0.
  if (result == ScaledResult::OftenZero)
    both = s.select(s.cmp(IntPredicate::sgt, both, s.i32(254 - 151)), both,
                    s.i32(0));
  Value first = s.shrS(both, s.i32(1)), second = s.subI(both, first);
  auto power = [&](Value field) {
    return s.bits(s.shl(field, s.i32(23)), f32);
  };
  return s.mul(s.mul(x, power(first)), power(second));
}

Value array::exp2OfReduced(Scalars &s, Value r) {
  // Pairs of terms side by side (Estrin): pow is bound by its latency.
  auto pair = [&](int i) {
    return s.fma(r, s.f32(f32::exp2Terms[i + 1]), s.f32(f32::exp2Terms[i]));
  };
  Value r2 = s.mul(r, r);
  Value upper = s.fma(r2, pair(4), pair(2));
  return s.fma(r, s.fma(r2, upper, pair(0)), s.f32(1));
}

Value array::expandExp2(Scalars &s, Value x) {
  // 2^-151 rounds to 0, 2^129 to infinity.
  x = limitKeepingNan(s, x, -151, 129);
  Rounded k = roundToInteger(s, x);
  return scaleByPowerOfTwo(s, exp2OfReduced(s, s.sub(x, k.value)), k.shifted,
                           ScaledResult::OftenZero);
}

/// e^x times a power of two.
static Value expTimes(Scalars &s, Value x, double factor) {
  x = limitKeepingNan(s, x, -105, 89.5);
  Value shifted = s.fma(x, s.f32(0x1.715476p0), s.f32(roundingShift));
  Value k = s.sub(shifted, s.f32(roundingShift));
  // ln 2 in two parts; the first has few enough bits for k times it to be
  // exact.
  Value r = s.fma(k, s.f32(-0x1.62e4p-1), x);
  r = s.fma(k, s.f32(-0x1.7f7d1cp-20), r);
  Value p = s.fma(s.mul(r, r), s.horner(r, f32::expTerms), r);
  p = s.add(p, s.f32(1));
  if (factor != 1)
    p = s.mul(p, s.f32(factor));
  return scaleByPowerOfTwo(s, p, shifted, ScaledResult::OftenZero);
}

Value array::expandExp(Scalars &s, Value x) { return expTimes(s, x, 1); }

Value array::expandHalfExp(Scalars &s, Value x) { return expTimes(s, x, 0.5); }

Value array::expandExpm1(Scalars &s, Value x) {
  // Below -18 the result is -1 to the last bit.
  x = limitKeepingNan(s, x, -18, 89.5);
  Value shifted = s.fma(x, s.f32(0x1.715476p0), s.f32(roundingShift));
  Value k = s.sub(shifted, s.f32(roundingShift));
  Value r = s.fma(k, s.f32(-0x1.62e4p-1), x);
  r = s.fma(k, s.f32(-0x1.7f7d1cp-20), r);
  Value p = s.fma(s.mul(r, r), s.horner(r, f32::expTerms), r);
  // 2^k p + (2^k - 1) = 2^k (p + (1 - 2^-k)); 2^-k is 0 where it would be
  // subnormal.
  Value number = s.subI(s.bits(shifted, s.b.getI32Type()), s.i32(0x4B400000));
  Value field = s.make<arith::MaxSIOp>(s.subI(s.i32(127), number), s.i32(0));
  Value inverse = s.bits(s.shl(field, s.i32(23)), s.b.getF32Type());
  Value sum = s.add(p, s.sub(s.f32(1), inverse));
  Value result = scaleByPowerOfTwo(s, sum, shifted, ScaledResult::RarelyZero);
  // Keeps the sign of a zero.
  return s.select(s.cmp(FloatPredicate::OEQ, x, s.f32(0)), x, result);
}

Split array::splitFloat(Scalars &s, Value x, bool subnormals, bool scaled) {
  Type i32 = s.b.getI32Type(), f32 = s.b.getF32Type();
  Value subnormal;
  if (subnormals) {
    subnormal = s.cmp(FloatPredicate::OLT, x, s.f32(0x1p-126));
    x = s.select(subnormal, s.mul(x, s.f32(0x1p23)), x);
  }
  Value bits = s.bits(x, i32);
  // Offset so that the significand lies in [sqrt(1/2), sqrt(2)).
  Value offset = s.subI(bits, s.i32(0x3f3504f3));
  Value field = s.andI(offset, s.i32(0xff800000));
  Value significand = s.bits(s.subI(bits, field), f32);
  Value exponent = scaled ? field : s.shrS(offset, s.i32(23));
  if (subnormal) {
    int64_t less = scaled ? -23 * (int64_t(1) << 23) : -23;
    exponent = s.addI(exponent, s.select(subnormal, s.i32(less), s.i32(0)));
  }
  return {significand, s.make<arith::SIToFPOp>(f32, exponent)};
}

/// The logarithm of what is not positive and finite.
static Value finishLog(Scalars &s, Value x, Value result) {
  double infinity = std::numeric_limits<double>::infinity();
  Value zero = s.f32(0);
  Value positive = s.cmp(FloatPredicate::OGT, x, zero);
  Value finite = s.cmp(FloatPredicate::OLT, x, s.f32(infinity));
  Value nan = s.f32(std::numeric_limits<double>::quiet_NaN());
  Value special =
      s.select(s.cmp(FloatPredicate::OEQ, x, zero), s.f32(-infinity), nan);
  return s.select(s.andI(positive, finite), result,
                  s.select(positive, x, special));
}

Value array::expandLog(Scalars &s, Value x) {
  Split parts = splitFloat(s, x);
  Value r = s.sub(parts.significand, s.f32(1));
  Value tail = s.fma(s.mul(r, r), s.horner(r, f32::logTerms),
                     s.mul(parts.exponent, s.f32(0x1.7f7d1cp-20)));
  Value head = s.fma(parts.exponent, s.f32(0x1.62e4p-1), r);
  return finishLog(s, x, s.add(head, tail));
}

Value array::expandLog2(Scalars &s, Value x) {
  Split parts = splitFloat(s, x);
  Value r = s.sub(parts.significand, s.f32(1));
  Value curved = s.mul(s.mul(r, r), s.horner(r, f32::logTerms));
  // 1 / ln 2 in two parts.
  Value tail =
      s.fma(curved, s.f32(0x1.715476p0), s.mul(r, s.f32(0x1.4ae0cp-26)));
  Value log = s.fma(r, s.f32(0x1.715476p0), tail);
  return finishLog(s, x, s.add(parts.exponent, log));
}
