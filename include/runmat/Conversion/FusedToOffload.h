// From fused units to device memory, transfers and launches, and what of it the
// program's tables need.
#ifndef RUNMAT_CONVERSION_FUSEDTOOFFLOAD_H
#define RUNMAT_CONVERSION_FUSEDTOOFFLOAD_H

#include "runmat/Conversion/FusedToGPU.h"
#include "runmat/Dialect/Offload/Offload.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace runmat {

/// Which units go to the GPU.
enum class OffloadUnits {
  Pinned,    ///< those with `device = "gpu"`
  All,       ///< every one with a GPU form that is not pinned to the CPU
  AtRunTime, ///< as All, but both forms are emitted and offload.place chooses
};

struct OffloadOptions {
  OffloadUnits units = OffloadUnits::Pinned;
  DeviceProfile profile = DeviceProfile::generic();
  /// Arguments and results of public functions may live on the device: their
  /// functions get two more i64 arguments, the entry's `const rm_tensor *args`
  /// and `rm_tensor *results` (attribute `offload.abi`), and results that a GPU
  /// unit makes and the function only returns are written there
  /// (`offload.device_results`: their indices); the function's own results are
  /// then the others.
  bool deviceValues = false;
};

/// Converts the units of all functions. A unit without a GPU form stays, with a
/// remark that says why. Adds the kernels (lowered to arith and math), and the
/// module's attributes `offload.units` and `offload.kernels`.
llvm::LogicalResult convertFusedToOffload(mlir::ModuleOp module,
                                          const OffloadOptions &options);

/// The pass for options that have no textual form.
std::unique_ptr<mlir::Pass>
createConvertFusedToOffloadPass(const OffloadOptions &options);

/// An entry of rm_program.kernels or rm_program.units.
struct DeviceKernel {
  std::string entryPoint;
  int32_t unit = -1;
  std::vector<uint8_t> access;
  int32_t pushBytes = 0;
  int32_t workgroupSize[3] = {1, 1, 1};
  int32_t subgroupSize = 0, sharedBytes = 0, flags = 0;
};
struct DeviceUnit {
  std::string name, location;
};
struct DeviceCode {
  std::vector<DeviceUnit> units;
  std::vector<DeviceKernel> kernels;
  std::vector<uint32_t> spirv; ///< empty where no unit runs on the GPU
};

/// Turns the module's kernels into SPIR-V, validates it, and takes it and the
/// tables out of the module: what is left is host code.
llvm::FailureOr<DeviceCode> takeDeviceCode(mlir::ModuleOp module,
                                           const DeviceProfile &profile);

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "runmat/Conversion/FusedToOffloadPasses.h.inc"

} // namespace runmat

#endif // RUNMAT_CONVERSION_FUSEDTOOFFLOAD_H
