// What all units treat alike: the maps of their extras, their region's
// signature, and the types of stored results and reductions. One verifier
// serves them all.
#include "runmat/Dialect/Fused/Fused.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fused;

SmallVector<unsigned> fused::keptDims(unsigned rank,
                                      ArrayRef<int64_t> reduced) {
  return llvm::filter_to_vector(
      llvm::seq<unsigned>(0, rank),
      [&](unsigned dim) { return !llvm::is_contained(reduced, int64_t(dim)); });
}

RankedTensorType fused::reductionResultType(ReductionAttr reduction,
                                            ArrayRef<int64_t> shape,
                                            Type element) {
  using array::ReductionKind;
  SmallVector<int64_t> sizes;
  for (auto [dim, size] : llvm::enumerate(shape))
    if (!llvm::is_contained(reduction.getDims(), static_cast<int64_t>(dim)))
      sizes.push_back(size);
    else if (reduction.getKeep())
      sizes.push_back(1);
  if (reduction.getKind() == ReductionKind::Sum ||
      reduction.getKind() == ReductionKind::Prod)
    element = array::accumulatedType(element);
  return RankedTensorType::get(sizes, element);
}

std::optional<llvm::APFloat> fused::constantSlot(Value value) {
  DenseElementsAttr elements;
  if (!value || !matchPattern(value, m_Constant(&elements)) ||
      elements.getNumElements() != 1 ||
      !isa<FloatType>(elements.getElementType()))
    return std::nullopt;
  return *elements.value_begin<APFloat>();
}

bool fused::isValidEpsilon(const llvm::APFloat &epsilon) {
  return !epsilon.isNaN() && (!epsilon.isNegative() || epsilon.isZero());
}

SmallVector<int64_t> fused::iterationShapeOf(ValueRange inputs, ArrayAttr maps,
                                             unsigned rank) {
  SmallVector<int64_t> shape(rank, kUnread);
  for (auto [input, attr] : llvm::zip(inputs, maps)) {
    AffineMap map = cast<AffineMapAttr>(attr).getValue();
    auto type = cast<RankedTensorType>(input.getType());
    for (auto [i, expr] : llvm::enumerate(map.getResults()))
      if (auto dim = dyn_cast<AffineDimExpr>(expr);
          dim && dim.getPosition() < rank && i < size_t(type.getRank()))
        if (int64_t &size = shape[dim.getPosition()];
            size == kUnread || ShapedType::isDynamic(size))
          size = type.getDimSize(i);
  }
  return shape;
}

/// Each result of a map is a dim, used once, or the constant 0 on a dim of size
/// 1; sizes that are known agree.
static LogicalResult verifyMap(const UnitBody &body, unsigned index) {
  AffineMap map = body.map(index);
  auto type = cast<RankedTensorType>(body.extras[index].getType());
  auto error = [&]() -> InFlightDiagnostic {
    return body.op->emitOpError("map #") << index << " ";
  };
  if (map.getNumDims() != body.rank() || map.getNumSymbols() != 0)
    return error() << "must take the " << body.rank()
                   << " dims of the iteration space, not "
                   << AffineMapAttr::get(map);
  if (static_cast<int64_t>(map.getNumResults()) != type.getRank())
    return error() << "has " << map.getNumResults() << " results for " << type;
  llvm::SmallBitVector seen(body.rank());
  for (auto [i, expr] : llvm::enumerate(map.getResults())) {
    int64_t size = type.getDimSize(i);
    if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
      if (constant.getValue() != 0 || size != 1)
        return error() << "has the constant " << constant.getValue()
                       << " at result " << i << ", where " << type
                       << " must have size 1 and the constant be 0";
      continue;
    }
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (!dim)
      return error() << "has the result " << i
                     << ", which is neither a dim nor 0";
    if (seen.test(dim.getPosition()))
      return error() << "uses dim " << dim.getPosition() << " twice";
    seen.set(dim.getPosition());
    int64_t expected = body.iterationShape[dim.getPosition()];
    if (!ShapedType::isDynamic(size) && !ShapedType::isDynamic(expected) &&
        size != expected)
      return error() << "reads dim " << dim.getPosition() << " of size "
                     << expected << " where " << type << " has " << size;
  }
  return success();
}

