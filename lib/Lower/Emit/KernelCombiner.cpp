// The reductions of the array dialect in kernels. Floating sums carry what each
// addition lost (Knuth's exact sum of two), so their error hardly grows with
// the length.
#include "KernelCombiner.h"
#include "KernelMoments.h"

using namespace mlir;
using namespace runmat;
using array::NanMode;
using array::ReductionKind;
using Predicate = arith::CmpFPredicate;
using Values = KernelCombiner::Values;

static constexpr double kInfinity = std::numeric_limits<double>::infinity();
static constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Values KernelCombiner::reduceTeam(KernelBuilder &k, ValueRange state,
                                  unsigned team) const {
  return k.teamReduce(partial(k, state), team, [&](ValueRange x, ValueRange y) {
    return merge(k, x, y);
  });
}

namespace {

/// sum and mean of floats: (sum, what was lost, and with omit_nan the count).
class FloatSum : public KernelCombiner {
public:
  FloatSum(const fused::NestYield &yield, fused::ReductionAttr reduction)
      : KernelCombiner(yield),
        isMean(reduction.getKind() == ReductionKind::Mean),
        omitNan(reduction.getOmitNan()) {}

  SmallVector<Type> stateTypes() const override {
    return SmallVector<Type>(counts() ? 3 : 2, compute);
  }
  Values identity(KernelBuilder &k) const override {
    return Values(counts() ? 3 : 2, k.constant(compute, 0));
  }
  Values step(KernelBuilder &k, ValueRange state, Value value, Value,
              Value valid) const override {
    Value zero = k.constant(compute, 0);
    if (omitNan)
      valid = k.logicalAnd(valid, k.compare(Predicate::ORD, value, value));
    if (valid)
      value = k.select(valid, value, zero);
    Values next = sum(k, state[0], value, state[1]);
    if (counts())
      next.push_back(
          k.add(state[2], k.select(valid, k.constant(compute, 1), zero)));
    return next;
  }
  Values merge(KernelBuilder &k, ValueRange x, ValueRange y) const override {
    Values next = sum(k, x[0], y[0], k.add(x[1], y[1]));
    if (counts())
      next.push_back(k.add(x[2], y[2]));
    return next;
  }
  Values finish(KernelBuilder &k, ValueRange state,
                const SizeExpr &count) const override {
    // What was lost is no number where the sum is not finite.
    Value total = k.select(k.compare(Predicate::ORD, state[1], state[1]),
                           k.add(state[0], state[1]), state[0]);
    if (isMean) {
      // Drivers fold the quotient of two zeros to one.
      Value divisor =
          counts() ? state[2] : k.floatParam(count, cast<FloatType>(compute));
      Value none =
          k.compare(arith::CmpFPredicate::OEQ, divisor, k.constant(compute, 0));
      total = k.select(
          none, k.constant(compute, std::numeric_limits<double>::quiet_NaN()),
          k.div(total, divisor));
    }
    return {k.codec.round(total, valueType)};
  }

private:
  bool counts() const { return isMean && omitNan; }
  /// a + b and what it lost, added to `lost`.
  static Values sum(KernelBuilder &k, Value a, Value b, Value lost) {
    Value total = k.add(a, b);
    Value bPart = k.sub(total, a);
    Value aPart = k.sub(total, bPart);
    Value error = k.add(k.sub(a, aPart), k.sub(b, bPart));
    return {total, k.add(lost, error)};
  }
  bool isMean, omitNan;
};

/// One value, one associative operation: prod, min, max, any, all, and sums of
/// integers.
class Simple : public KernelCombiner {
public:
  Simple(const fused::NestYield &yield, fused::ReductionAttr reduction)
      : KernelCombiner(yield), reduction(reduction), kind(reduction.getKind()) {
    bool widens = kind == ReductionKind::Sum || kind == ReductionKind::Prod;
    state = widens ? computeType(valueType) : compute;
  }

