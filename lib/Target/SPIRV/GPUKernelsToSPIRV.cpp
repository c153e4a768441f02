// One full conversion of a gpu.module to a spirv.module, then the fix-ups that
// upstream's passes lack: push constants without Binding, decorations from the
// kernels' access attributes, exact arithmetic, float controls. Both emulation
// options are off: a missing capability must be an error, not another buffer
// layout.
#include "runmat/Target/SPIRV.h"

#include "mlir/Conversion/ArithToSPIRV/ArithToSPIRV.h"
#include "mlir/Conversion/GPUToSPIRV/GPUToSPIRV.h"
#include "mlir/Conversion/MathToSPIRV/MathToSPIRV.h"
#include "mlir/Conversion/MemRefToSPIRV/MemRefToSPIRV.h"
#include "mlir/Conversion/SCFToSPIRV/SCFToSPIRV.h"
#include "mlir/Conversion/UBToSPIRV/UBToSPIRV.h"
#include "mlir/Conversion/VectorToSPIRV/VectorToSPIRV.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SPIRV/IR/TargetAndABI.h"
#include "mlir/Dialect/SPIRV/Transforms/Passes.h"
#include "mlir/Dialect/SPIRV/Transforms/SPIRVConversion.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace runmat {
#define GEN_PASS_DEF_CONVERTGPUKERNELSTOSPIRV
#include "runmat/Target/SPIRVPasses.h.inc"
} // namespace runmat

using namespace mlir;
using namespace runmat;

spirv::TargetEnvAttr runmat::getTargetEnv(MLIRContext *context,
                                          const DeviceProfile &profile) {
  using C = spirv::Capability;
  using E = spirv::Extension;
  SmallVector<C> caps{C::Shader, C::GroupNonUniform};
  SmallVector<E> exts{E::SPV_KHR_storage_buffer_storage_class};
  auto add = [&](bool present, C capability) {
    if (present)
      caps.push_back(capability);
  };
  add(profile.subgroupArithmetic, C::GroupNonUniformArithmetic);
  add(profile.float64, C::Float64);
  add(profile.float16, C::Float16);
  add(profile.int64, C::Int64);
  add(profile.int16, C::Int16);
  add(profile.int8, C::Int8);
  add(profile.storage16, C::StorageBuffer16BitAccess);
  add(profile.storage8, C::StorageBuffer8BitAccess);
  if (profile.storage16)
    exts.push_back(E::SPV_KHR_16bit_storage);
  if (profile.storage8)
    exts.push_back(E::SPV_KHR_8bit_storage);
  if (profile.preserveNanInf) {
    caps.push_back(C::SignedZeroInfNanPreserve);
    exts.push_back(E::SPV_KHR_float_controls);
  }
  // 1.3: from 1.4 on an entry point lists its storage buffers, for which
  // spirv-update-vce deduces 1.0, and the binary is invalid.
  auto triple =
      spirv::VerCapExtAttr::get(spirv::Version::V_1_3, caps, exts, context);
  Builder b(context);
  auto limits = spirv::ResourceLimitsAttr::get(
      context, profile.sharedBytes, profile.maxWorkgroup,
      b.getI32ArrayAttr(
          {int32_t(profile.maxWorkgroup), int32_t(profile.maxWorkgroup), 64}),
      profile.subgroupSize, /*min_subgroup_size=*/std::nullopt,
      /*max_subgroup_size=*/std::nullopt,
      /*cooperative_matrix_properties_khr=*/b.getArrayAttr({}),
      /*cooperative_matrix_properties_nv=*/b.getArrayAttr({}));
  return spirv::TargetEnvAttr::get(triple, limits, spirv::ClientAPI::Vulkan);
}

