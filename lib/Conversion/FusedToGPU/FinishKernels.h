// The end of plan-or-refuse: from emitted kernels to ones that a device runs.
#ifndef RUNMAT_LIB_CONVERSION_FUSEDTOGPU_FINISHKERNELS_H
#define RUNMAT_LIB_CONVERSION_FUSEDTOGPU_FINISHKERNELS_H

#include "runmat/Conversion/FusedToGPU.h"

namespace runmat {

/// Expands the array operations in the kernels, collects what they need of a
/// device into their flags, and says what of it `profile` lacks.
std::optional<GPURefusal> finishKernels(mlir::gpu::GPUModuleOp module,
                                        const DeviceProfile &profile,
                                        KernelPlan &plan);

/// Moves the plan's kernels to `target`. One that does the same and is there
/// already takes a kernel's place; names become unique.
void moveKernels(mlir::gpu::GPUModuleOp module, mlir::gpu::GPUModuleOp target,
                 KernelPlan &plan);

} // namespace runmat

#endif // RUNMAT_LIB_CONVERSION_FUSEDTOGPU_FINISHKERNELS_H
