// Layouts of reduced values: a mean that lines up with the wrong dims must
// never be taken for the right one, so each dim is followed to its source.
#include "Layout.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fusion;

ArrayRef<int64_t> fusion::shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

/// The layout after a reshape that only adds or removes dims of size 1. With
/// two unknown sizes it is not known which is which.
static std::optional<SmallVector<int64_t>> reshaped(ArrayRef<int64_t> layout,
                                                    ArrayRef<int64_t> from,
                                                    ArrayRef<int64_t> to) {
  SmallVector<int64_t> kept;
  for (auto [i, size] : llvm::enumerate(from))
    if (size != 1)
      kept.push_back(i);
  SmallVector<int64_t> result(to.size(), -1);
  unsigned next = 0, unknown = 0;
  for (auto [j, size] : llvm::enumerate(to)) {
    if (size == 1)
      continue;
    if (next == kept.size() || from[kept[next]] != size ||
        (ShapedType::isDynamic(size) && ++unknown > 1))
      return std::nullopt;
    result[j] = layout[kept[next++]];
  }
  if (next != kept.size())
    return std::nullopt;
  return result;
}

/// Whether `size` is the size of dim `dim` of `source`.
static bool isSizeOf(OpFoldResult size, Value source, int64_t dim) {
  if (std::optional<int64_t> number = getConstantIntValue(size))
    return shapeOf(source)[dim] == *number;
  auto op = cast<Value>(size).getDefiningOp<tensor::DimOp>();
  return op && peelCasts(op.getSource()) == source &&
         op.getConstantIndex() == dim;
}

/// The layout after a broadcast to the source's own sizes.
static std::optional<SmallVector<int64_t>> broadcast(array::BroadcastOp op,
                                                     const Reduced &reduced) {
  ArrayRef<int64_t> from = shapeOf(op.getX()), to = shapeOf(op.getResult());
  int64_t offset = to.size() - from.size();
  int64_t sourceOffset = static_cast<int64_t>(shapeOf(reduced.source).size()) -
                         static_cast<int64_t>(to.size());
  if (sourceOffset < 0)
    return std::nullopt;
  SmallVector<int64_t> result(to.size(), -1);
  auto sizes = op.getSizes().begin();
  Builder builder(op.getContext());
  for (int64_t j = 0, e = to.size(); j < e; ++j) {
    OpFoldResult size = builder.getIndexAttr(to[j]);
    if (ShapedType::isDynamic(to[j]))
      size = *sizes++;
    if (to[j] != 1 && !isSizeOf(size, reduced.source, j + sourceOffset))
      return std::nullopt;
    if (j >= offset && from[j - offset] != 1)
      result[j] = reduced.layout[j - offset];
  }
  return result;
}

Matched<Reduced> fusion::throughShapeOp(Operation *op, Reduced reduced) {
  std::optional<SmallVector<int64_t>> layout;
  if (auto reshape = dyn_cast<array::ReshapeOp>(op))
    layout = reshaped(reduced.layout, shapeOf(reshape.getX()),
                      shapeOf(reshape.getResult()));
  else
    layout = broadcast(cast<array::BroadcastOp>(op), reduced);
  if (!layout)
    return Mismatch{fused::Rejection::ShapeChange, op};
  reduced.layout = *layout;
  return reduced;
}

Reduced fusion::unreduced(Value source) {
  return {source,
          {},
          llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(source).size()))};
}

Reduced fusion::reduceOnce(array::Reduction op, Reduced inner) {
  SmallVector<int64_t> reduced = op.getReducedDims(), layout;
  for (auto [i, origin] : llvm::enumerate(inner.layout)) {
    if (!llvm::is_contained(reduced, static_cast<int64_t>(i))) {
      layout.push_back(origin);
      continue;
    }
    if (origin >= 0)
      inner.dims.push_back(origin);
    if (op.keepsDims())
      layout.push_back(-1);
  }
  llvm::sort(inner.dims);
  inner.layout = layout;
  return inner;
}

bool fusion::linesUp(const Reduced &reduced) {
  ArrayRef<int64_t> shape = shapeOf(reduced.source);
  int64_t offset = static_cast<int64_t>(shape.size()) -
                   static_cast<int64_t>(reduced.layout.size());
  if (offset < 0)
    return false;
  llvm::SmallBitVector met(shape.size());
  for (auto [j, origin] : llvm::enumerate(reduced.layout)) {
    if (origin < 0)
      continue;
    if (origin != static_cast<int64_t>(j) + offset)
      return false;
    met.set(origin);
  }
  for (auto [dim, size] : llvm::enumerate(shape))
    if (!met.test(dim) && size != 1 &&
        !llvm::is_contained(reduced.dims, static_cast<int64_t>(dim)))
      return false;
  return true;
}
