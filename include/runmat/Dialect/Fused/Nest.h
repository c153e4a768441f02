// What fused.nest says of its yields and sizes, in one place for the verifier,
// decompose() and both devices' drivers.
#ifndef RUNMAT_DIALECT_FUSED_NEST_H
#define RUNMAT_DIALECT_FUSED_NEST_H

#include "mlir/IR/Attributes.h"
#include "mlir/IR/Types.h"
#include "mlir/IR/Value.h"

#include <optional>

namespace runmat::fused {

/// Values that later stages see of #fused.moments: mean, what its rounding
/// lost, variance, lift.
constexpr unsigned kNumMoments = 4;

/// One yielded value of a stage.
struct NestYield {
  unsigned stage;
  /// Operand of the stage's terminator.
  unsigned operand;
  /// StoreAttr, ReductionAttr or MomentsAttr.
  mlir::Attribute attr;
  /// Of the yielded scalar.
  mlir::Type element;
  /// Of each value that later stages see, and of the result.
  mlir::Type valueType;
  /// The values that later stages see: numbers among the values of all yields,
  /// which follow the inputs in the later stages' arguments.
  unsigned firstValue, numValues;
  /// Which result of the nest it is.
  std::optional<unsigned> result;
  /// Dims that are reduced; empty of a store.
  llvm::SmallVector<int64_t> dims;

  bool isStore() const;
};

/// Where the size of an open dim of the space comes from.
struct SpaceSize {
  /// An input's dim, or an index value (`dim` is -1).
  mlir::Value value;
  int64_t dim;
};

} // namespace runmat::fused

#endif // RUNMAT_DIALECT_FUSED_NEST_H
