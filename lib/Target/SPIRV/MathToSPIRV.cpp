// Math operations that upstream does not turn into GLSL.std.450 instructions.
// exp2 and log2 are native there; everything else that upstream lacks or gets
// wrong is expanded before (lib/Conversion/ExpandMath).
#include "runmat/Target/SPIRV.h"

#include "mlir/Dialect/SPIRV/Transforms/SPIRVConversion.h"

using namespace mlir;

namespace {

template <typename Source, typename Target>
struct NativeFunction : OpConversionPattern<Source> {
  using OpConversionPattern<Source>::OpConversionPattern;
  LogicalResult
  matchAndRewrite(Source op, typename Source::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = this->getTypeConverter()->convertType(op.getType());
    if (!type)
      return rewriter.notifyMatchFailure(op, "the type has no SPIR-V form");
    if (getElementTypeOrSelf(type).isF64())
      return rewriter.notifyMatchFailure(
          op, "the native function takes f16 and f32 only");
    rewriter.replaceOpWithNewOp<Target>(op, type, adaptor.getOperands());
    return success();
  }
};

} // namespace

void runmat::populateOwnMathToSPIRVPatterns(const SPIRVTypeConverter &converter,
                                            RewritePatternSet &patterns) {
  // Above upstream's log2, which is a log times a constant.
  patterns.add<NativeFunction<math::Exp2Op, spirv::GLExp2Op>,
               NativeFunction<math::Log2Op, spirv::GLLog2Op>>(
      converter, patterns.getContext(), PatternBenefit(2));
}
