// One array operation as part of a unit: the space that it sweeps, and where in
// it each operand and the result lie.
#ifndef RUNMAT_LIB_FUSION_CLUSTER_MEMBER_H
#define RUNMAT_LIB_FUSION_CLUSTER_MEMBER_H

#include "SizeClasses.h"

#include "runmat/Dialect/Fused/Fused.h"

namespace runmat::fusion {

/// For each dim of a tensor the space's dim that indexes it, or kUnit where its
/// size is 1.
using Layout = llvm::SmallVector<int, 4>;
constexpr int kUnit = -1;

/// The space's dims of a layout, in the tensor's order.
llvm::SmallVector<int> dimsOf(llvm::ArrayRef<int> layout);

struct Member {
  mlir::Operation *op;
  /// Classes of the sizes of the operation's own space: the dims of its result,
  /// of a reduction those of its operand, that are not 1.
  llvm::SmallVector<unsigned, 4> space;
  /// One for each tensor operand.
  llvm::SmallVector<Layout, 2> reads;
  Layout result;
  /// Dims of the space that a reduction runs over.
  llvm::SmallVector<int> reduced;
  /// Index operands that give sizes of the space's dims.
  llvm::SmallVector<std::pair<int, mlir::Value>, 2> sizes;
  /// Instructions for one element, about.
  unsigned weight = 1;
  /// Fails at run time where sizes that only the run knows are wrong.
  bool isChecked = false;

  bool isReduction() const { return llvm::isa<array::Reduction>(op); }
  bool isRandom() const {
    return llvm::isa<array::RandUniformOp, array::RandNormalOp>(op);
  }
  /// Moves elements only.
  bool isCopy() const {
    return llvm::isa<array::TransposeOp, array::ReshapeOp, array::BroadcastOp>(
        op);
  }
  mlir::Value value() const { return op->getResult(0); }
};

/// The element of a constant that is the same everywhere, else null.
mlir::TypedAttr splatElement(mlir::Value tensor);

/// Whether the operation computes or moves elements of arrays: what is to be in
/// a unit.
bool isComputing(mlir::Operation *op);

/// The operation as a member, or nothing where it has no unit form.
std::optional<Member> memberOf(mlir::Operation *op, SizeClasses &sizes);

} // namespace runmat::fusion

#endif // RUNMAT_LIB_FUSION_CLUSTER_MEMBER_H
