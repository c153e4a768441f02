// pow of f32: 2^(y log2 x) with log2 x as a sum of two floats (about 2^-30
// relative), so that the error stays below 4 ulp over the whole range; IEEE
// 754's special cases by select. What is known of y (a constant) and x (not
// negative) leaves out what it makes unnecessary: a gamma curve needs about 40
// operations.
#include "F32Functions.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

namespace {

/// What the compiler knows of the exponent.
struct Exponent {
  std::optional<float> constant;
  bool isInteger() const {
    return constant && std::trunc(*constant) == *constant;
  }
  bool isOdd() const {
    return isInteger() && std::fmod(std::fabs(*constant), 2.0f) == 1.0f;
  }
  /// |y log2 x| stays below 126 for every positive finite x, so that the result
  /// is a normal number.
  bool resultIsNormal() const {
    return constant && std::fabs(*constant) <= 0.83f;
  }
  ScaledResult result() const {
    return resultIsNormal() ? ScaledResult::Normal : ScaledResult::OftenZero;
  }
  /// The low part of y log2 x stays small even where the high part saturates.
  bool isModerate() const { return constant && std::fabs(*constant) <= 1000; }
  /// A log2 to 2^-24 is enough: gamma curves.
  bool isSmall() const { return constant && std::fabs(*constant) <= 2.5f; }
  /// 0, subnormals and infinity overflow or underflow by themselves.
  bool saturates() const { return isSmall() && std::fabs(*constant) >= 1.2f; }
};

/// log2 of a positive finite number as high + low, low below high's rounding.
struct Log2 {
  Value high, low;
};

/// The exact sum, |a| >= |b| or a = 0.
Log2 addExactly(Scalars &s, Value a, Value b) {
  Value sum = s.add(a, b);
  return {sum, s.add(s.sub(a, sum), b)};
}

// log2 m = 2 / ln2 * atanh(t), t = (m - 1) / (m + 1), 2 / ln2 in two parts.
constexpr double twoByLn2 = 0x1.715476p1, twoByLn2Low = 0x1.4ae0cp-25;

/// Relative error about 2^-30: t is carried as high + low too, by one division
/// and the exact remainder.
Log2 preciseLog2(Scalars &s, Value x) {
  Split parts = splitFloat(s, x);
  Value m = parts.significand, one = s.f32(1);
  Value numerator = s.sub(m, one), denominator = s.add(m, one);
  Value dropped = s.sub(m, s.sub(denominator, one));
  Value reciprocal = s.div(one, denominator);
  Value t = s.mul(numerator, reciprocal), minusT = s.neg(t);
  Value remainder = s.fma(minusT, denominator, numerator);
  remainder = s.fma(minusT, dropped, remainder);
  Value tLow = s.mul(remainder, reciprocal);
  Value t2 = s.mul(t, t);
  Value c = s.f32(twoByLn2);
  Value high = s.mul(t, c);
  Value low = s.fma(t, c, s.neg(high));
  low = s.fma(t, s.f32(twoByLn2Low), low);
  // The derivative of atanh is about 1 + t^2.
  low = s.fma(s.fma(tLow, t2, tLow), c, low);
  // The first term by itself, so that the others' rounding is a small part.
  llvm::ArrayRef<double> terms(f32::atanhTerms);
  Value cube = s.mul(high, t2);
  low = s.fma(cube, s.mul(t2, s.horner(t2, terms.drop_front())), low);
  low = s.fma(cube, s.f32(terms.front()), low);
  Log2 sum = addExactly(s, parts.exponent, high);
  return addExactly(s, sum.high, s.add(sum.low, low));
}

/// Whether x is known not to be negative, nor -0.
bool isNotNegative(Value x) {
  if (std::optional<llvm::APFloat> value = constantValue(x))
    return !value->isNegative();
  if (auto choice = x.getDefiningOp<arith::SelectOp>()) {
    // max(v, c): v > c ? v : c with c >= +0.
    auto compare = choice.getCondition().getDefiningOp<arith::CmpFOp>();
    std::optional<llvm::APFloat> bound = constantValue(choice.getFalseValue());
    if (compare && bound && !bound->isNegative() && !bound->isNaN() &&
        compare.getPredicate() == FloatPredicate::OGT &&
        compare.getLhs() == choice.getTrueValue() &&
        compare.getRhs() == choice.getFalseValue())
      return true;
    return isNotNegative(choice.getTrueValue()) &&
           isNotNegative(choice.getFalseValue());
  }
  if (auto product = x.getDefiningOp<arith::MulFOp>())
    return product.getLhs() == product.getRhs();
  return x.getDefiningOp<math::AbsFOp>() != nullptr;
}

/// Whether x is known not to be NaN: the smaller or larger of a value and a
/// constant, which a NaN loses against.
bool isNeverNan(Value x) {
  auto choice = x.getDefiningOp<arith::SelectOp>();
  if (!choice)
    return false;
  auto compare = choice.getCondition().getDefiningOp<arith::CmpFOp>();
  std::optional<llvm::APFloat> bound = constantValue(choice.getFalseValue());
  return compare && bound && !bound->isNaN() &&
         (compare.getPredicate() == FloatPredicate::OGT ||
          compare.getPredicate() == FloatPredicate::OLT) &&
         compare.getLhs() == choice.getTrueValue() &&
         compare.getRhs() == choice.getFalseValue();
}

/// v > 0 where x = v > 0 ? v : 0, else null.
Value positivePart(Value x) {
  auto choice = x.getDefiningOp<arith::SelectOp>();
  if (!choice || !isNeverNan(x))
    return {};
  std::optional<llvm::APFloat> bound = constantValue(choice.getFalseValue());
  auto compare = choice.getCondition().getDefiningOp<arith::CmpFOp>();
  bool isZero =
      bound->isPosZero() && compare.getPredicate() == FloatPredicate::OGT;
  return isZero ? choice.getCondition() : Value();
}

/// Exponents whose power is one or two operations, to the last bit or two; null
/// for others.
Value simplePower(Scalars &s, Value x, float y) {
  if (y == 0)
    return s.f32(1);
  if (y == 1)
    return x;
  if (y == 2)
    return s.mul(x, x);
  if (y == 3)
    return s.mul(s.mul(x, x), x);
  if (y == -1)
    return s.div(s.f32(1), x);
  if (y != 0.5f)
    return {};
  // pow differs from sqrt at -0 and -infinity only.
  double infinity = std::numeric_limits<double>::infinity();
  Value root = s.sqrt(s.add(x, s.f32(0)));
  if (isNotNegative(x))
    return root;
  return s.select(s.cmp(FloatPredicate::OEQ, x, s.f32(-infinity)),
                  s.f32(infinity), root);
}

/// x^y for a constant |y| <= 2.5: log2 x = e + v, and y e and y v are only
/// added after the integer part was taken off, by fma, so that one float is
/// enough for v. Where y saturates, x may also be 0, subnormal or infinite.
Value smallPower(Scalars &s, Value x, const Exponent &known,
                 ScaledResult range) {
  Split parts =
      splitFloat(s, x, /*subnormals=*/!known.saturates(), /*scaled=*/true);
  Value m = parts.significand, e = parts.exponent, one = s.f32(1);
  Value t = s.div(s.sub(m, one), s.add(m, one));
  Value t2 = s.mul(t, t), high = s.mul(t, s.f32(twoByLn2));
  Value curve = s.mul(t2, s.horner(t2, f32::atanhShortTerms));
  Value v = s.fma(high, curve, high);
  double c = *known.constant;
  // e is the exponent times 2^23, and so its factor smaller.
  Value y = s.f32(c), yOfE = s.f32(c * 0x1p-23);
  // Beyond what scaleByPowerOfTwo takes: the exponent is at most 128, so only
  // for larger y. |y v| <= 1.3, so 154 saturates.
  if (std::fabs(c) > 1.95) {
    double most = 154 / std::fabs(c) * 0x1p23;
    e = limitKeepingNan(s, e, -most, most);
  }
  Rounded k = roundToInteger(s, s.fma(e, yOfE, s.mul(y, v)));
  Value r = s.fma(y, v, s.fma(e, yOfE, s.neg(k.value)));
  return scaleByPowerOfTwo(s, exp2OfReduced(s, r), k.shifted, range);
}

/// 2^(y log2 x), x positive and finite.
Value power(Scalars &s, Value x, Value y, const Exponent &known) {
  Log2 log = preciseLog2(s, x);
  // So large that it saturates, so small that nothing overflows on the way.
  if (!known.isModerate())
    y = limitKeepingNan(s, y, -0x1p100, 0x1p100);
  Value z = s.mul(y, log.high);
  Value zLow = s.fma(y, log.low, s.fma(y, log.high, s.neg(z)));
  if (!known.resultIsNormal()) {
    Value limited = limitKeepingNan(s, z, -151, 129);
    if (!known.isModerate())
      zLow = s.select(s.cmp(FloatPredicate::OEQ, limited, z), zLow, s.f32(0));
    z = limited;
  }
  Rounded k = roundToInteger(s, z);
  Value r = s.add(s.sub(z, k.value), zLow);
  return scaleByPowerOfTwo(s, exp2OfReduced(s, r), k.shifted, known.result());
}

} // namespace

