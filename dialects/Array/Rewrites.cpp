// Canonicalisations that make new operations: pow(x, 2) becomes a product, and
// an operation takes the more static type that a tensor.cast hides from it.
#include "ArrayInference.h"
#include "ConstantFolding.h"

#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

using llvm::SmallVector;

namespace {

/// The product is the correctly rounded square; integers wrap alike.
struct SquareIsProduct : OpRewritePattern<PowOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PowOp op,
                                PatternRewriter &rewriter) const override {
    Attribute exponent;
    if (!matchPattern(op.getB(), m_Constant(&exponent)) ||
        op.getA().getType() != op.getType() ||
        needsRuntimeShapeCheck(op->getOperands()) ||
        !(runmat::array::detail::isFloatSplat(exponent, 2) ||
          runmat::array::detail::isIntSplat(exponent, 2)))
      return failure();
    rewriter.replaceOpWithNewOp<MulOp>(op, op.getA(), op.getA());
    return success();
  }
};

/// f(tensor.cast x) where the cast only forgets sizes: f then knows them. A
/// size 1 stays hidden from operations that broadcast, since `?` never
/// stretches and 1 does.
struct SeeThroughCasts : RewritePattern {
  explicit SeeThroughCasts(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  static Value moreStatic(Value value, bool broadcasts) {
    auto cast = value.getDefiningOp<tensor::CastOp>();
    if (!cast)
      return {};
    auto from = dyn_cast<RankedTensorType>(cast.getSource().getType());
    auto to = dyn_cast<RankedTensorType>(cast.getType());
    if (!from || !to || from == to)
      return {};
    for (auto [known, shown] : llvm::zip(from.getShape(), to.getShape()))
      if (known != shown && (!ShapedType::isDynamic(shown) || known == 0 ||
                             (known == 1 && broadcasts)))
        return {};
    return cast.getSource();
  }

  static LogicalResult inferType(Operation *op, ValueRange operands,
                                 Type &type) {
    if (isa<CastOp, BitcastOp>(op)) {
      type = cast<RankedTensorType>(operands[0].getType())
                 .clone(elementTypeOf(op->getResult(0).getType()));
      return success();
    }
    SmallVector<Type> types;
    if (failed(cast<InferTypeOpInterface>(op).inferReturnTypes(
            op->getContext(), std::nullopt, operands, op->getAttrDictionary(),
            op->getPropertiesStorage(), op->getRegions(), types)))
      return failure();
    type = types.front();
    return success();
  }

  /// What the verifier asks beyond inference.
  static bool accepts(Operation *op, ValueRange operands) {
    if (auto slice = dyn_cast<SliceOp>(op))
      return succeeded(runmat::array::detail::checkBounds(
          cast<RankedTensorType>(operands[0].getType()),
          slice.getStaticOffsets(), slice.getStaticSizes(),
          slice.getStaticStrides()));
    return true;
  }

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!isa_and_present<ArrayDialect>(op->getDialect()) ||
        !(isa<Elementwise, Reduction, TransposeOp, CumsumOp, CumprodOp,
              MatmulOp, DotOp, ConcatOp, DiagOp, DiagonalOp, PadOp, SliceOp>(
            op)))
      return failure();
    bool broadcasts =
        isa<Elementwise, MatmulOp>(op) && op->getNumOperands() > 1;
    SmallVector<Value> operands(op->getOperands());
    bool changed = false;
    for (Value &operand : operands)
      if (Value source = moreStatic(operand, broadcasts)) {
        operand = source;
        changed = true;
      }
    Type type;
    if (!changed || failed(inferType(op, operands, type)) ||
        !isAddressable(cast<RankedTensorType>(type)) || !accepts(op, operands))
      return failure();
    Operation *refined = rewriter.clone(*op);
    refined->setOperands(operands);
    Type old = op->getResult(0).getType();
    refined->getResult(0).setType(type);
    Value result = refined->getResult(0);
    if (type != old)
      result = tensor::CastOp::create(rewriter, op->getLoc(), old, result);
    rewriter.replaceOp(op, result);
    return success();
  }
};

} // namespace

void array::detail::addRewritePatterns(RewritePatternSet &patterns) {
  patterns.add<SquareIsProduct, SeeThroughCasts>(patterns.getContext());
}