namespace {

/// What the fix-ups after the conversion need to know of one kernel argument.
struct Argument {
  bool push = false, readOnly = false, writeOnly = false, isRestrict = false;
};

/// Keyed by the name that spirv-lower-abi-attrs gives the global variable.
using Arguments = llvm::StringMap<Argument>;

/// Gives every argument its place in the interface and remembers its access.
LogicalResult prepareKernel(gpu::GPUFuncOp kernel, Arguments &arguments) {
  MLIRContext *context = kernel.getContext();
  if (!kernel->hasAttr(spirv::getEntryPointABIAttrName()))
    return kernel.emitError("has no spirv.entry_point_abi with the workgroup "
                            "size");
  unsigned binding = 0;
  for (unsigned i = 0, e = kernel.getNumArguments(); i != e; ++i) {
    auto type = dyn_cast<MemRefType>(kernel.getArgument(i).getType());
    auto storage =
        type ? dyn_cast_or_null<spirv::StorageClassAttr>(type.getMemorySpace())
             : spirv::StorageClassAttr();
    if (!storage || (storage.getValue() != spirv::StorageClass::StorageBuffer &&
                     storage.getValue() != spirv::StorageClass::PushConstant))
      return kernel.emitError("argument ")
             << i
             << " is neither a memref of storage class StorageBuffer nor one "
                "of PushConstant";
    Argument &argument =
        arguments[(kernel.getName() + "_arg_" + Twine(i)).str()];
    argument.push = storage.getValue() == spirv::StorageClass::PushConstant;
    if (auto access = kernel.getArgAttrOfType<StringAttr>(i, kAccessAttr)) {
      argument.readOnly = access.getValue() == "read";
      argument.writeOnly = access.getValue() == "write";
    }
    argument.isRestrict =
        static_cast<bool>(kernel.getArgAttr(i, kRestrictAttr));
    // Dropped here: spirv.func takes no foreign attributes of arguments.
    kernel.removeArgAttr(i, kAccessAttr);
    kernel.removeArgAttr(i, kRestrictAttr);
    kernel.setArgAttr(
        i, spirv::getInterfaceVarABIAttrName(),
        spirv::getInterfaceVarABIAttr(0, argument.push ? 0 : binding++,
                                      storage.getValue(), context));
  }
  return success();
}

/// Upstream keeps a loop's results in variables that only the body writes:
/// those of a loop without a turn are then undefined instead of the initial
/// values.
void selectInitialValues(gpu::GPUModuleOp gpuModule) {
  gpuModule.walk([&](scf::ForOp loop) {
    if (loop.getNumResults() == 0)
      return;
    OpBuilder builder(loop->getContext());
    builder.setInsertionPointAfter(loop);
    Location loc = loop.getLoc();
    Operation *any =
        arith::CmpIOp::create(builder, loc,
                              loop.getUnsignedCmp() ? arith::CmpIPredicate::ult
                                                    : arith::CmpIPredicate::slt,
                              loop.getLowerBound(), loop.getUpperBound());
    for (auto [result, initial] :
         llvm::zip_equal(loop.getResults(), loop.getInitArgs())) {
      auto chosen = arith::SelectOp::create(builder, loc, any->getResult(0),
                                            result, initial);
      Value(result).replaceAllUsesExcept(chosen, chosen);
    }
  });
}

/// Before SPIR-V 1.4 a select of vectors needs a vector of conditions.
void widenConditions(gpu::GPUModuleOp gpuModule) {
  gpuModule.walk([&](arith::SelectOp select) {
    auto vector = dyn_cast<VectorType>(select.getType());
    if (!vector || isa<VectorType>(select.getCondition().getType()))
      return;
    OpBuilder builder(select);
    Value wide = vector::BroadcastOp::create(builder, select.getLoc(),
                                             vector.clone(builder.getI1Type()),
                                             select.getCondition());
    select.getConditionMutable().assign(wide);
  });
}

LogicalResult convertModule(gpu::GPUModuleOp gpuModule,
                            spirv::TargetEnvAttr env) {
  MLIRContext *context = gpuModule.getContext();
  selectInitialValues(gpuModule);
  widenConditions(gpuModule);
  SPIRVConversionOptions options;
  options.emulateLT32BitScalarTypes = false;
  options.emulateUnsupportedFloatTypes = false;
  options.use64bitIndex = false;
  SPIRVTypeConverter converter(env, options);
  std::unique_ptr<SPIRVConversionTarget> target =
      SPIRVConversionTarget::get(env);
  RewritePatternSet patterns(context);
  ScfToSPIRVContext scfContext;
  populateGPUToSPIRVPatterns(converter, patterns);
  populateSCFToSPIRVPatterns(converter, scfContext, patterns);
  arith::populateArithToSPIRVPatterns(converter, patterns);
  populateMemRefToSPIRVPatterns(converter, patterns);
  populateVectorToSPIRVPatterns(converter, patterns);
  populateMathToSPIRVPatterns(converter, patterns);
  ub::populateUBToSPIRVConversionPatterns(converter, patterns);
  populateOwnMathToSPIRVPatterns(converter, patterns);
  // GL.Pow is undefined for a base of 0 and wrong for NaN: pow is expanded
  // before (lib/Conversion/ExpandMath).
  target->addIllegalOp<spirv::GLPowOp>();
  return applyFullConversion(gpuModule, *target, std::move(patterns));
}

void decorate(spirv::ModuleOp module, const Arguments &arguments) {
  for (auto variable : module.getOps<spirv::GlobalVariableOp>()) {
    auto found = arguments.find(variable.getSymName());
    if (found == arguments.end())
      continue;
    const Argument &argument = found->second;
    auto unit = UnitAttr::get(module.getContext());
    if (argument.push) {
      variable->removeAttr("binding");
      variable->removeAttr("descriptor_set");
    }
    if (argument.readOnly)
      variable->setAttr("non_writable", unit);
    if (argument.writeOnly)
      variable->setAttr("non_readable", unit);
    if (argument.isRestrict)
      variable->setAttr("restrict", unit);
  }
}

/// Vulkan lets a device reassociate and contract, and drivers do: one folds
/// (x + 1.5 * 2^23) - 1.5 * 2^23, which rounds to an integer, to x. The
/// arithmetic that comes here has no such flags: it means what it says.
void keepArithmeticExact(spirv::ModuleOp module) {
  auto unit = UnitAttr::get(module.getContext());
  module.walk([&](Operation *op) {
    if (isa<spirv::FAddOp, spirv::FSubOp, spirv::FMulOp, spirv::FDivOp,
            spirv::FNegateOp, spirv::GLFmaOp>(op))
      op->setAttr("no_contraction", unit);
  });
}

/// Vulkan lets a device assume that NaN and infinities do not occur, unless an
/// entry point asks for them.
void preserveNanInf(spirv::ModuleOp module) {
  OpBuilder builder(module.getContext());
  SmallVector<spirv::EntryPointOp> entries(
      module.getOps<spirv::EntryPointOp>());
  for (spirv::EntryPointOp entry : entries) {
    builder.setInsertionPointToEnd(module.getBody());
    spirv::ExecutionModeOp::create(
        builder, entry.getLoc(),
        module.lookupSymbol<spirv::FuncOp>(entry.getFn()),
        spirv::ExecutionMode::SignedZeroInfNanPreserve, {32});
  }
}

struct ConvertGpuKernelsToSpirvPass
    : public runmat::impl::ConvertGpuKernelsToSpirvBase<
          ConvertGpuKernelsToSpirvPass> {
  using ConvertGpuKernelsToSpirvBase::ConvertGpuKernelsToSpirvBase;
  void runOnOperation() override {
    Result<DeviceProfile> known = DeviceProfile::load(profile);
    if (!known) {
      getOperation().emitError(known.error().message);
      return signalPassFailure();
    }
    if (failed(convertKernelsToSPIRV(getOperation(), *known)))
      signalPassFailure();
  }
};

} // namespace

