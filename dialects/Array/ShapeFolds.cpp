// Folds of shape and creation operations: what leaves every element where it
// is, pairs that undo or join each other, and constants. An operation with
// sizes that only the run knows stays, unless it is evident that its check
// passes.
#include "ArrayInference.h"
#include "ConstantFolding.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;
using namespace runmat::array::detail;

using llvm::ArrayRef;
using llvm::SmallVector;

/// Whether nothing of this operation is checked at run time.
template <typename OpTy> static bool isUnchecked(OpTy op) {
  return op.getSpeculatability() == Speculation::Speculatable;
}

static DenseElementsAttr denseOf(Attribute constant) {
  return dyn_cast_if_present<DenseElementsAttr>(constant);
}

/// A constant of `type` whose element at `index` is the operand's element at
/// position `source(index)` (row-major).
static Attribute gather(RankedTensorType type, DenseElementsAttr constant,
                        llvm::function_ref<int64_t(ArrayRef<int64_t>)> source) {
  if (!constant || !type.hasStaticShape())
    return {};
  if (type.getNumElements() == 0)
    return denseFromScalars(type, {});
  if (splatOf(constant))
    return constant.resizeSplat(type);
  auto values = constant.getValues<Attribute>();
  return buildConstant(
      type, [&](ArrayRef<int64_t> index) { return values[source(index)]; });
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

OpFoldResult FullOp::fold(FoldAdaptor adaptor) {
  if (std::optional<Scalar> value = splatOf(adaptor.getValue()))
    return splatAttribute(getType(), *value);
  return {};
}

OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  ArrayRef<int64_t> perm = getPerm();
  if (llvm::equal(perm, llvm::seq<int64_t>(0, perm.size())))
    return getX();
  if (auto inner = getX().getDefiningOp<TransposeOp>()) {
    SmallVector<int64_t> both;
    for (int64_t dim : perm)
      both.push_back(inner.getPerm()[dim]);
    setPerm(both);
    getXMutable().assign(inner.getX());
    return getResult();
  }
  SmallVector<int64_t> strides;
  if (DenseElementsAttr constant = denseOf(adaptor.getX()))
    strides = rowMajorStrides(constant.getType().getShape());
  return gather(getType(), denseOf(adaptor.getX()),
                [&](ArrayRef<int64_t> index) {
                  int64_t offset = 0;
                  for (auto [i, dim] : llvm::zip(index, perm))
                    offset += i * strides[dim];
                  return offset;
                });
}

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getX().getType() == getType() &&
      areSizesOf(getSizes(), getX().getType(), getX()))
    return getX();
  if (auto inner = getX().getDefiningOp<ReshapeOp>();
      inner && isUnchecked(inner)) {
    getXMutable().assign(inner.getX());
    return getResult();
  }
  DenseElementsAttr constant = denseOf(adaptor.getX());
  if (constant && getType().hasStaticShape())
    return constant.reshape(getType());
  return {};
}

/// Whether `outer` checks nothing that a broadcast from the operand of `inner`
/// would not: each size that `inner` made is known in the result too.
static bool keepsSizes(BroadcastOp inner, BroadcastOp outer) {
  ArrayRef<int64_t> from = inner.getX().getType().getShape(),
                    made = inner.getType().getShape(),
                    result = outer.getType().getShape();
  for (size_t dim = 0; dim < made.size(); ++dim) {
    bool isNew = dim + from.size() < made.size();
    bool stretches =
        isNew || from[dim + from.size() - made.size()] != made[dim];
    if (stretches && made[dim] != 1 &&
        ShapedType::isDynamic(result[dim + result.size() - made.size()]))
      return false;
  }
  return true;
}

OpFoldResult BroadcastOp::fold(FoldAdaptor adaptor) {
  if (getX().getType() == getType() &&
      areSizesOf(getSizes(), getX().getType(), getX()))
    return getX();
  if (auto inner = getX().getDefiningOp<BroadcastOp>();
      inner && isUnchecked(inner) && keepsSizes(inner, *this)) {
    getXMutable().assign(inner.getX());
    return getResult();
  }
  ArrayRef<int64_t> shape = getX().getType().getShape();
  SmallVector<int64_t> strides;
  if (adaptor.getX())
    strides = rowMajorStrides(shape);
  int64_t offset = getType().getRank() - shape.size();
  return gather(getType(), denseOf(adaptor.getX()),
                [&](ArrayRef<int64_t> index) {
                  int64_t position = 0;
                  for (auto [d, size] : llvm::enumerate(shape))
                    position += size == 1 ? 0 : index[d + offset] * strides[d];
                  return position;
                });
}

static bool allEqual(ArrayRef<int64_t> entries, int64_t value) {
  return llvm::all_of(entries, [&](int64_t entry) { return entry == value; });
}

