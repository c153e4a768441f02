// Where a size comes from, through operations whose results have sizes of their
// operands: what tells that two sizes are one without running anything. Where
// several operands share a `?` the first one speaks for all, since the
// operation fails where they differ.
#include "runmat/Dialect/Array/Array.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

/// The operand of an elementwise operation that gives the result its dim `dim`,
/// and its own number there.
static std::pair<Value, int64_t> speaker(Operation *op, int64_t dim) {
  int64_t rank = cast<RankedTensorType>(op->getResult(0).getType()).getRank();
  for (Value operand : op->getOperands()) {
    auto type = cast<RankedTensorType>(operand.getType());
    int64_t own = dim - (rank - type.getRank());
    if (own >= 0 && type.getDimSize(own) != 1)
      return {operand, own};
  }
  llvm_unreachable("a `?` of the result comes from an operand");
}

/// The operand's dim that dim `dim` of a reduction's result is.
static int64_t dimBeforeReduction(Reduction reduction, int64_t dim) {
  if (reduction.keepsDims())
    return dim;
  for (int64_t reduced : reduction.getReducedDims())
    if (reduced <= dim)
      ++dim;
  return dim;
}

SizeOrigin array::originOfSize(Value value, int64_t dim) {
  while (true) {
    if (dim == SizeOrigin::kIndex) {
      if (std::optional<int64_t> number = getConstantIntValue(value))
        return {Value(), *number};
      auto size = value.getDefiningOp<tensor::DimOp>();
      std::optional<int64_t> asked;
      if (size)
        asked = size.getConstantIndex();
      auto type = size ? dyn_cast<RankedTensorType>(size.getSource().getType())
                       : RankedTensorType();
      if (!asked || !type || *asked < 0 || *asked >= type.getRank())
        return {value, dim};
      value = size.getSource();
      dim = *asked;
      continue;
    }
    auto type = cast<RankedTensorType>(value.getType());
    if (!type.isDynamicDim(dim))
      return {Value(), type.getDimSize(dim)};
    Operation *op = value.getDefiningOp();
    if (auto cast = dyn_cast_or_null<tensor::CastOp>(op);
        cast && isa<RankedTensorType>(cast.getSource().getType())) {
      value = cast.getSource();
    } else if (isa_and_nonnull<Elementwise>(op)) {
      std::tie(value, dim) = speaker(op, dim);
    } else if (auto reduction = dyn_cast_or_null<Reduction>(op)) {
      dim = dimBeforeReduction(reduction, dim);
      value = reduction.getReductionInput();
    } else if (auto transpose = dyn_cast_or_null<TransposeOp>(op)) {
      dim = transpose.getPerm()[dim];
      value = transpose.getX();
    } else if (isa_and_nonnull<ReshapeOp, BroadcastOp, FullOp>(op)) {
      // The trailing operands are the sizes, one for each `?`.
      OperandRange sizes =
          op->getOperands().take_back(type.getNumDynamicDims());
      value = sizes[type.getDynamicDimIndex(dim)];
      dim = SizeOrigin::kIndex;
    } else {
      return {value, dim};
    }
  }
}

bool array::isSizeOf(OpFoldResult size, Value tensor, int64_t dim) {
  SizeOrigin there = originOfSize(tensor, dim);
  if (std::optional<int64_t> number = getConstantIntValue(size))
    return there == SizeOrigin{Value(), *number};
  return there == originOfSize(cast<Value>(size), SizeOrigin::kIndex);
}

bool array::areSizesOf(ValueRange sizes, RankedTensorType type, Value tensor) {
  int64_t offset =
      cast<RankedTensorType>(tensor.getType()).getRank() - type.getRank();
  for (auto [dim, size] : llvm::enumerate(type.getShape()))
    if (ShapedType::isDynamic(size) &&
        (offset + static_cast<int64_t>(dim) < 0 ||
         !isSizeOf(sizes[type.getDynamicDimIndex(dim)], tensor, offset + dim)))
      return false;
  return true;
}
