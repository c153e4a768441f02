// A statistic is traced from its use down to the array it was taken of; casts
// that change nothing are peeled at every hop, and a narrowing one is refused
// wherever it stands.
#include "Layout.h"

#include "runmat/Dialect/Fused/Fused.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fusion;

using fused::Rejection;

static void note(TypeSet &types, Value value) {
  types.insert(array::elementTypeOf(value.getType()));
}

static bool isShapeOp(Operation *op) {
  return isa_and_nonnull<array::ReshapeOp, array::BroadcastOp>(op);
}

/// The source of statistics, casts peeled. One that is itself rounded from a
/// wider type is refused: to be exact the unit would have to read the wider
/// array and round it again.
static Matched<Value> matchSource(Value value) {
  value = peelCasts(value);
  if (Operation *narrowing = narrowingOf(value))
    return Mismatch{Rejection::NarrowingCast, narrowing};
  return value;
}

Matched<Reduced> fusion::matchMean(Value value, TypeSet &types) {
  value = peelCasts(value);
  if (Operation *narrowing = narrowingOf(value))
    return Mismatch{Rejection::NarrowingCast, narrowing};
  Operation *op = value.getDefiningOp();
  if (isShapeOp(op)) {
    Matched<Reduced> inner = matchMean(op->getOperand(0), types);
    return inner ? throughShapeOp(op, *inner) : inner;
  }
  auto mean = dyn_cast_or_null<array::MeanOp>(op);
  if (!mean)
    return Mismatch{Rejection::NotCentered, op};
  if (mean.getOmitNan())
    return Mismatch{Rejection::OmitNan, mean};
  note(types, mean);
  auto reduction = cast<array::Reduction>(op);

  // One dim after the other: a mean of means, over slices of equal size.
  if (isa_and_nonnull<array::MeanOp>(stripToOp(mean.getX()))) {
    Matched<Reduced> inner = matchMean(mean.getX(), types);
    if (!inner)
      return inner;
    return reduceOnce(reduction, *inner);
  }
  Matched<Value> source = matchSource(mean.getX());
  if (!source)
    return source.mismatch();
  return reduceOnce(reduction, unreduced(*source));
}

Matched<Deviation> fusion::matchDeviation(Value value, TypeSet &types) {
  value = peelCasts(value);
  if (Operation *narrowing = narrowingOf(value))
    return Mismatch{Rejection::NarrowingCast, narrowing};
  auto sub = value.getDefiningOp<array::SubOp>();
  if (!sub || !isa<RankedTensorType>(sub.getType()))
    return Mismatch{Rejection::NotCentered, value.getDefiningOp()};
  auto isMean = [](Value side) {
    return isa_and_nonnull<array::MeanOp>(stripToOp(side));
  };
  bool negated = isMean(sub.getA()) && !isMean(sub.getB());
  Matched<Reduced> mean = matchMean(negated ? sub.getA() : sub.getB(), types);
  if (!mean)
    return mean.mismatch();
  Matched<Value> source = matchSource(negated ? sub.getB() : sub.getA());
  if (!source)
    return source.mismatch();
  if (*source != mean->source)
    return Mismatch{Rejection::DifferentInput, sub};
  if (!linesUp(*mean) || shapeOf(sub.getResult()) != shapeOf(*source))
    return Mismatch{Rejection::MeanMisaligned, sub};
  note(types, sub);
  return Deviation{*source, mean->dims, negated};
}

/// As matchDeviation, for what is squared: there "not a deviation" means "not
/// the variance".
static Matched<Deviation> matchSquaredBase(Value value, TypeSet &types) {
  Matched<Deviation> deviation = matchDeviation(value, types);
  if (!deviation && deviation.mismatch().reason == Rejection::NotCentered)
    return Mismatch{Rejection::NotASquare, deviation.mismatch().where};
  return deviation;
}

/// The source and dims of a squared deviation: d*d or d.^2.
static Matched<Deviation> matchSquaredDeviation(Value value, TypeSet &types) {
  value = peelCasts(value);
  if (Operation *narrowing = narrowingOf(value))
    return Mismatch{Rejection::NarrowingCast, narrowing};
  Operation *op = value.getDefiningOp();
  note(types, value);
  if (auto mul = dyn_cast_or_null<array::MulOp>(op)) {
    Matched<Deviation> a = matchSquaredBase(mul.getA(), types);
    if (!a || mul.getA() == mul.getB())
      return a;
    Matched<Deviation> b = matchSquaredBase(mul.getB(), types);
    if (b && (a->source != b->source || a->dims != b->dims ||
              a->negated != b->negated))
      return Mismatch{Rejection::NotASquare, mul};
    return b;
  }
  if (auto pow = dyn_cast_or_null<array::PowOp>(op)) {
    std::optional<ScalarOperand> exponent = matchScalar(pow.getB());
    if (!exponent || !exponent->constant ||
        !exponent->constant->isExactlyValue(2.0))
      return Mismatch{Rejection::NotASquare, pow};
    return matchSquaredBase(pow.getA(), types);
  }
  return Mismatch{Rejection::NotASquare, op};
}

