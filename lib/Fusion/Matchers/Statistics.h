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

/// The arithmetic on the way: its element types decide the compute type, and
/// the loops around it whether a unit may stand in its place.
using Steps = llvm::SmallSetVector<mlir::Operation *, 8>;

/// mean(source, dims): over several dims at once or one after the other, with
/// `keep`, or without and reshaped or broadcast. Stops at `source`, where it is
/// given: it may be a mean itself, of something else.
Matched<Reduced> matchMean(mlir::Value value, mlir::Value source, Steps &steps);

/// source - mean(source, dims), or its negation.
struct Deviation {
  mlir::Value source;
  llvm::SmallVector<int64_t> dims;
  bool negated;
};
Matched<Deviation> matchDeviation(mlir::Value value, Steps &steps);

/// sqrt(variance + epsilon), as a value that broadcasts against its source.
struct Sigma {
  Reduced variance;
  std::optional<ScalarOperand> epsilon;
};
/// `source`: where both sides of the sum may be a variance, the one of this
/// array is.
Matched<Sigma> matchSigma(mlir::Value value, mlir::Value source, Steps &steps);

/// Whether a value of this layout, right-aligned against its source, meets each
/// element's own reduction.
bool linesUp(const Reduced &reduced);

/// A cheap look at what an operation may be: x - mean(x); a mean or variance,
/// that plus epsilon, the root of either.
bool looksLikeDeviation(mlir::Operation *op);
bool looksLikeSpread(mlir::Operation *op);
bool looksLikeShifted(mlir::Operation *op);
bool looksLikeSigma(mlir::Operation *op);
/// The same, of other arithmetic on means and variances than a sum: enough to
/// say why a deviation over it is no match.
bool resemblesShifted(mlir::Operation *op);
bool resemblesSigma(mlir::Operation *op);
/// pow(x, exponent), where `op` is that; else null.
array::PowOp powerOf(mlir::Operation *op, double exponent);

} // namespace runmat::fusion

#endif // RUNMAT_LIB_FUSION_MATCHERS_STATISTICS_H
