// --fuse-image-normalize. All units are formed before any consumer is merged,
// so that a unit's reductions never take the statistics of a second one that
// normalises its result.
#include "Fusion.h"
#include "Matchers/ImageNormalize.h"

#include "runmat/Fusion/Passes.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fusion;

namespace runmat {
#define GEN_PASS_DEF_FUSEIMAGENORMALIZE
#include "runmat/Fusion/Passes.h.inc"
} // namespace runmat

static constexpr StringLiteral kPass = "fuse-image-normalize";

/// Makes the unit where the match's output is made. Its region is only a yield
/// of y.
static fused::ImageNormalizeOp createUnit(OpBuilder &builder,
                                          const ImageNormalizeMatch &match) {
  Operation *last = match.output.getDefiningOp();
  Location loc = last->getLoc();
  builder.setInsertionPoint(last);
  Type compute = match.computeType;
  auto slot = [&](const std::optional<ScalarOperand> &scalar) -> Value {
    return scalar ? materialize(builder, loc, *scalar, compute) : Value();
  };
  Value epsilon = slot(match.epsilon);
  if (!epsilon)
    epsilon = array::ConstantOp::create(
        builder, loc,
        DenseElementsAttr::get(RankedTensorType::get({}, compute),
                               builder.getFloatAttr(compute, 0.0).getValue()));
  Value gain = slot(match.gain), bias = slot(match.bias),
        clamp = slot(match.clamp), gamma = slot(match.gamma);
  auto input = cast<RankedTensorType>(match.input.getType());
  auto unit = fused::ImageNormalizeOp::create(
      builder, loc, TypeRange(input.clone(compute)), match.input, epsilon, gain,
      bias, clamp, gamma, ValueRange(),
      builder.getDenseI64ArrayAttr(match.dims), TypeAttr::get(compute),
      array::NanModeAttr::get(builder.getContext(), match.clampNan),
      builder.getArrayAttr({}), builder.getArrayAttr({}), StringAttr());
  Block *block = builder.createBlock(&unit.getEpilogue());
  block->addArgument(compute, loc);
  block->addArgument(input.getElementType(), loc);
  fused::YieldOp::create(builder, loc, block->getArgument(0));
  return unit;
}

/// Sizes are asked of the arrays that they come from. A tensor.dim of an
/// intermediate would keep its slot open, and one of a result store an image
/// for the sake of a number.
static void askOrigins(RewriterBase &rewriter, Operation *scope) {
  scope->walk([&](tensor::DimOp op) {
    array::SizeOrigin origin =
        array::originOfSize(op.getResult(), array::SizeOrigin::kIndex);
    if (origin.value == op.getResult() || origin.value == op.getSource())
      return;
    rewriter.setInsertionPoint(op);
    Location loc = op.getLoc();
    if (origin.dim == array::SizeOrigin::kIndex) {
      rewriter.replaceOp(op, origin.value);
      return;
    }
    Value number = arith::ConstantIndexOp::create(rewriter, loc, origin.dim);
    if (!origin.value)
      rewriter.replaceOp(op, number);
    else
      rewriter.replaceOpWithNewOp<tensor::DimOp>(op, origin.value, number);
  });
}

void fusion::fuseImageNormalize(Operation *scope) {
  FusionRewriter rewriter(scope->getContext());
  askOrigins(rewriter, scope);
  eraseDeadOps(scope);
  scope->walk([&](Operation *op) {
    if (isImageNormalizeRoot(op))
      rewriter.roots.insert(op);
  });

  struct Formed {
    Traffic erased;
    unsigned erasedOps;
  };
  DenseMap<Operation *, Formed> formed;
  while (!rewriter.roots.empty()) {
    Operation *root = rewriter.roots.front();
    rewriter.roots.remove(root);
    Matched<ImageNormalizeMatch> match = matchImageNormalize(root);
    if (!match) {
      Operation *where = match.mismatch().where;
      reportMissed(where ? where : root, kPass, match.mismatch().reason);
      continue;
    }
    rewriter.erased = {};
    rewriter.erasedOps = 0;
    rewriter.space = SmallVector<int64_t>(
        cast<RankedTensorType>(match->input.getType()).getShape());
    Operation *last = match->output.getDefiningOp();
    fused::ImageNormalizeOp unit = createUnit(rewriter, *match);
    rewriter.replaceAllUsesWith(match->output, unit.getResult(0));
    rewriter.eraseIfDead(last);
    rewriter.units.insert(unit);
    formed[unit] = {rewriter.erased, rewriter.erasedOps};
  }

  // Not all that were formed: one that only the operations of a later one read
  // has gone with them.
  while (!rewriter.units.empty()) {
    Operation *unit = rewriter.units.front();
    rewriter.units.remove(unit);
    std::tie(rewriter.erased, rewriter.erasedOps) =
        std::tie(formed[unit].erased, formed[unit].erasedOps);
    rewriter.space = cast<fused::Unit>(unit).unitBody().iterationShape;
    unit = absorbConsumers(rewriter, unit, kPass, /*report=*/true);
    reportFused(unit, kPass, rewriter);
  }
  eraseDeadOps(scope);
}

namespace {
struct FuseImageNormalizePass
    : runmat::impl::FuseImageNormalizeBase<FuseImageNormalizePass> {
  void runOnOperation() override { fuseImageNormalize(getOperation()); }
};
} // namespace
