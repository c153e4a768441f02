// Functions: f32 ones by our expansions where they exist, everything else by
// the math operation that libm serves on the CPU.
#include "Scalars.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

/// sqrt(a*a + b*b) with both scaled by a power of two where squares would
/// overflow or be subnormal.
static Value hypot(Scalars &s, Value a, Value b) {
  Type type = a.getType();
  bool wide = type.isF64();
  a = s.abs(a);
  b = s.abs(b);
  Value larger = s.select(s.cmp(FloatPredicate::OGT, a, b), a, b);
  auto power = [&](int exponent) {
    return s.number(type, std::ldexp(1.0, exponent));
  };
  Value large = s.cmp(FloatPredicate::OGT, larger, power(wide ? 500 : 60));
  Value small = s.cmp(FloatPredicate::OLT, larger, power(wide ? -450 : -50));
  int down = wide ? 600 : 70, up = wide ? 700 : 100;
  Value scale =
      s.select(large, power(-down), s.select(small, power(up), power(0)));
  Value back =
      s.select(large, power(down), s.select(small, power(-up), power(0)));
  Value x = s.mul(a, scale), y = s.mul(b, scale);
  Value root = s.mul(s.sqrt(s.fma(x, x, s.mul(y, y))), back);
  // An infinite side wins, against a NaN too.
  Value infinity = s.number(type, std::numeric_limits<double>::infinity());
  Value infinite = s.orI(s.cmp(FloatPredicate::OEQ, a, infinity),
                         s.cmp(FloatPredicate::OEQ, b, infinity));
  return s.select(infinite, infinity, root);
}

static Value log(Scalars &s, Value x) {
  return x.getType().isF32() ? expandLog(s, x) : s.make<math::LogOp>(x);
}

/// log(u) + c / u, u = 1 + x rounded, c what the rounding lost. math.log1p is
/// avoided: --convert-math-to-llvm makes log(1 + x) of it.
static Value log1p(Scalars &s, Value x) {
  Type type = x.getType();
  Value one = s.number(type, 1), u = s.add(x, one);
  Value lost = s.sub(x, s.sub(u, one));
  Value main = log(s, u);
  Value corrected = s.add(main, s.div(lost, u));
  Value zero = s.number(type, 0);
  Value infinity = s.number(type, std::numeric_limits<double>::infinity());
  Value ordinary = s.andI(s.cmp(FloatPredicate::OGT, u, zero),
                          s.cmp(FloatPredicate::OLT, u, infinity));
  Value result = s.select(ordinary, corrected, main);
  return s.select(s.cmp(FloatPredicate::OEQ, x, zero), x, result);
}

/// (u - 1) x / log(u) with u = e^x rounded: the errors of u cancel (Kahan).
/// math.expm1 is avoided: --convert-math-to-llvm makes exp(x) - 1 of it.
static Value expm1(Scalars &s, Value x) {
  if (x.getType().isF32())
    return expandExpm1(s, x);
  Type type = x.getType();
  Value one = s.number(type, 1), u = s.make<math::ExpOp>(x);
  Value difference = s.sub(u, one);
  Value result = s.mul(difference, s.div(x, s.make<math::LogOp>(u)));
  // e^x beyond the numbers' precision, where the quotient is 1 or inf / inf.
  Value far = s.cmp(FloatPredicate::OGT, s.abs(x), s.number(type, 40));
  result = s.select(far, difference, result);
  return s.select(s.cmp(FloatPredicate::OEQ, u, one), x, result);
}

Value array::expandLog1p(Scalars &s, Value x) { return log1p(s, x); }

/// `f32` where `own`, else the math operation that libm serves on the CPU.
template <typename Op>
static Value either(Scalars &s, Value a, bool own,
                    Value (*f32)(Scalars &, Value)) {
  return own ? f32(s, a) : s.make<Op>(a);
}

Value array::expandFunction(Operation *op, ValueRange operands, Scalars &s) {
  Value a = operands[0], b = operands.size() > 1 ? operands[1] : Value();
  bool f32 = a.getType().isF32();
  if (!isa<FloatType>(a.getType()))
    return {};
  return TypeSwitch<Operation *, Value>(op)
      .Case([&](SqrtOp) { return s.sqrt(a); })
      .Case([&](RsqrtOp) { return s.div(s.number(a.getType(), 1), s.sqrt(a)); })
      .Case(
          [&](ExpOp) { return f32 ? expandExp(s, a) : s.make<math::ExpOp>(a); })
      .Case([&](Exp2Op) {
        return f32 ? expandExp2(s, a) : s.make<math::Exp2Op>(a);
      })
      .Case(
          [&](LogOp) { return f32 ? expandLog(s, a) : s.make<math::LogOp>(a); })
      .Case([&](Log2Op) {
        return f32 ? expandLog2(s, a) : s.make<math::Log2Op>(a);
      })
      .Case([&](PowOp) {
        return f32 ? expandPow(s, a, b) : s.make<math::PowFOp>(a, b);
      })
      .Case([&](HypotOp) { return hypot(s, a, b); })
      .Case([&](CbrtOp) { return either<math::CbrtOp>(s, a, f32, expandCbrt); })
      .Case([&](Expm1Op) { return expm1(s, a); })
      .Case([&](Log1pOp) { return log1p(s, a); })
      .Case([&](Log10Op) {
        return either<math::Log10Op>(s, a, f32, expandLog10);
      })
      .Case([&](SinOp) { return either<math::SinOp>(s, a, f32, expandSin); })
      .Case([&](CosOp) { return either<math::CosOp>(s, a, f32, expandCos); })
      .Case([&](TanOp) { return either<math::TanOp>(s, a, f32, expandTan); })
      .Case([&](AsinOp) { return either<math::AsinOp>(s, a, f32, expandAsin); })
      .Case([&](AcosOp) { return either<math::AcosOp>(s, a, f32, expandAcos); })
      .Case([&](AtanOp) { return either<math::AtanOp>(s, a, f32, expandAtan); })
      .Case([&](Atan2Op) {
        return f32 ? expandAtan2(s, a, b) : s.make<math::Atan2Op>(a, b);
      })
      .Case([&](SinhOp) { return either<math::SinhOp>(s, a, f32, expandSinh); })
      .Case([&](CoshOp) { return either<math::CoshOp>(s, a, f32, expandCosh); })
      .Case([&](TanhOp) { return either<math::TanhOp>(s, a, f32, expandTanh); })
      .Case([&](AsinhOp) {
        return either<math::AsinhOp>(s, a, f32, expandAsinh);
      })
      .Case([&](AcoshOp) {
        return either<math::AcoshOp>(s, a, f32, expandAcosh);
      })
      .Case([&](AtanhOp) {
        return either<math::AtanhOp>(s, a, f32, expandAtanh);
      })
      .Case([&](ErfOp) { return either<math::ErfOp>(s, a, f32, expandErf); })
      .Default(Value());
}
