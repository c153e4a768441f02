// Run-time checks that every lowering of a unit owes its program.
#ifndef RUNMAT_CONVERSION_UNITCHECKS_H
#define RUNMAT_CONVERSION_UNITCHECKS_H

#include "runmat/Dialect/Fused/Fused.h"

namespace runmat {

/// Checks, where `b` stands, that sizes of the unit's extra operands which
/// types leave open are those of the iteration space, with the texts and places
/// that the operations of its region would have as array operations.
void checkExtraSizes(mlir::OpBuilder &b, fused::Unit unit);

/// Checks that each input's sizes which types leave open are those of the
/// nest's space.
void checkInputSizes(mlir::OpBuilder &b, fused::NestOp nest);

} // namespace runmat

#endif // RUNMAT_CONVERSION_UNITCHECKS_H
