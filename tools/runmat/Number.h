// Numbers as text: scalars given on the command line, and printed results.

#ifndef RUNMAT_TOOLS_RUNMAT_NUMBER_H
#define RUNMAT_TOOLS_RUNMAT_NUMBER_H

#include "runmat/IO/Tensor.h"

#include <string>

namespace runmat::cli {

/// "1", "-2.5e3", "nan", "inf", "true", "false".
bool isNumber(const std::string &text);

/// A rank-0 tensor. Floats round to nearest even; an integer that the dtype
/// cannot hold, or a fraction for an integer dtype, is an error.
Result<io::Tensor> parseNumber(const std::string &text, rm_dtype dtype);

/// The shortest text that reads back as the same value.
std::string numberText(const io::Tensor &tensor, int64_t index);

/// Six significant digits, for summaries and differences.
std::string shortText(double value);

} // namespace runmat::cli

#endif // RUNMAT_TOOLS_RUNMAT_NUMBER_H
