// Which units have a GPU form, and the pass that emits their kernels for
// inspection. Programs take the same way through --convert-fused-to-offload,
// which also needs the launches.
#include "runmat/Conversion/FusedToGPU.h"

#include "../../Lower/Sweep/GPUSweep.h"
#include "FinishKernels.h"
#include "Refusal.h"
#include "Units.h"
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

static std::string textOf(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

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

std::optional<GPURefusal> runmat::refusedTypes(Operation *unit) {
  auto refuse = [](Type type, StringRef where) {
    return GPURefusal{
        GPURefusal::ElementType,
        (where + " is " + textOf(type) + "; GPU code takes f32 so far").str()};
  };
  for (Value value : unit->getOperands())
    if (!getElementTypeOrSelf(value.getType()).isF32())
      return refuse(value.getType(), "an operand");
  for (Type type : unit->getResultTypes())
    if (!getElementTypeOrSelf(type).isF32())
      return refuse(type, "a result");
  for (Operation &op : unit->getRegion(0).front())
    for (Type type :
         llvm::concat<const Type>(SmallVector<Type>(op.getOperandTypes()),
                                  SmallVector<Type>(op.getResultTypes())))
      if (!type.isF32() && !type.isInteger(1) && !type.isInteger(32))
        return refuse(type, "a value in the region");
  return std::nullopt;
}

SizeExpr runmat::sizeOf(Value value, unsigned operand, unsigned dim) {
  auto type = cast<RankedTensorType>(value.getType());
  return type.isDynamicDim(dim) ? SizeExpr::dim(operand, dim)
                                : SizeExpr(type.getDimSize(dim));
}

/// A stored result has the input's shape, a reduction keeps the dims that it
/// does not reduce, or makes them 1.
static std::vector<std::vector<SizeExpr>> resultShapes(fused::Unit unit) {
  std::vector<std::vector<SizeExpr>> shapes;
  fused::UnitBody body = unit.unitBody();
  for (auto [i, resultType] : llvm::enumerate(unit->getResultTypes())) {
    auto type = cast<RankedTensorType>(resultType);
    SmallVector<int64_t> gone;
    if (i >= body.numStored)
      if (auto reduction = body.reduction(i - body.numStored);
          !reduction.getKeep())
        gone.assign(reduction.getDims().begin(), reduction.getDims().end());
    SmallVector<unsigned> dims = fused::keptDims(body.rank(), gone);
    std::vector<SizeExpr> &shape = shapes.emplace_back();
    for (auto [at, dim] : llvm::enumerate(dims))
      shape.push_back(type.isDynamicDim(at)
                          ? sizeOf(unit->getOperand(0), 0, dim)
                          : SizeExpr(type.getDimSize(at)));
  }
  return shapes;
}

static std::optional<GPURefusal> planNormalize(fused::ImageNormalizeOp op,
                                               gpu::GPUModuleOp module,
                                               const DeviceProfile &profile,
                                               KernelPlan &plan) {
  if (!profile.subgroupArithmetic ||
      profile.minSubgroupSize < RM_LEAST_SUBGROUP)
    return GPURefusal{GPURefusal::SubgroupArithmetic,
                      "the device has no arithmetic over whole subgroups of at "
                      "least " +
                          std::to_string(RM_LEAST_SUBGROUP) + " lanes"};
  if (auto refusal = refusedImageNormalize(op, profile))
    return refusal;
  plan = planImageNormalize(op, module, profile);
  plan.resultShapes = resultShapes(cast<fused::Unit>(op.getOperation()));
  return std::nullopt;
}

std::optional<GPURefusal> runmat::planUnit(Operation *unit,
                                           gpu::GPUModuleOp kernels,
                                           const DeviceProfile &profile,
                                           KernelPlan &plan) {
  OwningOpRef<ModuleOp> scratch = ModuleOp::create(unit->getLoc());
  OpBuilder builder(scratch->getBodyRegion());
  auto module =
      gpu::GPUModuleOp::create(builder, unit->getLoc(), kernels.getName());
  std::optional<GPURefusal> refusal;
  if (auto nest = dyn_cast<fused::NestOp>(unit))
    refusal = planSweep(nest, module, profile, plan);
  else if (auto op = dyn_cast<fused::ImageNormalizeOp>(unit))
    refusal = planNormalize(op, module, profile, plan);
  else
    refusal =
        GPURefusal{GPURefusal::UnitKind,
                   (unit->getName().getStringRef() + " has no GPU form").str()};
  if (!refusal)
    refusal = finishKernels(module, profile, plan);
  if (!refusal)
    moveKernels(module, kernels, plan);
  return refusal;
}

SmallVector<Operation *> runmat::collectUnits(Operation *root) {
  SmallVector<Operation *> units;
  root->walk([&](Operation *op) {
    if (isa<fused::Unit, fused::NestOp>(op))
      units.push_back(op);
  });
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
    SmallVector<Operation *> units = collectUnits(getOperation());
    if (units.empty())
      return;
    gpu::GPUModuleOp kernels = getKernelModule(getOperation());
    Builder b(&getContext());
    for (Operation *unit : units) {
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
