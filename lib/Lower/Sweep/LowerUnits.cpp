// --lower-units: the nests of a function, one after another.
#include "Sweep.h"

#include "runmat/Lower/Passes.h"

namespace runmat {
#define GEN_PASS_DEF_LOWERUNITS
#include "runmat/Lower/Passes.h.inc"
} // namespace runmat

using namespace mlir;
using namespace runmat;

static LogicalResult lowerNest(fused::NestOp op, const CPUProfile &cpu) {
  OpBuilder builder(op);
  auto emit = [&](OpBuilder &b, bool byRow) -> LogicalResult {
    lower::Sweep sweep(op, b, cpu);
    sweep.plan();
    return byRow ? sweep.emitByRow() : sweep.emitByStage();
  };
  lower::Sweep chooser(op, builder, cpu);
  chooser.plan();
  if (chooser.findTranspose()) {
    if (failed(chooser.emitTransposed()))
      return failure();
    op.erase();
    return success();
  }
  std::optional<bool> byRow = chooser.keepsRows();
  if (byRow) {
    if (failed(emit(builder, *byRow)))
      return failure();
  } else {
    Value condition = chooser.keepsRowsValue();
    auto branch = scf::IfOp::create(builder, op.getLoc(), condition,
                                    /*withElseRegion=*/true);
    OpBuilder then = OpBuilder::atBlockBegin(branch.thenBlock());
    OpBuilder otherwise = OpBuilder::atBlockBegin(branch.elseBlock());
    if (failed(emit(then, true)) || failed(emit(otherwise, false)))
      return failure();
  }
  op.erase();
  return success();
}

namespace {
struct LowerUnitsPass : runmat::impl::LowerUnitsBase<LowerUnitsPass> {
  using LowerUnitsBase::LowerUnitsBase;
  explicit LowerUnitsPass(const CPUProfile &cpu) : cpu(cpu) {
    vectorBits = cpu.vectorBits;
  }

  void runOnOperation() override {
    cpu.vectorBits = vectorBits;
    SmallVector<fused::NestOp> nests;
    getOperation()->walk([&](fused::NestOp nest) {
      if (nest.isOnBuffers())
        nests.push_back(nest);
    });
    for (fused::NestOp nest : nests)
      if (failed(lowerNest(nest, cpu)))
        return signalPassFailure();
  }

  CPUProfile cpu;
};
} // namespace

std::unique_ptr<Pass> runmat::createLowerUnits(const CPUProfile &cpu) {
  return std::make_unique<LowerUnitsPass>(cpu);
}
