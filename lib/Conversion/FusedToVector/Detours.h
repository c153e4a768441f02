// Missed remarks of --convert-fused-to-vector, by the names of CPUDetours.def.
#ifndef RUNMAT_LIB_CONVERSION_FUSEDTOVECTOR_DETOURS_H
#define RUNMAT_LIB_CONVERSION_FUSEDTOVECTOR_DETOURS_H

#include "mlir/IR/Operation.h"

namespace runmat {

enum class CPUDetour {
#define RUNMAT_CPU_DETOUR(NAME, TEXT, WHY, HINT) NAME,
#include "runmat/Conversion/CPUDetours.def"
#undef RUNMAT_CPU_DETOUR
};

/// A missed remark at `unit`; `what` names the operand or result, or is empty.
void reportDetour(mlir::Operation *unit, CPUDetour detour,
                  llvm::StringRef what);

} // namespace runmat

#endif // RUNMAT_LIB_CONVERSION_FUSEDTOVECTOR_DETOURS_H
