// Operations of a unit's scalar bodies in a kernel, on numbers of compute types
// (KernelCodec.h).
#ifndef RUNMAT_LIB_LOWER_EMIT_KERNELBODY_H
#define RUNMAT_LIB_LOWER_EMIT_KERNELBODY_H

#include "KernelBuilder.h"

namespace runmat {

/// The result of `op`, an array operation on scalars, for `operands` in compute
/// types. What it gives is again an array operation on scalars; expandMath
/// comes later.
mlir::Value emitScalarOp(KernelBuilder &k, mlir::Operation *op,
                         mlir::ValueRange operands);

/// The attribute of a constant of this type as one of its compute type.
mlir::Value emitConstant(KernelBuilder &k, mlir::TypedAttr value);

} // namespace runmat

#endif // RUNMAT_LIB_LOWER_EMIT_KERNELBODY_H
