// Expansion, needs and limits of kernels.
#include "FinishKernels.h"

#include "runmat/Conversion/ExpandMath.h"
#include "runmat/Dialect/Fused/Fused.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SPIRV/IR/TargetAndABI.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/Transforms/CSE.h"

using namespace mlir;
using namespace runmat;

static std::string textOf(TypeRange types) {
  std::string text;
  llvm::raw_string_ostream(text) << types;
  return text;
}

/// The flags that this type asks for; `inMemory`: as an element of a buffer.
static unsigned needsOf(Type type, bool inMemory) {
  if (auto buffer = dyn_cast<MemRefType>(type))
    return needsOf(buffer.getElementType(), true);
  type = getElementTypeOrSelf(type);
  if (type.isF64())
    return RM_KERNEL_FLOAT64;
  if (type.isF16())
    return RM_KERNEL_FLOAT16;
  if (type.isInteger(64))
    return RM_KERNEL_INT64;
  if (type.isInteger(16))
    return RM_KERNEL_INT16 | (inMemory ? RM_KERNEL_STORAGE16 : 0);
  if (type.isInteger(8))
    return RM_KERNEL_INT8 | (inMemory ? RM_KERNEL_STORAGE8 : 0);
  return 0;
}

/// Arithmetic that SPIR-V for Vulkan has no form of: bf16, and functions of f64
/// that are not expanded.
static bool hasNoForm(Operation *op) {
  if (isa_and_nonnull<math::MathDialect>(op->getDialect()) &&
      getElementTypeOrSelf(op->getResult(0).getType()).isF64())
    return !isa<math::SqrtOp, math::RsqrtOp, math::AbsFOp, math::FmaOp,
                math::FloorOp, math::CeilOp, math::RoundEvenOp,
                math::CopySignOp>(op);
  return llvm::any_of(op->getResultTypes(),
                      [](Type type) { return type.isBF16(); });
}

static unsigned collectNeeds(gpu::GPUFuncOp kernel) {
  unsigned needs = 0;
  for (Type type : kernel.getArgumentTypes())
    needs |= needsOf(type, false);
  kernel.walk([&](Operation *op) {
    for (Type type : op->getResultTypes())
      needs |= needsOf(type, false);
    if (isa<gpu::SubgroupReduceOp>(op))
      needs |= RM_KERNEL_SUBGROUP_ARITHMETIC;
  });
  return needs;
}

static std::string lacking(unsigned needs, const DeviceProfile &profile) {
  struct Feature {
    unsigned flag;
    bool present;
    StringRef name;
  } features[] = {
      {RM_KERNEL_FLOAT64, profile.float64, "f64 arithmetic (Float64)"},
      {RM_KERNEL_FLOAT16, profile.float16, "f16 arithmetic (Float16)"},
      {RM_KERNEL_INT64, profile.int64, "i64 arithmetic (Int64)"},
      {RM_KERNEL_INT16, profile.int16, "i16 arithmetic (Int16)"},
      {RM_KERNEL_INT8, profile.int8, "i8 arithmetic (Int8)"},
      {RM_KERNEL_STORAGE16, profile.storage16, "16-bit storage"},
      {RM_KERNEL_STORAGE8, profile.storage8, "8-bit storage"},
  };
  for (const Feature &feature : features)
    if ((needs & feature.flag) && !feature.present)
      return ("the device has no " + feature.name).str();
  return "";
}

/// Numbers of a launch that are known and do not fit the words that they are.
static std::optional<GPURefusal> checkNumbers(const KernelPlan &plan) {
  auto beyond = [](const SizeExpr &expr) {
    return expr.overflows() ||
           (expr.isConstant() && uint64_t(expr.constant()) > 0xffffffffu);
  };
  for (const Variant &variant : plan.variants)
    for (const Step &step : variant.steps)
      for (const Launch &launch : step.launches)
        for (const std::vector<SizeExpr> &numbers :
             {launch.push, launch.parameters,
              std::vector<SizeExpr>(launch.grid, launch.grid + 3)})
          for (const SizeExpr &number : numbers)
            if (beyond(number))
              return GPURefusal{GPURefusal::IndexRange,
                                "the unit's sizes need numbers of more than 32 "
                                "bits on the device"};
  return std::nullopt;
}

