// From fused units to device memory, transfers and launches, and what of it the
// program's tables need.
#ifndef RUNMAT_CONVERSION_FUSEDTOOFFLOAD_H
#define RUNMAT_CONVERSION_FUSEDTOOFFLOAD_H

#include "runmat/Conversion/FusedToGPU.h"
#include "runmat/Dialect/Offload/Offload.h"
#include "runmat/Target/ProgramInfo.h"

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

/// The row of `offload.units` that mark-units gave to this unit; nothing where
/// it is not marked.
std::optional<int32_t> unitNumber(mlir::Operation *unit);

/// Converts the units of all functions. A unit without a GPU form stays, with a
/// remark that says why. Adds the kernels (lowered to arith and math), and the
/// module's attribute `offload.kernels`. Units must be marked (mark-units).
llvm::LogicalResult convertFusedToOffload(mlir::ModuleOp module,
                                          const OffloadOptions &options);

/// The pass for options that have no textual form.
std::unique_ptr<mlir::Pass>
createConvertFusedToOffloadPass(const OffloadOptions &options);

/// Takes the table that mark-units wrote out of the module.
std::vector<UnitInfo> takeUnits(mlir::ModuleOp module);

/// Turns the module's kernels into SPIR-V, validates it, and takes it and the
/// table of kernels out of the module, into `info`: what is left is host code.
llvm::LogicalResult takeDeviceCode(mlir::ModuleOp module,
                                   const DeviceProfile &profile,
                                   ProgramInfo &info);

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "runmat/Conversion/FusedToOffloadPasses.h.inc"

} // namespace runmat

#endif // RUNMAT_CONVERSION_FUSEDTOOFFLOAD_H
