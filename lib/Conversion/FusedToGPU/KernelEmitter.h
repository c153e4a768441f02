// Writes the body of one gpu.func: names for bindings and push constants, index
// arithmetic, and reductions over a workgroup that work with any subgroup size.
#ifndef RUNMAT_LIB_CONVERSION_FUSEDTOGPU_KERNELEMITTER_H
#define RUNMAT_LIB_CONVERSION_FUSEDTOGPU_KERNELEMITTER_H

#include "runmat/Conversion/KernelPlan.h"
#include "runmat/Dialect/Fused/Fused.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace runmat {

/// Emits the kernel that `kernel` describes. Workgroups are one-dimensional and
/// spread over x and y of the grid (linearGrid); `group` is their linear
/// number.
class KernelEmitter {
public:
  KernelEmitter(mlir::gpu::GPUModuleOp module, mlir::Location loc,
                Kernel kernel);

  /// Ends the kernel. One that does the same and is already in the module takes
  /// its place. Returns the description with its final name.
  Kernel finish();

  mlir::ImplicitLocOpBuilder b;
  mlir::Value thread; ///< number in the workgroup, index
  mlir::Value group;  ///< linear number of the workgroup, index

  /// A push constant: index, or f32 where it is a float.
  mlir::Value push(llvm::StringRef name) const;
  mlir::Value load(llvm::StringRef binding, mlir::Value index);
  void store(llvm::StringRef binding, mlir::Value value, mlir::Value index);

  mlir::Value index(int64_t value);
  mlir::Value f32(double value);
  mlir::Value splat(mlir::Value scalar); ///< to 4 lanes; f32 or i1
  mlir::Value zero4();
  mlir::Value component(mlir::Value vector, unsigned lane);
  mlir::Value pack(llvm::ArrayRef<mlir::Value> lanes);
  mlir::Value horizontalSum(mlir::Value vector);
  mlir::Value toFloat(mlir::Value index);

  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value sub(mlir::Value x, mlir::Value y);
  mlir::Value mul(mlir::Value x, mlir::Value y);
  mlir::Value div(mlir::Value x, mlir::Value y); ///< indices: unsigned
  mlir::Value rem(mlir::Value x, mlir::Value y);
  mlir::Value min(mlir::Value x, mlir::Value y); ///< indices only
  mlir::Value max(mlir::Value x, mlir::Value y);
  mlir::Value less(mlir::Value x, mlir::Value y); ///< indices only
  mlir::Value both(mlir::Value x, mlir::Value y);
  mlir::Value select(mlir::Value condition, mlir::Value x, mlir::Value y);

  /// `condition` is the same for the whole workgroup where `body` has barriers.
  void when(mlir::Value condition, llvm::function_ref<void()> body);
  llvm::SmallVector<mlir::Value>
  whenElse(mlir::Value condition,
           llvm::function_ref<llvm::SmallVector<mlir::Value>()> body,
           mlir::ValueRange otherwise);
  llvm::SmallVector<mlir::Value>
  loop(mlir::Value from, mlir::Value to, mlir::Value step,
       mlir::ValueRange initial,
       llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value,
                                                         mlir::ValueRange)>
           body);

  /// Sum of one f32 a thread over the workgroup; every thread gets it. Order:
  /// lanes of a subgroup, then subgroups: the same from run to run.
  mlir::Value workgroupSum(mlir::Value value);
  /// The same for another combination, by a tree in shared memory.
  mlir::Value workgroupReduce(
      mlir::Value value,
      llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> combine);

private:
  mlir::Value sharedMemory(mlir::Value &slot, unsigned elements);

  mlir::gpu::GPUModuleOp module;
  mlir::gpu::GPUFuncOp function;
  Kernel kernel;
  llvm::SmallVector<mlir::Value> pushValues;
  mlir::Value subgroupSlots, treeSlots;
};

/// Combines two partial values of a reduction (sum, mean, prod, min, max).
mlir::Value combineValues(mlir::ImplicitLocOpBuilder &b,
                          fused::ReductionAttr reduction, mlir::Value x,
                          mlir::Value y);
/// What combineValues leaves any other value unchanged with, as f32.
double reductionIdentity(fused::ReductionAttr reduction);

/// Kernel and launches that reduce `cols` partial values each of `rows` rows of
/// `partials` (f32) to `result`; `count` is what a mean divides by. Blocked: a
/// thread sums at most 16 values before the tree takes over.
void emitFinishReduction(KernelPlan &plan, mlir::gpu::GPUModuleOp module,
                         mlir::Location loc, fused::ReductionAttr reduction,
                         BufferRef partials, SizeExpr rows, SizeExpr cols,
                         SizeExpr count, BufferRef result, unsigned threads,
                         std::vector<Launch> &launches);

} // namespace runmat

#endif // RUNMAT_LIB_CONVERSION_FUSEDTOGPU_KERNELEMITTER_H
