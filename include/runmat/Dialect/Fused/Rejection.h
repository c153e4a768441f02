// Reasons why operations were not fused: one list (Rejections.def) for
// matchers, remarks, tests and docs/fusion.md.
#ifndef RUNMAT_DIALECT_FUSED_REJECTION_H
#define RUNMAT_DIALECT_FUSED_REJECTION_H

#include "llvm/ADT/StringRef.h"

namespace runmat::fused {

enum class Rejection {
#define RUNMAT_REJECTION(NAME, TEXT, WHY, HINT) NAME,
#include "runmat/Dialect/Fused/Rejections.def"
#undef RUNMAT_REJECTION
};

struct RejectionText {
  /// The reason's name, as users and tests see it: `narrowing-cast`.
  llvm::StringRef name;
  llvm::StringRef why;
  /// What would make it match; empty where nothing would.
  llvm::StringRef hint;
};
RejectionText textOf(Rejection rejection);

} // namespace runmat::fused

#endif // RUNMAT_DIALECT_FUSED_REJECTION_H
