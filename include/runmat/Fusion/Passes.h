// Fusion passes: array operations to units of work, and back.
#ifndef RUNMAT_FUSION_PASSES_H
#define RUNMAT_FUSION_PASSES_H

#include "mlir/Pass/Pass.h"

namespace runmat {

#define GEN_PASS_DECL
#include "runmat/Fusion/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "runmat/Fusion/Passes.h.inc"

} // namespace runmat

#endif // RUNMAT_FUSION_PASSES_H
