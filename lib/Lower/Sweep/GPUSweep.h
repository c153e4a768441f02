// The GPU's sweep driver: kernels and launches of a fused.nest.
#ifndef RUNMAT_LIB_LOWER_SWEEP_GPUSWEEP_H
#define RUNMAT_LIB_LOWER_SWEEP_GPUSWEEP_H

#include "GPUPoint.h"
#include "runmat/Conversion/GPURefusal.h"

namespace runmat {

/// What all schedules of one nest share.
struct GPUSweep {
  GPUSweep(fused::NestOp op, mlir::gpu::GPUModuleOp module,
           const DeviceProfile &profile);

  mutable fused::NestOp op; ///< generated accessors are not const
  mlir::gpu::GPUModuleOp module;
  const DeviceProfile &profile;
  GPUSpace space;
  GPUWindow window;
  KernelPlan plan;
  std::optional<GPURefusal> refusal;

  /// What every variant needs: whole bindings that the device can have.
  std::vector<SizeCondition> limits;

  void planWindows();
  /// `bytes` must be bound at once.
  void requireBinding(const SizeExpr &bytes, const std::string &what);
  /// Elements by which the window of tensors that are full begins inside a
  /// vector of them; nothing where it is not the same of all.
  std::optional<SizeExpr> startOfFull() const;
  /// `number` is a word in kernels.
  void requireWord(const SizeExpr &number, const std::string &what);
  /// Elements of the tensors' first dims in one window.
  SizeExpr windowed(const SizeExpr &whole) const;
  KernelBuilder makeKernel(const std::string &role, unsigned threads) const;
  /// Adds the variant where its conditions may hold and none before it always
  /// does.
  bool isReachable(const std::vector<SizeCondition> &conditions) const;
  void addVariant(Variant variant);

  void planMap();
  /// Transposed reads through shared memory; false where the nest has none, or
  /// they do not fit.
  bool planTiles(bool aligned);
  void planReductions();
};

/// The plan of a nest, its kernels in `module`, still with array operations on
/// scalars in them.
std::optional<GPURefusal> planSweep(fused::NestOp op,
                                    mlir::gpu::GPUModuleOp module,
                                    const DeviceProfile &profile,
                                    KernelPlan &plan);

} // namespace runmat

#endif // RUNMAT_LIB_LOWER_SWEEP_GPUSWEEP_H
