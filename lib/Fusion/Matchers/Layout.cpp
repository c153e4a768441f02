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

/// The layout after a reshape that only adds or removes dims of size 1. An open
/// size must be known to be the source's: else it is checked at run time, and a
/// unit would lose the check.
static std::optional<SmallVector<int64_t>> reshaped(array::ReshapeOp op,
                                                    const Reduced &reduced) {
  ArrayRef<int64_t> from = shapeOf(op.getX()), to = shapeOf(op.getResult());
  SmallVector<int64_t> kept;
  for (auto [i, size] : llvm::enumerate(from))
    if (size != 1)
      kept.push_back(i);
  SmallVector<int64_t> result(to.size(), -1);
  unsigned next = 0;
  auto sizes = op.getSizes().begin();
  for (auto [j, size] : llvm::enumerate(to)) {
    if (size == 1)
      continue;
    if (next == kept.size() || from[kept[next]] != size)
      return std::nullopt;
    result[j] = reduced.layout[kept[next++]];
    if (ShapedType::isDynamic(size) &&
        (result[j] < 0 ||
         !array::isSizeOf(*sizes++, reduced.source, result[j])))
      return std::nullopt;
  }
  if (next != kept.size())
    return std::nullopt;
  return result;
}

/// The layout after a cast of sizes: it stays, where no size becomes or ceases
/// to be 1 and the source knows every size that the cast adds.
static std::optional<SmallVector<int64_t>> refined(tensor::CastOp op,
                                                   const Reduced &reduced) {
  for (auto [i, from, to] :
       llvm::enumerate(shapeOf(op.getSource()), shapeOf(op.getResult()))) {
    if (from == to)
      continue;
    int64_t origin = reduced.layout[i];
    bool known = ShapedType::isDynamic(to) ||
                 (origin >= 0 && shapeOf(reduced.source)[origin] == to);
    if (from == 1 || to == 1 || !known)
      return std::nullopt;
  }
  return reduced.layout;
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
    if (to[j] != 1 && !array::isSizeOf(size, reduced.source, j + sourceOffset))
      return std::nullopt;
    if (j >= offset && from[j - offset] != 1)
      result[j] = reduced.layout[j - offset];
  }
  return result;
}

Matched<Reduced> fusion::throughShapeOp(Operation *op, Reduced reduced) {
  std::optional<SmallVector<int64_t>> layout;
  if (auto reshape = dyn_cast<array::ReshapeOp>(op))
    layout = reshaped(reshape, reduced);
  else if (auto sizes = dyn_cast<tensor::CastOp>(op))
    layout = refined(sizes, reduced);
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
