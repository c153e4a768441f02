// Bodies of scalars, computed on vectors.
#ifndef RUNMAT_SUPPORT_VECTORBODY_H
#define RUNMAT_SUPPORT_VECTORBODY_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

namespace runmat {

/// Whether `op` is a constant, or computes each element of its results from the
/// same element of its operands: an elementwise operation, or an scf.if or
/// scf.while on such elements whose regions hold nothing else.
bool hasVectorForm(mlir::Operation &op);

/// Clones `op`, which has a vector form, with the operands that `map` gives
/// it: as it is where `lanes` is 0, else on vectors of that length, to which
/// scalar operands are broadcast. The results are put into `map`.
///
/// A branch on vectors computes its else region always, its then region where
/// any lane asks for it, and selects lane by lane: the then region is the rare
/// one. A loop runs while any lane's condition holds; the others keep their
/// values.
void cloneOnVectors(mlir::OpBuilder &b, mlir::Operation &op,
                    mlir::IRMapping &map, int64_t lanes);

/// The values that `op` reads: its operands, and what its regions read from
/// outside.
llvm::SmallVector<mlir::Value> valuesRead(mlir::Operation &op);

} // namespace runmat

#endif // RUNMAT_SUPPORT_VECTORBODY_H
