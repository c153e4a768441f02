// The description of kernels and launches for hosts other than ours:
// docs/kernels-json.md says what each field means.
#ifndef RUNMAT_CONVERSION_KERNELSJSON_H
#define RUNMAT_CONVERSION_KERNELSJSON_H

#include "runmat/Conversion/FusedToGPU.h"

#include "llvm/Support/raw_ostream.h"

namespace runmat {

/// A unit of the program and what became of it.
struct PlannedUnit {
  fused::NestOp op; ///< alive while the description is written
  std::optional<KernelPlan> plan;
  GPURefusal refusal; ///< where there is no plan
};

/// Writes the JSON text for units whose kernels are in one SPIR-V module of
/// `spirvBytes` bytes.
void writeKernelsJSON(llvm::raw_ostream &os, llvm::ArrayRef<PlannedUnit> units,
                      uint64_t spirvBytes);

} // namespace runmat

#endif // RUNMAT_CONVERSION_KERNELSJSON_H
