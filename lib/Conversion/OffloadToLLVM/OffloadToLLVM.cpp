// Device operations as calls of the runtime library (runmat/Runtime/Runtime.h).
// Arrays that a call takes by pointer are allocas of the function's entry
// block, so that a launch in a loop does not grow the stack.
#include "runmat/Conversion/OffloadToLLVM.h"

#include "runmat/Dialect/Offload/Offload.h"
#include "runmat/Runtime/Runtime.h"
#include "runmat/Support/ElementType.h"
#include "runmat/Support/Location.h"
#include "runmat/Support/RuntimeFunction.h"

#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/Pattern.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::offload;

namespace {

/// Calls of the runtime from one place.
struct Calls {
  Calls(Operation *op, ConversionPatternRewriter &rewriter)
      : b(rewriter), loc(op->getLoc()), op(op),
        module(op->getParentOfType<ModuleOp>()), i32(b.getI32Type()),
        i64(b.getI64Type()), ptr(LLVM::LLVMPointerType::get(b.getContext())) {}

  Value constant(Type type, int64_t value) {
    return LLVM::ConstantOp::create(b, loc, type,
                                    b.getIntegerAttr(type, value));
  }

  Value call(StringRef name, Type result, ValueRange arguments) {
    LLVM::LLVMFuncOp callee =
        declareRuntimeFunction(module, name, result, arguments.getTypes());
    auto made = LLVM::CallOp::create(b, loc, callee, arguments);
    return result ? made.getResult() : Value();
  }

  /// An array of `count` elements of `type` on the stack.
  Value onStack(Type type, int64_t count) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(
        &op->getParentOfType<FunctionOpInterface>().getFunctionBody().front());
    return LLVM::AllocaOp::create(b, loc, ptr, type, constant(i64, count));
  }

  void put(Value array, Type type, int64_t at, Value value) {
    Value slot = LLVM::GEPOp::create(b, loc, ptr, type, array,
                                     ArrayRef<LLVM::GEPArg>{int32_t(at)});
    LLVM::StoreOp::create(b, loc, value, slot);
  }

  /// The address of the program's tables, which come later.
  Value program() {
    auto made = module.lookupSymbol<LLVM::GlobalOp>(RM_PROGRAM_SYMBOL);
    if (!made) {
      OpBuilder top = OpBuilder::atBlockBegin(module.getBody());
      made = LLVM::GlobalOp::create(
          top, module.getLoc(), b.getI8Type(), /*isConstant=*/true,
          LLVM::Linkage::External, RM_PROGRAM_SYMBOL, Attribute());
    }
    return LLVM::AddressOfOp::create(b, loc, made);
  }

  Value text(StringRef text) { return textConstant(b, loc, module, text); }

  ConversionPatternRewriter &b;
  Location loc;
  Operation *op;
  ModuleOp module;
  Type i32, i64, ptr;
};

/// The bytes of a row-major memref, and the address of its first element.
std::pair<Value, Value> hostMemory(Calls &calls, MemRefType type,
                                   Value descriptorValue,
                                   const LLVMTypeConverter &converter) {
  MemRefDescriptor descriptor(descriptorValue);
  Value data = descriptor.bufferPtr(calls.b, calls.loc, converter, type);
  unsigned bits = type.getElementType().getIntOrFloatBitWidth();
  Value bytes = calls.constant(calls.i64, std::max(bits / 8, 1u));
  for (int64_t dim = 0; dim != type.getRank(); ++dim) {
    Value size = type.isDynamicDim(dim)
                     ? descriptor.size(calls.b, calls.loc, dim)
                     : calls.constant(calls.i64, type.getDimSize(dim));
    bytes = LLVM::MulOp::create(calls.b, calls.loc, bytes, size);
  }
  return {data, bytes};
}

template <typename Op> struct Lowering : ConvertOpToLLVMPattern<Op> {
  using ConvertOpToLLVMPattern<Op>::ConvertOpToLLVMPattern;
  using Adaptor = typename Op::Adaptor;
};

struct LowerAlloc : Lowering<AllocOp> {
  using Lowering::Lowering;
  LogicalResult
  matchAndRewrite(AllocOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Calls calls(op, rewriter);
    rewriter.replaceOp(
        op, calls.call("rm_gpu_alloc", calls.i64, adaptor.getBytes()));
    return success();
  }
};

