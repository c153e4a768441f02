// What types alone do not say: dims in range, one size operand per `?`, and
// which ops may run before it is known that their run-time check passes.
#include "ArrayInference.h"

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

// Dims are checked where the type is inferred; what is left is common to all
// reductions.
#define RUNMAT_REDUCTION_VERIFIER(OP)                                          \
  LogicalResult OP::verify() { return success(); }
RUNMAT_REDUCTION_VERIFIER(SumOp)
RUNMAT_REDUCTION_VERIFIER(ProdOp)
RUNMAT_REDUCTION_VERIFIER(MeanOp)
RUNMAT_REDUCTION_VERIFIER(ReduceMinOp)
RUNMAT_REDUCTION_VERIFIER(ReduceMaxOp)
RUNMAT_REDUCTION_VERIFIER(AnyOp)
RUNMAT_REDUCTION_VERIFIER(AllOp)
#undef RUNMAT_REDUCTION_VERIFIER

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

static LogicalResult verifyScanDim(Operation *op, RankedTensorType type,
                                   int64_t dim) {
  if (dim < 0 || dim >= type.getRank())
    return op->emitOpError("dim ")
           << dim << " is out of range for rank " << type.getRank();
  return success();
}
LogicalResult CumsumOp::verify() {
  return verifyScanDim(*this, getX().getType(), getDim());
}
LogicalResult CumprodOp::verify() {
  return verifyScanDim(*this, getX().getType(), getDim());
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

LogicalResult BroadcastOp::verify() {
  RankedTensorType from = getX().getType(), to = getType();
  if (failed(verifySizes(*this, getSizes(), to)) ||
      failed(verifySameElement(*this, from, to)))
    return failure();
  if (from.getRank() > to.getRank())
    return emitOpError("cannot lower the rank from ")
           << from.getRank() << " to " << to.getRank();
  int64_t offset = to.getRank() - from.getRank();
  for (int64_t d = 0; d < from.getRank(); ++d) {
    int64_t size = from.getDimSize(d), target = to.getDimSize(d + offset);
    if (size != 1 && !ShapedType::isDynamic(size) &&
        !ShapedType::isDynamic(target) && size != target)
      return emitOpError("cannot stretch dimension ")
             << d << " of the operand from " << size << " to " << target;
  }
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
  if (static_cast<int64_t>(getDim()) < 0 ||
      static_cast<int64_t>(getDim()) >= type.getRank())
    return emitOpError("dim ")
           << getDim() << " is out of range for rank " << type.getRank();
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

/// Static offset + (size - 1) * stride must lie inside a static dimension.
static LogicalResult verifyBounds(Operation *op, RankedTensorType type,
                                  ArrayRef<int64_t> offsets,
                                  ArrayRef<int64_t> sizes,
                                  ArrayRef<int64_t> strides) {
  for (int64_t d = 0; d < type.getRank(); ++d) {
    int64_t limit = type.getDimSize(d);
    if (ShapedType::isDynamic(limit) || ShapedType::isDynamic(offsets[d]) ||
        ShapedType::isDynamic(sizes[d]) || ShapedType::isDynamic(strides[d]))
      continue;
    if (offsets[d] > limit)
      return op->emitOpError("offset ")
             << offsets[d] << " lies behind dimension " << d << " of size "
             << limit;
    // Overflow-free form of offset + (size - 1) * stride >= limit.
    if (sizes[d] > 0 && (offsets[d] >= limit ||
                         sizes[d] - 1 > (limit - 1 - offsets[d]) / strides[d]))
      return op->emitOpError("runs out of dimension ")
             << d << ": offset " << offsets[d] << ", size " << sizes[d]
             << ", stride " << strides[d] << " in " << limit;
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
  return verifyBounds(*this, type, getStaticOffsets(), getStaticSizes(),
                      getStaticStrides());
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
  return verifyBounds(*this, type, getStaticOffsets(), source.getShape(),
                      getStaticStrides());
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

//===-- Speculation
//-------------------------------------------------------------------------------===//

static Speculation::Speculatability speculatableIf(bool safe) {
  return safe ? Speculation::Speculatable : Speculation::NotSpeculatable;
}

#define RUNMAT_ELEMENTWISE_SPECULATION(OP)                                     \
  Speculation::Speculatability OP::getSpeculatability() {                      \
    return speculatableIf(                                                     \
        !needsRuntimeShapeCheck(getOperation()->getOperands()));               \
  }
RUNMAT_ELEMENTWISE_SPECULATION(AddOp)
RUNMAT_ELEMENTWISE_SPECULATION(SubOp)
RUNMAT_ELEMENTWISE_SPECULATION(MulOp)
RUNMAT_ELEMENTWISE_SPECULATION(DivOp)
RUNMAT_ELEMENTWISE_SPECULATION(PowOp)
RUNMAT_ELEMENTWISE_SPECULATION(ModOp)
RUNMAT_ELEMENTWISE_SPECULATION(RemOp)
RUNMAT_ELEMENTWISE_SPECULATION(Atan2Op)
RUNMAT_ELEMENTWISE_SPECULATION(HypotOp)
RUNMAT_ELEMENTWISE_SPECULATION(AndOp)
RUNMAT_ELEMENTWISE_SPECULATION(OrOp)
RUNMAT_ELEMENTWISE_SPECULATION(XorOp)
RUNMAT_ELEMENTWISE_SPECULATION(ShlOp)
RUNMAT_ELEMENTWISE_SPECULATION(ShrArithOp)
RUNMAT_ELEMENTWISE_SPECULATION(ShrLogicalOp)
RUNMAT_ELEMENTWISE_SPECULATION(MinOp)
RUNMAT_ELEMENTWISE_SPECULATION(MaxOp)
RUNMAT_ELEMENTWISE_SPECULATION(CompareOp)
RUNMAT_ELEMENTWISE_SPECULATION(SelectOp)
RUNMAT_ELEMENTWISE_SPECULATION(ClampOp)
#undef RUNMAT_ELEMENTWISE_SPECULATION

// Contractions, and the shape and creation ops: safe where every size is known,
// since the verifier has then checked all there is to check.
#define RUNMAT_STATIC_SPECULATION(OP)                                          \
  Speculation::Speculatability OP::getSpeculatability() {                      \
    bool isStatic =                                                            \
        llvm::all_of(getOperation()->getOperandTypes(), [](Type type) {        \
          auto tensor = dyn_cast<RankedTensorType>(type);                      \
          return tensor ? tensor.hasStaticShape() : !isa<IndexType>(type);     \
        });                                                                    \
    return speculatableIf(isStatic &&                                          \
                          cast<RankedTensorType>(getType()).hasStaticShape()); \
  }
RUNMAT_STATIC_SPECULATION(MatmulOp)
RUNMAT_STATIC_SPECULATION(DotOp)
RUNMAT_STATIC_SPECULATION(ReshapeOp)
RUNMAT_STATIC_SPECULATION(BroadcastOp)
RUNMAT_STATIC_SPECULATION(SliceOp)
RUNMAT_STATIC_SPECULATION(InsertSliceOp)
RUNMAT_STATIC_SPECULATION(PadOp)
RUNMAT_STATIC_SPECULATION(ConcatOp)
RUNMAT_STATIC_SPECULATION(FullOp)
RUNMAT_STATIC_SPECULATION(IotaOp)
RUNMAT_STATIC_SPECULATION(RandUniformOp)
RUNMAT_STATIC_SPECULATION(RandNormalOp)
#undef RUNMAT_STATIC_SPECULATION
