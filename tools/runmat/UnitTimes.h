// Which units ran where, and for how long: the part of telemetry that --time
// prints.

#ifndef RUNMAT_TOOLS_RUNMAT_UNITTIMES_H
#define RUNMAT_TOOLS_RUNMAT_UNITTIMES_H

#include "runmat/Runtime/Runtime.h"

#include <cstdint>
#include <string>
#include <vector>

namespace runmat::cli {

struct UnitTime {
  std::string name; ///< "fused.map at f.mlir:3:8 on cpu"
  int64_t executions = 0;
  int64_t nanoseconds = 0;
};

/// What the context has run so far, in the order of telemetry.
std::vector<UnitTime> unitTimes(rm_context *context);

/// Prints one line for each unit that ran between two readings, `runs` calls
/// apart.
void printUnitTimes(const std::vector<UnitTime> &before,
                    const std::vector<UnitTime> &after, int runs);

} // namespace runmat::cli

#endif // RUNMAT_TOOLS_RUNMAT_UNITTIMES_H
