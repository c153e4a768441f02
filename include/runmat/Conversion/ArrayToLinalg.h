// Lowering of single array operations on tensors, for passes that handle the
// rest of a program themselves. The pass is --convert-array-to-linalg.
#ifndef RUNMAT_CONVERSION_ARRAYTOLINALG_H
#define RUNMAT_CONVERSION_ARRAYTOLINALG_H

#include "mlir/IR/Operation.h"
#include "mlir/Support/LLVM.h"

namespace runmat {

/// Whether `op` is an array operation that --convert-array-to-linalg lowers:
/// one with tensor results.
bool isArrayOpOnTensors(mlir::Operation *op);

/// Replaces the array operations on tensors inside `root`, and erases them.
/// Emits an error and fails on one that has no lowering.
mlir::LogicalResult convertArrayToLinalg(mlir::Operation *root);

} // namespace runmat

#endif // RUNMAT_CONVERSION_ARRAYTOLINALG_H
