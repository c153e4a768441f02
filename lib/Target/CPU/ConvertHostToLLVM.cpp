// The last step in MLIR: one conversion of all host code, so that no order of
// passes has to be right.
#include "runmat/Conversion/OffloadToLLVM.h"
#include "runmat/Dialect/Offload/Offload.h"
#include "runmat/Runtime/Runtime.h"
#include "runmat/Support/Location.h"
#include "runmat/Support/RuntimeFunction.h"
#include "runmat/Target/CPU/Passes.h"

#include "mlir/Analysis/DataLayoutAnalysis.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/Pattern.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/Dialect/Vector/Transforms/VectorRewritePatterns.h"

namespace runmat {
#define GEN_PASS_DEF_CONVERTHOSTTOLLVM
#include "runmat/Target/CPU/Passes.h.inc"
} // namespace runmat

using namespace mlir;
using namespace runmat;

namespace {

/// offload.check becomes a branch to a call that does not return.
struct CheckToLLVM : OpConversionPattern<runmat::offload::CheckOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(runmat::offload::CheckOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto module = op->getParentOfType<ModuleOp>();
    Type i32 = rewriter.getI32Type(), i64 = rewriter.getI64Type();
    Type ptr = LLVM::LLVMPointerType::get(op.getContext());
    LLVM::LLVMFuncOp fail = declareRuntimeFunction(
        module, "rm_fail_values", Type(), {i32, ptr, ptr, ptr, i32});

    Block *before = rewriter.getInsertionBlock();
    Block *after = rewriter.splitBlock(before, Block::iterator(op));
    Block *failed =
        rewriter.createBlock(before->getParent(), Region::iterator(after));
    Value text = textConstant(rewriter, loc, module, op.getText());
    Value place = textConstant(rewriter, loc, module, locationText(loc));
    size_t count = adaptor.getValues().size();
    Value slots = LLVM::AllocaOp::create(
        rewriter, loc, ptr, i64,
        LLVM::ConstantOp::create(rewriter, loc, i64,
                                 rewriter.getI64IntegerAttr(count)));
    for (auto [index, value] : llvm::enumerate(adaptor.getValues())) {
      Value slot = LLVM::GEPOp::create(rewriter, loc, ptr, i64, slots,
                                       ArrayRef<LLVM::GEPArg>{int32_t(index)});
      LLVM::StoreOp::create(rewriter, loc, value, slot);
    }
    auto constant = [&](int64_t value) -> Value {
      return LLVM::ConstantOp::create(rewriter, loc, i32,
                                      rewriter.getI32IntegerAttr(value));
    };
    LLVM::CallOp::create(
        rewriter, loc, fail,
        ValueRange{constant(op.getUnsupported() ? RM_ERROR_UNSUPPORTED
                                                : RM_ERROR_SHAPE),
                   text, place, slots, constant(count)});
    LLVM::UnreachableOp::create(rewriter, loc);
    rewriter.setInsertionPointToEnd(before);
    LLVM::CondBrOp::create(rewriter, loc, adaptor.getCondition(), after,
                           failed);
    rewriter.eraseOp(op);
    return success();
  }
};

/// memref.alloc becomes a call of the runtime with the operation's place, so
/// that a lack of memory is reported like a failed check.
struct AllocToLLVM : ConvertOpToLLVMPattern<memref::AllocOp> {
  explicit AllocToLLVM(const LLVMTypeConverter &converter)
      : ConvertOpToLLVMPattern(converter, /*benefit=*/2) {}

