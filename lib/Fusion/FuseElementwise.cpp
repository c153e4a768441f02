// --fuse-elementwise: chains of elementwise operations as fused.map. Each
// operation that no unit has claimed starts a unit of its own and takes its
// consumers; one that takes none is put back as it was.
#include "Fusion.h"

#include "runmat/Fusion/Passes.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fusion;

namespace runmat {
#define GEN_PASS_DEF_FUSEELEMENTWISE
#include "runmat/Fusion/Passes.h.inc"
} // namespace runmat

static constexpr StringLiteral kPass = "fuse-elementwise";

/// Whether an elementwise operation reads a result of `op`: else no chain
/// starts here.
static bool startsChain(Operation *op) {
  if (!isa<array::Elementwise>(op) || isa<fused::Unit>(op->getParentOp()))
    return false;
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  return type && llvm::any_of(op->getUsers(), [&](Operation *user) {
           return isa<array::Elementwise>(user) &&
                  user->getBlock() == op->getBlock();
         });
}

/// A unit of the one operation, right before it.
static fused::MapOp wrap(RewriterBase &rewriter, Operation *op) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  MLIRContext *context = op->getContext();
  SmallVector<Value> inputs;
  SmallVector<Attribute> maps;
  for (Value operand : op->getOperands()) {
    auto from = cast<RankedTensorType>(operand.getType());
    SmallVector<AffineExpr> results;
    for (auto [i, size] : llvm::enumerate(from.getShape()))
      results.push_back(
          size == 1
              ? getAffineConstantExpr(0, context)
              : getAffineDimExpr(type.getRank() - from.getRank() + i, context));
    inputs.push_back(operand);
    maps.push_back(AffineMapAttr::get(
        AffineMap::get(type.getRank(), 0, results, context)));
  }
  rewriter.setInsertionPoint(op);
  auto unit =
      fused::MapOp::create(rewriter, op->getLoc(), TypeRange(type), inputs,
                           rewriter.getArrayAttr(maps), StringAttr());
  Block *block = rewriter.createBlock(&unit.getBody());
  for (Value input : inputs)
    block->addArgument(array::elementTypeOf(input.getType()), op->getLoc());
  Value scalar = cast<array::Elementwise>(op).createScalar(
      rewriter, op->getLoc(), block->getArguments());
  fused::YieldOp::create(rewriter, op->getLoc(), scalar);
  return unit;
}

void fusion::fuseElementwise(Operation *scope) {
  eraseDeadOps(scope);
  FusionRewriter rewriter(scope->getContext());
  scope->walk([&](Operation *op) {
    if (startsChain(op))
      rewriter.roots.insert(op);
  });
  while (!rewriter.roots.empty()) {
    Operation *root = rewriter.roots.front();
    rewriter.roots.remove(root);
    rewriter.erased = {};
    rewriter.erasedOps = 0;
    fused::MapOp map = wrap(rewriter, root);
    rewriter.space = map.unitBody().iterationShape;
    Value result = root->getResult(0);
    rewriter.replaceAllUsesWith(result, map.getResult(0));
    // Not told by `unit == map`: a new unit may lie where the erased one lay.
    bool absorbed = false;
    Operation *unit =
        absorbConsumers(rewriter, map, kPass, /*report=*/false, &absorbed);
    if (!absorbed) {
      rewriter.replaceAllUsesWith(map.getResult(0), result);
      rewriter.eraseOp(map);
      continue;
    }
    rewriter.eraseOp(root);
    reportFused(unit, kPass, rewriter);
  }
  eraseDeadOps(scope);
}

namespace {
struct FuseElementwisePass
    : runmat::impl::FuseElementwiseBase<FuseElementwisePass> {
  void runOnOperation() override { fuseElementwise(getOperation()); }
};
} // namespace
