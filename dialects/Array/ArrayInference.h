// Result types of array operations. Each function appends one type or reports
// why there is none.
#ifndef RUNMAT_DIALECTS_ARRAY_INFERENCE_H
#define RUNMAT_DIALECTS_ARRAY_INFERENCE_H

#include "runmat/Dialect/Array/Array.h"

namespace runmat::array::detail {

using mlir::LogicalResult;
using MaybeLoc = std::optional<mlir::Location>;
using Types = llvm::SmallVectorImpl<mlir::Type>;

/// Operands of one element type, all tensors (broadcast) or all scalars.
/// `element`: the result's, if it is not the operands'.
LogicalResult inferElementwise(MaybeLoc loc, mlir::ValueRange operands,
                               Types &types, mlir::Type element = {});
LogicalResult inferSelect(MaybeLoc loc, mlir::ValueRange operands,
                          Types &types);

LogicalResult inferReductionOf(MaybeLoc loc, mlir::Value x,
                               std::optional<llvm::ArrayRef<int64_t>> dims,
                               bool keep, mlir::Type element, Types &types);
template <typename Adaptor>
LogicalResult inferReduction(MaybeLoc loc, Adaptor adaptor, Types &types,
                             mlir::Type element = {}) {
  if (!element)
    element = elementTypeOf(adaptor.getX().getType());
  return inferReductionOf(loc, adaptor.getX(), adaptor.getDims(),
                          adaptor.getKeep(), element, types);
}
/// As inferReduction; integers accumulate in i64.
template <typename Adaptor>
LogicalResult inferAccumulation(MaybeLoc loc, Adaptor adaptor, Types &types) {
  return inferReduction(
      loc, adaptor, types,
      accumulatedType(elementTypeOf(adaptor.getX().getType())));
}

LogicalResult inferMatmul(MaybeLoc loc, mlir::ValueRange operands,
                          Types &types);
LogicalResult inferDot(MaybeLoc loc, mlir::ValueRange operands, Types &types);
LogicalResult inferTranspose(MaybeLoc loc, mlir::Type x,
                             llvm::ArrayRef<int64_t> perm, Types &types);
LogicalResult inferSlice(MaybeLoc loc, mlir::Type x,
                         llvm::ArrayRef<int64_t> sizes, Types &types);
LogicalResult inferPad(MaybeLoc loc, mlir::Type x, llvm::ArrayRef<int64_t> low,
                       llvm::ArrayRef<int64_t> high, Types &types);
LogicalResult inferConcat(MaybeLoc loc, mlir::ValueRange inputs, int64_t dim,
                          Types &types);
LogicalResult inferDiag(MaybeLoc loc, mlir::Type x, Types &types);
LogicalResult inferDiagonal(MaybeLoc loc, mlir::Type x, Types &types);
LogicalResult inferConstant(MaybeLoc loc, mlir::TypedAttr value, Types &types);
LogicalResult inferSameAs(mlir::Type type, Types &types);

} // namespace runmat::array::detail

#endif // RUNMAT_DIALECTS_ARRAY_INFERENCE_H
