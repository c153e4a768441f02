// The units that have a GPU form: for each, why it may be refused and its plan.
#ifndef RUNMAT_LIB_CONVERSION_FUSEDTOGPU_UNITS_H
#define RUNMAT_LIB_CONVERSION_FUSEDTOGPU_UNITS_H

#include "runmat/Conversion/FusedToGPU.h"
#include "runmat/Dialect/Fused/Fused.h"

namespace runmat {

struct NormalizeKernels;

std::optional<GPURefusal> refusedImageNormalize(fused::ImageNormalizeOp op,
                                                const DeviceProfile &profile);
/// "binding-range": known sizes beyond what the device binds.
std::optional<GPURefusal> refusedSizes(NormalizeKernels kernels,
                                       const DeviceProfile &profile);
NormalizeKernels analyseImageNormalize(fused::ImageNormalizeOp op,
                                       const DeviceProfile &profile);
KernelPlan planImageNormalize(fused::ImageNormalizeOp op,
                              mlir::gpu::GPUModuleOp module,
                              const DeviceProfile &profile);

/// The size of a dim of operand number `operand`; a constant where it is known.
SizeExpr sizeOf(mlir::Value value, unsigned operand, unsigned dim);

} // namespace runmat

#endif // RUNMAT_LIB_CONVERSION_FUSEDTOGPU_UNITS_H
