// A program that can be called, from either kind of file: MLIR, compiled here
// in memory, or a shared object made by `runmat compile`.

#ifndef RUNMAT_TOOLS_RUNMAT_PROGRAM_H
#define RUNMAT_TOOLS_RUNMAT_PROGRAM_H

#include "Commands.h"
#include "runmat/Compiler.h"

#include <memory>
#include <string>

namespace runmat::cli {

/// Frees what the C ABI made.
struct Release {
  void operator()(rm_context *context) const { rm_context_destroy(context); }
  void operator()(char *text) const { rm_string_free(text); }
};
using Context = std::unique_ptr<rm_context, Release>;
using RuntimeText = std::unique_ptr<char, Release>;

/// "cpu", "gpu", "gpu=NAME", "auto" or "auto=NAME"; anything else is an error.
Status checkDevice(const std::string &device);

/// A context for the device, or why there is none.
Result<Context> makeContext(const std::string &device, int threads);

/// "LOCATION: TEXT" of the context's last failure.
std::string contextError(const rm_context *context);

/// An error where there is no such file, or no regular one.
Status checkReadable(const std::string &path);

/// The file that --remarks=FILE names, or "".
std::string remarksFile(const ProgramOptions &options);

/// CompileOptions for a context's device, or without context for --device.
CompileOptions compileOptions(const ProgramOptions &options,
                              const rm_context *context);

class Program {
public:
  /// Compiles or loads the file and finds the entry.
  static Result<Program> open(const ProgramOptions &options,
                              rm_context *context);

  const rm_entry &entry() const { return *entryFound; }
  /// Wall time of open(), and of the compiler's stages if it ran.
  double milliseconds() const { return openTime; }
  std::vector<CompiledProgram::StageTime> stageTimes() const;
  /// Those of CompileOptions::keepRemarks.
  std::string remarks() const;

private:
  std::unique_ptr<CompiledProgram> compiled; // null: a loaded object
  const rm_entry *entryFound = nullptr;
  double openTime = 0;
};

/// "tensor<?x4xf32>" of an argument or result.
std::string typeText(const rm_value_type &type);

} // namespace runmat::cli

#endif // RUNMAT_TOOLS_RUNMAT_PROGRAM_H
