// What types alone do not say: dims in range, one size operand per `?`, and
// which ops may run before it is known that their run-time check passes.
#include "ArrayInference.h"

#include "mlir/IR/Matchers.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

static bool sameShape(Type a, Type b) {
  auto ta = dyn_cast<RankedTensorType>(a), tb = dyn_cast<RankedTensorType>(b);
  return ta && tb ? ta.getShape() == tb.getShape() : bool(ta) == bool(tb);
}

LogicalResult CastOp::verify() {
  if (!sameShape(getX().getType(), getType()))
    return emitOpError("changes the shape from ")
           << getX().getType() << " to " << getType();
  return success();
}

LogicalResult BitcastOp::verify() {
  Type from = elementTypeOf(getX().getType()), to = elementTypeOf(getType());
  if (!sameShape(getX().getType(), getType()))
    return emitOpError("changes the shape from ")
           << getX().getType() << " to " << getType();
  if (from.getIntOrFloatBitWidth() != to.getIntOrFloatBitWidth())
    return emitOpError("needs element types of one width, but ")
           << from << " has " << from.getIntOrFloatBitWidth() << " bits and "
           << to << " has " << to.getIntOrFloatBitWidth();
  return success();
}

static LogicalResult verifyDdof(Operation *op, int64_t ddof) {
  if (ddof < 0)
    return op->emitOpError("ddof is negative: ") << ddof;
  return success();
}
LogicalResult VarOp::verify() { return verifyDdof(*this, getDdof()); }
LogicalResult StdOp::verify() { return verifyDdof(*this, getDdof()); }

/// An argmin or argmax over a statically empty range has no answer.
template <typename OpTy> static LogicalResult verifyNotEmpty(OpTy op) {
  for (int64_t dim : reducedDims(op))
    if (op.getX().getType().getDimSize(dim) == 0)
      return op.emitOpError("over dimension ")
             << dim << " of size 0 has no answer";
  return success();
}
LogicalResult ArgminOp::verify() { return verifyNotEmpty(*this); }
LogicalResult ArgmaxOp::verify() { return verifyNotEmpty(*this); }

static LogicalResult verifyDim(Operation *op, RankedTensorType type,
                               int64_t dim) {
  if (dim < 0 || dim >= type.getRank())
    return op->emitOpError("dim ")
           << dim << " is out of range for rank " << type.getRank();
  return success();
}
LogicalResult CumsumOp::verify() {
  return verifyDim(*this, getX().getType(), getDim());
}
LogicalResult CumprodOp::verify() {
  return verifyDim(*this, getX().getType(), getDim());
}

/// One index operand for each `?` of the result type.
static LogicalResult verifySizes(Operation *op, ValueRange sizes,
                                 RankedTensorType type) {
  if (static_cast<int64_t>(sizes.size()) !=
      static_cast<int64_t>(type.getNumDynamicDims()))
    return op->emitOpError("has ")
           << sizes.size() << " sizes for the " << type.getNumDynamicDims()
           << " dynamic dimensions of " << type;
  return success();
}

static LogicalResult verifySameElement(Operation *op, Type x, Type result) {
  if (elementTypeOf(x) != elementTypeOf(result))
    return op->emitOpError("changes the element type from ")
           << elementTypeOf(x) << " to " << elementTypeOf(result);
  return success();
}

LogicalResult ReshapeOp::verify() {
  RankedTensorType from = getX().getType(), to = getType();
  if (failed(verifySizes(*this, getSizes(), to)) ||
      failed(verifySameElement(*this, from, to)))
    return failure();
  if (from.hasStaticShape() && to.hasStaticShape() &&
      from.getNumElements() != to.getNumElements())
    return emitOpError("has ") << from.getNumElements() << " elements in and "
                               << to.getNumElements() << " out";
  return success();
}

bool array::detail::canBroadcast(ArrayRef<int64_t> from, ArrayRef<int64_t> to,
                                 int64_t *dim) {
  size_t offset = to.size() - from.size();
  for (size_t d = 0; d < from.size(); ++d) {
    int64_t size = from[d], target = to[d + offset];
    if (size == 1 || ShapedType::isDynamic(size) ||
        ShapedType::isDynamic(target) || size == target)
      continue;
    if (dim)
      *dim = d;
    return false;
  }
  return true;
}

