// A computation on scalars as straight-line arith and math, expanded once and
// cloned as often as needed, on scalars or on vectors.
#ifndef RUNMAT_LOWER_SCALARBODY_H
#define RUNMAT_LOWER_SCALARBODY_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

namespace runmat::lower {

/// Build array, arith and math operations at `builder`, then `finish`; after
/// that it is cloned level by level. A level says how often a value changes:
/// what depends only on values of outer levels is computed outside.
class ScalarBody {
public:
  ScalarBody(mlir::Location loc, llvm::ArrayRef<mlir::Type> arguments);
  ~ScalarBody() { function->erase(); }
  ScalarBody(const ScalarBody &) = delete;

  mlir::OpBuilder builder() { return mlir::OpBuilder::atBlockEnd(block); }
  mlir::BlockArgument argument(unsigned number) const {
    return block->getArgument(number);
  }
  bool isRead(unsigned argument) const {
    return !block->getArgument(argument).use_empty();
  }

  /// Ends the body with these values and expands array operations. Fails, with
  /// an error, where one has no expansion.
  mlir::LogicalResult finish(mlir::ValueRange results);
  /// Sets the levels of the arguments; those of operations follow.
  void setLevels(llvm::ArrayRef<int> arguments);

  /// Clones the operations of one level. Arguments of that and outer levels are
  /// in `map`. Operations with a vector among their operands are on vectors.
  void emit(mlir::OpBuilder &b, int level, mlir::IRMapping &map,
            int64_t lanes) const;
  /// All levels at once; returns the results.
  llvm::SmallVector<mlir::Value>
  emit(mlir::OpBuilder &b, mlir::ValueRange arguments, int64_t lanes) const;

  mlir::Value result(unsigned number) const {
    return block->getTerminator()->getOperand(number);
  }
  unsigned numResults() const {
    return block->getTerminator()->getNumOperands();
  }
  /// Operations, and the widest number among the values that are of `level`.
  int64_t countOps() const { return llvm::range_size(*block) - 1; }
  unsigned widestBits(int level) const;

  /// How often a value changes.
  int levelOf(mlir::Value value) const;

private:
  mlir::func::FuncOp function;
  mlir::Block *block;
  llvm::DenseMap<mlir::Value, int> levels;
};

} // namespace runmat::lower

#endif // RUNMAT_LOWER_SCALARBODY_H
