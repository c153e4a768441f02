// What a program may consist of.
#ifndef RUNMAT_LIB_COMPILER_ACCEPTEDPROGRAM_H
#define RUNMAT_LIB_COMPILER_ACCEPTEDPROGRAM_H

#include "mlir/IR/BuiltinOps.h"

namespace runmat {

/// Refuses, with an error at its place: operations that no stage or no
/// interpreter knows, functions without a body, names that are the runtime
/// library's.
mlir::LogicalResult checkAccepted(mlir::ModuleOp module);

} // namespace runmat

#endif // RUNMAT_LIB_COMPILER_ACCEPTEDPROGRAM_H
