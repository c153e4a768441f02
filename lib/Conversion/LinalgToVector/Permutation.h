// Elementwise operations that read an operand across its rows: transposes, and
// what was fused with them.
#ifndef RUNMAT_LIB_CONVERSION_LINALGTOVECTOR_PERMUTATION_H
#define RUNMAT_LIB_CONVERSION_LINALGTOVECTOR_PERMUTATION_H

#include "runmat/Conversion/CPUDetours.h"
#include "runmat/Target/CPU/CPUProfile.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace runmat::tiled {

/// Two loops: results lie side by side along `column`, the permuted operands
/// along `row`.
struct Permutation {
  unsigned row = 0, column = 0;
  llvm::SmallVector<mlir::OpOperand *> permuted;
};

/// Whether all loops are parallel and an operand that changes with the results'
/// last dim has another last dim.
bool isPermutation(mlir::linalg::GenericOp op);

/// For an operation that is one: how it is scheduled, or why it is left to
/// plain loops.
struct PermutationMatch {
  std::optional<Permutation> permutation;
  std::optional<CPUDetour> detour;
};
PermutationMatch matchPermutation(mlir::linalg::GenericOp op,
                                  const CPUProfile &cpu);

/// Replaces the operation by loops over square blocks, which are transposed in
/// registers.
void lowerPermutation(mlir::linalg::GenericOp op,
                      const Permutation &permutation, const CPUProfile &cpu);

} // namespace runmat::tiled

#endif // RUNMAT_LIB_CONVERSION_LINALGTOVECTOR_PERMUTATION_H