Value array::expandPow(Scalars &s, Value x, Value y) {
  Type i32 = s.b.getI32Type(), f32 = s.b.getF32Type();
  Exponent known;
  if (std::optional<llvm::APFloat> value = constantValue(y);
      value && value->isFinite()) {
    known.constant = value->convertToFloat();
    if (Value simple = simplePower(s, x, *known.constant))
      return simple;
  }
  Value zero = s.f32(0), one = s.f32(1);
  Value infinity = s.f32(std::numeric_limits<double>::infinity());
  // Of max(v, 0), as of an image of which half is clamped, the power is one of
  // |v| or a constant: no zeros go through the polynomials.
  if (Value positive = positivePart(x); positive && known.saturates()) {
    Value v = x.getDefiningOp<arith::SelectOp>().getTrueValue();
    Value result = smallPower(s, s.abs(v), known, ScaledResult::RarelyZero);
    return s.select(positive, result, *known.constant > 0 ? zero : infinity);
  }
  bool notNegative = isNotNegative(x);
  Value magnitude = notNegative ? x : s.abs(x);
  Value result = known.isSmall()
                     ? smallPower(s, magnitude, known, known.result())
                     : power(s, magnitude, y, known);

  // 0, infinity and NaN go to themselves or to their reciprocal.
  if (known.saturates()) {
    if (!isNeverNan(x))
      result = s.select(s.isNan(magnitude), magnitude, result);
  } else {
    // Their bits, less one and read as a signed number above its minimum, are
    // the largest.
    Value order = s.addI(s.bits(magnitude, i32), s.i32(0x7fffffff));
    Value special = s.cmp(IntPredicate::sgt, order, s.i32(-0x800002));
    Value extreme;
    if (known.constant) {
      extreme = *known.constant > 0 ? magnitude : s.div(one, magnitude);
    } else {
      extreme = s.select(s.cmp(FloatPredicate::OLT, y, zero),
                         s.div(one, magnitude), magnitude);
      // A NaN exponent keeps the NaN that it made.
      extreme = s.select(s.isNan(y), y, extreme);
    }
    result = s.select(special, extreme, result);
  }

  // A negative base: the sign of an odd integral exponent, NaN for a fraction.
  if (!notNegative) {
    Value negative = s.andI(s.bits(x, i32), s.i32(0x80000000));
    auto withSign = [&](Value sign) {
      return s.bits(s.xorI(s.bits(result, i32), sign), f32);
    };
    Value nan = s.f32(std::numeric_limits<double>::quiet_NaN());
    Value finiteBelowZero =
        s.andI(s.cmp(FloatPredicate::OLT, x, zero),
               s.cmp(FloatPredicate::OLT, magnitude, infinity));
    if (known.isOdd()) {
      result = withSign(negative);
    } else if (known.constant && !known.isInteger()) {
      result = s.select(finiteBelowZero, nan, result);
    } else if (!known.constant) {
      Value half = s.mul(y, s.f32(0.5));
      Value integral = s.cmp(FloatPredicate::OEQ, s.make<math::FloorOp>(y), y);
      Value odd = s.andI(integral, s.cmp(FloatPredicate::ONE,
                                         s.make<math::FloorOp>(half), half));
      result = withSign(s.select(odd, negative, s.i32(0)));
      Value fraction = s.cmp(FloatPredicate::ONE, s.make<math::FloorOp>(y), y);
      result = s.select(s.andI(finiteBelowZero, fraction), nan, result);
    }
  }
  if (known.constant)
    return result;
  // Whatever the other operand is, NaN included.
  Value trivial = s.orI(s.cmp(FloatPredicate::OEQ, y, zero),
                        s.cmp(FloatPredicate::OEQ, x, one));
  return s.select(trivial, one, result);
}
