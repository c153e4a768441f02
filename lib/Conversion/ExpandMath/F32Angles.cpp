// sin, cos and tan of f32 for devices without a good one: Cody and Waite's
// reduction, in parts whose products are exact without a true fma, and for
// large angles Payne and Hanek's, with the bits of 2 / pi that count. asin,
// acos, atan and atan2 by one polynomial each.
#include "F32Functions.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

// Rounded to f32, and what that leaves.
static constexpr double halfPiHigh = 0x1.921fb6p0, halfPiLow = -0x1.777a5cp-25;
/// pi / 2 in parts of 13, 13, 13 and 24 bits.
static constexpr double halfPiParts[] = {0x1.921p0, 0x1.f6ap-13, 0x1.11p-26,
                                         0x1.68c234p-39};
static constexpr double twoOverPi = 0x1.45f306p-1;
/// Up to here a quadrant's number has 11 bits; larger angles are reduced with
/// integers.
static constexpr double largeAngle = 2048;

namespace {
/// x = r + quadrant * pi / 2, |r| <= pi / 4; two bits of the quadrant count.
struct Angle {
  Value r, quadrant;
};
} // namespace

/// The angle of |x| in [2^17, infinity) by integers: x 2 / pi modulo 4 with 62
/// bits behind the point, from the 96 bits of 2 / pi that can reach them.
static Angle reduceLarge(Scalars &s, Value x) {
  Type i32 = s.b.getI32Type(), f32 = s.b.getF32Type();
  Value bits = s.bits(x, i32);
  Value exponent = s.andI(s.shrU(bits, s.i32(23)), s.i32(255));
  // |x| = m 2^(t - 30), m with 32 bits.
  Value m = s.orI(s.shl(bits, s.i32(8)), s.i32(0x80000000));
  Value t = s.subI(exponent, s.i32(128));
  Value word = s.shrU(t, s.i32(5)), shift = s.andI(t, s.i32(31));
  static constexpr uint32_t table[] = {0,          0xa2f9836e, 0x4e441529,
                                       0xfc2757d1, 0xf534ddc0, 0xdb629599,
                                       0x3c439041};
  auto at = [&](int offset) {
    Value chosen = s.i32(table[offset]);
    for (int i = 1; i <= 3; ++i)
      chosen = s.select(s.cmp(IntPredicate::eq, word, s.i32(i)),
                        s.i32(table[offset + i]), chosen);
    return chosen;
  };
  std::array<Value, 4> words{at(0), at(1), at(2), at(3)};
  auto window = [&](int k) { // of 32 bits, `shift` bits into words k, k + 1
    Value rest =
        s.shrU(s.shrU(words[k + 1], s.i32(1)), s.subI(s.i32(31), shift));
    return s.orI(s.shl(words[k], shift), rest);
  };
  auto product = [&](Value y) {
    auto both = arith::MulUIExtendedOp::create(s.b, s.loc, m, y);
    return std::pair<Value, Value>(both.getHigh(), both.getLow());
  };
  // Words 1 and 2 of the product; the others are below or multiples of 4.
  Value high2 = s.mulI(m, window(0));
  auto [high1, low1] = product(window(1));
  auto [high0, low0] = product(window(2));
  (void)low0;
  Value low = s.addI(low1, high0);
  Value carry =
      s.make<arith::ExtUIOp>(i32, s.cmp(IntPredicate::ult, low, high0));
  Value high = s.addI(s.addI(high2, high1), carry);
  // To the nearest quadrant: the fraction becomes one of both signs.
  Value quadrant = s.addI(s.shrU(high, s.i32(30)),
                          s.andI(s.shrU(high, s.i32(29)), s.i32(1)));
  Value top = s.shrS(s.shl(high, s.i32(2)), s.i32(2));
  Value below = s.cmp(IntPredicate::slt, top, s.i32(0));
  Value minusLow = s.subI(s.i32(0), low);
  Value borrow = s.make<arith::ExtUIOp>(i32, s.isZero(low));
  Value minusTop = s.addI(s.xorI(top, s.i32(-1)), borrow);
  top = s.select(below, minusTop, top);
  low = s.select(below, minusLow, low);
  // 24 bits behind the first one that is set, whatever that one is.
  Value first = s.make<arith::SIToFPOp>(f32, s.shrU(top, s.i32(8)));
  Value second = s.make<arith::UIToFPOp>(
      f32, s.orI(s.shl(top, s.i32(24)), s.shrU(low, s.i32(8))));
  Value turns = s.fma(first, s.f32(0x1p-22), s.mul(second, s.f32(0x1p-54)));
  Value r = s.fma(turns, s.f32(halfPiHigh), s.mul(turns, s.f32(halfPiLow)));
  Value negative = s.cmp(IntPredicate::slt, bits, s.i32(0));
  Value flip = s.xorI(negative, below);
  return {s.select(flip, s.neg(r), r),
          s.select(negative, s.subI(s.i32(0), quadrant), quadrant)};
}

