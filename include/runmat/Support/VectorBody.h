// Straight-line bodies of scalars, computed on vectors.
#ifndef RUNMAT_SUPPORT_VECTORBODY_H
#define RUNMAT_SUPPORT_VECTORBODY_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

namespace runmat {

/// Whether `op` is a constant, or computes each element of its one result from
/// the same element of its operands.
bool hasVectorForm(mlir::Operation &op);

/// Clones `op`, which has a vector form, with the operands that `map` gives
/// it: as it is where `lanes` is 0, else on vectors of that length, to which
/// scalar operands are broadcast. The result is put into `map`.
void cloneOnVectors(mlir::OpBuilder &b, mlir::Operation &op,
                    mlir::IRMapping &map, int64_t lanes);

} // namespace runmat

#endif // RUNMAT_SUPPORT_VECTORBODY_H
