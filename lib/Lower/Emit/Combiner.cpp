// Which accumulator each kind has, and the dispatch over kinds. Statistics are
// in Moments.cpp, argmin and argmax in ArgReduction.cpp.
#include "runmat/Lower/Combiner.h"

#include "CombinerParts.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::lower;
using array::ReductionKind;

bool Combiner::isArg() const {
  return reduction && (reduction.getKind() == ReductionKind::Argmin ||
                       reduction.getKind() == ReductionKind::Argmax);
}

bool Combiner::isVariance() const {
  return isMoments() || reduction.getKind() == ReductionKind::Var ||
         reduction.getKind() == ReductionKind::Std;
}

bool Combiner::smallest() const {
  return reduction.getKind() == ReductionKind::Min ||
         reduction.getKind() == ReductionKind::Argmin;
}

bool Combiner::propagates() const {
  return reduction.getNan() == array::NanMode::Propagate;
}

Combiner::Combiner(const fused::NestYield &yield,
                   const CombinerSettings &settings)
    : reduction(dyn_cast<fused::ReductionAttr>(yield.attr)),
      element(yield.element), valueType(yield.valueType) {
  Builder b(element.getContext());
  Type i64 = b.getI64Type();
  bool isFloat = isa<FloatType>(element);
  ReductionKind kind = reduction ? reduction.getKind() : ReductionKind::Var;
  switch (kind) {
  case ReductionKind::Min:
  case ReductionKind::Max:
  case ReductionKind::Argmin:
  case ReductionKind::Argmax:
    // 16-bit floats compare exactly in f32, which every target has.
    accumulator = isFloat && element.getIntOrFloatBitWidth() < 32
                      ? b.getF32Type()
                      : element;
    types = {accumulator};
    if (isArg())
      types.push_back(i64);
    return;
  case ReductionKind::Any:
  case ReductionKind::All:
    accumulator = element;
    types = {accumulator};
    return;
  default:
    break;
  }
  if (!isFloat) {
    accumulator = i64;
    types = {accumulator};
    return;
  }
  accumulator = settings.wide || element.isF64() ? Type(b.getF64Type())
                                                 : Type(b.getF32Type());
  compensated = accumulator == element && kind != ReductionKind::Prod;
  unsigned sums = compensated ? 2 : 1;
  if (isVariance())
    types.assign(2 + 2 * sums, accumulator);
  else
    types.assign(sums, accumulator);
  if (kind == ReductionKind::Mean && reduction.getOmitNan())
    types.push_back(i64);
}

/// The value that min (or max) of nothing has.
static Value extremeOf(Parts &p, Type type, bool smallest) {
  if (auto floatType = dyn_cast<FloatType>(type))
    return p.constant(p.b.getFloatAttr(
        floatType, APFloat::getInf(floatType.getFloatSemantics(), !smallest)));
  unsigned width = type.getIntOrFloatBitWidth();
  return p.constant(
      p.b.getIntegerAttr(type, smallest ? APInt::getSignedMaxValue(width)
                                        : APInt::getSignedMinValue(width)));
}

SmallVector<Value> Combiner::identity(ImplicitLocOpBuilder &b) const {
  Parts p{b};
  if (isVariance()) {
    Value zero = p.number(accumulator, 0);
    return SmallVector<Value>(types.size(), zero);
  }
  switch (reduction.getKind()) {
  case ReductionKind::Min:
  case ReductionKind::Max:
  case ReductionKind::Argmin:
  case ReductionKind::Argmax: {
    // What skips NaN starts from NaN, so that all NaN gives NaN; nothing at all
    // is told apart by the count.
    Value start = isa<FloatType>(element) && !propagates()
                      ? p.nan(accumulator)
                      : extremeOf(p, accumulator, smallest());
    if (isArg())
      return {start, p.number(types[1], -1)};
    return {start};
  }
  case ReductionKind::Prod:
  case ReductionKind::All:
    return {p.number(accumulator, 1)};
  default: {
    SmallVector<Value> zeros;
    for (Type type : types)
      zeros.push_back(p.number(type, 0));
    return zeros;
  }
  }
}

static Value minMax(Parts &p, Value a, Value x, bool smallest,
                    bool propagates) {
  if (isa<IntegerType>(a.getType()))
    return smallest ? p.make<arith::MinSIOp>(a, x)
                    : p.make<arith::MaxSIOp>(a, x);
  if (propagates)
    return smallest ? p.make<arith::MinimumFOp>(a, x)
                    : p.make<arith::MaximumFOp>(a, x);
  return smallest ? p.make<arith::MinNumFOp>(a, x)
                  : p.make<arith::MaxNumFOp>(a, x);
}

