// Which units have a GPU form, and the pass that emits their kernels for
// inspection. Programs take the same way through --convert-fused-to-offload,
// which also needs the launches.
#include "runmat/Conversion/FusedToGPU.h"

#include "../../Lower/Sweep/GPUSweep.h"
#include "FinishKernels.h"
#include "runmat/Dialect/Fused/Fused.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace runmat {
#define GEN_PASS_DEF_CONVERTFUSEDTOGPU
#include "runmat/Conversion/FusedToGPUPasses.h.inc"
} // namespace runmat

using namespace mlir;
using namespace runmat;

llvm::StringRef GPURefusal::reason() const {
  static constexpr llvm::StringLiteral texts[] = {
#define RUNMAT_GPU_REFUSAL(NAME, TEXT) TEXT,
#include "runmat/Conversion/GPURefusals.def"
#undef RUNMAT_GPU_REFUSAL
  };
  return texts[kind];
}

void runmat::reportRefusal(Operation *unit, const GPURefusal &refusal) {
  unit->emitRemark() << fused::nameOf(unit) << " stays on the CPU ["
                     << refusal.reason() << "]: " << refusal.text;
}

std::optional<GPURefusal> runmat::planUnit(fused::NestOp unit,
                                           gpu::GPUModuleOp kernels,
                                           const DeviceProfile &profile,
                                           KernelPlan &plan) {
  OwningOpRef<ModuleOp> scratch = ModuleOp::create(unit.getLoc());
  OpBuilder builder(scratch->getBodyRegion());
  auto module =
      gpu::GPUModuleOp::create(builder, unit.getLoc(), kernels.getName());
  std::optional<GPURefusal> refusal = planSweep(unit, module, profile, plan);
  if (!refusal)
    refusal = finishKernels(module, profile, plan);
  if (!refusal)
    moveKernels(module, kernels, plan);
  return refusal;
}

SmallVector<fused::NestOp> runmat::collectUnits(Operation *root) {
  SmallVector<fused::NestOp> units;
  root->walk([&](fused::NestOp nest) { units.push_back(nest); });
  return units;
}

gpu::GPUModuleOp runmat::getKernelModule(ModuleOp module) {
  for (auto existing : module.getOps<gpu::GPUModuleOp>())
    return existing;
  OpBuilder builder(module.getContext());
  builder.setInsertionPointToEnd(module.getBody());
  return gpu::GPUModuleOp::create(builder, module.getLoc(), "kernels");
}

namespace {

struct ConvertFusedToGPUPass
    : public runmat::impl::ConvertFusedToGPUBase<ConvertFusedToGPUPass> {
  using ConvertFusedToGPUBase::ConvertFusedToGPUBase;
  void runOnOperation() override {
    Result<DeviceProfile> known = DeviceProfile::load(profile);
    if (!known) {
      getOperation().emitError(known.error().message);
      return signalPassFailure();
    }
    SmallVector<fused::NestOp> units = collectUnits(getOperation());
    if (units.empty())
      return;
    gpu::GPUModuleOp kernels = getKernelModule(getOperation());
    Builder b(&getContext());
    for (fused::NestOp unit : units) {
      KernelPlan plan;
      if (auto refusal = planUnit(unit, kernels, *known, plan)) {
        reportRefusal(unit, *refusal);
        continue;
      }
      SmallVector<Attribute> names;
      for (const Kernel &kernel : plan.kernels)
        names.push_back(b.getStringAttr(kernel.name));
      unit->setAttr("runmat.kernels", b.getArrayAttr(names));
    }
  }
};

} // namespace
