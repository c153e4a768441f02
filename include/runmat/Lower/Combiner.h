// The one table of reductions: what an accumulator of each kind holds, how it
// takes a value, how two are merged and what they give.
#ifndef RUNMAT_LOWER_COMBINER_H
#define RUNMAT_LOWER_COMBINER_H

#include "runmat/Dialect/Fused/Fused.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace runmat::lower {

/// A device's choice of accumulators.
struct CombinerSettings {
  /// Floats narrower than f64 accumulate in f64. Otherwise f16, bf16 and f32
  /// accumulate in f32, and sums of f32 carry what they lose.
  bool wide = true;
};

/// One reduction, or moments, of a nest. All operations are arith, math and
/// array operations on scalars, elementwise, so that they have vector forms
/// once array operations are expanded.
class Combiner {
public:
  Combiner(const fused::NestYield &yield,
           const CombinerSettings &settings = {});

  /// Types of the values that an accumulator is made of.
  llvm::ArrayRef<mlir::Type> stateTypes() const { return types; }
  /// Whether `step` reads the value's row-major index in the reduced dims.
  bool needsIndex() const { return isArg(); }

  llvm::SmallVector<mlir::Value> identity(mlir::ImplicitLocOpBuilder &b) const;
  /// The accumulator after one more value. `ascending`: indices of one
  /// accumulator ascend, so that the first of equal values has come first.
  llvm::SmallVector<mlir::Value> step(mlir::ImplicitLocOpBuilder &b,
                                      mlir::ValueRange state, mlir::Value value,
                                      mlir::Value index,
                                      bool ascending = true) const;
  llvm::SmallVector<mlir::Value> merge(mlir::ImplicitLocOpBuilder &b,
                                       mlir::ValueRange left,
                                       mlir::ValueRange right) const;
  /// What later stages see, in the yield's valueType. `count` (i64): of the
  /// values that were reduced.
  llvm::SmallVector<mlir::Value> finish(mlir::ImplicitLocOpBuilder &b,
                                        mlir::ValueRange state,
                                        mlir::Value count) const;

private:
  bool isArg() const;
  bool isMoments() const { return !reduction; }
  /// Var, std and moments keep count, shift, and sums of deviations from it.
  bool isVariance() const;
  bool smallest() const;
  bool propagates() const;

  fused::ReductionAttr reduction;
  mlir::Type element, valueType;
  /// What values are converted to.
  mlir::Type accumulator;
  /// Whether sums carry what they lose.
  bool compensated = false;
  llvm::SmallVector<mlir::Type> types;
};

} // namespace runmat::lower

#endif // RUNMAT_LOWER_COMBINER_H
