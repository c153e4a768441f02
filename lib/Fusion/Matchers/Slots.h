// Gain, bias, clamp and gamma after the division.
#ifndef RUNMAT_LIB_FUSION_MATCHERS_SLOTS_H
#define RUNMAT_LIB_FUSION_MATCHERS_SLOTS_H

#include "ImageNormalize.h"

namespace runmat::fusion {

/// Takes slot operations one after the other, each slot once and in the order
/// gain, bias, clamp, gamma, and moves `match.output` along. The first
/// operation out of order, and any whose value another operation needs too,
/// ends the walk.
void fillSlots(ImageNormalizeMatch &match);

} // namespace runmat::fusion

#endif // RUNMAT_LIB_FUSION_MATCHERS_SLOTS_H
