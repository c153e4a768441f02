// A loop around loops over nothing runs no iterations: an array of 2^50 rows of
// no elements is as empty as one of no rows. Loops of constant length are left
// alone: they are short, or the programmer's own.
#include "runmat/Target/CPU/Passes.h"

#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace runmat {
#define GEN_PASS_DEF_SKIPEMPTYLOOPS
#include "runmat/Target/CPU/Passes.h.inc"
} // namespace runmat

using namespace mlir;

namespace {

/// Lower and upper bounds of a loop, one each dim.
using Bounds = SmallVector<std::pair<Value, Value>>;

/// Those of a loop whose execution leaves nothing but what its body did.
Bounds boundsOf(Operation *op) {
  Bounds bounds;
  if (!op->use_empty())
    return bounds;
  if (auto loop = dyn_cast<scf::ForOp>(op))
    bounds.emplace_back(loop.getLowerBound(), loop.getUpperBound());
  if (auto loop = dyn_cast<scf::ParallelOp>(op))
    for (auto [low, high] :
         llvm::zip(loop.getLowerBound(), loop.getUpperBound()))
      bounds.emplace_back(low, high);
  return bounds;
}

/// The bounds of the one loop that is all that `loop` does, as far as they are
/// the same in each iteration.
Bounds boundsInside(scf::ForOp loop) {
  Operation *inner = nullptr;
  for (Operation &op : loop.getBody()->without_terminator()) {
    if (isa<scf::ForOp, scf::ParallelOp>(op) && !inner)
      inner = &op;
    else if (!isPure(&op))
      return {};
  }
  if (!inner)
    return {};
  Bounds bounds = boundsOf(inner);
  llvm::erase_if(bounds, [&](auto &pair) {
    return !loop.isDefinedOutsideOfLoop(pair.first) ||
           !loop.isDefinedOutsideOfLoop(pair.second) ||
           matchPattern(pair.second, m_Constant());
  });
  return bounds;
}

/// Gives `loop` no iterations where the loop inside it has none.
void skipWhereEmpty(scf::ForOp loop) {
  if (loop.getNumResults() || matchPattern(loop.getUpperBound(), m_Constant()))
    return;
  // The bound goes in front of all loops around that do not change it, so that
  // they see it too.
  for (const auto &pair : boundsInside(loop)) {
    Value low = pair.first, high = pair.second;
    Operation *place = loop;
    auto isOutside = [&](scf::ForOp around) {
      return llvm::all_of(
          ValueRange{low, high, loop.getLowerBound(), loop.getUpperBound()},
          [&](Value value) { return around.isDefinedOutsideOfLoop(value); });
    };
    for (auto around = dyn_cast<scf::ForOp>(place->getParentOp());
         around && isOutside(around);
         around = dyn_cast<scf::ForOp>(place->getParentOp()))
      place = around;
    OpBuilder b(place);
    Location loc = loop.getLoc();
    Value some =
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, low, high);
    loop.setUpperBound(arith::SelectOp::create(
        b, loc, some, loop.getUpperBound(), loop.getLowerBound()));
  }
}

struct SkipEmptyLoopsPass
    : runmat::impl::SkipEmptyLoopsBase<SkipEmptyLoopsPass> {
  void runOnOperation() override {
    getOperation()->walk<WalkOrder::PostOrder>(skipWhereEmpty);
  }
};

} // namespace
