// Mean and sum of squared deviations: #fused.moments, var and std.
#ifndef RUNMAT_LIB_LOWER_EMIT_KERNELMOMENTS_H
#define RUNMAT_LIB_LOWER_EMIT_KERNELMOMENTS_H

#include "KernelCombiner.h"

namespace runmat {

/// A thread: (shift, sum and sum of squares of deviations from it, the squares
/// times the square of a power of two, count). A partial state: (shift,
/// mean - shift, squared deviations from the mean, the same scaled, count).
class KernelMoments : public KernelCombiner {
public:
  explicit KernelMoments(const fused::NestYield &yield);
  llvm::SmallVector<mlir::Type> stateTypes() const override;
  Values identity(KernelBuilder &k) const override;
  Values seed(KernelBuilder &k, mlir::ValueRange first,
              mlir::ValueRange valid) const override;
  Values step(KernelBuilder &k, mlir::ValueRange state, mlir::Value value,
              mlir::Value position, mlir::Value valid) const override;
  Values partial(KernelBuilder &k, mlir::ValueRange state) const override;
  Values reduceTeam(KernelBuilder &k, mlir::ValueRange state,
                    unsigned team) const override;
  Values merge(KernelBuilder &k, mlir::ValueRange x,
               mlir::ValueRange y) const override;
  Values finish(KernelBuilder &k, mlir::ValueRange state,
                const SizeExpr &count) const override;

private:
  double scale() const;
  fused::ReductionAttr reduction; ///< var or std; null: moments
};

} // namespace runmat

#endif // RUNMAT_LIB_LOWER_EMIT_KERNELMOMENTS_H
