// --fuse-linalg-elementwise: producers into the linalg operations that read
// them. Upstream's patterns with a stricter rule for when: work stays inside
// the unit and the block that it was in, and nothing but moving data is done
// more often than before.
#include "runmat/Dialect/Array/Array.h"
#include "runmat/Dialect/Offload/Offload.h"
#include "runmat/Target/CPU/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace runmat {
#define GEN_PASS_DEF_FUSELINALGELEMENTWISE
#include "runmat/Target/CPU/Passes.h.inc"
} // namespace runmat

using namespace mlir;
using namespace runmat;

namespace {

/// A body with more operations than this computes; with fewer, and none on
/// elements, it only moves data.
constexpr size_t maxMovingOps = 8;

/// Whether one element costs no more than to load it: casts and index
/// computations.
bool onlyMovesData(linalg::GenericOp op) {
  auto body = op.getBody()->without_terminator();
  return size_t(llvm::range_size(body)) <= maxMovingOps &&
         llvm::all_of(body, [](Operation &inner) {
           return isa<array::CastOp>(inner) || !isa<array::Elementwise>(inner);
         });
}

/// Whether the consumer reads an element of this operand in more than one
/// iteration.
bool readsRepeatedly(linalg::LinalgOp consumer, OpOperand *operand) {
  AffineMap map = consumer.getMatchingIndexingMap(operand);
  return !map.isProjectedPermutation() ||
         map.getNumResults() != consumer.getNumLoops();
}

bool mayFuse(OpOperand *operand) {
  Operation *producer = operand->get().getDefiningOp();
  Operation *consumer = operand->getOwner();
  if (!producer || !producer->hasOneUse() ||
      producer->getBlock() != consumer->getBlock())
    return false;
  for (Operation *op = producer; op != consumer; op = op->getNextNode())
    if (isa<offload::UnitBeginOp, offload::UnitEndOp>(op))
      return false;
  auto made = dyn_cast<linalg::GenericOp>(producer);
  auto reader = dyn_cast<linalg::LinalgOp>(consumer);
  // In a reader with more loops it would go on from what it left there.
  if (made && llvm::any_of(made.getDpsInitsMutable(), [&](OpOperand &init) {
        return made.payloadUsesValueFromOperand(&init);
      }))
    return false;
  return !made || !reader || onlyMovesData(made) ||
         !readsRepeatedly(reader, operand);
}

struct FuseLinalgElementwisePass
    : runmat::impl::FuseLinalgElementwiseBase<FuseLinalgElementwisePass> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    linalg::populateElementwiseOpsFusionPatterns(patterns, mayFuse);
    linalg::populateFoldReshapeOpsByExpansionPatterns(patterns, mayFuse);
    tensor::populateBubbleUpExpandShapePatterns(patterns);
    linalg::populateConstantFoldLinalgOperations(patterns, mayFuse);
    linalg::GenericOp::getCanonicalizationPatterns(patterns, context);
    tensor::ExpandShapeOp::getCanonicalizationPatterns(patterns, context);
    tensor::CollapseShapeOp::getCanonicalizationPatterns(patterns, context);
    // Producers before consumers: fewer visits.
    GreedyRewriteConfig config;
    config.setUseTopDownTraversal();
    // Expansion of reshapes and inference of static sizes can undo one another
    // in a circle, which the driver's limit cuts; every state is right.
    (void)applyPatternsGreedily(getOperation(), std::move(patterns), config);
  }
};

} // namespace
