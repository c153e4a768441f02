// The match of one ImageNormalize: what was found, before anything is
// rewritten.
#ifndef RUNMAT_LIB_FUSION_MATCHERS_IMAGENORMALIZE_H
#define RUNMAT_LIB_FUSION_MATCHERS_IMAGENORMALIZE_H

#include "Statistics.h"

namespace runmat::fusion {

struct ImageNormalizeMatch {
  /// The batch of planes, casts peeled.
  mlir::Value input;
  llvm::SmallVector<int64_t> dims;
  mlir::FloatType computeType;
  /// Absent: a constant 0 (the program adds none).
  std::optional<ScalarOperand> epsilon;
  std::optional<ScalarOperand> gain, bias, clamp, gamma;
  array::NanMode clampNan = array::NanMode::Number;
  /// The value that the unit's first result replaces.
  mlir::Value output;
};

/// Whether `op` may be the division (or what stands for it) of an
/// ImageNormalize: from here on a mismatch has a reason worth reporting.
bool isImageNormalizeRoot(mlir::Operation *op);

/// Matches the graph around `root`: statistics above it, slots below.
Matched<ImageNormalizeMatch> matchImageNormalize(mlir::Operation *root);

} // namespace runmat::fusion

#endif // RUNMAT_LIB_FUSION_MATCHERS_IMAGENORMALIZE_H
