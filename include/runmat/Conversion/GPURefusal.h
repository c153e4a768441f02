// Why a unit has no GPU form.
#ifndef RUNMAT_CONVERSION_GPUREFUSAL_H
#define RUNMAT_CONVERSION_GPUREFUSAL_H

#include "llvm/ADT/StringRef.h"

#include <string>

namespace runmat {

/// A reason of GPURefusals.def.
struct GPURefusal {
  enum Kind {
#define RUNMAT_GPU_REFUSAL(NAME, TEXT) NAME,
#include "runmat/Conversion/GPURefusals.def"
#undef RUNMAT_GPU_REFUSAL
  } kind;
  std::string text; ///< what is there and what would do

  /// Short and stable: "element-type".
  llvm::StringRef reason() const;
};

} // namespace runmat

#endif // RUNMAT_CONVERSION_GPUREFUSAL_H
