// How the tool ends: exit code 1 and one "error:" line for bad input, 2 for
// wrong usage. Everything that fails goes through here.

#ifndef RUNMAT_TOOLS_RUNMAT_REPORT_H
#define RUNMAT_TOOLS_RUNMAT_REPORT_H

#include "runmat/Result.h"

#include <string>

namespace runmat::cli {

/// Prints "error: MESSAGE" on one line of standard error and returns 1.
int fail(const std::string &message);

/// The same for wrong usage; returns 2.
int misuse(const std::string &message);

/// "note: MESSAGE"; nothing for an empty message.
void note(const std::string &message);

/// Flushes standard output; an error where it could not be written.
Status flushOutput();

/// The same as an exit code: 0, or fail().
int finishOutput();

} // namespace runmat::cli

#endif // RUNMAT_TOOLS_RUNMAT_REPORT_H
