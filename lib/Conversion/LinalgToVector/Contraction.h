// Products: result[.., m, n] += sum over k of a[.., m, k] * b[.., k, n], in
// any layouts and with any number of batch, row and reduction dims.
#ifndef RUNMAT_LIB_CONVERSION_LINALGTOVECTOR_CONTRACTION_H
#define RUNMAT_LIB_CONVERSION_LINALGTOVECTOR_CONTRACTION_H

#include "runmat/Conversion/CPUDetours.h"
#include "runmat/Target/CPU/CPUProfile.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace runmat::tiled {

/// What a product computes, in the loops of its operation.
struct Contraction {
  /// `columns` is read a vector at a time along `column`, the result's last
  /// dim; `rows` one element a row.
  mlir::OpOperand *columns = nullptr, *rows = nullptr;
  unsigned column = 0;
  /// A loop of the result that only `rows` depends on; none for a vector times
  /// a matrix.
  std::optional<unsigned> row;
  /// The loops of the result beside `row` and `column`, and the summed ones.
  llvm::SmallVector<unsigned> others, sums;
  /// The two factors and the accumulator in the operation's body.
  mlir::Value rowFactor, columnFactor, accumulator;
};

/// Whether the body adds a product of the two operands, each by itself cast or
/// not, to its result.
bool isProduct(mlir::linalg::GenericOp op);

/// For an operation that is one: how it is scheduled, or why it is left to
/// plain loops.
struct ContractionMatch {
  std::optional<Contraction> contraction;
  std::optional<CPUDetour> detour;
};
ContractionMatch matchContraction(mlir::linalg::GenericOp op,
                                  const CPUProfile &cpu);

/// Where `columns` is not contiguous along `column`, it is copied to a layout
/// that is: the operation that does so, else null.
mlir::linalg::GenericOp makeColumnsContiguous(mlir::linalg::GenericOp op,
                                              const Contraction &contraction);

/// Replaces the operation by its register-tiled loops.
void lowerContraction(mlir::linalg::GenericOp op,
                      const Contraction &contraction, const CPUProfile &cpu);

} // namespace runmat::tiled

#endif // RUNMAT_LIB_CONVERSION_LINALGTOVECTOR_CONTRACTION_H
