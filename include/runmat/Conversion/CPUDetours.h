// Missed remarks of CPU schedules, by the names of CPUDetours.def.
#ifndef RUNMAT_CONVERSION_CPUDETOURS_H
#define RUNMAT_CONVERSION_CPUDETOURS_H

#include "mlir/IR/Operation.h"

namespace runmat {

enum class CPUDetour {
#define RUNMAT_CPU_DETOUR(NAME, TEXT, WHY, HINT) NAME,
#include "runmat/Conversion/CPUDetours.def"
#undef RUNMAT_CPU_DETOUR
};

/// A missed remark of `pass` at `op`; `what` names the operand or result, or is
/// empty.
void reportDetour(mlir::Operation *op, llvm::StringRef pass, CPUDetour detour,
                  llvm::StringRef what);

} // namespace runmat

#endif // RUNMAT_CONVERSION_CPUDETOURS_H
