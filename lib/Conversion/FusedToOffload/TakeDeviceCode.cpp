// A program's tables and the device's part of it: SPIR-V and tables leave the
// module, host code stays. A dispatch's kernel name becomes its number in the
// table.
#include "runmat/Conversion/FusedToOffload.h"
#include "runmat/Target/SPIRV.h"

using namespace mlir;
using namespace runmat;

std::vector<UnitInfo> runmat::takeUnits(ModuleOp module) {
  std::vector<UnitInfo> units;
  if (auto table = dyn_cast_or_null<ArrayAttr>(
          module->removeDiscardableAttr("offload.units")))
    for (auto unit : table.getAsRange<DictionaryAttr>())
      units.push_back({unit.getAs<StringAttr>("name").str(),
                       unit.getAs<StringAttr>("location").str()});
  return units;
}

LogicalResult runmat::takeDeviceCode(ModuleOp module,
                                     const DeviceProfile &profile,
                                     ProgramInfo &info) {
  // The table stays for the conversion to LLVM, which numbers dispatches by it.
  if (auto kernels = module->getAttrOfType<ArrayAttr>("offload.kernels"))
    for (auto entry : kernels.getAsRange<DictionaryAttr>()) {
      auto number = [&](StringRef key) {
        return int32_t(entry.getAs<IntegerAttr>(key).getInt());
      };
      KernelInfo kernel;
      kernel.entryPoint = entry.getAs<StringAttr>("entry").str();
      kernel.unit = number("unit");
      for (int32_t access :
           entry.getAs<DenseI32ArrayAttr>("access").asArrayRef())
        kernel.access.push_back(access);
      kernel.pushBytes = number("push_bytes");
      llvm::copy(entry.getAs<DenseI32ArrayAttr>("workgroup").asArrayRef(),
                 kernel.workgroupSize);
      kernel.subgroupSize = number("subgroup_size");
      kernel.sharedBytes = number("shared_bytes");
      kernel.flags = number("flags");
      info.kernels.push_back(std::move(kernel));
    }
  // A module each.
  for (auto kernels : llvm::to_vector(module.getOps<gpu::GPUModuleOp>())) {
    OpBuilder builder(kernels);
    for (auto kernel : llvm::to_vector(kernels.getOps<gpu::GPUFuncOp>())) {
      auto own = gpu::GPUModuleOp::create(builder, kernel.getLoc(),
                                          ("spirv." + kernel.getName()).str());
      kernel->moveBefore(own.getBody(), own.getBody()->end());
    }
    kernels.erase();
  }
  if (failed(convertKernelsToSPIRV(module, profile)))
    return failure();
  for (auto made : llvm::to_vector(module.getOps<spirv::ModuleOp>())) {
    auto words = serializeSPIRV(made);
    if (failed(words))
      return failure();
    StringRef name = made.getSymName().value_or("");
    name.consume_front("spirv.");
    for (KernelInfo &kernel : info.kernels)
      if (kernel.entryPoint == name)
        kernel.spirv.assign(words->begin(), words->end());
    made.erase();
  }
  return success();
}
