// One element's computation as straight-line arith and math on scalars, and its
// copies on vectors.
#ifndef RUNMAT_LIB_CONVERSION_FUSEDTOVECTOR_ELEMENTBODY_H
#define RUNMAT_LIB_CONVERSION_FUSEDTOVECTOR_ELEMENTBODY_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"

namespace runmat {

/// Holds a function of scalars while its unit is lowered. Build array, arith
/// and math operations into it, then `finish`; after that `emit` clones it as
/// often as needed.
class ElementBody {
public:
  /// `types`: of the element's inputs.
  ElementBody(mlir::Operation *unit, llvm::ArrayRef<mlir::Type> types);
  ~ElementBody();
  ElementBody(const ElementBody &) = delete;

  mlir::OpBuilder builder() { return mlir::OpBuilder::atBlockEnd(block); }
  mlir::Value input(unsigned index) { return block->getArgument(index); }

  /// Ends the body with these values and expands array operations by the
  /// dialect's rules. Fails where one has no expansion.
  mlir::LogicalResult finish(mlir::ValueRange results);

  /// Whether all operations have a form on vectors.
  bool vectorizable() const;

  /// The results for inputs that are all scalars, or vectors of one length.
  llvm::SmallVector<mlir::Value> emit(mlir::OpBuilder &b,
                                      mlir::ValueRange inputs) const;

private:
  mlir::func::FuncOp function;
  mlir::Block *block;
};

} // namespace runmat

#endif // RUNMAT_LIB_CONVERSION_FUSEDTOVECTOR_ELEMENTBODY_H
