// Shapes and element types of results, by the rules of the dialect's
// description: broadcasting is decided by types, and every disagreement names
// the offending dimension.
#include "ArrayInference.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

using llvm::ArrayRef;
using llvm::SmallVector;

static std::string sizeText(int64_t size) {
  return ShapedType::isDynamic(size) ? "?" : std::to_string(size);
}

Type array::elementTypeOf(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor ? tensor.getElementType() : type;
}

Type array::accumulatedType(Type element) {
  return isa<IntegerType>(element)
             ? Type(IntegerType::get(element.getContext(), 64))
             : element;
}

Type array::accumulatorType(Type element) {
  return isa<Float16Type, BFloat16Type>(element)
             ? Type(Float32Type::get(element.getContext()))
             : element;
}

FailureOr<SmallVector<int64_t>>
array::broadcastShapes(ArrayRef<int64_t> a, ArrayRef<int64_t> b, int64_t *dim) {
  size_t rank = std::max(a.size(), b.size());
  SmallVector<int64_t> result(rank);
  for (size_t i = 0; i < rank; ++i) {
    int64_t sizeA = i < rank - a.size() ? 1 : a[i - (rank - a.size())];
    int64_t sizeB = i < rank - b.size() ? 1 : b[i - (rank - b.size())];
    if (sizeA == 1)
      result[i] = sizeB;
    else if (sizeB == 1 || ShapedType::isDynamic(sizeB))
      result[i] = sizeA;
    else if (ShapedType::isDynamic(sizeA) || sizeA == sizeB)
      result[i] = sizeB;
    else {
      if (dim)
        *dim = i;
      return failure();
    }
  }
  return result;
}

bool array::needsRuntimeShapeCheck(ValueRange operands) {
  for (size_t i = 0; i < operands.size(); ++i)
    for (size_t j = i + 1; j < operands.size(); ++j) {
      auto a = dyn_cast<RankedTensorType>(operands[i].getType());
      auto b = dyn_cast<RankedTensorType>(operands[j].getType());
      if (!a || !b || operands[i] == operands[j])
        continue;
      int64_t common = std::min(a.getRank(), b.getRank());
      for (int64_t d = 1; d <= common; ++d) {
        int64_t sizeA = a.getDimSize(a.getRank() - d),
                sizeB = b.getDimSize(b.getRank() - d);
        if (sizeA != 1 && sizeB != 1 &&
            (ShapedType::isDynamic(sizeA) || ShapedType::isDynamic(sizeB)))
          return true;
      }
    }
  return false;
}

SmallVector<int64_t> array::reducedDims(Operation *op) {
  if (auto dims = op->getAttrOfType<DenseI64ArrayAttr>("dims")) {
    SmallVector<int64_t> sorted(dims.asArrayRef());
    llvm::sort(sorted);
    return sorted;
  }
  return llvm::to_vector(llvm::seq<int64_t>(
      0, cast<RankedTensorType>(op->getOperand(0).getType()).getRank()));
}

Operation *array::createSameOp(Operation *op, OpBuilder &builder, Location loc,
                               ValueRange operands) {
  OperationState state(loc, op->getName());
  state.addOperands(operands);
  state.attributes = op->getAttrDictionary();
  auto infer = op->getName().getInterface<InferTypeOpInterface>();
  if (infer) {
    SmallVector<Type> types;
    LogicalResult inferred = infer->inferReturnTypes(
        op->getContext(), loc, operands, op->getAttrDictionary(),
        op->getPropertiesStorage(), {}, types);
    assert(succeeded(inferred) &&
           "operands of the same op must be acceptable to it");
    (void)inferred;
    state.addTypes(types);
  } else {
    // cast and bitcast: the element type of the result is part of what the op
    // is.
    Type element = elementTypeOf(op->getResult(0).getType());
    auto tensor = dyn_cast<RankedTensorType>(operands[0].getType());
    state.addTypes(tensor ? tensor.clone(element) : element);
  }
  return builder.create(state);
}

