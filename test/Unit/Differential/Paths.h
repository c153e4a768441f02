// The ways a program takes: unfused and fused on the CPU, fused on the GPU, and
// with its units pinned to devices at random.
#ifndef RUNMAT_TEST_DIFFERENTIAL_PATHS_H
#define RUNMAT_TEST_DIFFERENTIAL_PATHS_H

#include "Compiled.h"

#include "mlir/IR/BuiltinOps.h"

#include <memory>
#include <string>
#include <vector>

namespace runmat::differential {

class Path {
public:
  /// `name` is cpu, cpu-fused, gpu, gpu-fused or mixed; `gpu` names the device
  /// (rm_context_options). Errors: no such path or device.
  static Result<std::unique_ptr<Path>>
  create(const std::string &name, const std::string &gpu, unsigned optLevel);
  const std::string &name() const { return pathName; }
  /// `seed` pins the units of the path mixed.
  Result<std::vector<io::Tensor>>
  run(mlir::ModuleOp module, std::vector<io::Tensor> &arguments, uint64_t seed);
  /// The text that was compiled last.
  const std::string &text() const { return compiledText; }
  bool hadKernels() const { return kernels; }

private:
  std::string pathName, compiledText;
  std::unique_ptr<CompiledImplementation> implementation;
  bool kernels = false;
};

/// Fuses `module` and pins each unit to the CPU or the GPU.
Status fuseAndPin(mlir::ModuleOp module, uint64_t seed);

} // namespace runmat::differential

#endif // RUNMAT_TEST_DIFFERENTIAL_PATHS_H