  LogicalResult
  matchAndRewrite(memref::AllocOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    MemRefType type = op.getType();
    if (!isConvertibleAndHasIdentityMaps(type))
      return rewriter.notifyMatchFailure(op, "the memory is not row-major");
    auto module = op->getParentOfType<ModuleOp>();
    Type i64 = rewriter.getI64Type(),
         ptr = LLVM::LLVMPointerType::get(op.getContext());
    LLVM::LLVMFuncOp alloc =
        declareRuntimeFunction(module, "rm_alloc_at", ptr, {i64, i64, ptr});
    SmallVector<Value> sizes, strides;
    Value bytes;
    getMemRefDescriptorSizes(loc, type, adaptor.getDynamicSizes(), rewriter,
                             sizes, strides, bytes, /*sizeInBytes=*/true);
    // What the runtime aligns to where nothing else is asked for.
    uint64_t align = std::max<uint64_t>(op.getAlignment().value_or(0), 64);
    Value alignment = LLVM::ConstantOp::create(
        rewriter, loc, i64, rewriter.getI64IntegerAttr(align));
    Value place = textConstant(rewriter, loc, module, locationText(loc));
    Value memory = LLVM::CallOp::create(rewriter, loc, alloc,
                                        ValueRange{bytes, alignment, place})
                       .getResult();
    Value descriptor = createMemRefDescriptor(loc, type, memory, memory, sizes,
                                              strides, rewriter);
    rewriter.replaceOp(op, descriptor);
    return success();
  }
};

struct ConvertHostToLLVMPass
    : runmat::impl::ConvertHostToLLVMBase<ConvertHostToLLVMPass> {
  void getDependentDialects(DialectRegistry &registry) const override {
    // Patterns build operations of these on the way.
    registry
        .insert<LLVM::LLVMDialect, affine::AffineDialect, arith::ArithDialect,
                cf::ControlFlowDialect, func::FuncDialect,
                memref::MemRefDialect, ub::UBDialect, vector::VectorDialect>();
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    MLIRContext *context = &getContext();
    // What bufferization was told about arguments has served, and LLVM has no
    // such attribute.
    for (auto function : module.getOps<func::FuncOp>())
      function.removeArgAttrsAttr();

    LowerToLLVMOptions options(context);
    // Memory is given back through a named function, which the object file
    // maps to rm_free.
    options.allocLowering = LowerToLLVMOptions::AllocLowering::AlignedAlloc;
    options.useGenericFunctions = true;
    LLVMTypeConverter converter(context, options);
    LLVMConversionTarget target(*context);
    target.addLegalOp<ModuleOp>();

    SymbolTableCollection symbols;
    RewritePatternSet patterns(context);
    populateSCFToControlFlowConversionPatterns(patterns);
    cf::populateControlFlowToLLVMConversionPatterns(converter, patterns);
    index::populateIndexToLLVMConversionPatterns(converter, patterns);
    arith::populateCeilFloorDivExpandOpsPatterns(patterns);
    arith::populateExpandBFloat16Patterns(patterns);
    arith::populateArithToLLVMConversionPatterns(converter, patterns);
    // What has an instruction is not a call: libm has all of these too.
    populateMathToLLVMConversionPatterns(converter, patterns,
                                         /*approximateLog1p=*/false,
                                         /*benefit=*/2);
    populateMathToLibmConversionPatterns(patterns);
    memref::populateExpandStridedMetadataPatterns(patterns);
    populateFinalizeMemRefToLLVMConversionPatterns(converter, patterns,
                                                   &symbols);
    vector::populateVectorInsertExtractStridedSliceTransforms(patterns);
    // Masks cover parts of one vector: 32-bit lane numbers do.
    vector::populateVectorMaskMaterializationPatterns(
        patterns, /*force32BitVectorIndices=*/true);
    // Sizes that are known make masks constant.
    vector::populateVectorMaskOpLoweringPatterns(patterns);
    populateVectorToLLVMConversionPatterns(converter, patterns);
    ub::populateUBToLLVMConversionPatterns(converter, patterns);
    populateFuncToLLVMConversionPatterns(converter, patterns, &symbols);
    patterns.add<CheckToLLVM>(converter, context);
    patterns.add<AllocToLLVM>(converter);
    populateOffloadToLLVMPatterns(converter, patterns);
    if (failed(applyFullConversion(module, target, std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