namespace runmat::array::detail {

/// Reports, as the operation, where there is a place to report to.
template <typename... Args>
static LogicalResult emitError(const Place &place, Args &&...args) {
  return emitOptionalError(place.location, "'", place.opName, "' op ",
                           std::forward<Args>(args)...);
}

/// Broadcasts the tensors among `operands` (all are tensors, or none is) to one
/// shape.
static LogicalResult broadcastOperands(const Place &place, ValueRange operands,
                                       Type element, Types &types) {
  bool anyTensor = false, anyScalar = false;
  SmallVector<int64_t> shape;
  for (auto [index, operand] : llvm::enumerate(operands)) {
    auto tensor = dyn_cast<RankedTensorType>(operand.getType());
    anyTensor |= bool(tensor);
    anyScalar |= !tensor;
    if (!tensor)
      continue;
    int64_t dim = 0;
    FailureOr<SmallVector<int64_t>> joined =
        broadcastShapes(shape, tensor.getShape(), &dim);
    if (failed(joined)) {
      int64_t rank = std::max<int64_t>(shape.size(), tensor.getRank());
      int64_t left = shape[dim - (rank - shape.size())];
      int64_t right = tensor.getDimSize(dim - (rank - tensor.getRank()));
      return emitError(place, "operand #", index,
                       " does not broadcast: dimension ", dim,
                       " of the result is ", sizeText(left), " so far, but ",
                       sizeText(right), " here");
    }
    shape = *joined;
  }
  if (anyTensor && anyScalar)
    return emitError(place, "operands must be all tensors or all scalars");
  types.push_back(anyTensor ? Type(RankedTensorType::get(shape, element))
                            : element);
  return success();
}

LogicalResult inferElementwise(const Place &place, ValueRange operands,
                               Types &types, Type element) {
  Type common = elementTypeOf(operands[0].getType());
  for (auto [index, operand] : llvm::enumerate(operands))
    if (Type other = elementTypeOf(operand.getType()); other != common)
      return emitError(place, "operand #", index, " has element type ", other,
                       ", but operand #0 has ", common,
                       " (there is no promotion: use array.cast)");
  return broadcastOperands(place, operands, element ? element : common, types);
}

LogicalResult inferSelect(const Place &place, ValueRange operands,
                          Types &types) {
  Type a = elementTypeOf(operands[1].getType()),
       b = elementTypeOf(operands[2].getType());
  if (a != b)
    return emitError(place, "operand #2 has element type ", b,
                     ", but operand #1 has ", a,
                     " (there is no promotion: use array.cast)");
  return broadcastOperands(place, operands, a, types);
}

LogicalResult inferReductionOf(const Place &place, Value x,
                               std::optional<ArrayRef<int64_t>> dims, bool keep,
                               Type element, Types &types) {
  auto type = cast<RankedTensorType>(x.getType());
  llvm::SmallBitVector reduced(type.getRank(), !dims);
  if (dims)
    for (int64_t dim : *dims) {
      if (dim < 0 || dim >= type.getRank())
        return emitError(place, "dim ", dim, " is out of range for rank ",
                         type.getRank());
      if (reduced.test(dim))
        return emitError(place, "dim ", dim, " is given twice");
      reduced.set(dim);
    }
  SmallVector<int64_t> shape;
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if (!reduced.test(dim))
      shape.push_back(type.getDimSize(dim));
    else if (keep)
      shape.push_back(1);
  types.push_back(RankedTensorType::get(shape, element));
  return success();
}

LogicalResult inferMatmul(const Place &place, ValueRange operands,
                          Types &types) {
  auto a = cast<RankedTensorType>(operands[0].getType());
  auto b = cast<RankedTensorType>(operands[1].getType());
  if (a.getElementType() != b.getElementType())
    return emitError(place, "operand #1 has element type ", b.getElementType(),
                     ", but operand #0 has ", a.getElementType());
  for (auto [index, type] : llvm::enumerate(std::array{a, b}))
    if (type.getRank() < 2)
      return emitError(place, "operand #", index, " has rank ", type.getRank(),
                       "; a matrix product needs at least 2");
  int64_t kA = a.getShape().back(), kB = b.getDimSize(b.getRank() - 2);
  if (!ShapedType::isDynamic(kA) && !ShapedType::isDynamic(kB) && kA != kB)
    return emitError(place, "inner sizes differ: dimension ", a.getRank() - 1,
                     " of operand #0 is ", kA, ", dimension ", b.getRank() - 2,
                     " of operand #1 is ", kB);
  int64_t dim = 0;
  FailureOr<SmallVector<int64_t>> shape = broadcastShapes(
      a.getShape().drop_back(2), b.getShape().drop_back(2), &dim);
  if (failed(shape))
    return emitError(place, "leading dims do not broadcast at dimension ", dim,
                     " of the result");
  shape->push_back(a.getDimSize(a.getRank() - 2));
  shape->push_back(b.getShape().back());
  types.push_back(RankedTensorType::get(*shape, a.getElementType()));
  return success();
}

LogicalResult inferDot(const Place &place, ValueRange operands, Types &types) {
  auto a = cast<RankedTensorType>(operands[0].getType());
  auto b = cast<RankedTensorType>(operands[1].getType());
  if (a.getElementType() != b.getElementType())
    return emitError(place, "operand #1 has element type ", b.getElementType(),
                     ", but operand #0 has ", a.getElementType());
  for (auto [index, type] : llvm::enumerate(std::array{a, b}))
    if (type.getRank() != 1)
      return emitError(place, "operand #", index, " has rank ", type.getRank(),
                       "; an inner product takes vectors");
  if (!a.isDynamicDim(0) && !b.isDynamicDim(0) &&
      a.getDimSize(0) != b.getDimSize(0))
    return emitError(place, "dimension 0 is ", a.getDimSize(0),
                     " in operand #0 and ", b.getDimSize(0), " in operand #1");
  types.push_back(RankedTensorType::get({}, a.getElementType()));
  return success();
}

LogicalResult inferTranspose(const Place &place, Type x, ArrayRef<int64_t> perm,
                             Types &types) {
  auto type = cast<RankedTensorType>(x);
  if (static_cast<int64_t>(perm.size()) != type.getRank())
    return emitError(place, "perm has ", perm.size(), " entries for rank ",
                     type.getRank());
  if (!isPermutationVector(perm))
    return emitError(place, "perm is not a permutation of the dims");
  SmallVector<int64_t> shape;
  for (int64_t dim : perm)
    shape.push_back(type.getDimSize(dim));
  types.push_back(RankedTensorType::get(shape, type.getElementType()));
  return success();
}

LogicalResult inferSlice(const Place &place, Type x, ArrayRef<int64_t> sizes,
                         Types &types) {
  auto type = cast<RankedTensorType>(x);
  if (static_cast<int64_t>(sizes.size()) != type.getRank())
    return emitError(place, "sizes has ", sizes.size(), " entries for rank ",
                     type.getRank());
  for (auto [dim, size] : llvm::enumerate(sizes))
    if (size < 0 && !ShapedType::isDynamic(size))
      return emitError(place, "size of dimension ", dim,
                       " is negative: ", size);
  types.push_back(RankedTensorType::get(sizes, type.getElementType()));
  return success();
}

/// The sum of two sizes, `?` where one is; nothing where it overflows.
static std::optional<int64_t> addSizes(int64_t a, int64_t b) {
  if (ShapedType::isDynamic(a) || ShapedType::isDynamic(b))
    return ShapedType::kDynamic;
  return llvm::checkedAdd(a, b);
}

LogicalResult inferPad(const Place &place, Type x, ArrayRef<int64_t> low,
                       ArrayRef<int64_t> high, Types &types) {
  auto type = cast<RankedTensorType>(x);
  for (auto [name, amounts] :
       {std::pair("low", low), std::pair("high", high)}) {
    if (static_cast<int64_t>(amounts.size()) != type.getRank())
      return emitError(place, name, " has ", amounts.size(),
                       " entries for rank ", type.getRank());
    for (auto [dim, amount] : llvm::enumerate(amounts))
      if (amount < 0 && !ShapedType::isDynamic(amount))
        return emitError(place, name, " of dimension ", dim,
                         " is negative: ", amount);
  }
  SmallVector<int64_t> shape;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    std::optional<int64_t> size = addSizes(low[dim], type.getDimSize(dim));
    size = size ? addSizes(*size, high[dim]) : size;
    if (!size)
      return emitError(place, "size of dimension ", dim, " overflows");
    shape.push_back(*size);
  }
  types.push_back(RankedTensorType::get(shape, type.getElementType()));
  return success();
}

