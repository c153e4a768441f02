// Units become buffers and dispatches on tensors: an upload reads a tensor, a
// download writes one, so that bufferization places host memory as for any
// other operation. A value that a unit left on the device is used from there; a
// download that nobody reads is not made. Buffers are freed behind their last
// use.
#include "runmat/Conversion/FusedToOffload.h"

#include "UnitLowering.h"
#include "runmat/Dialect/Fused/Fused.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace runmat {
#define GEN_PASS_DEF_CONVERTFUSEDTOOFFLOAD
#include "runmat/Conversion/FusedToOffloadPasses.h.inc"
} // namespace runmat

using namespace mlir;
using namespace runmat;

namespace {

/// The work of one function.
class FunctionLowering {
public:
  FunctionLowering(func::FuncOp function, const OffloadOptions &options,
                   DeviceTables &tables)
      : function(function), options(options), tables(tables) {}

  LogicalResult run();

private:
  LogicalResult convert(Operation *unit, const KernelPlan &plan,
                        int32_t unitIndex);
  Value bufferOf(Value tensor, Operation *user);
  void prepareEntry();
  void returnFromDevice();
  void freeBuffers();

  func::FuncOp function;
  const OffloadOptions &options;
  DeviceTables &tables;
  llvm::MapVector<Value, Value> onDevice; // tensor -> buffer
  SmallVector<Value> owned;               // buffers that this function frees
  Value argsPointer, resultsPointer;
};

} // namespace

/// Where a copy of `value` for `user` is made: behind the value where only
/// loops lie between, else in front of the user. A branch may never be taken,
/// so nothing is moved out of one.
static OpBuilder uploadPoint(Value value, Operation *user) {
  Block *home = value.getParentBlock();
  Operation *at = user;
  while (at->getBlock() != home && isa<LoopLikeOpInterface>(at->getParentOp()))
    at = at->getParentOp();
  return OpBuilder(at);
}

Value FunctionLowering::bufferOf(Value tensor, Operation *user) {
  auto found = onDevice.find(tensor);
  if (found != onDevice.end()) {
    // Valid where the buffer's definition dominates: its block is the user's or
    // around it.
    Block *block = found->second.getParentBlock();
    for (Operation *at = user; at; at = at->getParentOp())
      if (at->getBlock() == block)
        return found->second;
  }
  auto argument = dyn_cast<BlockArgument>(tensor);
  if (argsPointer && argument &&
      argument.getOwner() == &function.getBody().front()) {
    // In front of the first use, not at the start: a branch may not need it.
    OpBuilder at = uploadPoint(tensor, user);
    Value buffer = offload::ArgumentOp::create(
        at, user->getLoc(), offload::BufferType::get(user->getContext()),
        argsPointer, argument.getArgNumber());
    onDevice[tensor] = buffer;
    return buffer;
  }
  OpBuilder builder = uploadPoint(tensor, user);
  Value buffer = offload::UploadOp::create(
      builder, user->getLoc(), offload::BufferType::get(user->getContext()),
      tensor);
  onDevice[tensor] = buffer;
  owned.push_back(buffer);
  return buffer;
}

LogicalResult FunctionLowering::convert(Operation *unit, const KernelPlan &plan,
                                        int32_t unitIndex) {
  OpBuilder builder(unit);
  Location loc = unit->getLoc();
  scf::IfOp choice;
  if (options.units == OffloadUnits::AtRunTime) {
    Value onGPU =
        offload::PlaceOp::create(builder, loc, builder.getI1Type(), unitIndex);
    choice = scf::IfOp::create(builder, loc, unit->getResultTypes(), onGPU,
                               /*addThenBlock=*/true, /*addElseBlock=*/true);
    unit->replaceAllUsesWith(choice.getResults());
    unit->moveBefore(choice.elseBlock(), choice.elseBlock()->end());
    builder.setInsertionPointToEnd(choice.elseBlock());
    scf::YieldOp::create(builder, loc, unit->getResults());
    // A place holder for the unit's position in the other branch.
    builder.setInsertionPointToEnd(choice.thenBlock());
    auto yield = scf::YieldOp::create(builder, loc, ValueRange());
    builder.setInsertionPoint(yield);
    UnitLowering lowering(builder, unit, plan, tables, unitIndex);
    lowering.emit([&](Value tensor) { return bufferOf(tensor, yield); });
    for (Value buffer : lowering.ownedBuffers)
      owned.push_back(buffer);
    yield.getResultsMutable().append(lowering.downloads);
    return success();
  }
  UnitLowering lowering(builder, unit, plan, tables, unitIndex);
  lowering.emit([&](Value tensor) { return bufferOf(tensor, unit); });
  for (Value buffer : lowering.ownedBuffers)
    owned.push_back(buffer);
  for (auto [download, buffer] :
       llvm::zip_equal(lowering.downloads, lowering.resultBuffers))
    onDevice[download] = buffer;
  unit->replaceAllUsesWith(lowering.downloads);
  unit->erase();
  return success();
}

