// pow: 2^(y log2 x) with log2 x as a sum of two floats, so that the error stays
// below 4 ulp over the whole range; IEEE 754's special cases by select. What is
// known of y (a constant) and x (not negative) leaves out what it makes
// unnecessary: a gamma curve needs about 40 operations.
#include "F32Coefficients.h"
#include "Reals.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

namespace {

/// What the compiler knows of the exponent.
struct Exponent {
  std::optional<double> constant;
  bool isF64;
  bool isInteger() const {
    return constant && std::trunc(*constant) == *constant;
  }
  bool isOdd() const {
    return isInteger() && std::fmod(std::fabs(*constant), 2.0) == 1.0;
  }
  /// |y log2 x| stays below 126 for every positive finite x, so that the result
  /// is a normal number.
  bool resultIsNormal() const {
    return constant && std::fabs(*constant) <= 0.83;
  }
  ScaledResult result() const {
    return resultIsNormal() ? ScaledResult::Normal : ScaledResult::OftenZero;
  }
  /// The low part of y log2 x stays small even where the high part saturates.
  bool isModerate() const { return constant && std::fabs(*constant) <= 1000; }
  /// A log2 to 2^-24 is enough: gamma curves of f32.
  bool isSmall() const {
    return !isF64 && constant && std::fabs(*constant) <= 2.5;
  }
  /// 0, subnormals and infinity overflow or underflow by themselves.
  bool saturates() const { return isSmall() && std::fabs(*constant) >= 1.2; }
};

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
Value simplePower(Reals &r, Value x, double y) {
  if (y == 0)
    return r.c(1);
  if (y == 1)
    return x;
  if (y == 2)
    return r.mul(x, x);
  if (y == 3)
    return r.mul(r.mul(x, x), x);
  if (y == -1)
    return r.div(r.c(1), x);
  if (y != 0.5)
    return {};
  // pow differs from sqrt at -0 and -infinity only.
  Value root = r.sqrt(r.add(x, r.c(0)));
  if (isNotNegative(x))
    return root;
  return r.select(r.cmp(FloatPredicate::OEQ, x, r.neg(r.infinity())),
                  r.infinity(), root);
}

/// x^y of f32 for a constant |y| <= 2.5: log2 x = e + v, and y e and y v are
/// only added after the integer part was taken off, by fma, so that one float
/// is enough for v. Where y saturates, x may also be 0, subnormal or infinite.
Value smallPower(Reals &r, Value x, const Exponent &known, ScaledResult range) {
  Split parts =
      splitFloat(r, x, /*subnormals=*/!known.saturates(), /*scaled=*/true);
  Value m = parts.significand, e = parts.exponent, one = r.c(1);
  Value t = r.div(r.sub(m, one), r.add(m, one));
  Value t2 = r.mul(t, t), high = r.mul(t, r.c(2 * r.format.perLn2));
  Value curve = r.mul(t2, r.horner(t2, f32::atanhShortTerms));
  Value v = r.fma(high, curve, high);
  double c = *known.constant;
  // e is the exponent times 2^23, and so its factor smaller.
  Value y = r.c(c), yOfE = r.c(c * 0x1p-23);
  // Beyond what scaleByPowerOfTwo takes: the exponent is at most 128, so only
  // for larger y. |y v| <= 1.3, so 154 saturates.
  if (std::fabs(c) > 1.95) {
    double most = 154 / std::fabs(c) * 0x1p23;
    e = r.limitKeepingNan(e, -most, most);
  }
  Rounded k = roundToInteger(r, r.fma(e, yOfE, r.mul(y, v)));
  Value rest = r.fma(y, v, r.fma(e, yOfE, r.neg(k.value)));
  return scaleByPowerOfTwo(r, exp2OfReduced(r, rest), k.shifted, range);
}

/// 2^(y log2 x), x positive and finite.
Value power(Reals &r, Value x, Value y, const Exponent &known) {
  Log2 log = r.isF64() ? preciseLog2F64(r, x) : preciseLog2F32(r, x);
  // So large that it saturates, so small that nothing overflows on the way.
  if (!known.isModerate())
    y = r.limitKeepingNan(y, -0x1p100, 0x1p100);
  Value z = r.mul(y, log.high);
  Value zLow = r.fma(y, log.low, r.fma(y, log.high, r.neg(z)));
  if (!known.resultIsNormal()) {
    // Zero and infinity from here on.
    const Format &f = r.format;
    Value limited =
        r.limitKeepingNan(z, -(f.bias + f.mantissa + 1), f.bias + 2);
    if (!known.isModerate())
      zLow = r.select(r.cmp(FloatPredicate::OEQ, limited, z), zLow, r.c(0));
    z = limited;
  }
  Rounded k = roundToInteger(r, z);
  Value rest = r.add(r.sub(z, k.value), zLow);
  return scaleByPowerOfTwo(r, exp2OfReduced(r, rest), k.shifted,
                           known.result());
}

} // namespace

