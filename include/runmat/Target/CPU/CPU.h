// Native code: from a module in the LLVM dialect to an object file, and from
// there into this process or into a shared object. Both ways make the same
// object file.
#ifndef RUNMAT_TARGET_CPU_CPU_H
#define RUNMAT_TARGET_CPU_CPU_H

#include "runmat/Target/ProgramInfo.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Target/TargetMachine.h"

#include <memory>
#include <string>
#include <vector>

namespace runmat {

/// The signatures of the public functions with a body, or of the one called
/// `entry` if that is not empty. Errors: no such function, a type that the C
/// ABI has not, a rank above RM_MAX_RANK.
llvm::Expected<std::vector<EntrySignature>>
collectEntries(mlir::ModuleOp module, llvm::StringRef entry);

/// The target machine of this host: its CPU with all its features,
/// position-independent code.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createHostTargetMachine(unsigned optLevel);

/// Bits of the widest vector registers that code for `machine` should use.
unsigned hostVectorBits(const llvm::TargetMachine &machine);

/// The symbol of a function's code within the object file: no name that a
/// library may have.
std::string codeSymbol(llvm::StringRef function);

/// Why C callers cannot have a symbol of this name: it is no identifier, it is
/// a keyword or reserved, or the runtime and the libraries it needs have one
/// already, which the program's would replace in the whole process. Empty where
/// nothing is against it.
std::string whyNoCSymbol(llvm::StringRef function);

/// Adds to `module` (translated from the LLVM dialect, functions named by
/// codeSymbol) what the C ABI asks for: one function of the program ABI for
/// each entry, the tables, and allocation by the runtime. Only
/// `rm_program_info` and the entries that C callers can have are visible
/// outside, as aliases: everything inside refers to symbols that no other
/// object can replace.
void addProgramTables(llvm::Module &module, const ProgramInfo &info,
                      const llvm::TargetMachine &machine);

/// Optimises `module` at `optLevel` (0 to 3) for `machine` and emits an object
/// file.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
emitObject(llvm::Module &module, llvm::TargetMachine &machine,
           unsigned optLevel);

/// Uses the code generator once on a small program. Its first use in a process
/// costs about 20 ms (tables, pages of the library, symbols bound on first
/// call); a compiler can pay them on another core while it still has no code.
void warmUpCodeGenerator(unsigned optLevel);

/// An object file linked into this process.
class LoadedObject {
public:
  virtual ~LoadedObject() = default;
  virtual const rm_program &program() const = 0;
};
llvm::Expected<std::unique_ptr<LoadedObject>>
loadObject(std::unique_ptr<llvm::MemoryBuffer> object);

/// Links `object` into a shared object that needs only the runtime library,
/// libm and libc; returns the file's bytes. Uses the LLD that belongs to this
/// LLVM.
llvm::Expected<std::string> linkSharedObject(const llvm::MemoryBuffer &object);

} // namespace runmat

#endif // RUNMAT_TARGET_CPU_CPU_H
