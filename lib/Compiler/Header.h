// The C header that belongs to a compiled shared object.
#ifndef RUNMAT_LIB_COMPILER_HEADER_H
#define RUNMAT_LIB_COMPILER_HEADER_H

#include "runmat/Result.h"
#include "runmat/Target/ProgramInfo.h"

#include <string>

namespace runmat {

/// C99 declarations of the program's entries, each with what it takes and
/// gives. `name`: the stem of the include guard. An error where an entry's name
/// cannot be declared.
Result<std::string> makeHeader(const std::string &name,
                               const ProgramInfo &info);

} // namespace runmat

#endif // RUNMAT_LIB_COMPILER_HEADER_H
