// Canonicalisations of sizes: tensor.dim of an array operation asks the
// operation's operands, and operands that are constants become static, with a
// tensor.cast back to the old type. A constant that the verifier would refuse
// stays an operand: the program then fails at run time, as it would have.
#include "ArrayInference.h"

#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

using llvm::ArrayRef;
using llvm::SmallVector;

namespace {

struct DimOfArrayOp : OpRewritePattern<tensor::DimOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::DimOp op,
                                PatternRewriter &rewriter) const override {
    auto source =
        op.getSource().getDefiningOp<ReifyRankedShapedTypeOpInterface>();
    std::optional<int64_t> dim = op.getConstantIndex();
    if (!source || !isa<ArrayDialect>(source->getDialect()) || !dim ||
        *dim < 0 ||
        *dim >= cast<RankedTensorType>(op.getSource().getType()).getRank())
      return failure();
    // Where the operation stands its operands are known to be at hand.
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(source);
    FailureOr<OpFoldResult> size = source.reifyDimOfResult(rewriter, 0, *dim);
    if (failed(size))
      return failure();
    if (auto attribute = dyn_cast<Attribute>(*size))
      rewriter.replaceOpWithNewOp<arith::ConstantIndexOp>(
          op, cast<IntegerAttr>(attribute).getInt());
    else
      rewriter.replaceOp(op, cast<Value>(*size));
    return success();
  }
};

} // namespace

static std::optional<int64_t> constantAtLeast(Value value, int64_t least) {
  std::optional<int64_t> constant = getConstantIntValue(value);
  return constant && *constant >= least && !ShapedType::isDynamic(*constant)
             ? constant
             : std::nullopt;
}

/// Moves constants from `operands` into the dynamic entries of `entries`;
/// whether there was one.
static bool takeConstants(SmallVectorImpl<int64_t> &entries,
                          SmallVectorImpl<Value> &operands, int64_t least) {
  SmallVector<Value> left;
  bool changed = false;
  size_t next = 0;
  for (int64_t &entry : entries) {
    if (!ShapedType::isDynamic(entry))
      continue;
    Value operand = operands[next++];
    if (std::optional<int64_t> constant = constantAtLeast(operand, least)) {
      entry = *constant;
      changed = true;
    } else {
      left.push_back(operand);
    }
  }
  operands = left;
  return changed;
}

// What static sizes would have to hold beyond the common rules.
static bool accepts(Operation *, RankedTensorType) { return true; }
static bool accepts(ReshapeOp op, RankedTensorType type) {
  RankedTensorType from = op.getX().getType();
  return !from.hasStaticShape() || !type.hasStaticShape() ||
         from.getNumElements() == type.getNumElements();
}
static bool accepts(BroadcastOp op, RankedTensorType type) {
  return array::detail::canBroadcast(op.getX().getType().getShape(),
                                     type.getShape());
}

namespace {

/// Operations whose `sizes` are the `?` of the result's type.
template <typename OpTy> struct StaticSizes : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    SmallVector<int64_t> shape(type.getShape());
    SmallVector<Value> sizes(op.getSizes());
    if (!takeConstants(shape, sizes, 0))
      return failure();
    RankedTensorType refined = type.clone(shape);
    if (!isAddressable(refined) || !accepts(op, refined))
      return failure();
    OperationState state(op.getLoc(), op->getName());
    state.addOperands(op->getOperands().drop_back(op.getSizes().size()));
    state.addOperands(sizes);
    state.addAttributes(op->getAttrs());
    state.addTypes(refined);
    Operation *replacement = rewriter.create(state);
    rewriter.replaceOpWithNewOp<tensor::CastOp>(op, type,
                                                replacement->getResult(0));
    return success();
  }
};

struct StaticSlice : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SliceOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<int64_t> offsets(op.getStaticOffsets()),
        sizes(op.getStaticSizes()), strides(op.getStaticStrides());
    SmallVector<Value> offsetValues(op.getOffsets()), sizeValues(op.getSizes()),
        strideValues(op.getStrides());
    bool changed = takeConstants(offsets, offsetValues, 0);
    changed |= takeConstants(sizes, sizeValues, 0);
    changed |= takeConstants(strides, strideValues, 1);
    RankedTensorType type = op.getX().getType();
    if (!changed || !isAddressable(type.clone(sizes)) ||
        failed(array::detail::checkBounds(type, offsets, sizes, strides)))
      return failure();
    Value slice =
        SliceOp::create(rewriter, op.getLoc(), op.getX(), offsetValues,
                        sizeValues, strideValues, offsets, sizes, strides);
    if (slice.getType() != op.getType())
      slice =
          tensor::CastOp::create(rewriter, op.getLoc(), op.getType(), slice);
    rewriter.replaceOp(op, slice);
    return success();
  }
};

struct StaticInsertSlice : OpRewritePattern<InsertSliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(InsertSliceOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<int64_t> offsets(op.getStaticOffsets()),
        strides(op.getStaticStrides());
    SmallVector<Value> offsetValues(op.getOffsets()),
        strideValues(op.getStrides());
    bool changed = takeConstants(offsets, offsetValues, 0);
    changed |= takeConstants(strides, strideValues, 1);
    if (!changed || failed(array::detail::checkBounds(
                        op.getDestination().getType(), offsets,
                        op.getSource().getType().getShape(), strides)))
      return failure();
    rewriter.replaceOpWithNewOp<InsertSliceOp>(
        op, op.getSource(), op.getDestination(), offsetValues, strideValues,
        offsets, strides);
    return success();
  }
};

struct StaticPad : OpRewritePattern<PadOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PadOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<int64_t> low(op.getStaticLow()), high(op.getStaticHigh());
    SmallVector<Value> lowValues(op.getLow()), highValues(op.getHigh());
    bool changed = takeConstants(low, lowValues, 0);
    changed |= takeConstants(high, highValues, 0);
    SmallVector<Type> types;
    if (!changed ||
        failed(array::detail::inferPad({}, op.getX().getType(), low, high,
                                       types)) ||
        !isAddressable(cast<RankedTensorType>(types[0])))
      return failure();
    Value pad = PadOp::create(rewriter, op.getLoc(), op.getX(), op.getValue(),
                              lowValues, highValues, low, high);
    if (pad.getType() != op.getType())
      pad = tensor::CastOp::create(rewriter, op.getLoc(), op.getType(), pad);
    rewriter.replaceOp(op, pad);
    return success();
  }
};

} // namespace

void array::detail::addSizePatterns(RewritePatternSet &patterns) {
  patterns.add<DimOfArrayOp, StaticSlice, StaticInsertSlice, StaticPad,
               StaticSizes<BroadcastOp>, StaticSizes<FullOp>,
               StaticSizes<IotaOp>, StaticSizes<RandNormalOp>,
               StaticSizes<RandUniformOp>, StaticSizes<ReshapeOp>>(
      patterns.getContext());
}
