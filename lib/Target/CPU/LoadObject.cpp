// An object file into this process, by LLVM's JIT linker. Its undefined symbols
// (the runtime, libm) come from the process.
#include "runmat/Target/CPU/CPU.h"

#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"

using namespace llvm;

namespace {
class LoadedByJit final : public runmat::LoadedObject {
public:
  LoadedByJit(std::unique_ptr<orc::LLJIT> jit, const rm_program *table)
      : jit(std::move(jit)), table(table) {}
  const rm_program &program() const override { return *table; }

private:
  std::unique_ptr<orc::LLJIT> jit;
  const rm_program *table;
};
} // namespace

Expected<std::unique_ptr<runmat::LoadedObject>>
runmat::loadObject(std::unique_ptr<MemoryBuffer> object) {
  Expected<std::unique_ptr<orc::LLJIT>> jit = orc::LLJITBuilder().create();
  if (!jit)
    return jit.takeError();
  auto symbols = orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      (*jit)->getDataLayout().getGlobalPrefix());
  if (!symbols)
    return symbols.takeError();
  (*jit)->getMainJITDylib().addGenerator(std::move(*symbols));
  if (Error error = (*jit)->addObjectFile(std::move(object)))
    return error;
  Expected<orc::ExecutorAddr> table = (*jit)->lookup(RM_PROGRAM_SYMBOL);
  if (!table)
    return table.takeError();
  const auto *program = table->toPtr<const rm_program *>();
  return std::make_unique<LoadedByJit>(std::move(*jit), program);
}