  SmallVector<Type> stateTypes() const override { return {state}; }
  Values identity(KernelBuilder &k) const override {
    return {of(k, /*empty=*/false)};
  }
  Values step(KernelBuilder &k, ValueRange before, Value value, Value,
              Value valid) const override {
    if (value.getType() != state)
      value = value.getType().isInteger(1)
                  ? Value(arith::ExtUIOp::create(k.b, state, value))
                  : Value(arith::ExtSIOp::create(k.b, state, value));
    if (reduction.getOmitNan() && isa<FloatType>(state))
      valid = k.logicalAnd(valid, k.compare(Predicate::ORD, value, value));
    if (valid)
      value = k.select(valid, value, of(k, /*empty=*/false));
    return merge(k, before, value);
  }
  Values merge(KernelBuilder &k, ValueRange x, ValueRange y) const override {
    ImplicitLocOpBuilder &b = k.b;
    bool isFloat = isa<FloatType>(state);
    switch (kind) {
    case ReductionKind::Sum:
      return {k.add(x[0], y[0])};
    case ReductionKind::Prod:
      return {k.mul(x[0], y[0])};
    case ReductionKind::Min:
      return {isFloat ? Value(array::MinOp::create(b, x[0], y[0],
                                                   reduction.getNan()))
                      : Value(arith::MinSIOp::create(b, x[0], y[0]))};
    case ReductionKind::Max:
      return {isFloat ? Value(array::MaxOp::create(b, x[0], y[0],
                                                   reduction.getNan()))
                      : Value(arith::MaxSIOp::create(b, x[0], y[0]))};
    case ReductionKind::Any:
      return {arith::OrIOp::create(b, x[0], y[0])};
    default:
      return {arith::AndIOp::create(b, x[0], y[0])};
    }
  }
  Values finish(KernelBuilder &k, ValueRange total,
                const SizeExpr &count) const override {
    bool isExtreme = kind == ReductionKind::Min || kind == ReductionKind::Max;
    if (!isExtreme || !isa<FloatType>(state))
      return {k.codec.round(total[0], valueType)};
    Value none = k.equal(k.param(min(count, 1)), k.index(0));
    return {k.select(none, of(k, /*empty=*/true), total[0])};
  }

private:
  /// What leaves every other value unchanged; `empty`: the result of nothing.
  /// Under `nan = number` NaN is the value that loses against every other.
  Value of(KernelBuilder &k, bool empty) const {
    bool isMin = kind == ReductionKind::Min;
    switch (kind) {
    case ReductionKind::Prod:
      return k.constant(state, 1);
    case ReductionKind::All:
      return arith::ConstantOp::create(k.b, k.b.getBoolAttr(true));
    case ReductionKind::Any:
      return arith::ConstantOp::create(k.b, k.b.getBoolAttr(false));
    case ReductionKind::Min:
    case ReductionKind::Max: {
      if (isa<FloatType>(state))
        return k.constant(state, !empty && reduction.getNan() == NanMode::Number
                                     ? kNaN
                                 : isMin ? kInfinity
                                         : -kInfinity);
      unsigned width = element.getIntOrFloatBitWidth();
      APInt extreme = isMin ? APInt::getSignedMaxValue(width)
                            : APInt::getSignedMinValue(width);
      return arith::ConstantOp::create(
          k.b, k.b.getIntegerAttr(state,
                                  extreme.sext(state.getIntOrFloatBitWidth())));
    }
    default:
      return k.constant(state, 0);
    }
  }
  fused::ReductionAttr reduction;
  ReductionKind kind;
  Type state;
};

/// argmin and argmax: (value, position, whether there is one).
class Arg : public KernelCombiner {
public:
  Arg(const fused::NestYield &yield, fused::ReductionAttr reduction)
      : KernelCombiner(yield),
        isMin(reduction.getKind() == ReductionKind::Argmin),
        propagates(reduction.getNan() == NanMode::Propagate) {}

  bool usesPosition() const override { return true; }
  SmallVector<Type> stateTypes() const override {
    MLIRContext *context = element.getContext();
    return {compute, IntegerType::get(context, 32),
            IntegerType::get(context, 1)};
  }
  Values identity(KernelBuilder &k) const override {
    return {k.constant(compute, 0), k.codec.i32(0),
            arith::ConstantOp::create(k.b, k.b.getBoolAttr(false))};
  }
  Values step(KernelBuilder &k, ValueRange state, Value value, Value position,
              Value valid) const override {
    Value yes = arith::ConstantOp::create(k.b, k.b.getBoolAttr(true));
    Value present = valid ? valid : yes;
    if (isa<FloatType>(compute) && !propagates)
      present = k.logicalAnd(present, k.compare(Predicate::ORD, value, value));
    return merge(k, state, ValueRange{value, position, present});
  }
  Values merge(KernelBuilder &k, ValueRange x, ValueRange y) const override {
    ImplicitLocOpBuilder &b = k.b;
    Value better = isBetter(k, y[0], x[0]), worse = isBetter(k, x[0], y[0]);
    Value earlier =
        arith::CmpIOp::create(b, arith::CmpIPredicate::ult, y[1], x[1]);
    Value no = arith::ConstantOp::create(b, b.getBoolAttr(false));
    Value wins = arith::OrIOp::create(b, better, k.select(worse, no, earlier));
    Value none = k.equal(x[2], no);
    Value takeY = k.logicalAnd(y[2], arith::OrIOp::create(b, none, wins));
    return {k.select(takeY, y[0], x[0]), k.select(takeY, y[1], x[1]),
            arith::OrIOp::create(b, x[2], y[2])};
  }
  Values finish(KernelBuilder &k, ValueRange state,
                const SizeExpr &) const override {
    return {arith::ExtUIOp::create(k.b, k.b.getI64Type(), state[1])};
  }

private:
  Value isBetter(KernelBuilder &k, Value a, Value b) const {
    if (!isa<FloatType>(compute))
      return arith::CmpIOp::create(
          k.b, isMin ? arith::CmpIPredicate::slt : arith::CmpIPredicate::sgt, a,
          b);
    Value beyond = k.compare(isMin ? Predicate::OLT : Predicate::OGT, a, b);
    if (!propagates)
      return beyond;
    Value aIsNan = k.compare(Predicate::UNO, a, a);
    Value bIsNumber = k.compare(Predicate::ORD, b, b);
    return arith::OrIOp::create(k.b, beyond, k.logicalAnd(aIsNan, bIsNumber));
  }
  bool isMin, propagates;
};

} // namespace

std::unique_ptr<KernelCombiner>
KernelCombiner::create(const fused::NestYield &yield) {
  auto reduction = dyn_cast<fused::ReductionAttr>(yield.attr);
  if (!reduction)
    return std::make_unique<KernelMoments>(yield);
  switch (reduction.getKind()) {
  case ReductionKind::Var:
  case ReductionKind::Std:
    return std::make_unique<KernelMoments>(yield);
  case ReductionKind::Argmin:
  case ReductionKind::Argmax:
    return std::make_unique<Arg>(yield, reduction);
  case ReductionKind::Sum:
  case ReductionKind::Mean:
    if (isa<FloatType>(yield.element))
      return std::make_unique<FloatSum>(yield, reduction);
    break;
  default:
    break;
  }
  return std::make_unique<Simple>(yield, reduction);
}