struct LowerFree : Lowering<FreeOp> {
  using Lowering::Lowering;
  LogicalResult
  matchAndRewrite(FreeOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Calls(op, rewriter).call("rm_gpu_free", Type(), adaptor.getBuffer());
    rewriter.eraseOp(op);
    return success();
  }
};

struct LowerFill : Lowering<FillOp> {
  using Lowering::Lowering;
  LogicalResult
  matchAndRewrite(FillOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Calls(op, rewriter)
        .call("rm_gpu_fill", Type(),
              {adaptor.getBuffer(), adaptor.getPattern(), adaptor.getBytes()});
    rewriter.eraseOp(op);
    return success();
  }
};

/// The runtime queues work in order and sees every access to a buffer.
struct LowerBarrier : Lowering<BarrierOp> {
  using Lowering::Lowering;
  LogicalResult
  matchAndRewrite(BarrierOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.eraseOp(op);
    return success();
  }
};

struct LowerUpload : Lowering<UploadOp> {
  using Lowering::Lowering;
  LogicalResult
  matchAndRewrite(UploadOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type = dyn_cast<MemRefType>(op.getSource().getType());
    if (!type || !type.getLayout().isIdentity())
      return rewriter.notifyMatchFailure(op, "the source is not row-major");
    Calls calls(op, rewriter);
    auto [data, bytes] =
        hostMemory(calls, type, adaptor.getSource(), *getTypeConverter());
    Value buffer = calls.call("rm_gpu_alloc", calls.i64, bytes);
    calls.call("rm_gpu_upload", Type(), {buffer, data, bytes});
    rewriter.replaceOp(op, buffer);
    return success();
  }
};

struct LowerDownload : Lowering<DownloadOp> {
  using Lowering::Lowering;
  LogicalResult
  matchAndRewrite(DownloadOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type = dyn_cast<MemRefType>(op.getInit().getType());
    if (!type || !type.getLayout().isIdentity())
      return rewriter.notifyMatchFailure(op,
                                         "the destination is not row-major");
    Calls calls(op, rewriter);
    auto [data, bytes] =
        hostMemory(calls, type, adaptor.getInit(), *getTypeConverter());
    calls.call("rm_gpu_download", Type(), {adaptor.getBuffer(), data, bytes});
    rewriter.eraseOp(op);
    return success();
  }
};

Value tensorSlot(Calls &calls, Value table, int64_t index) {
  Value address = LLVM::AddOp::create(
      calls.b, calls.loc, table,
      calls.constant(calls.i64, index * int64_t(sizeof(rm_tensor))));
  return LLVM::IntToPtrOp::create(calls.b, calls.loc, calls.ptr, address);
}

struct LowerArgument : Lowering<ArgumentOp> {
  using Lowering::Lowering;
  LogicalResult
  matchAndRewrite(ArgumentOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Calls calls(op, rewriter);
    Value slot = tensorSlot(calls, adaptor.getArgs(), op.getIndex());
    rewriter.replaceOp(op, calls.call("rm_gpu_argument", calls.i64, slot));
    return success();
  }
};

struct LowerResult : Lowering<ResultOp> {
  using Lowering::Lowering;
  LogicalResult
  matchAndRewrite(ResultOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    std::optional<rm_dtype> dtype = dtypeOf(op.getElement());
    if (!dtype)
      return rewriter.notifyMatchFailure(op, "no rm_dtype for the element");
    Calls calls(op, rewriter);
    size_t rank = adaptor.getSizes().size();
    Value sizes = calls.onStack(calls.i64, std::max<size_t>(rank, 1));
    for (auto [i, size] : llvm::enumerate(adaptor.getSizes()))
      calls.put(sizes, calls.i64, i, size);
    Value slot = tensorSlot(calls, adaptor.getResults(), op.getIndex());
    calls.call("rm_gpu_result", Type(),
               {slot, adaptor.getBuffer(), calls.constant(calls.i32, *dtype),
                calls.constant(calls.i32, rank), sizes});
    rewriter.eraseOp(op);
    return success();
  }
};

