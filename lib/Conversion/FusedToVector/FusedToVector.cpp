// --convert-fused-to-vector: the units that have a CPU schedule of their own.
// Others are left for --decompose-fused; these, and what costs a pass of its
// own, are missed remarks.
#include "Detours.h"
#include "ImageNormalize.h"
#include "runmat/Conversion/Passes.h"
#include "runmat/Dialect/Offload/Offload.h"

#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace runmat {
#define GEN_PASS_DEF_CONVERTFUSEDTOVECTORPASS
#include "runmat/Conversion/Passes.h.inc"
} // namespace runmat

using namespace mlir;
using namespace runmat;

namespace {
struct DetourText {
  StringLiteral name, why, hint;
};

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
        reportDetour(unit, CPUDetour::UnitKind, "");
      else if (failed(lowerImageNormalize(op, cpu)))
        return signalPassFailure();
    }
  }

  CPUProfile cpu;
};
} // namespace

static DetourText textOf(CPUDetour detour) {
  static constexpr DetourText texts[] = {
#define RUNMAT_CPU_DETOUR(NAME, TEXT, WHY, HINT) {TEXT, WHY, HINT},
#include "runmat/Conversion/CPUDetours.def"
#undef RUNMAT_CPU_DETOUR
  };
  return texts[static_cast<unsigned>(detour)];
}

void runmat::reportDetour(Operation *unit, CPUDetour detour, StringRef what) {
  auto function = unit->getParentOfType<FunctionOpInterface>();
  DetourText text = textOf(detour);
  auto remark = remark::missed(
      unit->getLoc(),
      remark::RemarkOpts::name("convert-fused-to-vector")
          .category("cpu-schedule")
          .function(function ? function.getName() : "<no function>"));
  std::string about =
      what.empty() ? unit->getName().getStringRef().str() : what.str();
  remark << remark::reason("{0}: {1} ({2})", text.name.str(), text.why.str(),
                           about);
  if (!text.hint.empty())
    remark << remark::suggest("{0}", text.hint.str());
}

std::unique_ptr<Pass>
runmat::createConvertFusedToVectorPass(const CPUProfile &cpu) {
  return std::make_unique<ConvertFusedToVectorPass>(cpu);
}
