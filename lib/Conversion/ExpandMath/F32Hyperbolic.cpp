// Functions of f32 by way of exp, expm1, log and log1p, and erf, cbrt and
// log10: the same on the CPU and on devices without a good one.
#include "F32Functions.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

static Value withSignOf(Scalars &s, Value magnitude, Value x) {
  return s.make<math::CopySignOp>(magnitude, x);
}

static Value infinityOf(Scalars &s) {
  return s.f32(std::numeric_limits<double>::infinity());
}

Value array::expandTanh(Scalars &s, Value x) {
  // 1 to the last bit from 9 on.
  Value t =
      expandExpm1(s, limitKeepingNan(s, s.mul(s.abs(x), s.f32(2)), 0, 20));
  return withSignOf(s, s.div(t, s.add(t, s.f32(2))), x);
}

Value array::expandSinh(Scalars &s, Value x) {
  Value a = s.abs(x);
  // e^a - 1 where e^a would cancel; e^a / 2 does not overflow too early.
  Value t = expandExpm1(s, limitKeepingNan(s, a, 0, 1));
  Value small = s.mul(s.f32(0.5), s.add(t, s.div(t, s.add(t, s.f32(1)))));
  Value h = expandHalfExp(s, a);
  Value large = s.sub(h, s.div(s.f32(0.25), h));
  Value isSmall = s.cmp(FloatPredicate::OLT, a, s.f32(1));
  return withSignOf(s, s.select(isSmall, small, large), x);
}

Value array::expandCosh(Scalars &s, Value x) {
  Value h = expandHalfExp(s, s.abs(x));
  return s.add(h, s.div(s.f32(0.25), h));
}

/// log(2 a) of large a.
static Value logOfTwice(Scalars &s, Value a) {
  return s.add(expandLog(s, a), s.f32(0x1.62e43p-1));
}

Value array::expandAsinh(Scalars &s, Value x) {
  Value a = s.abs(x), square = s.mul(a, a);
  Value root = s.sqrt(s.add(square, s.f32(1)));
  Value small = expandLog1p(s, s.add(a, s.div(square, s.add(root, s.f32(1)))));
  Value far = s.cmp(FloatPredicate::OGT, a, s.f32(4096));
  return withSignOf(s, s.select(far, logOfTwice(s, a), small), x);
}

Value array::expandAcosh(Scalars &s, Value x) {
  Value one = s.f32(1), t = s.sub(x, one);
  Value below = s.cmp(FloatPredicate::OLT, x, one);
  // No root of a negative number: its value is not stated everywhere.
  Value safe = s.select(below, s.f32(0), s.mul(t, s.add(t, s.f32(2))));
  Value small = expandLog1p(s, s.add(t, s.sqrt(safe)));
  Value far = s.cmp(FloatPredicate::OGT, x, s.f32(4096));
  Value result = s.select(far, logOfTwice(s, x), small);
  return s.select(below, s.f32(std::numeric_limits<double>::quiet_NaN()),
                  result);
}

Value array::expandAtanh(Scalars &s, Value x) {
  Value a = s.abs(x);
  Value quotient = s.div(s.mul(a, s.f32(2)), s.sub(s.f32(1), a));
  Value result = s.mul(expandLog1p(s, quotient), s.f32(0.5));
  // A quotient by zero, and beyond it.
  Value one = s.cmp(FloatPredicate::OEQ, a, s.f32(1));
  result = s.select(one, infinityOf(s), result);
  Value far = s.cmp(FloatPredicate::OGT, a, s.f32(1));
  result =
      s.select(far, s.f32(std::numeric_limits<double>::quiet_NaN()), result);
  return withSignOf(s, result, x);
}

Value array::expandErf(Scalars &s, Value x) {
  Value a = s.abs(x), t = s.mul(a, a);
  Value small = s.fma(a, s.horner(t, f32::erfTerms), a);
  // 1 to the last bit from 3.92 on.
  Value exponent = s.horner(limitKeepingNan(s, a, 0, 4), f32::logErfcTerms);
  Value large = s.sub(s.f32(1), expandExp(s, exponent));
  Value isSmall = s.cmp(FloatPredicate::OLT, a, s.f32(0.9375));
  return withSignOf(s, s.select(isSmall, small, large), x);
}

Value array::expandLog10(Scalars &s, Value x) {
  Value log = expandLog(s, x);
  // 1 / ln 10 in two parts of one sign: an infinity meets no other.
  return s.fma(log, s.f32(0x1.bcb7bp-2), s.mul(log, s.f32(0x1.526e5p-26)));
}

/// A third of the exponent gives a start within 4 %; Halley's step cubes that
/// twice, and Newton's, with an exact difference, removes the rounding.
Value array::expandCbrt(Scalars &s, Value x) {
  Type i32 = s.b.getI32Type(), f32 = s.b.getF32Type();
  Value a = s.abs(x);
  // Away from both ends: the steps add three cubes.
  Value small = s.cmp(FloatPredicate::OLT, a, s.f32(0x1p-120));
  Value large = s.cmp(FloatPredicate::OGT, a, s.f32(0x1p120));
  auto choose = [&](double ifSmall, double ifLarge) {
    return s.select(small, s.f32(ifSmall),
                    s.select(large, s.f32(ifLarge), s.f32(1)));
  };
  a = s.mul(a, choose(0x1p24, 0x1p-24));
  Value third = s.make<arith::DivUIOp>(s.bits(a, i32), s.i32(3));
  // 2/3 of the exponent's bias, less what balances the error over a binade.
  Value y = s.bits(s.addI(third, s.i32(0x2a512ce3)), f32);
  for (int step = 0; step < 2; ++step) {
    Value cube = s.mul(s.mul(y, y), y);
    Value top = s.add(cube, s.mul(a, s.f32(2)));
    Value bottom = s.add(s.mul(cube, s.f32(2)), a);
    y = s.mul(y, s.div(top, bottom));
  }
  Value square = s.mul(y, y);
  Value lost = s.fma(square, y, s.neg(a));
  y = s.sub(y, s.div(lost, s.mul(square, s.f32(3))));
  y = s.mul(y, choose(0x1p-8, 0x1p8));
  // Zeros, infinities and NaN are their own cube roots.
  Value ordinary = s.andI(s.cmp(FloatPredicate::OGT, a, s.f32(0)),
                          s.cmp(FloatPredicate::OLT, a, infinityOf(s)));
  return s.select(ordinary, withSignOf(s, y, x), x);
}
