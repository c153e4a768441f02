// One element of array.rand_uniform and array.rand_normal, for every lowering.
#ifndef RUNMAT_CONVERSION_RANDOMELEMENT_H
#define RUNMAT_CONVERSION_RANDOMELEMENT_H

#include "mlir/IR/Builders.h"

namespace runmat {

/// The number at `position` (i64, offset included) of the stream of `key`
/// (i64), in the float type `type`: arith and array operations on scalars.
mlir::Value randomElement(mlir::OpBuilder &b, mlir::Location loc,
                          mlir::Type type, bool normal, mlir::Value key,
                          mlir::Value position);

} // namespace runmat

#endif // RUNMAT_CONVERSION_RANDOMELEMENT_H
