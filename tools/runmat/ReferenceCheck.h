// `--verify`: what a run gave beside what the reference interpreter gives.

#ifndef RUNMAT_TOOLS_RUNMAT_REFERENCECHECK_H
#define RUNMAT_TOOLS_RUNMAT_REFERENCECHECK_H

#include "Commands.h"
#include "runmat/IO/Tensor.h"
#include "runmat/Result.h"

#include <vector>

namespace runmat::cli {

/// Prints one line for each result. Floating point is computed in f64 first; a
/// result that differs from it is right as well if it agrees with operations
/// whose results are each rounded to their types, since rounding may decide a
/// comparison, a floor or a loop. Errors: a result that agrees with neither,
/// the first of them with its elements; no reference at all.
Status checkAgainstReference(const RunOptions &options,
                             const std::vector<io::Tensor> &arguments,
                             const std::vector<io::Tensor> &results);

} // namespace runmat::cli

#endif // RUNMAT_TOOLS_RUNMAT_REFERENCECHECK_H
