// --check-array-sizes: the run-time checks of operations that fusion may move,
// as operations that it does not.
#include "Lowering.h"
#include "runmat/Conversion/Passes.h"
#include "runmat/Conversion/UnitChecks.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace runmat {
#define GEN_PASS_DEF_CHECKARRAYSIZESPASS
#include "runmat/Conversion/Passes.h.inc"
} // namespace runmat

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

static bool makesTensor(Operation *op) {
  return op->getNumResults() == 1 &&
         isa<RankedTensorType>(op->getResult(0).getType());
}

static void checkSizes(Operation *op, Lowering &b) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  if (isa<Elementwise>(op)) {
    broadcastSizes(op, b);
  } else if (auto reduction = dyn_cast<Reduction>(op)) {
    checkReduction(reduction, b);
  } else if (auto stretched = dyn_cast<BroadcastOp>(op)) {
    b.checkedSizes(type, stretched.getSizes());
  } else if (auto full = dyn_cast<FullOp>(op)) {
    b.checkedSizes(type, full.getSizes());
  } else if (auto iota = dyn_cast<IotaOp>(op)) {
    b.checkedSizes(type, iota.getSizes());
  } else if (auto uniform = dyn_cast<RandUniformOp>(op)) {
    b.checkedSizes(type, uniform.getSizes());
    checkOffset(uniform.getOffset(), b);
  } else if (auto normal = dyn_cast<RandNormalOp>(op)) {
    b.checkedSizes(type, normal.getSizes());
    checkOffset(normal.getOffset(), b);
  }
}

namespace {
struct CheckArraySizesPass
    : runmat::impl::CheckArraySizesPassBase<CheckArraySizesPass> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation()->walk<WalkOrder::PreOrder>([&](Operation *op) {
      bool isArray =
          isa_and_nonnull<ArrayDialect>(op->getDialect()) && makesTensor(op);
      if (isArray || isa<fused::Unit, fused::NestOp>(op))
        ops.push_back(op);
    });
    Lowering b(&getContext());
    for (Operation *op : ops) {
      // An unused operation must not fail.
      if (isOpTriviallyDead(op))
        continue;
      b.startOp(op);
      if (auto unit = dyn_cast<fused::Unit>(op))
        checkExtraSizes(b, unit);
      else if (auto nest = dyn_cast<fused::NestOp>(op))
        checkInputSizes(b, nest);
      else
        checkSizes(op, b);
    }
  }
};
} // namespace
