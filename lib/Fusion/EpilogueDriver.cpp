// The only code that merges consumers into units. Users are tried in program
// order, so that a unit can sink to the one it absorbs.
#include "Fusion.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fusion;

void fusion::eraseDeadOps(Operation *scope) {
  // Users come before producers in the reversed order.
  SmallVector<Operation *> ops;
  scope->walk([&](Operation *op) { ops.push_back(op); });
  for (Operation *op : llvm::reverse(ops))
    // Operations with regions stay: what is in them is in this list too.
    if (op != scope && op->getNumRegions() == 0 && isOpTriviallyDead(op))
      op->erase();
}

void FusionRewriter::notifyOperationErased(Operation *op) {
  roots.remove(op);
  units.remove(op);
  if (isa<fused::Unit>(op) || op->hasTrait<OpTrait::ConstantLike>() ||
      !isa_and_nonnull<array::ArrayDialect>(op->getDialect()))
    return;
  ++erasedOps;
  erased.add(op, space);
}

void FusionRewriter::eraseIfDead(Operation *op) {
  if (op)
    eraseIfDead(ArrayRef(op));
}

void FusionRewriter::eraseIfDead(ArrayRef<Operation *> ops) {
  // One set for all: an operation may be the producer of several of them, and
  // is erased once.
  llvm::SetVector<Operation *> work(ops.begin(), ops.end());
  while (!work.empty()) {
    Operation *op = work.pop_back_val();
    if (!isOpTriviallyDead(op))
      continue;
    for (Value operand : op->getOperands())
      if (Operation *producer = operand.getDefiningOp())
        work.insert(producer);
    eraseOp(op);
  }
}

/// The array operations that read the results of a unit (or of a cast of one),
/// in program order within its block; those of other blocks come last.
static SmallVector<Operation *> consumersOf(Operation *unit) {
  llvm::SmallSetVector<Operation *, 8> users(unit->user_begin(),
                                             unit->user_end());
  SmallVector<Operation *> consumers =
      llvm::filter_to_vector(users, [](Operation *user) {
        return isa_and_nonnull<array::ArrayDialect>(user->getDialect()) &&
               !isa<fused::YieldOp>(user);
      });
  llvm::sort(consumers, [&](Operation *a, Operation *b) {
    bool hereA = a->getBlock() == unit->getBlock();
    bool hereB = b->getBlock() == unit->getBlock();
    if (hereA && hereB)
      return a->isBeforeInBlock(b);
    return hereA && !hereB;
  });
  return consumers;
}

Operation *fusion::absorbConsumers(FusionRewriter &rewriter, Operation *unit,
                                   StringRef pass, bool report,
                                   bool *absorbed) {
  bool changed = true;
  while (changed) {
    changed = false;
    for (Operation *consumer : consumersOf(unit)) {
      auto epilogue = cast<fused::Epilogue>(unit);
      if (epilogue.canAbsorb(consumer))
        continue;
      SmallVector<Operation *> producers;
      for (Value operand : consumer->getOperands())
        if (Operation *producer = operand.getDefiningOp();
            producer && producer != unit &&
            !llvm::is_contained(producers, producer))
          producers.push_back(producer);
      unit = epilogue.absorb(rewriter, consumer);
      if (absorbed)
        *absorbed = true;
      rewriter.eraseIfDead(producers);
      changed = true;
      break;
    }
  }
  if (!report)
    return unit;
  for (Operation *consumer : consumersOf(unit))
    if (auto reason = cast<fused::Epilogue>(unit).canAbsorb(consumer))
      reportMissed(consumer, pass, *reason);
  for (Operation *user : unit->getUsers())
    if (isa<tensor::CastOp>(user))
      for (Operation *hidden : consumersOf(user))
        reportMissed(hidden, pass, fused::Rejection::RefinedShape);
  return unit;
}
