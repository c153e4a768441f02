// Where each dim of a reduced value comes from, carried through reshapes and
// broadcasts.
#ifndef RUNMAT_LIB_FUSION_MATCHERS_LAYOUT_H
#define RUNMAT_LIB_FUSION_MATCHERS_LAYOUT_H

#include "Statistics.h"

namespace runmat::fusion {

llvm::ArrayRef<int64_t> shapeOf(mlir::Value value);

/// Carries `reduced` from the operand of a reshape, a broadcast or a cast of
/// sizes to its result.
Matched<Reduced> throughShapeOp(mlir::Operation *op, Reduced reduced);

/// The source itself, nothing reduced yet.
Reduced unreduced(mlir::Value source);

/// `op` reduces a value that is (perhaps) reduced already.
Reduced reduceOnce(array::Reduction op, Reduced inner);

} // namespace runmat::fusion

#endif // RUNMAT_LIB_FUSION_MATCHERS_LAYOUT_H
