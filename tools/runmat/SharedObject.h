// Shared objects made by `runmat compile`. Loading one runs its code, as
// starting a program does; only that the file is whole is checked before.

#ifndef RUNMAT_TOOLS_RUNMAT_SHAREDOBJECT_H
#define RUNMAT_TOOLS_RUNMAT_SHAREDOBJECT_H

#include "runmat/Result.h"
#include "runmat/Runtime/Runtime.h"

#include <string>

namespace runmat::cli {

/// Whether the file is a shared object: by its name's ending or its content.
bool isSharedObject(const std::string &path);

/// Its rm_program_info. Never unloaded.
Result<const rm_program *> loadSharedObject(const std::string &path);

} // namespace runmat::cli

#endif // RUNMAT_TOOLS_RUNMAT_SHAREDOBJECT_H
