// An empty tensor of its own for each use. Equal ones are one value after CSE,
// and then bufferization takes whatever is computed into them for one another's
// memory: analysis time grows with the square of the uses, and values are
// copied that never met.
#include "runmat/Target/CPU/Passes.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace runmat {
#define GEN_PASS_DEF_SEPARATEEMPTYTENSORS
#include "runmat/Target/CPU/Passes.h.inc"
} // namespace runmat

using namespace mlir;

static void separate(tensor::EmptyOp empty) {
  // One use may keep it; where nothing computes into it, it is no memory.
  auto uses = llvm::make_early_inc_range(empty->getUses());
  bool first = true;
  for (OpOperand &use : uses) {
    if (std::exchange(first, false) &&
        use.getOwner()->getBlock() == empty->getBlock())
      continue;
    OpBuilder b(use.getOwner());
    use.set(b.clone(*empty)->getResult(0));
  }
  if (empty->use_empty())
    empty.erase();
}

namespace {
struct SeparateEmptyTensorsPass
    : runmat::impl::SeparateEmptyTensorsBase<SeparateEmptyTensorsPass> {
  void runOnOperation() override {
    SmallVector<tensor::EmptyOp> all;
    getOperation()->walk([&](tensor::EmptyOp empty) { all.push_back(empty); });
    llvm::for_each(all, separate);
  }
};
} // namespace
