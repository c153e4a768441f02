// The arguments of a call, from what --input names: .npy files, pictures,
// folders of pictures, and numbers for scalars.

#ifndef RUNMAT_TOOLS_RUNMAT_INPUTS_H
#define RUNMAT_TOOLS_RUNMAT_INPUTS_H

#include "runmat/IO/Tensor.h"

#include <string>
#include <vector>

namespace runmat::cli {

/// One tensor for each argument of the entry, in order. Nothing is converted
/// or reshaped: a file must hold the argument's dtype, rank and static sizes,
/// else the error names the argument's index, its type and what the file holds.
/// `asPlanes` merges a folder's files and channels into one dimension.
Result<std::vector<io::Tensor>>
readInputs(const rm_entry &entry, const std::vector<std::string> &inputs,
           bool asPlanes);

} // namespace runmat::cli

#endif // RUNMAT_TOOLS_RUNMAT_INPUTS_H
