// The CPU schedule of fused.image_normalize.
#ifndef RUNMAT_LIB_CONVERSION_FUSEDTOVECTOR_IMAGENORMALIZE_H
#define RUNMAT_LIB_CONVERSION_FUSEDTOVECTOR_IMAGENORMALIZE_H

#include "runmat/Dialect/Fused/Fused.h"
#include "runmat/Target/CPU/CPUProfile.h"

namespace runmat {

/// How an extra is read: one value a plane, in step with the plane whatever the
/// batch's element, or in step with the input.
enum class ExtraAccess { PerPlane, AlongPlane, AlongInput };

/// Nothing where the map broadcasts or transposes inside a plane.
std::optional<ExtraAccess> accessOf(fused::ImageNormalizeOp op,
                                    mlir::AffineMap map);

/// Replaces `op` by parallel vector loops over memrefs. Every unit that
/// verifies has this form; fails, with an error at the operation, where one in
/// its region has no expansion on vectors.
mlir::LogicalResult lowerImageNormalize(fused::ImageNormalizeOp op,
                                        const CPUProfile &cpu);

/// The same computation in what the schedule takes, made in front of `op`,
/// which it replaces: extras that are read in step with the input, in step with
/// a plane, or once a plane, and no i1 in memory. What that costs is reported.
/// Sizes of extras that types leave open are checked.
fused::ImageNormalizeOp toScheduledForm(fused::ImageNormalizeOp op);

} // namespace runmat

#endif // RUNMAT_LIB_CONVERSION_FUSEDTOVECTOR_IMAGENORMALIZE_H
