// The kernels of fused.image_normalize: what the plan and the kernels' emitters
// share. Planes are taken as one batch dim of planes of `n` elements each.
//
// statistics  each workgroup one part of a plane: (shift, mean - shift,
//             sum of squared deviations, count) in one vector
// combine     one workgroup a plane: (shift, mean - shift, lift, scale)
// apply       y, the epilogue, stores and partial sums of the reductions
#ifndef RUNMAT_LIB_CONVERSION_FUSEDTOGPU_IMAGENORMALIZE_H
#define RUNMAT_LIB_CONVERSION_FUSEDTOGPU_IMAGENORMALIZE_H

#include "KernelEmitter.h"
#include "runmat/Conversion/FusedToGPU.h"

namespace runmat {

/// A scalar operand: absent, a constant of the kernel, or read from a buffer.
struct NormalizeSlot {
  bool present = false;
  std::optional<double> constant;
  unsigned operand = 0;
  std::string binding; ///< where it is not a constant
};

/// How an extra operand is read.
struct NormalizeExtra {
  enum class Kind {
    Constant, ///< the same number everywhere
    Full,     ///< the element itself
    Plane,    ///< one value a plane
    InPlane,  ///< one value for each element of a plane
    General   ///< by its coordinates
  } kind;
  double constant = 0;
  unsigned operand = 0;
  std::string binding;
  /// General: for each iteration dim that is read, the name of the push
  /// constant with its stride.
  llvm::SmallVector<std::pair<unsigned, std::string>> strides;
};

struct NormalizeKernels {
  mutable fused::ImageNormalizeOp op; ///< generated accessors are not const
  NormalizeSchedule schedule;
  mlir::gpu::GPUModuleOp module;
  bool ragged = false; ///< planes are not whole vectors
  unsigned rank = 0, batchRank = 0;
  NormalizeSlot epsilon, gain, bias, clamp, gamma;
  llvm::SmallVector<NormalizeExtra> extras;
  bool needsCoordinates() const;

  Kernel emitStatistics() const;
  Kernel emitCombine() const;
  Kernel emitApply() const;
  /// All of a plane in one workgroup: it is read once and stays in registers.
  Kernel emitSmall() const;
  /// Bindings and push constants of the apply kernel, or of the small one,
  /// which computes the statistics itself.
  void describeApply(Kernel &kernel, bool small) const;

  /// Whether gain / sqrt(variance + epsilon) may leave the range of normal
  /// numbers, as far as constants show.
  bool mayNeedLift() const;
  /// gain / sqrt(variance + epsilon) in two factors: a power of two, nearly
  /// always 1 and never needed otherwise, and the rest.
  std::pair<mlir::Value, mlir::Value> liftAndScale(KernelEmitter &e,
                                                   mlir::Value variance) const;

  /// The value of a slot that is present.
  static mlir::Value slotValue(KernelEmitter &e, const NormalizeSlot &slot);
};

/// The part of the buffer that a plane covers, in elements and in whole
/// vectors. All values are index.
struct PlaneRange {
  mlir::Value begin, end;          ///< elements
  mlir::Value vectors, vectorsEnd; ///< whole vectors inside
  mlir::Value lastVector;          ///< a vector that may be loaded
  PlaneRange(KernelEmitter &e, mlir::Value plane, bool ragged);
  /// Ragged planes: the element at the plane's edge that thread `thread` (< 8)
  /// handles, and whether there is one. At most 3 at each edge.
  std::pair<mlir::Value, mlir::Value> edge(KernelEmitter &e) const;
};

/// Statistics of what a workgroup holds; every thread has all values.
struct GroupStatistics {
  mlir::Value shift;   ///< an element of the data
  mlir::Value mean;    ///< mean - shift
  mlir::Value squares; ///< sum of squared deviations from the mean
  mlir::Value count;

  /// From each thread's sum and sum of squares of deviations from its own
  /// shift.
  static GroupStatistics reduce(KernelEmitter &e, mlir::Value shift,
                                mlir::Value groupShift, mlir::Value sum,
                                mlir::Value squares, mlir::Value count);
  /// Of a whole plane: each thread's vectors, and the element at the edge that
  /// it has in ragged planes (else null).
  static GroupStatistics ofVectors(KernelEmitter &e, const PlaneRange &plane,
                                   llvm::ArrayRef<mlir::Value> values,
                                   llvm::ArrayRef<mlir::Value> inside,
                                   mlir::Value edgeValue, mlir::Value isEdge);
};

} // namespace runmat

#endif // RUNMAT_LIB_CONVERSION_FUSEDTOGPU_IMAGENORMALIZE_H
