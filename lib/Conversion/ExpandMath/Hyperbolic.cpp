// Hyperbolic functions and their inverses by way of exp, expm1 and log1p, each
// once; erf by way of exp.
#include "Reals.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

Value array::expandTanh(Reals &r, Value x) {
  // t is (e^2a - 1) / 2.
  Value a = r.mul(r.abs(x), r.c(2));
  Value t = expandHalfExpm1(r, r.limitKeepingNan(a, 0, r.format.oneIsNothing));
  return r.withSignOf(r.div(t, r.add(t, r.c(1))), x);
}

Value array::expandSinh(Reals &r, Value x) {
  // t is (e^a - 1) / 2; then (e^a - e^-a) / 2 = t + t / (2t + 1), and t may be
  // infinite.
  Value a = r.abs(x), t = expandHalfExpm1(r, a);
  Value half = r.div(t, r.fma(t, r.c(2), r.c(1)));
  Value large = r.cmp(FloatPredicate::OGT, a, r.c(r.format.oneIsNothing));
  half = r.select(large, r.c(0.5), half);
  return r.withSignOf(r.add(t, half), x);
}

Value array::expandCosh(Reals &r, Value x) {
  Value h = expandHalfExp(r, r.abs(x));
  return r.add(h, r.div(r.c(0.25), h));
}

/// log1p(near), or log(2 a) where a is `far`.
static Value logOfSum(Reals &r, Value a, Value near) {
  Value far = r.cmp(FloatPredicate::OGT, a, r.c(r.format.far));
  Value log = expandLog1p(r, r.select(far, r.sub(a, r.c(1)), near));
  return r.add(log, r.select(far, r.c(r.format.ln2), r.c(0)));
}

Value array::expandAsinh(Reals &r, Value x) {
  Value a = r.abs(x), square = r.mul(a, a);
  Value root = r.sqrt(r.add(square, r.c(1)));
  Value near = r.add(a, r.div(square, r.add(root, r.c(1))));
  return r.withSignOf(logOfSum(r, a, near), x);
}

Value array::expandAcosh(Reals &r, Value x) {
  Value one = r.c(1), t = r.sub(x, one);
  Value below = r.cmp(FloatPredicate::OLT, x, one);
  // No root of a negative number: its value is not stated everywhere.
  Value safe = r.select(below, r.c(0), r.mul(t, r.add(t, r.c(2))));
  Value result = logOfSum(r, x, r.add(t, r.sqrt(safe)));
  return r.select(below, r.nan(), result);
}

Value array::expandAtanh(Reals &r, Value x) {
  Value a = r.abs(x);
  Value quotient = r.div(r.mul(a, r.c(2)), r.sub(r.c(1), a));
  Value result = r.mul(expandLog1p(r, quotient), r.c(0.5));
  // A quotient by zero, and beyond it.
  Value one = r.cmp(FloatPredicate::OEQ, a, r.c(1));
  result = r.select(one, r.infinity(), result);
  Value far = r.cmp(FloatPredicate::OGT, a, r.c(1));
  result = r.select(far, r.nan(), result);
  return r.withSignOf(result, x);
}

Value array::expandErf(Reals &r, Value x) {
  const Format &f = r.format;
  Value a = r.abs(x), t = r.mul(a, a);
  Value small = r.fma(a, r.horner(t, f.erfTerms), a);
  Value exponent = r.horner(r.limitKeepingNan(a, 0, f.erfEnd), f.logErfcTerms);
  Value large = r.sub(r.c(1), expandExp(r, exponent));
  Value isSmall = r.cmp(FloatPredicate::OLT, a, r.c(0.9375));
  return r.withSignOf(r.select(isSmall, small, large), x);
}
