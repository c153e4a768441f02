// The C header that belongs to a compiled shared object.
#ifndef RUNMAT_LIB_COMPILER_HEADER_H
#define RUNMAT_LIB_COMPILER_HEADER_H

#include "runmat/Target/CPU/CPU.h"

namespace runmat {

/// C99 declarations of the program's entries, each with what it takes and
/// gives. `name`: the stem of the include guard.
std::string headerText(const std::string &name, const ProgramInfo &info);

} // namespace runmat

#endif // RUNMAT_LIB_COMPILER_HEADER_H