Value array::expandPow(Reals &r, Value x, Value y) {
  const int64_t signBit =
      static_cast<int64_t>(uint64_t(1) << (r.format.width - 1));
  Exponent known{std::nullopt, r.isF64()};
  if (std::optional<llvm::APFloat> value = constantValue(y);
      value && value->isFinite()) {
    known.constant = value->convertToDouble();
    if (Value simple = simplePower(r, x, *known.constant))
      return simple;
  }
  Value zero = r.c(0), one = r.c(1);
  Value infinity = r.infinity();
  // Of max(v, 0), as of an image of which half is clamped, the power is one of
  // |v| or a constant: no zeros go through the polynomials.
  if (Value positive = positivePart(x); positive && known.saturates()) {
    Value v = x.getDefiningOp<arith::SelectOp>().getTrueValue();
    Value result = smallPower(r, r.abs(v), known, ScaledResult::RarelyZero);
    return r.select(positive, result, *known.constant > 0 ? zero : infinity);
  }
  bool notNegative = isNotNegative(x);
  Value magnitude = notNegative ? x : r.abs(x);
  Value result = known.isSmall()
                     ? smallPower(r, magnitude, known, known.result())
                     : power(r, magnitude, y, known);

  // 0, infinity and NaN go to themselves or to their reciprocal.
  if (known.saturates()) {
    if (!isNeverNan(x))
      result = r.select(r.isNan(magnitude), magnitude, result);
  } else {
    // Their bits, less one and read as a signed number above its minimum, are
    // the largest.
    Value order = r.addI(r.bitsOf(magnitude), r.i(~signBit));
    Value special = r.cmp(IntPredicate::sgt, order,
                          r.i(-(int64_t(1) << r.format.mantissa) - 2));
    Value extreme;
    if (known.constant) {
      extreme = *known.constant > 0 ? magnitude : r.div(one, magnitude);
    } else {
      extreme = r.select(r.cmp(FloatPredicate::OLT, y, zero),
                         r.div(one, magnitude), magnitude);
      // A NaN exponent keeps the NaN that it made.
      extreme = r.select(r.isNan(y), y, extreme);
    }
    result = r.select(special, extreme, result);
  }

  // A negative base: the sign of an odd integral exponent, NaN for a fraction.
  if (!notNegative) {
    Value negative = r.andI(r.bitsOf(x), r.i(signBit));
    auto withSign = [&](Value sign) {
      return r.realOf(r.xorI(r.bitsOf(result), sign));
    };
    Value nan = r.nan();
    Value finiteBelowZero =
        r.andI(r.cmp(FloatPredicate::OLT, x, zero),
               r.cmp(FloatPredicate::OLT, magnitude, infinity));
    if (known.isOdd()) {
      result = withSign(negative);
    } else if (known.constant && !known.isInteger()) {
      result = r.select(finiteBelowZero, nan, result);
    } else if (!known.constant) {
      Value half = r.mul(y, r.c(0.5));
      Value integral = r.cmp(FloatPredicate::OEQ, r.make<math::FloorOp>(y), y);
      Value odd = r.andI(integral, r.cmp(FloatPredicate::ONE,
                                         r.make<math::FloorOp>(half), half));
      result = withSign(r.select(odd, negative, r.i(0)));
      Value fraction = r.cmp(FloatPredicate::ONE, r.make<math::FloorOp>(y), y);
      result = r.select(r.andI(finiteBelowZero, fraction), nan, result);
    }
  }
  if (known.constant)
    return result;
  // Whatever the other operand is, NaN included.
  Value trivial = r.orI(r.cmp(FloatPredicate::OEQ, y, zero),
                        r.cmp(FloatPredicate::OEQ, x, one));
  return r.select(trivial, one, result);
}