OpFoldResult SliceOp::fold(FoldAdaptor adaptor) {
  if (getX().getType() == getType() && allEqual(getStaticOffsets(), 0) &&
      allEqual(getStaticStrides(), 1) &&
      areSizesOf(getSizes(), getX().getType(), getX()))
    return getX();
  if (!isUnchecked(*this) || !adaptor.getX())
    return {};
  SmallVector<int64_t> strides = rowMajorStrides(getX().getType().getShape());
  return gather(
      getType(), denseOf(adaptor.getX()), [&](ArrayRef<int64_t> index) {
        int64_t position = 0;
        for (auto [d, i] : llvm::enumerate(index))
          position +=
              (getStaticOffsets()[d] + i * getStaticStrides()[d]) * strides[d];
        return position;
      });
}

OpFoldResult InsertSliceOp::fold(FoldAdaptor adaptor) {
  if (!isUnchecked(*this))
    return {};
  RankedTensorType source = getSource().getType();
  // Static, so the bounds leave offset 0 and any stride only for one element.
  if (source == getType() && allEqual(getStaticOffsets(), 0) &&
      allEqual(getStaticStrides(), 1))
    return getSource();
  if (source.getNumElements() == 0)
    return getDestination();
  DenseElementsAttr part = denseOf(adaptor.getSource()),
                    whole = denseOf(adaptor.getDestination());
  if (part && whole && part.isSplat() && whole.isSplat() &&
      part.getSplatValue<Attribute>() == whole.getSplatValue<Attribute>())
    return whole;
  return {};
}

OpFoldResult PadOp::fold(FoldAdaptor adaptor) {
  if (allEqual(getStaticLow(), 0) && allEqual(getStaticHigh(), 0))
    return getX();
  DenseElementsAttr constant = denseOf(adaptor.getX());
  std::optional<Scalar> value = splatOf(adaptor.getValue());
  if (!isUnchecked(*this) || !constant || !value)
    return {};
  Attribute border = attributeFromScalar(*value, elementTypeOf(getType()));
  if (constant.getNumElements() == 0 ||
      (constant.isSplat() && constant.getSplatValue<Attribute>() == border))
    return splatAttribute(getType(), *value);
  ArrayRef<int64_t> shape = constant.getType().getShape();
  SmallVector<int64_t> strides = rowMajorStrides(shape);
  auto values = constant.getValues<Attribute>();
  return buildConstant(getType(), [&](ArrayRef<int64_t> index) -> Attribute {
    int64_t position = 0;
    for (auto [d, i] : llvm::enumerate(index)) {
      int64_t inside = i - getStaticLow()[d];
      if (inside < 0 || inside >= shape[d])
        return border;
      position += inside * strides[d];
    }
    return values[position];
  });
}

OpFoldResult ConcatOp::fold(FoldAdaptor adaptor) {
  if (getInputs().size() == 1)
    return getInputs().front();
  if (!isUnchecked(*this))
    return {};
  SmallVector<DenseElementsAttr> parts;
  for (Attribute input : adaptor.getInputs()) {
    parts.push_back(denseOf(input));
    if (!parts.back())
      return {};
  }
  if (llvm::all_of(parts, [&](DenseElementsAttr part) {
        return part.getNumElements() > 0 && part.isSplat() &&
               part.getSplatValue<Attribute>() ==
                   parts.front().getSplatValue<Attribute>();
      }))
    return parts.front().resizeSplat(getType());
  auto dim = static_cast<int64_t>(getDim());
  return buildConstant(getType(), [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> inside(index);
    size_t part = 0;
    while (inside[dim] >= parts[part].getType().getDimSize(dim))
      inside[dim] -= parts[part++].getType().getDimSize(dim);
    int64_t position = 0;
    for (auto [i, stride] :
         llvm::zip(inside, rowMajorStrides(parts[part].getType().getShape())))
      position += i * stride;
    return parts[part].getValues<Attribute>()[position];
  });
}

OpFoldResult DiagOp::fold(FoldAdaptor adaptor) {
  if (auto diagonal = getX().getDefiningOp<DiagonalOp>())
    return diagonal.getX();
  int64_t columns = getX().getType().getDimSize(1);
  return gather(
      getType(), denseOf(adaptor.getX()),
      [&](ArrayRef<int64_t> index) { return index[0] * columns + index[0]; });
}

OpFoldResult DiagonalOp::fold(FoldAdaptor adaptor) {
  DenseElementsAttr constant = denseOf(adaptor.getX());
  if (!constant)
    return {};
  Scalar zero;
  zero.i = 0; // the bits of 0.0 too
  Attribute background = attributeFromScalar(zero, elementTypeOf(getType()));
  auto values = constant.getValues<Attribute>();
  return buildConstant(getType(), [&](ArrayRef<int64_t> index) {
    return index[0] == index[1] ? Attribute(values[index[0]]) : background;
  });
}