LogicalResult inferConcat(const Place &place, ValueRange inputs, int64_t dim,
                          Types &types) {
  if (inputs.empty())
    return emitError(place, "needs at least one operand");
  auto first = cast<RankedTensorType>(inputs[0].getType());
  if (dim < 0 || dim >= first.getRank())
    return emitError(place, "dim ", dim, " is out of range for rank ",
                     first.getRank());
  SmallVector<int64_t> shape(first.getShape());
  for (auto [index, input] : llvm::enumerate(inputs.drop_front())) {
    auto type = cast<RankedTensorType>(input.getType());
    if (type.getElementType() != first.getElementType() ||
        type.getRank() != first.getRank())
      return emitError(place, "operand #", index + 1, " is ", type,
                       ", but operand #0 is ", first,
                       ": element type and rank must agree");
    for (int64_t d = 0; d < first.getRank(); ++d) {
      int64_t size = type.getDimSize(d);
      if (d == dim) {
        std::optional<int64_t> sum = addSizes(shape[d], size);
        if (!sum)
          return emitError(place, "size of dimension ", d, " overflows");
        shape[d] = *sum;
      } else if (ShapedType::isDynamic(shape[d]))
        shape[d] = size;
      else if (!ShapedType::isDynamic(size) && size != shape[d])
        return emitError(place, "dimension ", d, " of operand #", index + 1,
                         " is ", size, ", but ", shape[d], " before");
    }
  }
  types.push_back(RankedTensorType::get(shape, first.getElementType()));
  return success();
}

