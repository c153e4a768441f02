// The compiler as one plain C++ interface without MLIR headers: what the
// command line tool and other hosts call. A compiled program is an rm_program
// of the C ABI (runmat/Runtime/Runtime.h), whether it was made in memory here
// or is loaded from a shared object.
//
// Every function may be called from any thread; none throws. An error's message
// is one line and starts with the place in the source where there is one:
// "add.mlir:3:8: ...".

#ifndef RUNMAT_COMPILER_H
#define RUNMAT_COMPILER_H

#include "runmat/IO/Tensor.h"
#include "runmat/Result.h"
#include "runmat/Runtime/Runtime.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace runmat {

/// Which code is made. At run time the context's device policy chooses among
/// what is there (rm_place).
enum class CodeFor {
  CPU,  ///< native code only, no SPIR-V
  GPU,  ///< SPIR-V for every unit that can have it, native code for the others
  Both, ///< native code for all units, and SPIR-V where possible
};

struct CompileOptions {
  /// The function to call. Empty: the only public one, else "main"; where
  /// neither exists the error lists the functions' names. A shared object keeps
  /// all public functions if this is empty.
  std::string entry;

  CodeFor code = CodeFor::CPU;

  /// Off: every array operation stays a unit of its own.
  bool fuse = true;

  /// 0 to 3, of the native code.
  unsigned optLevel = 3;

  /// Width of the vectors that CPU schedules use, a power of 2 from 128 on; 0
  /// is the host's registers.
  unsigned vectorBits = 0;

  /// What rm_device_info_json said about the GPU that the code is for. Empty:
  /// what any Vulkan 1.1 device can run.
  std::string deviceInfo;

  /// A folder that gets one file of IR after each stage (NN-name.mlir), made if
  /// it is missing. Empty: none.
  std::string dumpStages;

  /// Remarks go to `message`: what fused, what did not and why. Which units
  /// stay on the CPU is said with CodeFor::GPU in any case, since that is a
  /// fallback.
  bool remarks = false;

  /// Those of fusion come with the program, as YAML.
  bool keepRemarks = false;

  /// The verifier runs after each pass: tests find a wrong one where it is
  /// made. Off, since it takes time and a right compiler has nothing to find.
  bool verifyIR = false;

  /// Gets warnings, notes and `remarks`, one line each ("add.mlir:3:8: remark:
  /// ..."). Empty: they are dropped.
  std::function<void(const std::string &line)> message;
};

/// A program compiled into this process's memory. What program() returns, code
/// included, lives as long as this object.
class CompiledProgram {
public:
  virtual ~CompiledProgram() = default;
  virtual const rm_program &program() const = 0;

  struct StageTime {
    std::string name; // "parse", "fusion", "codegen" ...
    double milliseconds;
  };
  /// Wall time of each stage, in their order.
  virtual std::vector<StageTime> stageTimes() const = 0;

  /// YAML, one document a remark; empty without CompileOptions::keepRemarks.
  virtual const std::string &remarks() const = 0;
};

/// From MLIR text (or bytecode) to code that can be called. Errors: the file
/// cannot be read or is not MLIR, an operation that the compiler does not know
/// or accept, no such entry, an entry whose arguments or results are neither
/// tensors nor scalars of a dtype of rm_dtype.
Result<std::unique_ptr<CompiledProgram>>
compileFile(const std::string &path, const CompileOptions &options);

/// A shared object and a C header for it, as the bytes of their files: the
/// caller names and writes them.
struct SharedObject {
  /// Exports rm_program_info and, by their names, the entry functions that C
  /// can declare.
  std::string object;
  /// C99: the entry functions, what each takes and gives; or which of them C
  /// cannot declare, and why.
  Result<std::string> header;
  /// As CompiledProgram::remarks().
  std::string remarks;
};

/// The same code as compileFile makes, linked into a shared object that needs
/// only the runtime library. `name` is the program's name in the object and the
/// stem of the header's include guard.
Result<SharedObject> compileToSharedObject(const std::string &path,
                                           const std::string &name,
                                           const CompileOptions &options);

/// What the reference interpreter gives: it evaluates the program as written,
/// unfused, in f64 (design: docs/numerics.md).
struct ReferenceOptions {
  /// As CompileOptions::entry.
  std::string entry;
  /// Round each operation's result to its declared type, for programs with
  /// discontinuities.
  bool roundEach = false;
};

/// Runs the interpreter. `arguments` have exactly the entry's dtypes and
/// ranks. Floating-point results come back as f64, not rounded to the declared
/// type (so that errors below one ulp can be measured); others have their own
/// dtype. Errors: as compileFile, and the program's own failed checks.
Result<std::vector<io::Tensor>>
interpretFile(const std::string &path,
              const std::vector<const io::Tensor *> &arguments,
              const ReferenceOptions &options);

/// "RunMat 0.1.0, LLVM 22.1.8": for --version.
std::string versionText();

} // namespace runmat

#endif // RUNMAT_COMPILER_H