static Angle reduceAngle(Scalars &s, Value x) {
  Type i32 = s.b.getI32Type(), f32 = s.b.getF32Type();
  Rounded k = roundToInteger(s, s.mul(x, s.f32(twoOverPi)));
  Value r = x;
  for (double part : halfPiParts)
    r = s.fma(k.value, s.f32(-part), r);
  Value quadrant = s.bits(k.shifted, i32);
  Value large = s.cmp(FloatPredicate::OGT, s.abs(x), s.f32(largeAngle));
  auto branch = scf::IfOp::create(s.b, s.loc, TypeRange{f32, i32}, large,
                                  /*withElseRegion=*/true);
  OpBuilder then = branch.getThenBodyBuilder(),
            otherwise = branch.getElseBodyBuilder();
  Scalars inside{then, s.loc, s.settings};
  Angle angle = reduceLarge(inside, x);
  // Of an infinity too, which is no angle.
  Value infinity = inside.f32(std::numeric_limits<double>::infinity());
  Value endless = inside.cmp(FloatPredicate::OEQ, inside.abs(x), infinity);
  Value nan = inside.f32(std::numeric_limits<double>::quiet_NaN());
  scf::YieldOp::create(
      then, s.loc,
      ValueRange{inside.select(endless, nan, angle.r), angle.quadrant});
  scf::YieldOp::create(otherwise, s.loc, ValueRange{r, quadrant});
  return {branch.getResult(0), branch.getResult(1)};
}

static Value sinOfReduced(Scalars &s, Value r) {
  Value t = s.mul(r, r);
  return s.fma(s.mul(r, t), s.horner(t, f32::sinTerms), r);
}
static Value cosOfReduced(Scalars &s, Value r) {
  Value t = s.mul(r, r);
  return s.fma(s.mul(t, t), s.horner(t, f32::cosTerms),
               s.fma(t, s.f32(-0.5), s.f32(1)));
}

static Value hasBit(Scalars &s, Value x, int64_t bit) {
  return s.cmp(IntPredicate::ne, s.andI(x, s.i32(bit)), s.i32(0));
}

/// x itself where it is a zero: sums lose the sign.
static Value keepZero(Scalars &s, Value x, Value result) {
  return s.select(s.cmp(FloatPredicate::OEQ, x, s.f32(0)), x, result);
}

static Value sinOrCos(Scalars &s, const Angle &angle, Value quadrant) {
  Value sine = sinOfReduced(s, angle.r), cosine = cosOfReduced(s, angle.r);
  Value chosen = s.select(hasBit(s, quadrant, 1), cosine, sine);
  return s.select(hasBit(s, quadrant, 2), s.neg(chosen), chosen);
}

Value array::expandSin(Scalars &s, Value x) {
  Angle angle = reduceAngle(s, x);
  return keepZero(s, x, sinOrCos(s, angle, angle.quadrant));
}

Value array::expandCos(Scalars &s, Value x) {
  Angle angle = reduceAngle(s, x);
  return sinOrCos(s, angle, s.addI(angle.quadrant, s.i32(1)));
}

Value array::expandTan(Scalars &s, Value x) {
  Angle angle = reduceAngle(s, x);
  Value sine = sinOfReduced(s, angle.r), cosine = cosOfReduced(s, angle.r);
  Value odd = hasBit(s, angle.quadrant, 1);
  Value quotient =
      s.div(s.select(odd, s.neg(cosine), sine), s.select(odd, sine, cosine));
  return keepZero(s, x, quotient);
}

/// asin of |x| <= 1/2; for larger ones (`large`) half the angle between x and
/// 1, from asin((1 - x) / 2) = 2 asin(sqrt(...)).
static Value asinPart(Scalars &s, Value a, Value large) {
  Value half = s.mul(s.sub(s.f32(1), a), s.f32(0.5));
  // No root of a negative number: its value is not stated everywhere.
  Value nan = s.f32(std::numeric_limits<double>::quiet_NaN());
  half = s.select(s.cmp(FloatPredicate::OGE, half, s.f32(0)), half, nan);
  Value t = s.select(large, half, s.mul(a, a));
  Value root = s.select(large, s.sqrt(s.select(large, half, s.f32(0))), a);
  return s.fma(s.mul(root, t), s.horner(t, f32::asinTerms), root);
}