/// Adds the entry's two pointers, for arguments and results on the device.
void FunctionLowering::prepareEntry() {
  if (!options.deviceValues || !function.isPublic())
    return;
  Type pointer = IntegerType::get(function.getContext(), 64);
  unsigned count = function.getNumArguments();
  if (failed(function.insertArguments({count, count}, {pointer, pointer},
                                      {DictionaryAttr(), DictionaryAttr()},
                                      {function.getLoc(), function.getLoc()})))
    return;
  function->setAttr("offload.abi", UnitAttr::get(function.getContext()));
  argsPointer = function.getArgument(count);
  resultsPointer = function.getArgument(count + 1);
}

/// Results that are downloads and nothing else stay on the device.
void FunctionLowering::returnFromDevice() {
  if (!resultsPointer || !function.getBody().hasOneBlock())
    return;
  auto exit = cast<func::ReturnOp>(function.getBody().front().getTerminator());
  SmallVector<int32_t> indices;
  SmallVector<Value> kept;
  SmallVector<Type> keptTypes;
  SmallVector<Value> given; // buffers that now belong to results
  OpBuilder builder(exit);
  for (auto [i, value] : llvm::enumerate(exit.getOperands())) {
    auto download = value.getDefiningOp<offload::DownloadOp>();
    if (!download || !llvm::is_contained(owned, download.getBuffer()) ||
        llvm::is_contained(given, download.getBuffer())) {
      kept.push_back(value);
      keptTypes.push_back(value.getType());
      continue;
    }
    auto type = cast<RankedTensorType>(value.getType());
    SmallVector<Value> sizes;
    auto empty = download.getInit().getDefiningOp<tensor::EmptyOp>();
    unsigned dynamic = 0;
    for (int64_t dim = 0; dim != type.getRank(); ++dim)
      sizes.push_back(type.isDynamicDim(dim)
                          ? empty.getDynamicSizes()[dynamic++]
                          : Value(arith::ConstantIndexOp::create(
                                builder, exit.getLoc(), type.getDimSize(dim))));
    offload::ResultOp::create(builder, exit.getLoc(), download.getBuffer(),
                              resultsPointer, i, type.getElementType(), sizes);
    given.push_back(download.getBuffer());
    indices.push_back(i);
  }
  if (indices.empty())
    return;
  for (Value buffer : given)
    llvm::erase(owned, buffer);
  exit.getOperandsMutable().assign(kept);
  function.setFunctionType(FunctionType::get(
      function.getContext(), function.getArgumentTypes(), keptTypes));
  if (ArrayAttr attrs = function.getResAttrsAttr()) {
    SmallVector<Attribute> left;
    for (auto [i, attr] : llvm::enumerate(attrs))
      if (!llvm::is_contained(indices, int32_t(i)))
        left.push_back(attr);
    function.setResAttrsAttr(ArrayAttr::get(function.getContext(), left));
  }
  function->setAttr("offload.device_results",
                    DenseI32ArrayAttr::get(function.getContext(), indices));
}

void FunctionLowering::freeBuffers() {
  for (Value buffer : owned) {
    Operation *definition = buffer.getDefiningOp();
    if (buffer.use_empty()) {
      definition->erase();
      continue;
    }
    Operation *last = definition;
    for (Operation *user : buffer.getUsers()) {
      Operation *at = buffer.getParentBlock()->findAncestorOpInBlock(*user);
      if (last->isBeforeInBlock(at))
        last = at;
    }
    OpBuilder builder(last->getContext());
    builder.setInsertionPointAfter(last);
    offload::FreeOp::create(builder, last->getLoc(), buffer);
  }
}