static LogicalResult verifyReductionAttr(const UnitBody &body, unsigned index,
                                         Type element) {
  using array::ReductionKind;
  ReductionAttr reduction = body.reduction(index);
  auto error = [&]() -> InFlightDiagnostic {
    return body.op->emitOpError("reduction #") << index << " ";
  };
  int64_t last = -1;
  for (int64_t dim : reduction.getDims()) {
    if (dim <= last || dim >= static_cast<int64_t>(body.rank()))
      return error() << "has dims that are not ascending dims of a space of "
                     << body.rank();
    last = dim;
  }
  switch (reduction.getKind()) {
  case ReductionKind::Any:
  case ReductionKind::All:
    if (!element.isInteger(1))
      return error() << "takes i1 values, not " << element;
    return success();
  case ReductionKind::Mean:
    if (!isa<FloatType>(element))
      return error() << "takes floating-point values, not " << element;
    return success();
  case ReductionKind::Sum:
  case ReductionKind::Prod:
  case ReductionKind::Min:
  case ReductionKind::Max:
    if (element.isInteger(1))
      return error() << "takes numbers, not i1";
    return success();
  default:
    return error() << "is of a kind that no unit computes: "
                   << array::stringifyReductionKind(reduction.getKind());
  }
}

static LogicalResult verifyBlock(const UnitBody &body) {
  Block &block = body.block();
  if (block.getNumArguments() != body.numLeading + body.extras.size())
    return body.op->emitOpError("region has ")
           << block.getNumArguments() << " arguments, not "
           << body.numLeading + body.extras.size();
  for (auto [index, extra] : llvm::enumerate(body.extras)) {
    Type expected = array::elementTypeOf(extra.getType());
    Type actual = block.getArgument(body.numLeading + index).getType();
    if (actual != expected)
      return body.op->emitOpError("region argument #")
             << body.numLeading + index << " is " << actual << ", not "
             << expected;
  }
  for (Operation &op : block.without_terminator())
    if (!isa<array::Elementwise, array::ConstantOp>(op) ||
        isa<RankedTensorType>(op.getResult(0).getType()))
      return body.op->emitOpError("region may hold only elementwise array "
                                  "operations on scalars and constants, not ")
             << op.getName();
  return success();
}

LogicalResult fused::verifyUnit(Operation *op) {
  UnitBody body = cast<Unit>(op).unitBody();
  if (auto device = op->getAttrOfType<StringAttr>("device");
      device && device.getValue() != "cpu" && device.getValue() != "gpu")
    return op->emitOpError("device must be cpu or gpu, not ") << device;
  if (body.maps.size() != body.extras.size())
    return op->emitOpError("has ") << body.maps.size() << " maps for "
                                   << body.extras.size() << " tensors";
  for (unsigned i = 0; i < body.extras.size(); ++i)
    if (failed(verifyMap(body, i)))
      return failure();
  for (auto [dim, size] : llvm::enumerate(body.iterationShape))
    if (size == kUnread)
      return op->emitOpError("no input reads dim ")
             << dim << " of the iteration space, so its size is unknown";
  if (failed(verifyBlock(body)))
    return failure();

  auto yield = dyn_cast<YieldOp>(body.block().getTerminator());
  if (!yield)
    return op->emitOpError("region must end in fused.yield");
  unsigned expected = body.numStored + body.reductions.size();
  if (op->getNumResults() != expected || yield.getNumOperands() != expected)
    return op->emitOpError("has ")
           << op->getNumResults() << " results and yields "
           << yield.getNumOperands() << " values for " << body.reductions.size()
           << " reductions";
  for (unsigned i = 0; i < expected; ++i) {
    Type element = yield.getOperand(i).getType();
    Type type;
    if (i < body.numStored)
      type = RankedTensorType::get(body.iterationShape, element);
    else if (failed(verifyReductionAttr(body, i - body.numStored, element)))
      return failure();
    else
      type = reductionResultType(body.reduction(i - body.numStored),
                                 body.iterationShape, element);
    if (op->getResult(i).getType() != type)
      return op->emitOpError("result #")
             << i << " is " << op->getResult(i).getType() << ", not " << type;
  }
  return success();
}
