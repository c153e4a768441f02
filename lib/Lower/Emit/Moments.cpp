// Mean and variance from deviations from a shift, which is the first value that
// an accumulator takes: its own square is among the squared deviations from the
// mean, so n values lose at most a factor of n + 1 to the shift, and never what
// a large mean would cost. Accumulators merge by counts, means and squared
// deviations (Chan, Golub, LeVeque 1979).
#include "CombinerParts.h"

#include "mlir/Dialect/Math/IR/Math.h"

#include <cmath>

using namespace mlir;
using namespace runmat;
using namespace runmat::lower;
using arith::CmpFPredicate;

Value Parts::isFinite(Value x) {
  return compare(CmpFPredicate::OLT, make<math::AbsFOp>(x),
                 number(x.getType(), std::numeric_limits<double>::infinity()));
}

SmallVector<Value> Parts::addCarrying(Value total, Value lost, Value x) {
  Value next = add(total, x), taken = sub(next, total);
  Value error = add(sub(total, sub(next, taken)), sub(x, taken));
  return {next, add(lost, error)};
}

Value Parts::corrected(Value total, Value lost) {
  return select(isFinite(total), add(total, lost), total);
}

SmallVector<Value> Parts::addDeviation(ValueRange state, Value x, Value counts,
                                       bool compensated) {
  Type type = x.getType();
  Value zero = number(type, 0);
  Value isFirst = compare(CmpFPredicate::OEQ, state[0], zero);
  if (counts)
    x = select(counts, x, zero);
  Value shift = select(isFirst, x, state[1]);
  Value one = number(type, 1);
  Value count = add(state[0], counts ? select(counts, one, zero) : one);
  Value d = sub(x, shift);
  if (counts) {
    shift = select(counts, shift, state[1]);
    d = select(counts, d, zero);
  }
  if (!compensated)
    return {count, shift, add(state[2], d), make<math::FmaOp>(d, d, state[3])};
  SmallVector<Value> sum = addCarrying(state[2], state[3], d);
  Value square = mul(d, d);
  Value error = make<math::FmaOp>(d, d, make<arith::NegFOp>(square));
  SmallVector<Value> squares = addCarrying(state[4], state[5], square);
  return {count, shift, sum[0], sum[1], squares[0], add(squares[1], error)};
}

/// Count, mean as a sum of two, and squared deviations from it. Of no values:
/// zeros.
Parts::Summary Parts::summarise(ValueRange state, bool compensated) {
  Type type = state[0].getType();
  Value zero = number(type, 0), count = state[0];
  Value some = make<arith::MaxNumFOp>(count, number(type, 1));
  Value sum = compensated ? add(state[2], state[3]) : state[2];
  Value d = div(sum, some);
  Value mean = add(state[1], d);
  Value low =
      add(sub(d, sub(mean, state[1])),
          // What dividing lost.
          div(make<math::FmaOp>(make<arith::NegFOp>(d), some, sum), some));
  Value squares = state[compensated ? 4 : 3];
  // Q - S S / n, the product exact.
  Value product = mul(sum, d);
  Value rest = sub(squares, product);
  if (compensated) {
    Value error = make<math::FmaOp>(sum, d, make<arith::NegFOp>(product));
    rest = add(rest, sub(state[5], error));
  }
  // Rounding may leave less than nothing; NaN stays.
  Value negative = compare(CmpFPredicate::OLT, rest, zero);
  return {count, mean, low, select(negative, zero, rest)};
}

SmallVector<Value> Parts::mergeDeviations(ValueRange left, ValueRange right,
                                          bool compensated) {
  Summary a = summarise(left, compensated), c = summarise(right, compensated);
  Type type = a.count.getType();
  Value zero = number(type, 0);
  Value count = add(a.count, c.count);
  Value share = div(c.count, make<arith::MaxNumFOp>(count, number(type, 1)));
  Value aEmpty = compare(CmpFPredicate::OEQ, a.count, zero);
  Value cEmpty = compare(CmpFPredicate::OEQ, c.count, zero);
  Value d = add(sub(c.mean, a.mean), sub(c.low, a.low));
  Value between = mul(mul(d, d), mul(a.count, share));
  Value squares = add(add(a.squares, c.squares), between);
  squares = select(aEmpty, c.squares, select(cEmpty, a.squares, squares));
  // The mean is the shift and the sum of what is left of it.
  Value shift = select(aEmpty, c.mean, a.mean);
  Value moved = mul(c.count, d);
  Value sum = select(
      aEmpty, mul(c.low, c.count),
      select(cEmpty, mul(a.low, a.count), add(moved, mul(a.low, count))));
  // Squares from the shift: Q = M2 + S S / n.
  Value fromShift =
      add(squares,
          div(mul(sum, sum), make<arith::MaxNumFOp>(count, number(type, 1))));
  (void)share;
  if (!compensated)
    return {count, shift, sum, fromShift};
  return {count, shift, sum, zero, fromShift, zero};
}

Value Parts::variance(ValueRange state, int64_t ddof, bool root,
                      bool compensated) {
  Summary s = summarise(state, compensated);
  Type type = s.count.getType();
  Value freedom = sub(s.count, number(type, double(ddof)));
  Value quotient = div(s.squares, freedom);
  Value positive = compare(CmpFPredicate::OGT, freedom, number(type, 0));
  quotient = select(positive, quotient, nan(type));
  return root ? make<math::SqrtOp>(quotient) : quotient;
}

SmallVector<Value> Parts::finishMoments(ValueRange state, Type element,
                                        bool compensated) {
  Summary s = summarise(state, compensated);
  Type type = s.count.getType();
  Value none = compare(CmpFPredicate::OEQ, s.count, number(type, 0));
  Value mean = select(none, nan(type), s.mean);
  Value variance = div(s.squares, s.count);
  if (type == element)
    return {mean, s.low, variance, number(element, 1)};
  Value high = cast(mean, element);
  Value lost = add(sub(mean, cast(high, type)), s.low);
  // An infinite mean has lost nothing.
  Value low = cast(select(isFinite(lost), lost, number(type, 0)), element);
  // Deviations of a type whose exponents end at E have variances between
  // 2^(-2 E) and 2^(2 E): three quarters of E in the lift leave every one
  // within E.
  const llvm::fltSemantics &semantics =
      llvm::cast<FloatType>(element).getFloatSemantics();
  double up = std::ldexp(1.0, APFloat::semanticsMaxExponent(semantics) * 3 / 4);
  auto bound = [&](APFloat value) {
    bool exact;
    value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &exact);
    return number(type, value.convertToDouble());
  };
  Value isLarge = compare(CmpFPredicate::OGT, variance,
                          bound(APFloat::getLargest(semantics)));
  Value isSmall = make<arith::AndIOp>(
      compare(CmpFPredicate::OLT, variance,
              bound(APFloat::getSmallestNormalized(semantics))),
      compare(CmpFPredicate::OGT, variance, number(type, 0)));
  Value one = number(type, 1);
  Value lift = select(isLarge, number(type, 1 / up),
                      select(isSmall, number(type, up), one));
  Value lifted = mul(mul(variance, lift), lift);
  return {high, low, cast(lifted, element), cast(lift, element)};
}
