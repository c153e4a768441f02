// Statistics that lose nothing to cancellation: every thread sums deviations
// from its own first element, partial states are put together by their means
// and sums of squared deviations (Chan, Golub, LeVeque: "Updating formulae and
// a pairwise algorithm for computing sample variances", 1979). A shift that is
// an element is at most sqrt(count) standard deviations from the mean, which
// bounds the relative error of each stage by sqrt(count) units of rounding.
// Squares that leave the type's range are there once more, scaled.
#include "KernelMoments.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace runmat;
using Predicate = arith::CmpFPredicate;
using Values = KernelCombiner::Values;

KernelMoments::KernelMoments(const fused::NestYield &yield)
    : KernelCombiner(yield),
      reduction(dyn_cast<fused::ReductionAttr>(yield.attr)) {}

/// Half the exponent's range: the square of any finite number times it is
/// finite.
double KernelMoments::scale() const {
  return compute.isF64() ? 0x1p-512 : 0x1p-64;
}

SmallVector<Type> KernelMoments::stateTypes() const {
  return SmallVector<Type>(5, compute);
}

Values KernelMoments::identity(KernelBuilder &k) const {
  return Values(5, k.constant(compute, 0));
}

/// The shift is any element of the thread.
Values KernelMoments::seed(KernelBuilder &k, ValueRange first,
                           ValueRange valid) const {
  Values state = identity(k);
  state[0] = first[0];
  for (unsigned lane = 1; lane < first.size() && !valid.empty(); ++lane)
    if (valid[lane] && valid[lane] != valid[0])
      state[0] = k.select(valid[lane], first[lane], state[0]);
  return state;
}

Values KernelMoments::step(KernelBuilder &k, ValueRange state, Value value,
                           Value, Value valid) const {
  Value zero = k.constant(compute, 0), one = k.constant(compute, 1);
  Value shift = state[0];
  if (reduction && reduction.getOmitNan()) {
    Value isNumber = k.compare(Predicate::ORD, value, value);
    valid = k.logicalAnd(valid, isNumber);
    // The seed may be a NaN.
    shift = k.select(k.compare(Predicate::ORD, shift, shift), shift,
                     k.select(isNumber, value, zero));
  }
  Value d = k.sub(value, shift);
  if (valid)
    d = k.select(valid, d, zero);
  Value scaled = k.mul(d, k.constant(compute, scale()));
  return {shift, k.add(state[1], d), math::FmaOp::create(k.b, d, d, state[2]),
          math::FmaOp::create(k.b, scaled, scaled, state[3]),
          k.add(state[4], valid ? k.select(valid, one, zero) : one)};
}

Values KernelMoments::partial(KernelBuilder &k, ValueRange state) const {
  Value zero = k.constant(compute, 0), one = k.constant(compute, 1);
  Value any = k.compare(Predicate::OGT, state[4], zero);
  Value mean = k.div(state[1], k.select(any, state[4], one));
  Value s = k.constant(compute, scale());
  Value squares = k.sub(state[2], k.mul(state[1], mean));
  Value scaled = k.sub(state[3], k.mul(k.mul(state[1], s), k.mul(mean, s)));
  return {state[0], mean, squares, scaled, state[4]};
}

/// All threads of a workgroup at once by sums over it: fewer barriers than a
/// tree has.
Values KernelMoments::reduceTeam(KernelBuilder &k, ValueRange state,
                                 unsigned team) const {
  if (team != k.threads || !compute.isF32() ||
      (reduction && reduction.getOmitNan()))
    return KernelCombiner::reduceTeam(k, state, team);
  Value zero = k.constant(compute, 0), one = k.constant(compute, 1);
  Values own = partial(k, state);
  Value shift = k.teamFirst(own[0], team);
  Value count = k.teamSum(own[4], team);
  Value any = k.compare(Predicate::OGT, own[4], zero);
  Value mean = k.select(any, k.add(k.sub(own[0], shift), own[1]), zero);
  Value divisor = k.select(k.compare(Predicate::OGT, count, zero), count, one);
  // Weights before the sum: it stays in the range of the means.
  Value groupMean = k.teamSum(k.mul(mean, k.div(own[4], divisor)), team);
  Value apart = k.sub(mean, groupMean);
  Value scaled = k.mul(apart, k.constant(compute, scale()));
  auto squares = [&](Value within, Value between) {
    return k.teamSum(k.add(within, k.mul(own[4], k.mul(between, between))),
                     team);
  };
  return {shift, groupMean, squares(own[2], apart), squares(own[3], scaled),
          count};
}

Values KernelMoments::merge(KernelBuilder &k, ValueRange x,
                            ValueRange y) const {
  Value zero = k.constant(compute, 0), one = k.constant(compute, 1);
  Value count = k.add(x[4], y[4]);
  Value any = k.compare(Predicate::OGT, count, zero);
  Value share = k.div(y[4], k.select(any, count, one));
  Value xIsNone = k.equalFloat(x[4], 0), yIsNone = k.equalFloat(y[4], 0);
  Value d = k.sub(k.add(k.sub(y[0], x[0]), y[1]), x[1]);
  // A state of nothing has a shift of nothing.
  Value either = arith::OrIOp::create(k.b, xIsNone, yIsNone);
  d = k.select(either, zero, d);
  Value weight = k.mul(x[4], share);
  Value scaled = k.mul(d, k.constant(compute, scale()));
  Value mean = k.add(x[1], k.mul(d, share));
  return {k.select(xIsNone, y[0], x[0]), k.select(xIsNone, y[1], mean),
          k.add(k.add(x[2], y[2]), k.mul(k.mul(d, d), weight)),
          k.add(k.add(x[3], y[3]), k.mul(k.mul(scaled, scaled), weight)),
          count};
}

Values KernelMoments::finish(KernelBuilder &k, ValueRange state,
                             const SizeExpr &) const {
  Value zero = k.constant(compute, 0);
  Value nan = k.constant(compute, std::numeric_limits<double>::quiet_NaN());
  auto semantics = [&] {
    return APFloat::getLargest(cast<FloatType>(compute).getFloatSemantics())
        .convertToDouble();
  };
  Value inRange =
      k.compare(Predicate::OLE, state[2], k.constant(compute, semantics()));
  double lift = scale();
  if (!reduction) {
    Value any = k.compare(Predicate::OGT, state[4], zero);
    Value mean = k.add(state[0], state[1]);
    // Knuth's exact sum of two.
    Value part = k.sub(mean, state[0]);
    Value rest =
        k.add(k.sub(state[0], k.sub(mean, part)), k.sub(state[1], part));
    Value squares = k.select(inRange, state[2], state[3]);
    return {
        k.select(any, mean, nan), rest, k.div(squares, state[4]),
        k.select(inRange, k.constant(compute, 1), k.constant(compute, lift))};
  }
  bool isStd = reduction.getKind() == array::ReductionKind::Std;
  Value divisor =
      k.sub(state[4], k.constant(compute, double(reduction.getDdof())));
  Value valid = k.compare(Predicate::OGT, divisor, zero);
  Value safe = k.select(valid, divisor, k.constant(compute, 1));
  Value plain = k.div(state[2], safe), scaled = k.div(state[3], safe);
  Value up = k.constant(compute, 1 / lift);
  if (isStd) {
    plain = math::SqrtOp::create(k.b, plain);
    scaled = k.mul(math::SqrtOp::create(k.b, scaled), up);
  } else {
    scaled = k.mul(k.mul(scaled, up), up);
  }
  Value result = k.select(inRange, plain, scaled);
  return {k.codec.round(k.select(valid, result, nan), valueType)};
}