LogicalResult inferDiag(const Place &place, Type x, Types &types) {
  auto type = cast<RankedTensorType>(x);
  if (type.getRank() != 2)
    return emitError(place, "takes a matrix, but the operand has rank ",
                     type.getRank());
  int64_t m = type.getDimSize(0), n = type.getDimSize(1);
  bool open = ShapedType::isDynamic(m) || ShapedType::isDynamic(n);
  types.push_back(RankedTensorType::get(
      {open ? ShapedType::kDynamic : std::min(m, n)}, type.getElementType()));
  return success();
}

LogicalResult inferDiagonal(const Place &place, Type x, Types &types) {
  auto type = cast<RankedTensorType>(x);
  if (type.getRank() != 1)
    return emitError(place, "takes a vector, but the operand has rank ",
                     type.getRank());
  int64_t n = type.getDimSize(0);
  types.push_back(RankedTensorType::get({n, n}, type.getElementType()));
  return success();
}

LogicalResult inferConstant(const Place &place, TypedAttr value, Types &types) {
  // Other elements (sparse<>, dense_resource<>) would have to be known to every
  // reader of constants.
  Type type = value.getType();
  if (!(isa<RankedTensorType>(type) ? isa<DenseIntOrFPElementsAttr>(value)
                                    : isa<IntegerAttr, FloatAttr>(value)))
    return emitError(
        place, "value must be a number or the dense elements of a tensor");
  types.push_back(type);
  return success();
}

void buildInferred(OperationState &state, ValueRange operands) {
  state.addOperands(operands);
  auto infer = state.name.getInterface<InferTypeOpInterface>();
  if (failed(infer->inferReturnTypes(
          state.getContext(), state.location, operands,
          state.attributes.getDictionary(state.getContext()), nullptr, {},
          state.types)))
    llvm::report_fatal_error("failed to infer result types");
}

LogicalResult inferSameAs(Type type, Types &types) {
  types.push_back(type);
  return success();
}

} // namespace runmat::array::detail
