// Result types of array operations: each infer function appends one type or
// reports why there is none. Beside them what ArrayOpBase.td names: sizes of
// results, and when an operation may be executed speculatively.
#ifndef RUNMAT_DIALECTS_ARRAY_INFERENCE_H
#define RUNMAT_DIALECTS_ARRAY_INFERENCE_H

#include "runmat/Dialect/Array/Array.h"

namespace runmat::array::detail {

using mlir::LogicalResult;
/// Where and as what inference reports; nowhere without a location.
struct Place {
  std::optional<mlir::Location> location;
  llvm::StringRef opName;
};
using Types = llvm::SmallVectorImpl<mlir::Type>;

/// Operands of one element type, all tensors (broadcast) or all scalars.
/// `element`: the result's, if it is not the operands'.
LogicalResult inferElementwise(const Place &place, mlir::ValueRange operands,
                               Types &types, mlir::Type element = {});
LogicalResult inferSelect(const Place &place, mlir::ValueRange operands,
                          Types &types);

LogicalResult inferReductionOf(const Place &place, mlir::Value x,
                               std::optional<llvm::ArrayRef<int64_t>> dims,
                               bool keep, mlir::Type element, Types &types);
template <typename Adaptor>
LogicalResult inferReduction(const Place &place, Adaptor adaptor, Types &types,
                             mlir::Type element = {}) {
  if (!element)
    element = elementTypeOf(adaptor.getX().getType());
  return inferReductionOf(place, adaptor.getX(), adaptor.getDims(),
                          adaptor.getKeep(), element, types);
}
/// As inferReduction; integers accumulate in i64.
template <typename Adaptor>
LogicalResult inferAccumulation(const Place &place, Adaptor adaptor,
                                Types &types) {
  return inferReduction(
      place, adaptor, types,
      accumulatedType(elementTypeOf(adaptor.getX().getType())));
}

LogicalResult inferMatmul(const Place &place, mlir::ValueRange operands,
                          Types &types);
LogicalResult inferDot(const Place &place, mlir::ValueRange operands,
                       Types &types);
LogicalResult inferTranspose(const Place &place, mlir::Type x,
                             llvm::ArrayRef<int64_t> perm, Types &types);
LogicalResult inferSlice(const Place &place, mlir::Type x,
                         llvm::ArrayRef<int64_t> sizes, Types &types);
LogicalResult inferPad(const Place &place, mlir::Type x,
                       llvm::ArrayRef<int64_t> low,
                       llvm::ArrayRef<int64_t> high, Types &types);
LogicalResult inferConcat(const Place &place, mlir::ValueRange inputs,
                          int64_t dim, Types &types);
LogicalResult inferDiag(const Place &place, mlir::Type x, Types &types);
LogicalResult inferDiagonal(const Place &place, mlir::Type x, Types &types);
LogicalResult inferConstant(const Place &place, mlir::TypedAttr value,
                            Types &types);
LogicalResult inferSameAs(mlir::Type type, Types &types);

/// A builder's work: adds the operands and the inferred result type.
void buildInferred(mlir::OperationState &state, mlir::ValueRange operands);

// Sizes of the one result: attributes where static, else index values made of
// the operands' sizes. A scalar has none, and then no entry is made.
using Shapes = mlir::ReifiedRankedShapedTypeDims;
LogicalResult reifyStatic(mlir::Operation *op, mlir::OpBuilder &b, Shapes &s);
LogicalResult reifyElementwise(mlir::Operation *op, mlir::OpBuilder &b,
                               Shapes &s);
LogicalResult reifyReduction(mlir::Operation *op, mlir::OpBuilder &b,
                             Shapes &s);
LogicalResult reifyOperand(mlir::Operation *op, mlir::OpBuilder &b, Shapes &s);
LogicalResult reifyDestination(mlir::Operation *op, mlir::OpBuilder &b,
                               Shapes &s);
LogicalResult reifyMatmul(mlir::Operation *op, mlir::OpBuilder &b, Shapes &s);
LogicalResult reifyTranspose(mlir::Operation *op, mlir::OpBuilder &b,
                             Shapes &s);
LogicalResult reifySizes(mlir::Operation *op, mlir::OpBuilder &b, Shapes &s);
LogicalResult reifySlice(mlir::Operation *op, mlir::OpBuilder &b, Shapes &s);
LogicalResult reifyPad(mlir::Operation *op, mlir::OpBuilder &b, Shapes &s);
LogicalResult reifyConcat(mlir::Operation *op, mlir::OpBuilder &b, Shapes &s);
LogicalResult reifyDiag(mlir::Operation *op, mlir::OpBuilder &b, Shapes &s);
LogicalResult reifyDiagonal(mlir::Operation *op, mlir::OpBuilder &b, Shapes &s);

/// The sizes of result `index`, or one of them; what ReifyRankedShapedType's
/// default methods do, compiled once.
mlir::FailureOr<llvm::SmallVector<mlir::OpFoldResult>>
reifyShape(mlir::Operation *op, mlir::OpBuilder &b, int index);
mlir::FailureOr<mlir::OpFoldResult>
reifyDim(mlir::Operation *op, mlir::OpBuilder &b, int index, int dim);

// Whether the types alone show that the run-time check passes.
using Speculatability = mlir::Speculation::Speculatability;
Speculatability speculateOnOperandShapes(mlir::Operation *op);
Speculatability speculateOnStaticSizes(mlir::Operation *op);
/// Also the offset of random numbers must be a constant that is not negative.
Speculatability speculateOnOffset(mlir::Operation *op);
/// No reduced dim is empty.
Speculatability speculateOnNonEmpty(mlir::Operation *op);

/// Whether what is static of a slice lies inside of `type`: offset <= size of
/// the dim, offset + (size - 1) * stride < size of the dim. `error`, where it
/// is given, starts the message otherwise.
LogicalResult
checkBounds(mlir::RankedTensorType type, llvm::ArrayRef<int64_t> offsets,
            llvm::ArrayRef<int64_t> sizes, llvm::ArrayRef<int64_t> strides,
            llvm::function_ref<mlir::InFlightDiagnostic()> error = {});

/// Whether array.broadcast may turn shape `from` into `to` (of no smaller
/// rank), as far as static sizes tell; else `dim` of `from` is in the way.
bool canBroadcast(llvm::ArrayRef<int64_t> from, llvm::ArrayRef<int64_t> to,
                  int64_t *dim = nullptr);

// The dialect's canonicalisations that are not folds.
void addSizePatterns(mlir::RewritePatternSet &patterns);
void addRewritePatterns(mlir::RewritePatternSet &patterns);

} // namespace runmat::array::detail

#endif // RUNMAT_DIALECTS_ARRAY_INFERENCE_H