struct LowerDispatch : Lowering<DispatchOp> {
  using Lowering::Lowering;
  LogicalResult
  matchAndRewrite(DispatchOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Calls calls(op, rewriter);
    auto table = calls.module->getAttrOfType<ArrayAttr>("offload.kernels");
    std::optional<int64_t> number;
    for (auto [i, entry] :
         llvm::enumerate(table ? table.getValue() : ArrayRef<Attribute>()))
      if (cast<DictionaryAttr>(entry).getAs<StringAttr>("name") ==
          op.getKernelAttr())
        number = i;
    if (!number)
      return op.emitOpError("names kernel '")
             << op.getKernel() << "', which offload.kernels does not have";

    // rm_gpu_binding: handle, offset, bytes.
    size_t count = adaptor.getBuffers().size();
    Value bindings = calls.onStack(calls.i64, std::max<size_t>(count * 3, 1));
    for (size_t i = 0; i != count; ++i) {
      calls.put(bindings, calls.i64, i * 3, adaptor.getBuffers()[i]);
      calls.put(bindings, calls.i64, i * 3 + 1, adaptor.getOffsets()[i]);
      calls.put(bindings, calls.i64, i * 3 + 2, adaptor.getBytes()[i]);
    }
    size_t words = adaptor.getPush().size();
    Value push = calls.onStack(calls.i32, std::max<size_t>(words, 1));
    for (auto [i, value] : llvm::enumerate(adaptor.getPush())) {
      Value word = value;
      if (value.getType().isInteger(64))
        word = LLVM::TruncOp::create(rewriter, op.getLoc(), calls.i32, value);
      calls.put(push, calls.i32, i, word);
    }
    Value grid = calls.onStack(calls.i32, 3);
    Value sizes[3] = {adaptor.getGridX(), adaptor.getGridY(),
                      adaptor.getGridZ()};
    for (auto [i, value] : llvm::enumerate(sizes)) {
      Value word =
          LLVM::TruncOp::create(rewriter, op.getLoc(), calls.i32, value);
      calls.put(grid, calls.i32, i, word);
    }
    calls.call("rm_gpu_dispatch", Type(),
               {calls.program(), calls.constant(calls.i32, *number), bindings,
                calls.constant(calls.i32, count), push,
                calls.constant(calls.i32, words * 4), grid,
                calls.text(locationText(op.getLoc()))});
    rewriter.eraseOp(op);
    return success();
  }
};

struct LowerLimit : Lowering<LimitOp> {
  using Lowering::Lowering;
  LogicalResult
  matchAndRewrite(LimitOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Calls calls(op, rewriter);
    rewriter.replaceOp(op,
                       calls.call("rm_gpu_limit", calls.i64,
                                  calls.constant(calls.i32, op.getWhich())));
    return success();
  }
};

struct LowerCount : Lowering<CountOp> {
  using Lowering::Lowering;
  LogicalResult
  matchAndRewrite(CountOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Calls calls(op, rewriter);
    Value delta = adaptor.getDelta();
    calls.call("rm_count", Type(),
               {calls.text(op.getCounter().str()),
                delta ? delta : calls.constant(calls.i64, 1)});
    rewriter.eraseOp(op);
    return success();
  }
};

/// Both marks: calls that take the program and the unit's number.
template <typename Op> struct LowerMark : Lowering<Op> {
  using Lowering<Op>::Lowering;
  LogicalResult
  matchAndRewrite(Op op, typename Op::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    constexpr bool begins = std::is_same_v<Op, UnitBeginOp>;
    Calls calls(op, rewriter);
    calls.call(begins ? "rm_unit_begin" : "rm_unit_end", Type(),
               {calls.program(), calls.constant(calls.i32, op.getUnit())});
    rewriter.eraseOp(op);
    return success();
  }
};

struct LowerPlace : Lowering<PlaceOp> {
  using Lowering::Lowering;
  LogicalResult
  matchAndRewrite(PlaceOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Calls calls(op, rewriter);
    Value answer =
        calls.call("rm_place", calls.i32,
                   {calls.program(), calls.constant(calls.i32, op.getUnit())});
    rewriter.replaceOpWithNewOp<LLVM::ICmpOp>(
        op, LLVM::ICmpPredicate::ne, answer, calls.constant(calls.i32, 0));
    return success();
  }
};

} // namespace

void runmat::populateOffloadToLLVMPatterns(LLVMTypeConverter &converter,
                                           RewritePatternSet &patterns) {
  converter.addConversion([](BufferType type) -> Type {
    return IntegerType::get(type.getContext(), 64);
  });
  patterns.add<LowerAlloc, LowerFree, LowerFill, LowerBarrier, LowerUpload,
               LowerDownload, LowerArgument, LowerResult, LowerDispatch,
               LowerLimit, LowerPlace, LowerCount, LowerMark<UnitBeginOp>,
               LowerMark<UnitEndOp>>(converter);
}