std::optional<GPURefusal> runmat::finishKernels(gpu::GPUModuleOp module,
                                                const DeviceProfile &profile,
                                                KernelPlan &plan) {
  IRRewriter rewriter(module.getContext());
  auto removeDuplicates = [&] {
    DominanceInfo dominance(module);
    eliminateCommonSubExpressions(rewriter, dominance, module);
  };
  // Before the expansion: what all points of a row compute alike is expanded
  // once.
  removeDuplicates();
  std::string message;
  {
    ScopedDiagnosticHandler handler(module.getContext(),
                                    [&](Diagnostic &diagnostic) {
                                      if (message.empty())
                                        message = diagnostic.str();
                                      return success();
                                    });
    ExpandMathSettings settings;
    settings.gpu = true;
    if (failed(expandMath(module, settings)))
      return GPURefusal{GPURefusal::Function, message};
  }
  removeDuplicates();
  if (profile.preserveNanInf)
    hideConstants(module);
  for (Kernel &kernel : plan.kernels) {
    auto function = module.lookupSymbol<gpu::GPUFuncOp>(kernel.name);
    Operation *foreign = nullptr;
    function.walk([&](Operation *op) {
      if (isa_and_nonnull<array::ArrayDialect, fused::FusedDialect>(
              op->getDialect()) ||
          hasNoForm(op))
        foreign = op;
    });
    if (foreign)
      return GPURefusal{GPURefusal::Function,
                        (foreign->getName().getStringRef() + " on " +
                         textOf(foreign->getResultTypes()) +
                         " has no form on GPUs")
                            .str()};
    unsigned needs = collectNeeds(function);
    if (std::string text = lacking(needs, profile); !text.empty())
      return GPURefusal{GPURefusal::DeviceFeature, text};
    if ((needs & RM_KERNEL_SUBGROUP_ARITHMETIC) &&
        (!profile.subgroupArithmetic ||
         profile.minSubgroupSize < RM_LEAST_SUBGROUP))
      return GPURefusal{GPURefusal::SubgroupArithmetic,
                        "the device has no arithmetic over whole subgroups of "
                        "at least " +
                            std::to_string(RM_LEAST_SUBGROUP) + " lanes"};
    kernel.flags |= needs;
    if (profile.preserveNanInf)
      kernel.flags |= RM_KERNEL_PRESERVE_NAN;
    if (kernel.bindings.size() > profile.maxBindings)
      return GPURefusal{GPURefusal::Bindings,
                        "the unit needs " +
                            std::to_string(kernel.bindings.size()) +
                            " buffers, the device binds " +
                            std::to_string(profile.maxBindings)};
    if (kernel.sharedBytes > profile.sharedBytes)
      return GPURefusal{GPURefusal::SharedMemory,
                        "the unit needs " + std::to_string(kernel.sharedBytes) +
                            " bytes of shared memory, the device has " +
                            std::to_string(profile.sharedBytes)};
  }
  return checkNumbers(plan);
}

static bool isEqual(gpu::GPUFuncOp a, gpu::GPUFuncOp b) {
  return a.getFunctionType() == b.getFunctionType() &&
         a->getAttr(spirv::getEntryPointABIAttrName()) ==
             b->getAttr(spirv::getEntryPointABIAttrName()) &&
         a.getAllArgAttrs() == b.getAllArgAttrs() &&
         OperationEquivalence::isRegionEquivalentTo(
             &a.getBody(), &b.getBody(), OperationEquivalence::IgnoreLocations);
}

void runmat::moveKernels(gpu::GPUModuleOp module, gpu::GPUModuleOp target,
                         KernelPlan &plan) {
  llvm::StringMap<std::string> moved;
  for (auto function : llvm::to_vector(module.getOps<gpu::GPUFuncOp>())) {
    std::string name = function.getName().str();
    std::string &chosen = moved[name];
    for (auto other : target.getOps<gpu::GPUFuncOp>())
      if (other.getName().starts_with(name) && isEqual(other, function))
        chosen = other.getName().str();
    if (!chosen.empty())
      continue;
    chosen = name;
    for (unsigned i = 2; target.lookupSymbol(chosen); ++i)
      chosen = name + "_" + std::to_string(i);
    function->moveBefore(target.getBody(), target.getBody()->end());
    function.setName(chosen);
  }
  for (Kernel &kernel : plan.kernels)
    kernel.name = moved[kernel.name];
}
