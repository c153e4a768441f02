// Results of a call: written to files, or printed.

#ifndef RUNMAT_TOOLS_RUNMAT_OUTPUTS_H
#define RUNMAT_TOOLS_RUNMAT_OUTPUTS_H

#include "runmat/IO/StagedFile.h"
#include "runmat/IO/Tensor.h"

#include <string>
#include <vector>

namespace runmat::cli {

/// Wrong usage that no file need be read for: an ending that is neither .npy
/// nor .png, a file named twice.
Status checkOutputNames(const std::vector<std::string> &outputs);

/// Whether the entry's results can go to these files, asked before it runs.
Status checkOutputs(const rm_entry &entry,
                    const std::vector<std::string> &outputs);

/// Writes a result in the format that the file's name ends in.
Status writeResult(io::StagedFile &file, const io::Tensor &tensor);

/// "result 0: TYPE = [1, 2]", or shape, minimum, maximum and mean of a large
/// one, on standard output.
void printResult(size_t index, const io::Tensor &tensor);

} // namespace runmat::cli

#endif // RUNMAT_TOOLS_RUNMAT_OUTPUTS_H
