// One implementation under test: the program compiled by the compiler's facade
// and called through the C ABI.
#ifndef RUNMAT_TEST_DIFFERENTIAL_COMPILED_H
#define RUNMAT_TEST_DIFFERENTIAL_COMPILED_H

#include "runmat/Compiler.h"

#include <memory>

namespace runmat::differential {

class CompiledImplementation {
public:
  /// `device` as in rm_context_options. Errors: no such device.
  static Result<std::unique_ptr<CompiledImplementation>>
  create(const std::string &device, const CompileOptions &options);
  ~CompiledImplementation();

  /// Compiles `text`, whose function @main is then called.
  Result<std::unique_ptr<CompiledProgram>> compile(const std::string &text);
  Result<std::vector<io::Tensor>> call(const CompiledProgram &program,
                                       std::vector<io::Tensor> &arguments);
  /// Both.
  Result<std::vector<io::Tensor>> run(const std::string &text,
                                      std::vector<io::Tensor> &arguments);

private:
  CompiledImplementation() = default;
  CompileOptions options;
  rm_context *context = nullptr;
  std::string path; // the program's file
};

} // namespace runmat::differential

#endif // RUNMAT_TEST_DIFFERENTIAL_COMPILED_H
