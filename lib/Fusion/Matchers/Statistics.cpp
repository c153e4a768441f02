// A statistic is traced from its use down to the array it was taken of; casts
// that change nothing are peeled at every hop, and a narrowing one is refused
// wherever it stands.
#include "Layout.h"

#include "runmat/Dialect/Fused/Fused.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fusion;

using fused::Rejection;

static bool isShapeOp(Operation *op) {
  return isa_and_nonnull<array::ReshapeOp, array::BroadcastOp, tensor::CastOp>(
      op);
}

/// What is under casts that change nothing and operations that move no element,
/// which are put at the end of `path`. A loop, and no recursion: generated
/// programs chain thousands.
static Matched<Value> traceShapes(Value value,
                                  SmallVectorImpl<Operation *> &path) {
  while (true) {
    value = peelCasts(value);
    if (Operation *narrowing = narrowingOf(value))
      return Mismatch{Rejection::NarrowingCast, narrowing};
    Operation *op = value.getDefiningOp();
    if (!isShapeOp(op))
      return value;
    path.push_back(op);
    value = op->getOperand(0);
  }
}

/// What becomes of `reduced` on the way back along a path that was traced from
/// its other end.
static Matched<Reduced> followBack(Matched<Reduced> reduced,
                                   ArrayRef<Operation *> path) {
  for (Operation *op : llvm::reverse(path)) {
    if (!reduced)
      return reduced;
    if (auto reduction = dyn_cast<array::Reduction>(op))
      reduced = reduceOnce(reduction, *reduced);
    else
      reduced = throughShapeOp(op, *reduced);
  }
  return reduced;
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

/// sum(...) / n, which some programs write for a mean.
static bool isSumOverCount(Operation *op) {
  auto div = dyn_cast_or_null<array::DivOp>(op);
  return div && isa<RankedTensorType>(div.getType()) &&
         isa_and_nonnull<array::SumOp>(stripToOp(div.getA())) &&
         matchScalar(div.getB());
}

Matched<Reduced> fusion::matchMean(Value value, Value source, Steps &steps) {
  SmallVector<Operation *> path;
  // One dim after the other: a mean of means, over slices of equal size.
  do {
    Matched<Value> traced = traceShapes(value, path);
    if (!traced)
      return traced.mismatch();
    Operation *op = traced->getDefiningOp();
    auto mean = dyn_cast_or_null<array::MeanOp>(op);
    if (!mean)
      return Mismatch{isSumOverCount(op) ? Rejection::SumNotMean
                                         : Rejection::NotCentered,
                      op};
    if (mean.getOmitNan())
      return Mismatch{Rejection::OmitNan, mean};
    steps.insert(mean);
    path.push_back(mean);
    value = mean.getX();
  } while (peelCasts(value) != source &&
           isa_and_nonnull<array::MeanOp>(stripToOp(value)));
  Matched<Value> found = matchSource(value);
  if (!found)
    return found.mismatch();
  return followBack(unreduced(*found), path);
}

/// The difference of an array and its mean; negated: mean - array.
static Matched<Deviation> deviationOf(array::SubOp sub, bool negated,
                                      Steps &steps) {
  Value array = negated ? sub.getB() : sub.getA();
  Matched<Reduced> mean =
      matchMean(negated ? sub.getA() : sub.getB(), peelCasts(array), steps);
  if (!mean)
    return mean.mismatch();
  Matched<Value> source = matchSource(array);
  if (!source)
    return source.mismatch();
  if (*source != mean->source)
    return Mismatch{Rejection::DifferentInput, sub};
  if (!linesUp(*mean) || shapeOf(sub.getResult()) != shapeOf(*source))
    return Mismatch{Rejection::MeanMisaligned, sub};
  steps.insert(sub);
  return Deviation{*source, mean->dims, negated};
}

static bool isMean(Value value) {
  return isa_and_nonnull<array::MeanOp>(stripToOp(value));
}

Matched<Deviation> fusion::matchDeviation(Value value, Steps &steps) {
  value = peelCasts(value);
  if (Operation *narrowing = narrowingOf(value))
    return Mismatch{Rejection::NarrowingCast, narrowing};
  auto sub = value.getDefiningOp<array::SubOp>();
  if (!sub || !isa<RankedTensorType>(sub.getType()))
    return Mismatch{Rejection::NotCentered, value.getDefiningOp()};
  if (!isMean(sub.getA()))
    return deviationOf(sub, /*negated=*/false, steps);
  if (!isMean(sub.getB()))
    return deviationOf(sub, /*negated=*/true, steps);
  // Two means: what is normalised is a mean itself (over channels, say).
  Steps negatedSteps = steps;
  Matched<Deviation> deviation = deviationOf(sub, /*negated=*/false, steps);
  if (deviation)
    return deviation;
  Matched<Deviation> negated = deviationOf(sub, /*negated=*/true, negatedSteps);
  if (!negated)
    return deviation;
  steps = negatedSteps;
  return negated;
}

/// As matchDeviation, for what `square` squares: there "not a deviation" means
/// "not the variance".
static Matched<Deviation> matchSquaredBase(Value value, Operation *square,
                                           Steps &steps) {
  Matched<Deviation> deviation = matchDeviation(value, steps);
  if (!deviation && deviation.mismatch().reason == Rejection::NotCentered)
    return Mismatch{Rejection::NotASquare, square};
  return deviation;
}

/// The source and dims of a squared deviation: d*d or d.^2.
static Matched<Deviation> matchSquaredDeviation(Value value, Steps &steps) {
  value = peelCasts(value);
  if (Operation *narrowing = narrowingOf(value))
    return Mismatch{Rejection::NarrowingCast, narrowing};
  Operation *op = value.getDefiningOp();
  if (op)
    steps.insert(op);
  if (auto mul = dyn_cast_or_null<array::MulOp>(op)) {
    Matched<Deviation> a = matchSquaredBase(mul.getA(), mul, steps);
    if (!a || mul.getA() == mul.getB())
      return a;
    Matched<Deviation> b = matchSquaredBase(mul.getB(), mul, steps);
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
    return matchSquaredBase(pow.getA(), pow, steps);
  }
  return Mismatch{Rejection::NotASquare, op};
}

/// array.var and array.std, which bring a mean of their own.
static Matched<Reduced> matchSpreadOp(Operation *op, int64_t ddof,
                                      Steps &steps) {
  auto reduction = cast<array::Reduction>(op);
  if (reduction.omitsNan())
    return Mismatch{Rejection::OmitNan, op};
  if (ddof != 0)
    return Mismatch{Rejection::Ddof, op};
  Matched<Value> source = matchSource(reduction.getReductionInput());
  if (!source)
    return source.mismatch();
  steps.insert(op);
  return reduceOnce(reduction, unreduced(*source));
}

static bool isBounded(Operation *op) {
  return isa_and_nonnull<array::MaxOp, array::ClampOp>(op);
}

/// Why arithmetic on means is no variance: a mean in it that is none either,
/// E[x^2] in E[x^2] - mean^2, else the arithmetic.
static Mismatch notAVariance(Operation *op);

/// The variance: the mean of squared deviations, or array.var.
static Matched<Reduced> matchVariance(Value value, Steps &steps) {
  SmallVector<Operation *> path;
  Matched<Value> traced = traceShapes(value, path);
  if (!traced)
    return traced.mismatch();
  Operation *op = traced->getDefiningOp();
  if (auto var = dyn_cast_or_null<array::VarOp>(op))
    return followBack(matchSpreadOp(op, var.getDdof(), steps), path);
  if (isBounded(op))
    return Mismatch{Rejection::EpsilonNotAdded, op};
  if (!looksLikeSpread(op))
    return notAVariance(op);

  Matched<Reduced> mean = matchMean(*traced, /*source=*/{}, steps);
  if (!mean)
    return mean;
  // What was averaged must be a squared deviation over the same dims.
  Matched<Deviation> square = matchSquaredDeviation(mean->source, steps);
  if (!square)
    return square.mismatch();
  if (square->dims != mean->dims)
    return Mismatch{Rejection::DimsMismatch, op};
  mean->source = square->source;
  return followBack(mean, path);
}

static Mismatch notAVariance(Operation *op) {
  if (isa_and_nonnull<array::AddOp, array::SubOp>(op) &&
      looksLikeSpread(stripToOp(op->getOperand(0)))) {
    Steps unused;
    if (Matched<Reduced> first = matchVariance(op->getOperand(0), unused);
        !first)
      return first.mismatch();
  }
  return Mismatch{Rejection::NotAVariance, op};
}

/// What epsilon must be beside a variance of `source`.
static Matched<ScalarOperand> matchEpsilon(Operation *sum, Value value,
                                           Value source) {
  std::optional<ScalarOperand> epsilon = matchScalar(value, source);
  if (!epsilon)
    return Mismatch{Rejection::EpsilonNotScalar, sum};
  // var - c is var + (-c), exactly.
  epsilon->negated = isa<array::SubOp>(sum);
  if (std::optional<APFloat> constant = epsilon->constant) {
    if (epsilon->negated)
      constant->changeSign();
    if (!fused::isValidEpsilon(*constant))
      return Mismatch{Rejection::EpsilonInvalid, sum};
  }
  return *epsilon;
}

/// One operand of the sum as the variance and the other as epsilon.
static Matched<Sigma> matchSum(Operation *sum, unsigned varianceOperand,
                               Steps &steps) {
  Matched<Reduced> variance =
      matchVariance(sum->getOperand(varianceOperand), steps);
  if (!variance)
    return variance.mismatch();
  Matched<ScalarOperand> epsilon =
      matchEpsilon(sum, sum->getOperand(1 - varianceOperand), variance->source);
  if (!epsilon)
    return epsilon.mismatch();
  steps.insert(sum);
  // An epsilon of higher rank brings leading dims of size 1.
  size_t rank = shapeOf(sum->getResult(0)).size();
  variance->layout.insert(variance->layout.begin(),
                          rank - variance->layout.size(), -1);
  return Sigma{*variance, *epsilon};
}

static Matched<Sigma> withoutEpsilon(Matched<Reduced> variance) {
  if (!variance)
    return variance.mismatch();
  return Sigma{*variance, std::nullopt};
}

/// Variance plus epsilon; no epsilon is an epsilon of 0.
static Matched<Sigma> matchShifted(Value value, Value source, Steps &steps) {
  Operation *op = value.getDefiningOp();
  if (!isa_and_nonnull<array::AddOp, array::SubOp>(op))
    return withoutEpsilon(matchVariance(value, steps));
  Operation *lhs = stripToOp(op->getOperand(0)),
            *rhs = stripToOp(op->getOperand(1));
  bool first = looksLikeSpread(lhs), second = looksLikeSpread(rhs);
  // Neither: for the reason why.
  if (!first && !second) {
    first = resemblesShifted(lhs);
    second = !first;
  }
  // c - var is no shifted variance; var - c is.
  if (isa<array::SubOp>(op)) {
    if (!first)
      return Mismatch{Rejection::NotAVariance, op};
    second = false;
  }
  if (!first || !second)
    return matchSum(op, /*varianceOperand=*/first ? 0 : 1, steps);
  // Both may be the variance: epsilon is a mean too, of other numbers.
  Steps secondSteps = steps;
  Matched<Sigma> left = matchSum(op, 0, steps);
  if (left && left->variance.source == source)
    return left;
  Matched<Sigma> right = matchSum(op, 1, secondSteps);
  if (!right || (left && right->variance.source != source))
    return left;
  steps = secondSteps;
  return right;
}

static Matched<Sigma> followBack(Matched<Sigma> sigma,
                                 ArrayRef<Operation *> path) {
  if (!sigma)
    return sigma;
  Matched<Reduced> variance =
      followBack(Matched<Reduced>(sigma->variance), path);
  if (!variance)
    return variance.mismatch();
  return Sigma{*variance, sigma->epsilon};
}

Matched<Sigma> fusion::matchSigma(Value value, Value source, Steps &steps) {
  SmallVector<Operation *> path;
  Matched<Value> traced = traceShapes(value, path);
  if (!traced)
    return traced.mismatch();
  Operation *op = traced->getDefiningOp();
  if (auto std = dyn_cast_or_null<array::StdOp>(op))
    return followBack(withoutEpsilon(matchSpreadOp(op, std.getDdof(), steps)),
                      path);
  if (isa_and_nonnull<array::PowOp>(op))
    return Mismatch{Rejection::RootByPow, op};
  auto sqrt = dyn_cast_or_null<array::SqrtOp>(op);
  if (!sqrt)
    return Mismatch{Rejection::NotASquare, op};
  steps.insert(sqrt);
  Matched<Value> shifted = traceShapes(sqrt.getX(), path);
  if (!shifted)
    return shifted.mismatch();
  return followBack(matchShifted(*shifted, source, steps), path);
}

bool fusion::looksLikeDeviation(Operation *op) {
  auto sub = dyn_cast_or_null<array::SubOp>(op);
  return sub && isa<RankedTensorType>(sub.getType()) &&
         (isMean(sub.getA()) || isMean(sub.getB()));
}

bool fusion::looksLikeSpread(Operation *op) {
  return isa_and_nonnull<array::MeanOp, array::VarOp>(op) || isSumOverCount(op);
}

bool fusion::looksLikeShifted(Operation *op) {
  if (looksLikeSpread(op))
    return true;
  return isa_and_nonnull<array::AddOp, array::SubOp, array::MaxOp>(op) &&
         isa<RankedTensorType>(op->getResult(0).getType()) &&
         (looksLikeSpread(stripToOp(op->getOperand(0))) ||
          (!isa<array::SubOp>(op) &&
           looksLikeSpread(stripToOp(op->getOperand(1)))));
}

/// A standard deviation, or the root, also by pow for its own reason, of what
/// `isShifted` takes.
static bool isRoot(Operation *op,
                   llvm::function_ref<bool(Operation *)> isShifted) {
  if (isa_and_nonnull<array::StdOp>(op))
    return true;
  if (auto sqrt = dyn_cast_or_null<array::SqrtOp>(op))
    return isShifted(stripToOp(sqrt.getX()));
  array::PowOp pow = powerOf(op, 0.5);
  return pow && isShifted(stripToOp(pow.getA()));
}

bool fusion::looksLikeSigma(Operation *op) {
  return isRoot(op, looksLikeShifted);
}

/// Few steps, so that the look is cheap and what is meant is plain.
static constexpr unsigned resemblanceDepth = 3;

static bool holdsSpread(Operation *op, unsigned depth) {
  if (looksLikeSpread(op))
    return true;
  return depth > 0 &&
         isa_and_nonnull<array::AddOp, array::SubOp, array::MulOp, array::PowOp,
                         array::AbsOp, array::MaxOp, array::ClampOp>(op) &&
         isa<RankedTensorType>(op->getResult(0).getType()) &&
         llvm::any_of(op->getOperands(), [&](Value operand) {
           return holdsSpread(stripToOp(operand), depth - 1);
         });
}

bool fusion::resemblesShifted(Operation *op) {
  return holdsSpread(op, resemblanceDepth);
}

bool fusion::resemblesSigma(Operation *op) {
  return isRoot(op, resemblesShifted);
}

array::PowOp fusion::powerOf(Operation *op, double exponent) {
  auto pow = dyn_cast_or_null<array::PowOp>(op);
  if (!pow)
    return {};
  std::optional<ScalarOperand> scalar = matchScalar(pow.getB());
  return scalar && scalar->constant &&
                 scalar->constant->isExactlyValue(exponent)
             ? pow
             : array::PowOp();
}