LogicalResult BroadcastOp::verify() {
  RankedTensorType from = getX().getType(), to = getType();
  if (failed(verifySizes(*this, getSizes(), to)) ||
      failed(verifySameElement(*this, from, to)))
    return failure();
  if (from.getRank() > to.getRank())
    return emitOpError("cannot lower the rank from ")
           << from.getRank() << " to " << to.getRank();
  int64_t dim = 0;
  if (!array::detail::canBroadcast(from.getShape(), to.getShape(), &dim))
    return emitOpError("cannot stretch dimension ")
           << dim << " of the operand from " << from.getDimSize(dim) << " to "
           << to.getDimSize(dim + to.getRank() - from.getRank());
  return success();
}

static LogicalResult verifyScalarValue(Operation *op, Type value, Type result) {
  if (auto tensor = dyn_cast<RankedTensorType>(value);
      tensor && tensor.getRank() != 0)
    return op->emitOpError("value must be a scalar or a tensor of rank 0, not ")
           << value;
  return verifySameElement(op, value, result);
}

LogicalResult FullOp::verify() {
  if (failed(verifyScalarValue(*this, getValue().getType(), getType())))
    return failure();
  return verifySizes(*this, getSizes(), getType());
}

LogicalResult IotaOp::verify() {
  auto type = cast<RankedTensorType>(getType());
  if (failed(verifyDim(*this, type, getDim())))
    return failure();
  return verifySizes(*this, getSizes(), type);
}

LogicalResult RandUniformOp::verify() {
  return verifySizes(*this, getSizes(), cast<RankedTensorType>(getType()));
}
LogicalResult RandNormalOp::verify() {
  return verifySizes(*this, getSizes(), cast<RankedTensorType>(getType()));
}

/// A list of `rank` static or dynamic entries, static ones at least `least`.
static LogicalResult verifyIndexList(Operation *op, StringRef name,
                                     ArrayRef<int64_t> entries,
                                     ValueRange dynamic, int64_t rank,
                                     int64_t least) {
  if (static_cast<int64_t>(entries.size()) != rank)
    return op->emitOpError()
           << name << " has " << entries.size() << " entries for rank " << rank;
  if (static_cast<size_t>(llvm::count_if(entries, ShapedType::isDynamic)) !=
      dynamic.size())
    return op->emitOpError() << name << " has " << dynamic.size()
                             << " operands, not one for each dynamic entry";
  for (auto [dim, entry] : llvm::enumerate(entries))
    if (!ShapedType::isDynamic(entry) && entry < least)
      return op->emitOpError() << name << " of dimension " << dim << " is "
                               << entry << ", below " << least;
  return success();
}

LogicalResult
array::detail::checkBounds(RankedTensorType type, ArrayRef<int64_t> offsets,
                           ArrayRef<int64_t> sizes, ArrayRef<int64_t> strides,
                           llvm::function_ref<InFlightDiagnostic()> error) {
  for (int64_t d = 0; d < type.getRank(); ++d) {
    int64_t limit = type.getDimSize(d);
    if (ShapedType::isDynamic(limit) || ShapedType::isDynamic(offsets[d]))
      continue;
    if (offsets[d] > limit) {
      if (error)
        error() << "offset " << offsets[d] << " lies behind dimension " << d
                << " of size " << limit;
      return failure();
    }
    if (ShapedType::isDynamic(sizes[d]) || ShapedType::isDynamic(strides[d]))
      continue;
    // Overflow-free form of offset + (size - 1) * stride >= limit.
    if (sizes[d] > 0 &&
        (offsets[d] >= limit ||
         sizes[d] - 1 > (limit - 1 - offsets[d]) / strides[d])) {
      if (error)
        error() << "runs out of dimension " << d << ": offset " << offsets[d]
                << ", size " << sizes[d] << ", stride " << strides[d] << " in "
                << limit;
      return failure();
    }
  }
  return success();
}

