// Writes one kernel and its launch: buffers are typed handles, parameters are
// given by their size expressions where they are used, what the kernel needs of
// a device follows from the types in it.
#ifndef RUNMAT_LIB_LOWER_EMIT_KERNELBUILDER_H
#define RUNMAT_LIB_LOWER_EMIT_KERNELBUILDER_H

#include "KernelCodec.h"
#include "runmat/Conversion/KernelPlan.h"
#include "runmat/Target/DeviceProfile.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace runmat {

/// A view of a buffer as an array of groups of `lanes` elements.
struct Buffer {
  unsigned number;
  mlir::Type element;
  unsigned lanes;
};

/// Workgroups are one-dimensional and spread over x and y of the grid; `group`
/// is their linear number. All indices are unsigned 32-bit on the device.
class KernelBuilder {
public:
  using Values = llvm::SmallVector<mlir::Value>;

  KernelBuilder(mlir::gpu::GPUModuleOp module, mlir::Location loc,
                std::string name, unsigned threads,
                const DeviceProfile &profile);

  mlir::ImplicitLocOpBuilder b;
  KernelCodec codec;
  unsigned threads;
  mlir::Value thread, group;

  /// The same view of the same memory is bound once.
  Buffer bind(std::string name, BufferRef ref, mlir::Type element,
              unsigned lanes, rm_access access, SizeExpr offset = 0,
              SizeExpr bytes = 0);
  /// The lanes of group number `at`, in compute types.
  Values load(Buffer buffer, mlir::Value at);
  void store(Buffer buffer, mlir::ValueRange lanes, mlir::Value at);

  /// An index; a constant where the expression is one.
  mlir::Value param(const SizeExpr &expr);
  /// The number as a float of this type.
  mlir::Value floatParam(const SizeExpr &expr, mlir::FloatType type);

  mlir::Value index(int64_t value);
  mlir::Value constant(mlir::Type type, double value);
  mlir::Value toI32(mlir::Value index);
  /// Of indices, integers or floats alike; constants fold.
  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value sub(mlir::Value x, mlir::Value y);
  mlir::Value mul(mlir::Value x, mlir::Value y);
  mlir::Value div(mlir::Value x, mlir::Value y);  ///< indices: unsigned
  mlir::Value rem(mlir::Value x, mlir::Value y);  ///< of indices
  mlir::Value min(mlir::Value x, mlir::Value y);  ///< of indices
  mlir::Value max(mlir::Value x, mlir::Value y);  ///< of indices
  mlir::Value less(mlir::Value x, mlir::Value y); ///< of indices
  mlir::Value equal(mlir::Value x, mlir::Value y);
  mlir::Value equalFloat(mlir::Value x, double value);
  mlir::Value logicalAnd(mlir::Value x, mlir::Value y); ///< null: true
  mlir::Value select(mlir::Value condition, mlir::Value x, mlir::Value y);
  mlir::Value compare(mlir::arith::CmpFPredicate predicate, mlir::Value x,
                      mlir::Value y);

  /// Uniform over the workgroup where `body` has barriers.
  void ifThen(mlir::Value condition, llvm::function_ref<void()> body);
  Values loop(mlir::Value from, mlir::Value to, mlir::Value step,
              mlir::ValueRange initial,
              llvm::function_ref<Values(mlir::Value, mlir::ValueRange)> body);

  /// Merges one state a thread over each team of `team` consecutive threads (a
  /// power of two); every thread of a team gets the result. May stand in loops:
  /// a barrier comes before the first store.
  Values teamReduce(
      mlir::ValueRange state, unsigned team,
      llvm::function_ref<Values(mlir::ValueRange, mlir::ValueRange)> merge);
  /// Sum of one f32 a thread, by subgroup arithmetic where the team is the
  /// whole workgroup. The order is the same from run to run.
  mlir::Value teamSum(mlir::Value value, unsigned team);
  /// The value of the team's first thread.
  mlir::Value teamFirst(mlir::Value value, unsigned team);

  /// Shared memory of its own, told apart by `number`. Stores and loads keep
  /// booleans as words.
  mlir::Value sharedTile(mlir::Type element, unsigned count, unsigned number);
  void storeShared(mlir::Value tile, mlir::Value value, mlir::Value at);
  mlir::Value loadShared(mlir::Value tile, mlir::Type element, mlir::Value at);
  void barrier();

  /// Ends the kernel and appends it and its launch with `groups` workgroups.
  void launch(KernelPlan &plan, const SizeExpr &groups,
              std::vector<Launch> &launches);

private:
  mlir::Value shared(mlir::Type element, unsigned count, unsigned number = 0);
  mlir::Value teamStart(unsigned team);

  mlir::gpu::GPUModuleOp module;
  const DeviceProfile &profile;
  mlir::gpu::GPUFuncOp function;
  Kernel kernel;
  std::vector<LaunchBinding> bound;
  std::vector<SizeExpr> pushed;
  mlir::Value pushArgument;
  llvm::SmallVector<std::tuple<mlir::Type, unsigned, mlir::Value>> sharedSlots;
};

} // namespace runmat

#endif // RUNMAT_LIB_LOWER_EMIT_KERNELBUILDER_H
