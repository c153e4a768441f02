// Reasons that several units share for having no GPU form.
#ifndef RUNMAT_LIB_CONVERSION_FUSEDTOGPU_REFUSAL_H
#define RUNMAT_LIB_CONVERSION_FUSEDTOGPU_REFUSAL_H

#include "runmat/Conversion/FusedToGPU.h"
#include "runmat/Dialect/Fused/Fused.h"

namespace runmat {

/// "element-type": a tensor that is not f32, or a value in the region that is
/// neither f32 nor i1 nor i32.
std::optional<GPURefusal> refusedTypes(mlir::Operation *unit);

} // namespace runmat

#endif // RUNMAT_LIB_CONVERSION_FUSEDTOGPU_REFUSAL_H
