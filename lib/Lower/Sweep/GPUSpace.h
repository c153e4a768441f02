// A nest as the GPU's sweep sees it: dims of size 1 gone, dims that every
// tensor has side by side made one, tensors as strides over what is left.
#ifndef RUNMAT_LIB_LOWER_SWEEP_GPUSPACE_H
#define RUNMAT_LIB_LOWER_SWEEP_GPUSPACE_H

#include "runmat/Conversion/KernelPlan.h"
#include "runmat/Dialect/Fused/Fused.h"

namespace runmat {

/// What Vulkan promises of every device: a storage buffer range of at least
/// 2^27 bytes, and no larger alignment of offsets.
constexpr int64_t kLeastRange = int64_t(1) << 27;
constexpr int64_t kOffsetAlignment = 256;

struct GPUDim {
  SizeExpr size;
  bool isRow;                       ///< reduced by the first reduction
  llvm::SmallVector<unsigned> dims; ///< of the nest's space, outer first
};

/// A tensor of the nest: an input, or a result that stores every point.
struct GPUTensor {
  BufferRef ref;
  std::string name;
  mlir::Type element;
  SizeExpr bytes; ///< of the whole tensor
  /// In elements, of each GPUDim; nothing where the tensor does not have it.
  llvm::SmallVector<std::optional<SizeExpr>> strides;
  bool isFull = false;           ///< every dim, in the space's order
  mlir::TypedAttr constant = {}; ///< the same number everywhere
  bool isWindowed = false;       ///< its first dim is the space's first
};

class GPUSpace {
public:
  explicit GPUSpace(fused::NestOp op);

  mutable fused::NestOp op; ///< generated accessors are not const
  llvm::SmallVector<fused::NestYield> yields;
  llvm::SmallVector<GPUDim> dims;
  llvm::SmallVector<GPUTensor> inputs;
  /// By result number; results that are reductions have no strides.
  llvm::SmallVector<GPUTensor> results;

  SizeExpr sizeOf(unsigned spaceDim) const;
  /// Products of sizes: of all dims, the row's, the others.
  SizeExpr elements() const {
    return product([](const GPUDim &) { return true; });
  }
  SizeExpr rowElements() const {
    return product([](const GPUDim &d) { return d.isRow; });
  }
  SizeExpr rows() const {
    return product([](const GPUDim &d) { return !d.isRow; });
  }
  SizeExpr product(llvm::function_ref<bool(const GPUDim &)> which) const;
  bool hasRows() const { return hasReductions; }
  /// The row's dims are the last ones.
  bool isTrailing() const;
  /// Elements that a thread handles side by side: 16 bytes of the widest.
  unsigned lanes() const;

private:
  void collapse();
  void addTensor(llvm::SmallVectorImpl<GPUTensor> &to, mlir::Type type,
                 mlir::AffineMap map, BufferRef ref, std::string name);
  bool hasReductions = false;
};

} // namespace runmat

#endif // RUNMAT_LIB_LOWER_SWEEP_GPUSPACE_H
