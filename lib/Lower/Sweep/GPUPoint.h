// Points of a nest's space in a kernel: where a thread is, what it loads there,
// what the bodies of the stages make of it.
#ifndef RUNMAT_LIB_LOWER_SWEEP_GPUPOINT_H
#define RUNMAT_LIB_LOWER_SWEEP_GPUPOINT_H

#include "../Emit/KernelBody.h"
#include "GPUSpace.h"

namespace runmat {

using Values = KernelBuilder::Values;

/// Windows over the first dim of the space: each launch sees a part of it that
/// buffer bindings can hold.
struct GPUWindow {
  SizeExpr count = 1;
  SizeExpr first = 0; ///< index along the first dim
  SizeExpr length;    ///< of this window
  SizeExpr most;      ///< of all windows but the last
  /// Windows begin where all tensors are aligned.
  bool isAligned = true;
  bool isSingle = true;
};

/// Where the window of a tensor begins: bytes, down to what every device aligns
/// offsets to, and the elements between.
struct GPUOffset {
  SizeExpr bytes, elements;
};
GPUOffset offsetOf(const GPUTensor &tensor, const GPUWindow &window);

/// `lanes` points of a thread. Side by side along `vectorDim`, or anywhere;
/// then `fullVector`, where it is set, is their place in tensors that are full.
struct GPUPoint {
  unsigned lanes = 1;
  std::optional<unsigned> vectorDim;
  /// [lane][GPUDim]; one lane where vectorDim is set.
  llvm::SmallVector<Values> coords;
  mlir::Value fullVector;
  /// Whether each lane is a point; null: it is.
  Values valid;

  // What is known of it.
  llvm::DenseMap<std::pair<unsigned, unsigned>, mlir::Value> loaded;
  llvm::DenseMap<std::pair<mlir::Value, unsigned>, mlir::Value> computed;
};

/// Code for one kernel of one nest.
class GPUStages {
public:
  GPUStages(const GPUSpace &space, KernelBuilder &k, const GPUWindow &window)
      : space(space), k(k), window(window) {}

  /// By number of the value among all yields' values, and lane; the value of a
  /// reduction for the row that the point is in.
  std::function<mlir::Value(unsigned value, unsigned lane)> rowValue;

  /// The operand of a stage's terminator at each lane of the point.
  Values yielded(GPUPoint &point, const fused::NestYield &yield);
  /// Loads what these stages read at the point, before anything computes.
  void loadInputs(GPUPoint &point, unsigned firstStage, unsigned lastStage);
  /// Loads one input at the point.
  void loadInput(GPUPoint &point, unsigned number) {
    for (unsigned lane = 0; lane < point.lanes; ++lane)
      input(point, number, lane);
  }
  /// Stores the results among the yields of these stages.
  void storeResults(GPUPoint &point, unsigned firstStage, unsigned lastStage);

  /// Coordinates of linear number `linear` over the dims that `which` says.
  void decompose(mlir::Value linear, Values &coords,
                 llvm::function_ref<bool(const GPUDim &)> which);
  /// The same for the size of each dim as this kernel sees it.
  SizeExpr sizeOf(unsigned gpuDim) const;
  Buffer bind(const GPUTensor &tensor, unsigned lanes, rm_access access);

private:
  mlir::Value evaluate(GPUPoint &point, mlir::Value value, unsigned lane);
  mlir::Value offsetOf(const GPUTensor &tensor, const Values &coords);
  mlir::Value input(GPUPoint &point, unsigned number, unsigned lane);
  mlir::Value indexAlong(GPUPoint &point, unsigned spaceDim, unsigned lane);
  mlir::Value randomAt(GPUPoint &point, fused::RandomOp random,
                       mlir::ValueRange keyAndOffset, unsigned lane);
  bool isVector(const GPUPoint &point, const GPUTensor &tensor) const;

  const GPUSpace &space;
  KernelBuilder &k;
  const GPUWindow &window;
};

} // namespace runmat

#endif // RUNMAT_LIB_LOWER_SWEEP_GPUPOINT_H