/// array.var and array.std, which bring a mean of their own.
static Matched<Reduced> matchSpreadOp(Operation *op, int64_t ddof,
                                      TypeSet &types) {
  auto reduction = cast<array::Reduction>(op);
  if (reduction.omitsNan())
    return Mismatch{Rejection::OmitNan, op};
  if (ddof != 0)
    return Mismatch{Rejection::Ddof, op};
  Matched<Value> source = matchSource(reduction.getReductionInput());
  if (!source)
    return source.mismatch();
  note(types, op->getResult(0));
  return reduceOnce(reduction, unreduced(*source));
}

/// The variance: the mean of squared deviations, or array.var.
static Matched<Reduced> matchVariance(Value value, TypeSet &types) {
  value = peelCasts(value);
  if (Operation *narrowing = narrowingOf(value))
    return Mismatch{Rejection::NarrowingCast, narrowing};
  Operation *op = value.getDefiningOp();
  if (isShapeOp(op)) {
    Matched<Reduced> inner = matchVariance(op->getOperand(0), types);
    return inner ? throughShapeOp(op, *inner) : inner;
  }
  if (auto var = dyn_cast_or_null<array::VarOp>(op))
    return matchSpreadOp(op, var.getDdof(), types);

  Matched<Reduced> mean = matchMean(value, types);
  if (!mean)
    return mean;
  // What was averaged must be a squared deviation over the same dims.
  Matched<Deviation> square = matchSquaredDeviation(mean->source, types);
  if (!square)
    return square.mismatch();
  if (square->dims != mean->dims)
    return Mismatch{Rejection::DimsMismatch, op};
  mean->source = square->source;
  return mean;
}

/// What epsilon must be beside the variance.
static Matched<ScalarOperand> matchEpsilon(array::AddOp add, Value value) {
  std::optional<ScalarOperand> epsilon = matchScalar(value);
  if (!epsilon)
    return Mismatch{Rejection::EpsilonNotScalar, add};
  if (epsilon->constant && !fused::isValidEpsilon(*epsilon->constant))
    return Mismatch{Rejection::EpsilonInvalid, add};
  return *epsilon;
}

static Matched<Sigma> movedThrough(Operation *op, Matched<Sigma> inner) {
  if (!inner)
    return inner;
  Matched<Reduced> moved = throughShapeOp(op, inner->variance);
  if (!moved)
    return moved.mismatch();
  inner->variance = *moved;
  return inner;
}

static Matched<Sigma> withoutEpsilon(Matched<Reduced> variance) {
  if (!variance)
    return variance.mismatch();
  return Sigma{*variance, std::nullopt};
}

/// Variance plus epsilon; no epsilon is an epsilon of 0.
static Matched<Sigma> matchShifted(Value value, TypeSet &types) {
  value = peelCasts(value);
  if (Operation *narrowing = narrowingOf(value))
    return Mismatch{Rejection::NarrowingCast, narrowing};
  Operation *op = value.getDefiningOp();
  if (isShapeOp(op))
    return movedThrough(op, matchShifted(op->getOperand(0), types));
  auto add = dyn_cast_or_null<array::AddOp>(op);
  if (!add)
    return withoutEpsilon(matchVariance(value, types));

  // Epsilon may be a mean too (of other numbers), but it is one number.
  bool left =
      looksLikeSpread(stripToOp(add.getA())) &&
      !(looksLikeSpread(stripToOp(add.getB())) && matchScalar(add.getA()));
  Matched<Reduced> variance =
      matchVariance(left ? add.getA() : add.getB(), types);
  if (!variance)
    return variance.mismatch();
  Matched<ScalarOperand> epsilon =
      matchEpsilon(add, left ? add.getB() : add.getA());
  if (!epsilon)
    return epsilon.mismatch();
  note(types, add);
  // An epsilon of higher rank brings leading dims of size 1.
  size_t rank = shapeOf(add.getResult()).size();
  variance->layout.insert(variance->layout.begin(),
                          rank - variance->layout.size(), -1);
  return Sigma{*variance, *epsilon};
}

Matched<Sigma> fusion::matchSigma(Value value, TypeSet &types) {
  value = peelCasts(value);
  if (Operation *narrowing = narrowingOf(value))
    return Mismatch{Rejection::NarrowingCast, narrowing};
  Operation *op = value.getDefiningOp();
  if (isShapeOp(op))
    return movedThrough(op, matchSigma(op->getOperand(0), types));
  if (auto std = dyn_cast_or_null<array::StdOp>(op))
    return withoutEpsilon(matchSpreadOp(op, std.getDdof(), types));
  auto sqrt = dyn_cast_or_null<array::SqrtOp>(op);
  if (!sqrt)
    return Mismatch{Rejection::NotASquare, op};
  note(types, sqrt);
  return matchShifted(sqrt.getX(), types);
}

bool fusion::looksLikeSpread(Operation *op) {
  return isa_and_nonnull<array::MeanOp, array::VarOp>(op);
}

bool fusion::looksLikeShifted(Operation *op) {
  if (looksLikeSpread(op))
    return true;
  auto add = dyn_cast_or_null<array::AddOp>(op);
  return add && isa<RankedTensorType>(add.getType()) &&
         (looksLikeSpread(stripToOp(add.getA())) ||
          looksLikeSpread(stripToOp(add.getB())));
}

bool fusion::looksLikeSigma(Operation *op) {
  if (isa_and_nonnull<array::StdOp>(op))
    return true;
  auto sqrt = dyn_cast_or_null<array::SqrtOp>(op);
  return sqrt && looksLikeShifted(stripToOp(sqrt.getX()));
}
