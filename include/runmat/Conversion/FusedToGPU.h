// From nests to GPU kernels: gpu.funcs and the KernelPlan that says how to
// launch them.
#ifndef RUNMAT_CONVERSION_FUSEDTOGPU_H
#define RUNMAT_CONVERSION_FUSEDTOGPU_H

#include "runmat/Conversion/GPURefusal.h"
#include "runmat/Conversion/KernelPlan.h"
#include "runmat/Dialect/Fused/Fused.h"
#include "runmat/Target/DeviceProfile.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace runmat {

/// A remark at the unit that says so.
void reportRefusal(mlir::Operation *unit, const GPURefusal &refusal);

/// Plan or refuse. The unit is emitted into a module of its own and expanded;
/// where the device has all that came out of it, its kernels move to `kernels`
/// (one that is already there is used again) and `plan` says how to launch
/// them. Nothing is left behind by a refusal.
std::optional<GPURefusal> planUnit(fused::NestOp unit,
                                   mlir::gpu::GPUModuleOp kernels,
                                   const DeviceProfile &profile,
                                   KernelPlan &plan);

/// The units of a function or module that may go to the GPU, in order.
llvm::SmallVector<fused::NestOp> collectUnits(mlir::Operation *root);

/// The gpu.module of the program's kernels, made at the module's end if there
/// is none.
mlir::gpu::GPUModuleOp getKernelModule(mlir::ModuleOp module);

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "runmat/Conversion/FusedToGPUPasses.h.inc"

} // namespace runmat

#endif // RUNMAT_CONVERSION_FUSEDTOGPU_H