SmallVector<Value> Combiner::step(ImplicitLocOpBuilder &b, ValueRange state,
                                  Value value, Value index,
                                  bool ascending) const {
  Parts p{b};
  bool omits = reduction && reduction.getOmitNan() && isa<FloatType>(element);
  Value isNumber = omits ? p.ordered(value, value) : Value();
  Value x = p.cast(value, accumulator);
  if (isVariance())
    return p.addDeviation(state, x, isNumber, compensated);
  auto numberOr = [&](double instead) {
    return omits ? p.select(isNumber, x, p.number(accumulator, instead)) : x;
  };
  switch (reduction.getKind()) {
  case ReductionKind::Argmin:
  case ReductionKind::Argmax:
    return p.stepPlace(state, x, index, smallest(), propagates(), ascending);
  case ReductionKind::Min:
  case ReductionKind::Max:
    return {minMax(p, state[0], x, smallest(), propagates())};
  case ReductionKind::Any:
    return {p.make<arith::OrIOp>(state[0], x)};
  case ReductionKind::All:
    return {p.make<arith::AndIOp>(state[0], x)};
  case ReductionKind::Prod:
    return {p.mul(state[0], numberOr(1))};
  default: {
    SmallVector<Value> next;
    if (compensated)
      next = p.addCarrying(state[0], state[1], numberOr(0));
    else
      next = {p.add(state[0], numberOr(0))};
    if (next.size() < types.size())
      next.push_back(
          p.add(state.back(), p.make<arith::ExtUIOp>(types.back(), isNumber)));
    return next;
  }
  }
}

SmallVector<Value> Combiner::merge(ImplicitLocOpBuilder &b, ValueRange left,
                                   ValueRange right) const {
  Parts p{b};
  if (isVariance())
    return p.mergeDeviations(left, right, compensated);
  switch (reduction.getKind()) {
  case ReductionKind::Argmin:
  case ReductionKind::Argmax:
    return p.mergePlaces(left, right, smallest(), propagates());
  case ReductionKind::Min:
  case ReductionKind::Max:
    return {minMax(p, left[0], right[0], smallest(), propagates())};
  case ReductionKind::Any:
    return {p.make<arith::OrIOp>(left[0], right[0])};
  case ReductionKind::All:
    return {p.make<arith::AndIOp>(left[0], right[0])};
  case ReductionKind::Prod:
    return {p.mul(left[0], right[0])};
  default: {
    SmallVector<Value> next;
    if (compensated) {
      next = p.addCarrying(left[0], left[1], right[0]);
      next[1] = p.add(next[1], right[1]);
    } else {
      next = {p.add(left[0], right[0])};
    }
    if (next.size() < types.size())
      next.push_back(p.add(left.back(), right.back()));
    return next;
  }
  }
}

SmallVector<Value> Combiner::finish(ImplicitLocOpBuilder &b, ValueRange state,
                                    Value count) const {
  Parts p{b};
  if (isMoments())
    return p.finishMoments(state, element, compensated);
  if (isVariance())
    return {p.cast(p.variance(state, reduction.getDdof(),
                              reduction.getKind() == ReductionKind::Std,
                              compensated),
                   valueType)};
  switch (reduction.getKind()) {
  case ReductionKind::Argmin:
  case ReductionKind::Argmax:
    // Where all are NaN, or the extreme itself: the first.
    return {p.make<arith::MaxSIOp>(state[1], p.number(types[1], 0))};
  case ReductionKind::Min:
  case ReductionKind::Max: {
    Value result = state[0];
    if (isa<FloatType>(element)) {
      Value none = p.make<arith::CmpIOp>(arith::CmpIPredicate::eq, count,
                                         p.number(count.getType(), 0));
      result = p.select(none, extremeOf(p, accumulator, smallest()), result);
    }
    return {p.cast(result, valueType)};
  }
  case ReductionKind::Sum:
  case ReductionKind::Mean: {
    Value total = compensated ? p.corrected(state[0], state[1]) : state[0];
    if (reduction.getKind() == ReductionKind::Mean)
      total = p.make<arith::DivFOp>(
          total, p.make<arith::SIToFPOp>(accumulator, reduction.getOmitNan()
                                                          ? state.back()
                                                          : count));
    return {p.cast(total, valueType)};
  }
  default:
    return {p.cast(state[0], valueType)};
  }
}
