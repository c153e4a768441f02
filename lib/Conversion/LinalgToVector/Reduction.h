// Reductions along contiguous elements: sums, products, extremes and their
// places, and f64 sums that carry what they lose.
#ifndef RUNMAT_LIB_CONVERSION_LINALGTOVECTOR_REDUCTION_H
#define RUNMAT_LIB_CONVERSION_LINALGTOVECTOR_REDUCTION_H

#include "runmat/Conversion/CPUDetours.h"
#include "runmat/Target/CPU/CPUProfile.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace runmat::tiled {

/// How a reduction takes one element into its accumulators, and how two sets of
/// accumulators become one.
struct Reduction {
  /// Of each result, the operation that combines the accumulator with a term.
  llvm::SmallVector<mlir::Operation *> steps;
  llvm::SmallVector<mlir::Value> terms;
  /// Two results of which the second adds up what the first one's additions
  /// lose.
  bool carriesLosses = false;
  /// Two results, the best element and its place, which is below zero where
  /// there is none yet.
  bool tracksPlace = false;
  /// The summed loops; the last is the one along which elements are contiguous.
  llvm::SmallVector<unsigned> reduced, kept;
};

/// Whether the innermost loop, along which an operand is contiguous, is
/// reduced.
bool isReduction(mlir::linalg::GenericOp op);

/// For an operation that is one: how it is scheduled, or why it is left to
/// plain loops.
struct ReductionMatch {
  std::optional<Reduction> reduction;
  std::optional<CPUDetour> detour;
};
ReductionMatch matchReduction(mlir::linalg::GenericOp op,
                              const CPUProfile &cpu);

/// Replaces the operation by parallel partial reductions in vectors, and a loop
/// that merges them.
void lowerReduction(mlir::linalg::GenericOp op, const Reduction &reduction,
                    const CPUProfile &cpu);

} // namespace runmat::tiled

#endif // RUNMAT_LIB_CONVERSION_LINALGTOVECTOR_REDUCTION_H
