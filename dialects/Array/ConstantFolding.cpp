// What the folds share: reading constants and making new ones.
#include "ConstantFolding.h"

#include <cmath>

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

using llvm::ArrayRef;
using llvm::SmallVector;

namespace runmat::array::detail {

std::optional<Scalar> splatOf(Attribute constant) {
  if (isa_and_present<FloatAttr, IntegerAttr>(constant))
    return scalarFromAttribute(constant);
  auto dense = dyn_cast_if_present<DenseElementsAttr>(constant);
  if (!dense || dense.getNumElements() == 0 || !dense.isSplat())
    return std::nullopt;
  return elementsOf(dense, /*keepSplat=*/true).front();
}

bool isFloatSplat(Attribute constant, double value) {
  std::optional<Scalar> splat = splatOf(constant);
  return splat &&
         isa<FloatType>(elementTypeOf(cast<TypedAttr>(constant).getType())) &&
         splat->f == value && std::signbit(splat->f) == std::signbit(value);
}

bool isIntSplat(Attribute constant, int64_t value) {
  std::optional<Scalar> splat = splatOf(constant);
  return splat &&
         isa<IntegerType>(elementTypeOf(cast<TypedAttr>(constant).getType())) &&
         splat->i == value;
}

Attribute splatAttribute(Type type, Scalar value) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return attributeFromScalar(value, type);
  if (!tensor.hasStaticShape())
    return {};
  if (tensor.getNumElements() == 0)
    return denseFromScalars(tensor, {});
  return denseFromScalars(tensor, value);
}

SmallVector<int64_t> rowMajorStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i > 1; --i)
    strides[i - 2] = strides[i - 1] * shape[i - 1];
  return strides;
}

Attribute
buildConstant(Type type,
              llvm::function_ref<Attribute(ArrayRef<int64_t> index)> element) {
  auto tensor = cast<RankedTensorType>(type);
  if (!tensor.hasStaticShape() || tensor.getNumElements() > maxFoldedElements)
    return {};
  SmallVector<Attribute> elements;
  SmallVector<int64_t> index(tensor.getRank(), 0);
  for (int64_t left = tensor.getNumElements(); left > 0; --left) {
    elements.push_back(element(index));
    for (int64_t d = tensor.getRank() - 1; d >= 0; --d) {
      if (++index[d] < tensor.getDimSize(d))
        break;
      index[d] = 0;
    }
  }
  return DenseElementsAttr::get(tensor, elements);
}

} // namespace runmat::array::detail
