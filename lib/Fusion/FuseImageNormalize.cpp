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

void fusion::fuseImageNormalize(Operation *scope) {
  eraseDeadOps(scope);
  FusionRewriter rewriter(scope->getContext());
  scope->walk([&](Operation *op) {
    if (isImageNormalizeRoot(op))
      rewriter.roots.insert(op);
  });

  struct Formed {
    Operation *unit;
    Traffic erased;
    unsigned erasedOps;
  };
  SmallVector<Formed> formed;
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
    formed.push_back({unit, rewriter.erased, rewriter.erasedOps});
  }

  for (Formed &one : formed) {
    rewriter.erased = one.erased;
    rewriter.erasedOps = one.erasedOps;
    rewriter.space = cast<fused::Unit>(one.unit).unitBody().iterationShape;
    Operation *unit =
        absorbConsumers(rewriter, one.unit, kPass, /*report=*/true);
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
