// Means, deviations and variances over some dims of an array, in every form in
// which programs write them.
#ifndef RUNMAT_LIB_FUSION_MATCHERS_STATISTICS_H
#define RUNMAT_LIB_FUSION_MATCHERS_STATISTICS_H

#include "Casts.h"
#include "Matched.h"

#include "llvm/ADT/SetVector.h"

namespace runmat::fusion {

/// A value that was reduced from an array, and where each of its dims comes
/// from.
struct Reduced {
  /// The array that was reduced, casts peeled.
  mlir::Value source;
  /// The reduced dims of the source, ascending.
  llvm::SmallVector<int64_t> dims;
  /// For each dim of the value the dim of the source that it is, or -1 where
  /// the value does not change along it.
  llvm::SmallVector<int64_t> layout;
};

/// Element types of the arithmetic on the way, for the compute type.
using TypeSet = llvm::SmallSetVector<mlir::Type, 4>;

/// mean(source, dims): over several dims at once or one after the other, with
/// `keep`, or without and reshaped or broadcast.
Matched<Reduced> matchMean(mlir::Value value, TypeSet &types);

/// source - mean(source, dims), or its negation.
struct Deviation {
  mlir::Value source;
  llvm::SmallVector<int64_t> dims;
  bool negated;
};
Matched<Deviation> matchDeviation(mlir::Value value, TypeSet &types);

/// sqrt(variance + epsilon), as a value that broadcasts against the source.
struct Sigma {
  Reduced variance;
  std::optional<ScalarOperand> epsilon;
};
Matched<Sigma> matchSigma(mlir::Value value, TypeSet &types);

/// Whether a value of this layout, right-aligned against its source, meets each
/// element's own reduction.
bool linesUp(const Reduced &reduced);

/// A cheap look at what an operation may be: a mean or variance, that plus
/// epsilon, the root of either.
bool looksLikeSpread(mlir::Operation *op);
bool looksLikeShifted(mlir::Operation *op);
bool looksLikeSigma(mlir::Operation *op);

} // namespace runmat::fusion

#endif // RUNMAT_LIB_FUSION_MATCHERS_STATISTICS_H