Value array::expandAsin(Scalars &s, Value x) {
  Value a = s.abs(x);
  Value large = s.cmp(FloatPredicate::UGT, a, s.f32(0.5));
  Value part = asinPart(s, a, large);
  Value rest =
      s.add(s.f32(halfPiHigh), s.fma(part, s.f32(-2), s.f32(halfPiLow)));
  return s.make<math::CopySignOp>(s.select(large, rest, part), x);
}

Value array::expandAcos(Scalars &s, Value x) {
  Value a = s.abs(x);
  Value large = s.cmp(FloatPredicate::UGT, a, s.f32(0.5));
  Value part = asinPart(s, a, large);
  Value twice = s.mul(part, s.f32(2));
  Value behind = s.add(s.f32(2 * halfPiHigh),
                       s.fma(part, s.f32(-2), s.f32(2 * halfPiLow)));
  Value middle =
      s.add(s.f32(halfPiHigh),
            s.sub(s.f32(halfPiLow), s.make<math::CopySignOp>(part, x)));
  Value negative = s.cmp(FloatPredicate::OLT, x, s.f32(0));
  return s.select(large, s.select(negative, behind, twice), middle);
}

/// The angle of the point (b, a), a and b not negative, as quarter * pi / 4 +
/// sign * part: part is within pi / 8 of 0.
namespace {
struct Octant {
  Value quarter, sign, part;
};
} // namespace

static Octant octantOf(Scalars &s, Value a, Value b) {
  Value steep = s.cmp(FloatPredicate::OGT, a, b);
  Value low = s.select(steep, b, a), high = s.select(steep, a, b);
  // The sum must not overflow.
  Value huge = s.cmp(FloatPredicate::OGT, high, s.f32(0x1p126));
  Value scale = s.select(huge, s.f32(0.25), s.f32(1));
  low = s.mul(low, scale);
  high = s.mul(high, scale);
  Value infinity = s.f32(std::numeric_limits<double>::infinity());
  Value endless = s.cmp(FloatPredicate::OEQ, low, infinity);
  // Around the diagonal, from tan(pi / 8): (low - high) / (low + high).
  Value middle = s.orI(endless, s.cmp(FloatPredicate::OGT, low,
                                      s.mul(high, s.f32(0x1.a8279ap-2))));
  Value top = s.select(middle, s.sub(low, high), low);
  Value bottom = s.select(middle, s.add(low, high), high);
  Value none = s.cmp(FloatPredicate::OEQ, high, s.f32(0));
  top = s.select(endless, s.f32(0), top);
  bottom = s.select(s.orI(endless, none), s.f32(1), bottom);
  Value z = s.div(top, bottom), t = s.mul(z, z);
  Value part = s.fma(s.mul(z, t), s.horner(t, f32::atanTerms), z);
  Value quarter =
      s.select(middle, s.f32(1), s.select(steep, s.f32(2), s.f32(0)));
  return {quarter, s.select(steep, s.f32(-1), s.f32(1)), part};
}

static Value angleOf(Scalars &s, const Octant &octant) {
  Value part = s.mul(octant.sign, octant.part);
  Value low = s.fma(octant.quarter, s.f32(halfPiLow / 2), part);
  return s.fma(octant.quarter, s.f32(halfPiHigh / 2), low);
}

Value array::expandAtan(Scalars &s, Value x) {
  Octant octant = octantOf(s, s.abs(x), s.f32(1));
  return s.make<math::CopySignOp>(angleOf(s, octant), x);
}

Value array::expandAtan2(Scalars &s, Value y, Value x) {
  Octant octant = octantOf(s, s.abs(y), s.abs(x));
  // Left of the axis, a zero with its sign too: pi minus the angle.
  Value left = s.cmp(IntPredicate::slt, s.bits(x, s.b.getI32Type()), s.i32(0));
  octant.quarter =
      s.select(left, s.sub(s.f32(4), octant.quarter), octant.quarter);
  octant.sign = s.select(left, s.neg(octant.sign), octant.sign);
  Value angle = s.make<math::CopySignOp>(angleOf(s, octant), y);
  // A sign of a NaN says nothing.
  Value nan = s.orI(s.isNan(x), s.isNan(y));
  return s.select(nan, s.f32(std::numeric_limits<double>::quiet_NaN()), angle);
}
