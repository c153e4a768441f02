// asin, acos, atan and atan2, by one polynomial for each pair.
#include "Reals.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

/// asin of |x| <= 1/2; for larger ones (`large`) half the angle between x and
/// 1, from asin((1 - x) / 2) = 2 asin(sqrt(...)).
static Value asinPart(Reals &r, Value a, Value large) {
  Value half = r.mul(r.sub(r.c(1), a), r.c(0.5));
  // No root of a negative number: its value is not stated everywhere.
  half = r.select(r.cmp(FloatPredicate::OGE, half, r.c(0)), half, r.nan());
  Value t = r.select(large, half, r.mul(a, a));
  Value root = r.select(large, r.sqrt(r.select(large, half, r.c(0))), a);
  return r.fma(r.mul(root, t), r.horner(t, r.format.asinTerms), root);
}

Value array::expandAsin(Reals &r, Value x) {
  const Format &f = r.format;
  Value a = r.abs(x);
  Value large = r.cmp(FloatPredicate::UGT, a, r.c(0.5));
  Value part = asinPart(r, a, large);
  Value rest = r.add(r.c(f.halfPi), r.fma(part, r.c(-2), r.c(f.halfPiLow)));
  return r.withSignOf(r.select(large, rest, part), x);
}

Value array::expandAcos(Reals &r, Value x) {
  const Format &f = r.format;
  Value a = r.abs(x);
  Value large = r.cmp(FloatPredicate::UGT, a, r.c(0.5));
  Value part = asinPart(r, a, large);
  Value twice = r.mul(part, r.c(2));
  Value behind =
      r.add(r.c(2 * f.halfPi), r.fma(part, r.c(-2), r.c(2 * f.halfPiLow)));
  Value middle =
      r.add(r.c(f.halfPi), r.sub(r.c(f.halfPiLow), r.withSignOf(part, x)));
  Value negative = r.cmp(FloatPredicate::OLT, x, r.c(0));
  return r.select(large, r.select(negative, behind, twice), middle);
}

/// The angle of the point (b, a), a and b not negative, as quarter * pi / 4 +
/// sign * part: part is within pi / 8 of 0.
namespace {
struct Octant {
  Value quarter, sign, part;
};
} // namespace

static Octant octantOf(Reals &r, Value a, Value b) {
  Value steep = r.cmp(FloatPredicate::OGT, a, b);
  Value low = r.select(steep, b, a), high = r.select(steep, a, b);
  // The sum must not overflow.
  Value limit = r.c(std::ldexp(1.0, r.format.bias - 1));
  Value huge = r.cmp(FloatPredicate::OGT, high, limit);
  Value scale = r.select(huge, r.c(0.25), r.c(1));
  low = r.mul(low, scale);
  high = r.mul(high, scale);
  Value endless = r.cmp(FloatPredicate::OEQ, low, r.infinity());
  // Around the diagonal, from tan(pi / 8): (low - high) / (low + high).
  Value middle = r.orI(endless, r.cmp(FloatPredicate::OGT, low,
                                      r.mul(high, r.c(0x1.a8279ap-2))));
  Value top = r.select(middle, r.sub(low, high), low);
  Value bottom = r.select(middle, r.add(low, high), high);
  Value none = r.cmp(FloatPredicate::OEQ, high, r.c(0));
  top = r.select(endless, r.c(0), top);
  bottom = r.select(r.orI(endless, none), r.c(1), bottom);
  Value z = r.div(top, bottom), t = r.mul(z, z);
  Value part = r.fma(r.mul(z, t), r.horner(t, r.format.atanTerms), z);
  Value quarter = r.select(middle, r.c(1), r.select(steep, r.c(2), r.c(0)));
  return {quarter, r.select(steep, r.c(-1), r.c(1)), part};
}

static Value angleOf(Reals &r, const Octant &octant) {
  const Format &f = r.format;
  Value part = r.mul(octant.sign, octant.part);
  Value low = r.fma(octant.quarter, r.c(f.halfPiLow / 2), part);
  return r.fma(octant.quarter, r.c(f.halfPi / 2), low);
}

Value array::expandAtan(Reals &r, Value x) {
  Octant octant = octantOf(r, r.abs(x), r.c(1));
  return r.withSignOf(angleOf(r, octant), x);
}

Value array::expandAtan2(Reals &r, Value y, Value x) {
  Octant octant = octantOf(r, r.abs(y), r.abs(x));
  // Left of the axis, a zero with its sign too: pi minus the angle.
  Value left = r.isNegative(x);
  octant.quarter =
      r.select(left, r.sub(r.c(4), octant.quarter), octant.quarter);
  octant.sign = r.select(left, r.neg(octant.sign), octant.sign);
  Value angle = r.withSignOf(angleOf(r, octant), y);
  // A sign of a NaN says nothing.
  Value nan = r.orI(r.isNan(x), r.isNan(y));
  return r.select(nan, r.nan(), angle);
}
