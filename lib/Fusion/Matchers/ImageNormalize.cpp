// ImageNormalize from its root, the division: statistics above it, then the
// slots below.
#include "ImageNormalize.h"

#include "Layout.h"
#include "Slots.h"

#include "mlir/Interfaces/LoopLikeInterface.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fusion;

using array::elementTypeOf;
using fused::Rejection;

/// 1 / sigma, rsqrt(variance + epsilon) and its power of -1/2.
static bool looksLikeReciprocal(Operation *op) {
  if (auto rsqrt = dyn_cast_or_null<array::RsqrtOp>(op))
    return resemblesShifted(stripToOp(rsqrt.getX()));
  if (array::PowOp pow = powerOf(op, -0.5))
    return resemblesShifted(stripToOp(pow.getA()));
  auto div = dyn_cast_or_null<array::DivOp>(op);
  return div && matchScalar(div.getA()) &&
         resemblesSigma(stripToOp(div.getB()));
}

/// sigma + epsilon, epsilon outside the root, and max(sigma, epsilon).
static std::optional<Rejection> changedSigma(Operation *op) {
  if (!isa_and_nonnull<array::AddOp, array::SubOp, array::MaxOp,
                       array::ClampOp>(op) ||
      llvm::none_of(op->getOperands(), [](Value operand) {
        return resemblesSigma(stripToOp(operand));
      }))
    return std::nullopt;
  return isa<array::AddOp, array::SubOp>(op) ? Rejection::EpsilonOutsideSqrt
                                             : Rejection::EpsilonNotAdded;
}

bool fusion::isImageNormalizeRoot(Operation *op) {
  if (op->getNumResults() != 1 ||
      !isa<RankedTensorType>(op->getResult(0).getType()))
    return false;
  if (auto div = dyn_cast<array::DivOp>(op)) {
    Operation *divisor = stripToOp(div.getB());
    if (looksLikeDeviation(stripToOp(div.getA())))
      return resemblesSigma(divisor) || changedSigma(divisor);
    // 1 / sigma is the reciprocal that another root multiplies by; where all
    // sizes are 1, a deviation is one number too.
    return looksLikeSigma(divisor) && !matchScalar(div.getA());
  }
  if (auto mul = dyn_cast<array::MulOp>(op))
    return (looksLikeReciprocal(stripToOp(mul.getA())) &&
            looksLikeDeviation(stripToOp(mul.getB()))) ||
           (looksLikeReciprocal(stripToOp(mul.getB())) &&
            looksLikeDeviation(stripToOp(mul.getA())));
  return false;
}

Matched<ImageNormalizeMatch> fusion::matchImageNormalize(Operation *root) {
  if (isa<array::MulOp>(root))
    return Mismatch{Rejection::ReciprocalScale, root};
  auto div = cast<array::DivOp>(root);
  if (std::optional<Rejection> reason = changedSigma(stripToOp(div.getB())))
    return Mismatch{*reason, root};

  Steps steps;
  Matched<Deviation> deviation = matchDeviation(div.getA(), steps);
  if (!deviation)
    return deviation.mismatch();
  if (deviation->negated)
    return Mismatch{Rejection::NotCentered, root};
  Matched<Sigma> sigma = matchSigma(div.getB(), deviation->source, steps);
  if (!sigma)
    return sigma.mismatch();
  const Reduced &variance = sigma->variance;
  if (variance.source != deviation->source)
    return Mismatch{Rejection::DifferentInput, root};
  if (variance.dims != deviation->dims)
    return Mismatch{Rejection::DimsMismatch, root};
  if (!linesUp(variance) ||
      shapeOf(div.getResult()) != shapeOf(deviation->source))
    return Mismatch{Rejection::MeanMisaligned, root};

  int64_t rank = shapeOf(deviation->source).size(),
          count = deviation->dims.size();
  if (count == rank)
    return Mismatch{Rejection::NoBatchDim, root};
  for (auto [i, dim] : llvm::enumerate(deviation->dims))
    if (dim != rank - count + static_cast<int64_t>(i))
      return Mismatch{Rejection::DimsNotTrailing, root};

  steps.insert(div);
  auto loop = root->getParentOfType<LoopLikeOpInterface>();
  for (Operation *step : steps) {
    Type type = elementTypeOf(step->getResult(0).getType());
    if (!type.isF32() && !type.isF64())
      return Mismatch{Rejection::LowPrecision, root};
    // The unit computes everything where the division stands.
    if (loop && !loop->isAncestor(step))
      return Mismatch{Rejection::OutsideLoop, root};
  }

  ImageNormalizeMatch match;
  match.input = deviation->source;
  match.dims = deviation->dims;
  match.computeType = cast<FloatType>(elementTypeOf(div.getType()));
  match.epsilon = sigma->epsilon;
  match.output = div.getResult();
  fillSlots(match);
  return match;
}
