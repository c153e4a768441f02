// exp, exp2 and expm1 by polynomials: add, multiply, fma, compare, select and
// integer operations only, so that they vectorise on the CPU and are valid
// SPIR-V. Subnormals, infinities and NaN are right.
#include "Reals.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

Value Reals::limitKeepingNan(Value x, double low, double high) {
  Value lowest = c(low), highest = c(high);
  x = select(cmp(FloatPredicate::OLT, highest, x), highest, x);
  return select(cmp(FloatPredicate::OGT, lowest, x), lowest, x);
}

Rounded array::roundToInteger(Reals &r, Value x) {
  Value shift = r.c(r.format.roundingShift), shifted = r.add(x, shift);
  return {shifted, r.sub(shifted, shift)};
}

Value array::scaleByPowerOfTwo(Reals &r, Value x, Value shifted,
                               ScaledResult result, int64_t down) {
  const Format &f = r.format;
  Value bits = r.bitsOf(shifted), mantissa = r.i(f.mantissa);
  // The shift drops everything but k: added to the exponent field.
  if (result == ScaledResult::Normal)
    return r.realOf(r.addI(r.bitsOf(x), r.shl(bits, mantissa)));
  // In two steps, so that subnormal results round once and overflow is
  // infinite: exponent fields half(k) + bias and k - half(k) + bias.
  Value both = r.subI(bits, r.i(f.roundingShiftBits + down - 2 * f.bias));
  // Up to k = -bias - mantissa - 1 everything rounds to 0; field 0 is the
  // factor 0.
  if (result == ScaledResult::OftenZero) {
    Value none = r.i(f.bias - f.mantissa - 1);
    both = r.select(r.cmp(IntPredicate::sgt, both, none), both, r.i(0));
  }
  Value first = r.shrU(both, r.i(1)), second = r.subI(both, first);
  auto power = [&](Value field) { return r.realOf(r.shl(field, mantissa)); };
  return r.mul(r.mul(x, power(first)), power(second));
}

Value array::exp2OfReduced(Reals &r, Value v) {
  ArrayRef<double> terms = r.format.exp2Terms;
  if (r.isF64())
    return r.fma(v, r.horner(v, terms), r.c(1));
  // Pairs of terms side by side (Estrin): pow is bound by its latency.
  auto pair = [&](int i) { return r.fma(v, r.c(terms[i + 1]), r.c(terms[i])); };
  Value square = r.mul(v, v);
  Value upper = r.fma(square, pair(4), pair(2));
  return r.fma(v, r.fma(square, upper, pair(0)), r.c(1));
}

Value array::expandExp2(Reals &r, Value x) {
  // Below the first 2^x rounds to 0, from the second on to infinity.
  const Format &f = r.format;
  x = r.limitKeepingNan(x, -(f.bias + f.mantissa + 1), f.bias + 2);
  Rounded k = roundToInteger(r, x);
  return scaleByPowerOfTwo(r, exp2OfReduced(r, r.sub(x, k.value)), k.shifted,
                           ScaledResult::OftenZero);
}

namespace {
/// e^x = 2^k (1 + p), `shifted` from roundToInteger of k.
struct Reduced {
  Value p, shifted;
};
} // namespace

static Reduced reduce(Reals &r, Value x) {
  const Format &f = r.format;
  Value shift = r.c(f.roundingShift);
  Value shifted = r.fma(x, r.c(f.perLn2), shift);
  Value k = r.sub(shifted, shift);
  Value v = r.fma(k, r.c(-f.ln2High), x);
  v = r.fma(k, r.c(-f.ln2Low), v);
  return {r.fma(r.mul(v, v), r.horner(v, f.expTerms), v), shifted};
}

/// e^x / 2^down.
static Value expTimes(Reals &r, Value x, int64_t down) {
  x = r.limitKeepingNan(x, r.format.expLow, r.format.expHigh);
  Reduced reduced = reduce(r, x);
  return scaleByPowerOfTwo(r, r.add(reduced.p, r.c(1)), reduced.shifted,
                           ScaledResult::OftenZero, down);
}

Value array::expandExp(Reals &r, Value x) { return expTimes(r, x, 0); }

Value array::expandHalfExp(Reals &r, Value x) { return expTimes(r, x, 1); }

/// (e^x - 1) / 2^down, without care for the sign of a zero.
static Value expm1Times(Reals &r, Value x, int64_t down) {
  const Format &f = r.format;
  x = r.limitKeepingNan(x, f.expm1Low, f.expHigh);
  Reduced reduced = reduce(r, x);
  // 2^k p + (2^k - 1) = 2^k (p + (1 - 2^-k)); 2^-k is 0 where it would be
  // subnormal.
  Value field =
      r.subI(r.i(f.roundingShiftBits + f.bias), r.bitsOf(reduced.shifted));
  field = r.make<arith::MaxSIOp>(field, r.i(0));
  Value inverse = r.realOf(r.shl(field, r.i(f.mantissa)));
  Value sum = r.add(reduced.p, r.sub(r.c(1), inverse));
  return scaleByPowerOfTwo(r, sum, reduced.shifted, ScaledResult::RarelyZero,
                           down);
}

Value array::expandExpm1(Reals &r, Value x) {
  return r.keepZero(x, expm1Times(r, x, 0));
}

Value array::expandHalfExpm1(Reals &r, Value x) { return expm1Times(r, x, 1); }