LogicalResult runmat::convertKernelsToSPIRV(ModuleOp module,
                                            const DeviceProfile &profile) {
  spirv::TargetEnvAttr env = getTargetEnv(module.getContext(), profile);
  SmallVector<gpu::GPUModuleOp> gpuModules(module.getOps<gpu::GPUModuleOp>());
  for (gpu::GPUModuleOp gpuModule : gpuModules) {
    Arguments arguments;
    for (auto kernel : gpuModule.getOps<gpu::GPUFuncOp>())
      if (failed(prepareKernel(kernel, arguments)))
        return failure();
    gpuModule->setAttr(spirv::getTargetEnvAttrName(), env);
    StringAttr name = gpuModule.getNameAttr();
    Operation *previous = gpuModule->getPrevNode();
    if (failed(convertModule(gpuModule, env)))
      return failure();
    Operation *made =
        previous ? previous->getNextNode() : &module.getBody()->front();
    auto converted = dyn_cast<spirv::ModuleOp>(made);
    if (!converted)
      return module.emitError("the kernels' module was not converted");
    converted.setSymName(name.getValue());

    PassManager passes(module.getContext(),
                       spirv::ModuleOp::getOperationName());
    passes.addPass(spirv::createSPIRVLowerABIAttributesPass());
    passes.addPass(spirv::createSPIRVCanonicalizeGLPass());
    if (failed(passes.run(converted)))
      return failure();
    decorate(converted, arguments);
    keepArithmeticExact(converted);
    if (profile.preserveNanInf)
      preserveNanInf(converted);
    PassManager update(module.getContext(),
                       spirv::ModuleOp::getOperationName());
    update.addPass(spirv::createSPIRVUpdateVCEPass());
    if (failed(update.run(converted)))
      return failure();
    converted->removeAttr(spirv::getTargetEnvAttrName());
  }
  return success();
}
