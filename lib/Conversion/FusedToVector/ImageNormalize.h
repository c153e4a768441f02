// The CPU schedule of fused.image_normalize.
#ifndef RUNMAT_LIB_CONVERSION_FUSEDTOVECTOR_IMAGENORMALIZE_H
#define RUNMAT_LIB_CONVERSION_FUSEDTOVECTOR_IMAGENORMALIZE_H

#include "runmat/Dialect/Fused/Fused.h"

namespace runmat {

/// Replaces `op` by parallel vector loops over memrefs. `vectorBits`: width of
/// the host's vector registers. Where this schedule does not serve, fails with
/// the `reason` and leaves `op` as it is.
mlir::LogicalResult lowerImageNormalize(fused::ImageNormalizeOp op,
                                        unsigned vectorBits,
                                        std::string &reason);

} // namespace runmat

#endif // RUNMAT_LIB_CONVERSION_FUSEDTOVECTOR_IMAGENORMALIZE_H
