// --convert-fused-to-vector: the units that have a CPU schedule of their own.
// Others are left for --decompose-fused; these, and what costs a pass of its
// own, are missed remarks.
#include "ImageNormalize.h"
#include "runmat/Conversion/CPUDetours.h"
#include "runmat/Conversion/Passes.h"
#include "runmat/Dialect/Offload/Offload.h"

namespace runmat {
#define GEN_PASS_DEF_CONVERTFUSEDTOVECTORPASS
#include "runmat/Conversion/Passes.h.inc"
} // namespace runmat

using namespace mlir;
using namespace runmat;

namespace {
struct ConvertFusedToVectorPass
    : runmat::impl::ConvertFusedToVectorPassBase<ConvertFusedToVectorPass> {
  using ConvertFusedToVectorPassBase::ConvertFusedToVectorPassBase;
  explicit ConvertFusedToVectorPass(const CPUProfile &cpu) : cpu(cpu) {
    vectorBits = cpu.vectorBits;
  }

  void runOnOperation() override {
    cpu.vectorBits = vectorBits;
    SmallVector<fused::Unit> units;
    getOperation()->walk([&](fused::Unit unit) { units.push_back(unit); });
    for (fused::Unit unit : units) {
      auto op = dyn_cast<fused::ImageNormalizeOp>(unit.getOperation());
      if (!op)
        reportDetour(unit, getArgument(), CPUDetour::UnitKind, "");
      else if (failed(lowerImageNormalize(op, cpu)))
        return signalPassFailure();
    }
  }

  CPUProfile cpu;
};
} // namespace

std::unique_ptr<Pass>
runmat::createConvertFusedToVectorPass(const CPUProfile &cpu) {
  return std::make_unique<ConvertFusedToVectorPass>(cpu);
}
