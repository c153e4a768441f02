// A generated program as a file: each argument's value is an attribute of that
// argument, so that the file alone says what fails and can be shrunk.
#ifndef RUNMAT_TEST_DIFFERENTIAL_PROGRAMFILE_H
#define RUNMAT_TEST_DIFFERENTIAL_PROGRAMFILE_H

#include "Generator.h"

#include "runmat/Result.h"

#include <string>

namespace runmat::differential {

/// "" or why it was not written.
std::string saveProgram(const GeneratedProgram &program,
                        const std::string &path);

/// All results are compared as kConditioned. Errors: not a module with @main
/// whose arguments have values.
Result<GeneratedProgram> loadProgram(mlir::MLIRContext &context,
                                     const std::string &path);

} // namespace runmat::differential

#endif // RUNMAT_TEST_DIFFERENTIAL_PROGRAMFILE_H