LogicalResult FunctionLowering::run() {
  bool prepared = false;
  for (fused::NestOp unit : collectUnits(function)) {
    auto device = unit->getAttrOfType<StringAttr>("device");
    StringRef pinned = device ? device.getValue() : StringRef();
    if (pinned == "cpu" ||
        (options.units == OffloadUnits::Pinned && pinned != "gpu"))
      continue;
    KernelPlan plan;
    if (auto refusal =
            planUnit(unit, tables.kernelModule(), options.profile, plan)) {
      reportRefusal(unit, *refusal);
      OpBuilder builder(unit);
      offload::CountOp::create(
          builder, unit->getLoc(),
          ("fallback: " + fused::nameOf(unit) + ": " + refusal->reason())
              .str());
      continue;
    }
    if (!prepared)
      prepareEntry();
    prepared = true;
    std::optional<int32_t> number = unitNumber(unit);
    if (!number)
      return unit->emitError("is not marked; run mark-units first");
    if (failed(convert(unit, plan, *number)))
      return failure();
  }
  // Unused downloads first: what they wait for need not be waited for.
  function.walk([&](offload::DownloadOp download) {
    if (download.getResult() && download.getResult().use_empty())
      download.erase();
  });
  returnFromDevice();
  function.walk([&](offload::DownloadOp download) {
    if (download.getResult() && download.getResult().use_empty())
      download.erase();
  });
  freeBuffers();
  return success();
}

/// An entry's arguments and results change where device values are passed. What
/// other functions call is a private copy, which keeps the program's own.
static void separateCallees(ModuleOp module) {
  SymbolTable symbols(module);
  for (func::FuncOp function : llvm::to_vector(module.getOps<func::FuncOp>())) {
    if (!function.isPublic() || function.isDeclaration() ||
        SymbolTable::symbolKnownUseEmpty(function, module))
      continue;
    func::FuncOp callee = function.clone();
    callee.setPrivate();
    StringAttr name = symbols.insert(callee);
    LogicalResult replaced = SymbolTable::replaceAllSymbolUses(
        function.getSymNameAttr(), name, module);
    assert(succeeded(replaced) && "calls are all uses of a function");
    (void)replaced;
  }
}

LogicalResult runmat::convertFusedToOffload(ModuleOp module,
                                            const OffloadOptions &options) {
  if (options.deviceValues)
    separateCallees(module);
  DeviceTables tables(module);
  SmallVector<func::FuncOp> functions(module.getOps<func::FuncOp>());
  for (func::FuncOp function : functions)
    if (!function.isDeclaration() &&
        failed(FunctionLowering(function, options, tables).run()))
      return failure();
  return tables.finish();
}

namespace {

struct ConvertFusedToOffloadPass
    : public runmat::impl::ConvertFusedToOffloadBase<
          ConvertFusedToOffloadPass> {
  using ConvertFusedToOffloadBase::ConvertFusedToOffloadBase;
  explicit ConvertFusedToOffloadPass(const OffloadOptions &options)
      : fixed(options) {}

  void runOnOperation() override {
    if (fixed) {
      if (failed(convertFusedToOffload(getOperation(), *fixed)))
        signalPassFailure();
      return;
    }
    OffloadOptions options;
    Result<DeviceProfile> known = DeviceProfile::load(profile);
    if (!known) {
      getOperation().emitError(known.error().message);
      return signalPassFailure();
    }
    options.profile = *known;
    options.deviceValues = deviceValues;
    options.units = atRunTime  ? OffloadUnits::AtRunTime
                    : allUnits ? OffloadUnits::All
                               : OffloadUnits::Pinned;
    if (failed(convertFusedToOffload(getOperation(), options)))
      signalPassFailure();
  }

private:
  std::optional<OffloadOptions> fixed;
};

} // namespace

std::unique_ptr<Pass>
runmat::createConvertFusedToOffloadPass(const OffloadOptions &options) {
  return std::make_unique<ConvertFusedToOffloadPass>(options);
}
