// Checks of a compiled program's tables. Throws where rm_program_check would
// return an error.

#ifndef RUNMAT_LIB_RUNTIME_PROGRAM_H
#define RUNMAT_LIB_RUNTIME_PROGRAM_H

#include "runmat/Runtime/Runtime.h"

namespace runmat::runtime {

/// ABI version, CPU features, a SPIR-V header. Throws Error.
void checkProgram(const rm_program *program);

} // namespace runmat::runtime

#endif