LogicalResult SliceOp::verify() {
  RankedTensorType type = getX().getType();
  int64_t rank = type.getRank();
  if (failed(verifyIndexList(*this, "offsets", getStaticOffsets(), getOffsets(),
                             rank, 0)) ||
      failed(verifyIndexList(*this, "sizes", getStaticSizes(), getSizes(), rank,
                             0)) ||
      failed(verifyIndexList(*this, "strides", getStaticStrides(), getStrides(),
                             rank, 1)))
    return failure();
  return array::detail::checkBounds(type, getStaticOffsets(), getStaticSizes(),
                                    getStaticStrides(),
                                    [&] { return emitOpError(); });
}

LogicalResult InsertSliceOp::verify() {
  RankedTensorType source = getSource().getType(),
                   type = getDestination().getType();
  int64_t rank = type.getRank();
  if (source.getRank() != rank ||
      source.getElementType() != type.getElementType())
    return emitOpError("source ") << source << " and destination " << type
                                  << " must have one rank and element type";
  if (failed(verifyIndexList(*this, "offsets", getStaticOffsets(), getOffsets(),
                             rank, 0)) ||
      failed(verifyIndexList(*this, "strides", getStaticStrides(), getStrides(),
                             rank, 1)))
    return failure();
  return array::detail::checkBounds(type, getStaticOffsets(), source.getShape(),
                                    getStaticStrides(),
                                    [&] { return emitOpError(); });
}

LogicalResult PadOp::verify() {
  int64_t rank = getX().getType().getRank();
  if (failed(
          verifyIndexList(*this, "low", getStaticLow(), getLow(), rank, 0)) ||
      failed(
          verifyIndexList(*this, "high", getStaticHigh(), getHigh(), rank, 0)))
    return failure();
  return verifyScalarValue(*this, getValue().getType(), getType());
}

//===----------------------------------------------------------------------===//
// Tensors that fit into an address space
//===----------------------------------------------------------------------===//

bool array::isAddressable(RankedTensorType type) {
  int64_t bytes =
      llvm::divideCeil(type.getElementType().getIntOrFloatBitWidth(), 8);
  return llvm::none_of(type.getShape(), [&](int64_t size) {
    return size > 0 && llvm::MulOverflow(bytes, size, bytes);
  });
}

LogicalResult array::detail::verifyAddressableTensors(Operation *op) {
  auto verify = [op](StringRef what, TypeRange types) -> LogicalResult {
    for (auto [index, type] : llvm::enumerate(types))
      if (auto tensor = dyn_cast<RankedTensorType>(type);
          tensor && !isAddressable(tensor))
        return op->emitOpError() << what << " #" << index << " " << tensor
                                 << " has a byte size of 2^63 or more";
    return success();
  };
  return success(succeeded(verify("operand", op->getOperandTypes())) &&
                 succeeded(verify("result", op->getResultTypes())));
}

//===----------------------------------------------------------------------===//
// Speculation
//===----------------------------------------------------------------------===//

static Speculation::Speculatability speculatableIf(bool safe) {
  return safe ? Speculation::Speculatable : Speculation::NotSpeculatable;
}

Speculation::Speculatability
array::detail::speculateOnOperandShapes(Operation *op) {
  return speculatableIf(!needsRuntimeShapeCheck(op->getOperands()));
}

static bool hasStaticSizes(Operation *op) {
  return llvm::all_of(op->getOperandTypes(),
                      [](Type type) {
                        auto tensor = dyn_cast<RankedTensorType>(type);
                        return tensor ? tensor.hasStaticShape()
                                      : !isa<IndexType>(type);
                      }) &&
         cast<RankedTensorType>(op->getResult(0).getType()).hasStaticShape();
}

Speculation::Speculatability
array::detail::speculateOnStaticSizes(Operation *op) {
  return speculatableIf(hasStaticSizes(op));
}

Speculation::Speculatability array::detail::speculateOnOffset(Operation *op) {
  APInt offset;
  return speculatableIf(
      hasStaticSizes(op) &&
      matchPattern(op->getOperand(1), m_ConstantInt(&offset)) &&
      !offset.isNegative());
}

Speculation::Speculatability array::detail::speculateOnNonEmpty(Operation *op) {
  auto type = cast<RankedTensorType>(op->getOperand(0).getType());
  return speculatableIf(llvm::all_of(
      reducedDims(op), [&](int64_t dim) { return type.getDimSize(dim) > 0; }));
}
