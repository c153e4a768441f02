// sin, cos and tan: Cody and Waite's reduction by multiples of pi / 2; large
// angles in a branch (LargeAngles.cpp). sin takes the nearest even multiple,
// cos the nearest odd one, so that both are one polynomial and a sign.
#include "Reals.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

static Angle reduceSmallAngle(Reals &r, Value x, Turn turn) {
  const Format &f = r.format;
  Rounded k;
  Value multiple;
  if (turn == Turn::Quarter) {
    k = roundToInteger(r, r.mul(x, r.c(f.perHalfPi)));
    multiple = k.value;
  } else {
    Value half = r.c(f.perHalfPi / 2);
    Value turns =
        turn == Turn::Half ? r.mul(x, half) : r.fma(x, half, r.c(-0.5));
    k = roundToInteger(r, turns);
    multiple = turn == Turn::Half ? r.mul(k.value, r.c(2))
                                  : r.fma(k.value, r.c(2), r.c(1));
  }
  // fma is not one rounding everywhere.
  Value rest = x;
  for (double part : r.settings.gpu ? f.halfPiShortParts : f.halfPiParts)
    rest = r.fma(multiple, r.c(-part), rest);
  return {rest, r.bitsOf(k.shifted)};
}

static Angle reduceAngle(Reals &r, Value x, Turn turn) {
  const Format &f = r.format;
  Angle small = reduceSmallAngle(r, x, turn);
  Value limit = r.c(r.settings.gpu ? f.largeAngleShort : f.largeAngle);
  Value large = r.cmp(FloatPredicate::OGT, r.abs(x), limit);
  auto branch =
      scf::IfOp::create(r.b, r.loc, TypeRange{r.type, r.bitsType}, large,
                        /*withElseRegion=*/true);
  OpBuilder then = branch.getThenBodyBuilder(),
            otherwise = branch.getElseBodyBuilder();
  Reals inside(Scalars{then, r.loc, r.settings}, r.type);
  Angle angle = reduceLargeAngle(inside, x, turn);
  // Of an infinity too, which is no angle.
  Value endless =
      inside.cmp(FloatPredicate::OEQ, inside.abs(x), inside.infinity());
  scf::YieldOp::create(
      then, r.loc,
      ValueRange{inside.select(endless, inside.nan(), angle.r), angle.k});
  scf::YieldOp::create(otherwise, r.loc, ValueRange{small.r, small.k});
  return {branch.getResult(0), branch.getResult(1)};
}

static Value sinOfReduced(Reals &r, Value v, ArrayRef<double> terms) {
  Value t = r.mul(v, v);
  return r.fma(r.mul(v, t), r.horner(t, terms), v);
}

/// `x` negated where k is odd.
static Value negateIfOdd(Reals &r, Value x, Value k) {
  Value sign = r.shl(k, r.i(r.format.width - 1));
  return r.realOf(r.xorI(r.bitsOf(x), sign));
}

Value array::expandSin(Reals &r, Value x) {
  Angle angle = reduceAngle(r, x, Turn::Half);
  Value sine = sinOfReduced(r, angle.r, r.format.halfTurnSinTerms);
  return r.keepZero(x, negateIfOdd(r, sine, angle.k));
}

Value array::expandCos(Reals &r, Value x) {
  // cos(v + pi / 2) = -sin(v).
  Angle angle = reduceAngle(r, x, Turn::OddHalf);
  Value sine = sinOfReduced(r, angle.r, r.format.halfTurnSinTerms);
  return negateIfOdd(r, sine, r.addI(angle.k, r.i(1)));
}

Value array::expandTan(Reals &r, Value x) {
  Angle angle = reduceAngle(r, x, Turn::Quarter);
  Value sine = sinOfReduced(r, angle.r, r.format.sinTerms);
  Value t = r.mul(angle.r, angle.r);
  Value cosine = r.fma(r.mul(t, t), r.horner(t, r.format.cosTerms),
                       r.fma(t, r.c(-0.5), r.c(1)));
  Value odd = r.cmp(IntPredicate::ne, r.andI(angle.k, r.i(1)), r.i(0));
  Value quotient =
      r.div(r.select(odd, r.neg(cosine), sine), r.select(odd, sine, cosine));
  return r.keepZero(x, quotient);
}
