// Reductions in kernels: what a thread carries from element to element, how
// threads and partial results are merged, what comes out.
#ifndef RUNMAT_LIB_LOWER_EMIT_KERNELCOMBINER_H
#define RUNMAT_LIB_LOWER_EMIT_KERNELCOMBINER_H

#include "KernelBuilder.h"
#include "runmat/Dialect/Fused/Fused.h"

namespace runmat {

/// One reduction. A thread's state becomes a partial state by reduceTeam;
/// partial states are merged in any order that keeps neighbours together.
class KernelCombiner {
public:
  using Values = KernelBuilder::Values;
  static std::unique_ptr<KernelCombiner> create(const fused::NestYield &yield);
  virtual ~KernelCombiner() = default;

  /// Of a thread's state, and of a partial state.
  virtual llvm::SmallVector<mlir::Type> stateTypes() const = 0;
  virtual Values identity(KernelBuilder &k) const = 0;
  /// The state of a thread whose first elements these are; it has not taken
  /// them yet.
  virtual Values seed(KernelBuilder &k, mlir::ValueRange first,
                      mlir::ValueRange valid) const {
    return identity(k);
  }
  /// Takes one element; `valid`, where it is not null, says whether there is
  /// one. `position`: the element's number among those reduced, an i32.
  virtual Values step(KernelBuilder &k, mlir::ValueRange state,
                      mlir::Value value, mlir::Value position,
                      mlir::Value valid) const = 0;
  /// A thread's state as a partial state.
  virtual Values partial(KernelBuilder &k, mlir::ValueRange state) const {
    return Values(state);
  }
  virtual Values reduceTeam(KernelBuilder &k, mlir::ValueRange state,
                            unsigned team) const;
  virtual Values merge(KernelBuilder &k, mlir::ValueRange x,
                       mlir::ValueRange y) const = 0;
  /// The values that later stages see, in compute types.
  virtual Values finish(KernelBuilder &k, mlir::ValueRange state,
                        const SizeExpr &count) const = 0;
  virtual bool usesPosition() const { return false; }

protected:
  explicit KernelCombiner(const fused::NestYield &yield)
      : element(yield.element), valueType(yield.valueType),
        compute(computeType(yield.element)) {}
  mlir::Type element, valueType, compute;
};

} // namespace runmat

#endif // RUNMAT_LIB_LOWER_EMIT_KERNELCOMBINER_H
