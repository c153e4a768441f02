// From fused units to GPU kernels: each unit has an emitter that writes
// gpu.funcs and the KernelPlan that says how to launch them.
#ifndef RUNMAT_CONVERSION_FUSEDTOGPU_H
#define RUNMAT_CONVERSION_FUSEDTOGPU_H

#include "runmat/Conversion/KernelPlan.h"
#include "runmat/Target/DeviceProfile.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace runmat {

/// Why a unit has no GPU form (GPURefusals.def).
struct GPURefusal {
  enum Kind {
#define RUNMAT_GPU_REFUSAL(NAME, TEXT) NAME,
#include "runmat/Conversion/GPURefusals.def"
#undef RUNMAT_GPU_REFUSAL
  } kind;
  std::string text; ///< what is there and what would do

  /// Short and stable: "element-type".
  llvm::StringRef reason() const;
};

/// A remark at the unit that says so.
void reportRefusal(mlir::Operation *unit, const GPURefusal &refusal);

/// Whether a GPU form of the unit exists; nothing is emitted. `unit`: an
/// operation with the fused dialect's UnitInterface.
std::optional<GPURefusal> refusedOnGPU(mlir::Operation *unit,
                                       const DeviceProfile &profile);

/// Emits the unit's kernels into `kernels` (a kernel that is already there is
/// used again) and returns how to launch them. The kernels' bodies contain
/// array operations on scalars until lowerKernelBodies has run. Fails, without
/// emitting, where refusedOnGPU has a reason.
llvm::FailureOr<KernelPlan> planUnit(mlir::Operation *unit,
                                     mlir::gpu::GPUModuleOp kernels,
                                     const DeviceProfile &profile);

/// Expands array operations on scalars in the kernels.
llvm::LogicalResult lowerKernelBodies(mlir::gpu::GPUModuleOp kernels);

/// The gpu.module of the program's kernels, made at the module's end if there
/// is none.
mlir::gpu::GPUModuleOp getKernelModule(mlir::ModuleOp module);

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "runmat/Conversion/FusedToGPUPasses.h.inc"

} // namespace runmat

#endif // RUNMAT_CONVERSION_FUSEDTOGPU_H
