// A KernelPlan as operations. Which variant runs is a chain of scf.if on sizes,
// folded away where sizes are static; where none fits, the program ends with an
// error that names the device's limit.
#include "UnitLowering.h"

#include "runmat/Dialect/Fused/Fused.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace runmat;

// -- tables

gpu::GPUModuleOp DeviceTables::kernelModule() {
  if (!kernels)
    kernels = getKernelModule(module);
  return kernels;
}

std::string DeviceTables::addKernel(const Kernel &kernel, int32_t unit) {
  // An entry names one unit, so that telemetry knows whose time it is.
  std::string name = kernel.name + "@" + std::to_string(unit);
  if (!names.insert({name, true}).second)
    return name;
  Builder b(module.getContext());
  SmallVector<int32_t> access;
  for (const KernelBinding &binding : kernel.bindings)
    access.push_back(binding.access);
  auto number = [&](StringRef key, int64_t value) {
    return b.getNamedAttr(key, b.getI32IntegerAttr(value));
  };
  table.push_back(b.getDictionaryAttr(
      {b.getNamedAttr("name", b.getStringAttr(name)),
       b.getNamedAttr("entry", b.getStringAttr(kernel.name)),
       number("unit", unit),
       b.getNamedAttr("access", b.getDenseI32ArrayAttr(access)),
       number("push_bytes", kernel.push.size() * 4),
       b.getNamedAttr("workgroup",
                      b.getDenseI32ArrayAttr({int32_t(kernel.workgroup[0]),
                                              int32_t(kernel.workgroup[1]),
                                              int32_t(kernel.workgroup[2])})),
       number("subgroup_size", kernel.subgroupSize),
       number("shared_bytes", kernel.sharedBytes),
       number("flags", kernel.flags)}));
  return name;
}

LogicalResult DeviceTables::finish() {
  if (!kernels)
    return success();
  // Sizes that are known may leave variants without a launch.
  llvm::StringSet<> launched;
  for (auto entry : ArrayRef(table))
    launched.insert(
        cast<DictionaryAttr>(entry).getAs<StringAttr>("entry").getValue());
  for (auto kernel : llvm::to_vector(kernels.getOps<gpu::GPUFuncOp>()))
    if (!launched.contains(kernel.getName()))
      kernel.erase();
  if (table.empty()) {
    kernels.erase();
    return success();
  }
  Builder b(module.getContext());
  module->setAttr("offload.kernels", b.getArrayAttr(table));
  return success();
}

// -- sizes

/// The greatest number instead of one beyond 63 bits: it is beyond every limit
/// of a device, where a wrapped one might not be.
Value UnitLowering::saturate(Value value) {
  Value fits =
      arith::CmpIOp::create(b, arith::CmpIPredicate::sge, value, index(0));
  return arith::SelectOp::create(b, fits, value,
                                 index(std::numeric_limits<int64_t>::max()));
}

/// A number that the device sees as a word.
Value UnitLowering::emitWord(const SizeExpr &expr) {
  Value value = emit(expr);
  constexpr int64_t kMost = std::numeric_limits<uint32_t>::max();
  if (expr.isConstant() && expr.constant() <= kMost)
    return value;
  Value fits =
      arith::CmpIOp::create(b, arith::CmpIPredicate::ule, value, index(kMost));
  offload::CheckOp::create(b, fits,
                           fused::nameOf(unit) +
                               ": sizes need numbers of more than 32 bits on "
                               "the device, {0}",
                           ValueRange{value}, /*unsupported=*/true);
  return value;
}

Value UnitLowering::emit(const SizeExpr &expr) {
  using Kind = SizeExpr::Kind;
  switch (expr.kind()) {
  case Kind::Constant:
    return index(expr.constant());
  case Kind::Overflow:
    return index(std::numeric_limits<int64_t>::max());
  case Kind::Scalar:
    return unit->getOperand(expr.index());
  case Kind::Dim:
    return tensor::DimOp::create(b, unit->getOperand(expr.index()),
                                 expr.dimNumber());
  case Kind::Limit:
    return offload::LimitOp::create(b, b.getIndexType(), expr.index());
  case Kind::Value:
    return values[expr.index()];
  case Kind::Window:
    return window;
  default:
    break;
  }
  Value x = emit(expr.lhs()), y = emit(expr.rhs());
  switch (expr.kind()) {
  case Kind::Add:
    return saturate(arith::AddIOp::create(b, x, y));
  case Kind::Sub:
    // Below 0 is as good as far beyond every limit.
    return saturate(arith::SubIOp::create(b, x, y));
  case Kind::Mul: {
    auto product = arith::MulUIExtendedOp::create(b, x, y);
    Value low = saturate(product.getLow());
    Value fits = arith::CmpIOp::create(b, arith::CmpIPredicate::eq,
                                       product.getHigh(), index(0));
    return arith::SelectOp::create(b, fits, low,
                                   index(std::numeric_limits<int64_t>::max()));
  }
  case Kind::FloorDiv:
    return arith::DivUIOp::create(b, x, y);
  case Kind::CeilDiv:
    return arith::CeilDivUIOp::create(b, x, y);
  case Kind::Mod:
    return arith::RemUIOp::create(b, x, y);
  case Kind::Min:
    return arith::MinUIOp::create(b, x, y);
  default:
    return arith::MaxUIOp::create(b, x, y);
  }
}

Value UnitLowering::emit(const SizeCondition &condition) {
  return arith::CmpIOp::create(b,
                               condition.kind == SizeCondition::Kind::Equal
                                   ? arith::CmpIPredicate::eq
                                   : arith::CmpIPredicate::ule,
                               emit(condition.lhs), emit(condition.rhs));
}

// -- launches

void UnitLowering::emit(const Launch &launch) {
  // Known sizes may leave nothing to do.
  for (const SizeExpr &groups : launch.grid)
    if (groups.isConstant() && groups.constant() == 0)
      return;
  const Kernel &kernel = plan.kernels[launch.kernel];
  SmallVector<Value> buffers, offsets, bytes, push;
  Value parameters;
  for (const LaunchBinding &binding : launch.bindings) {
    switch (binding.buffer.kind) {
    case BufferRef::Kind::Operand:
      buffers.push_back(operandBuffers[binding.buffer.index]);
      break;
    case BufferRef::Kind::Result:
      buffers.push_back(resultBuffers[binding.buffer.index]);
      break;
    case BufferRef::Kind::Workspace:
      buffers.push_back(workspaces[binding.buffer.index]);
      break;
    case BufferRef::Kind::Parameters:
      parameters = uploadParameters(launch.parameters);
      buffers.push_back(parameters);
      break;
    }
    offsets.push_back(emit(binding.offset));
    bytes.push_back(emit(binding.bytes));
  }
  for (auto [field, expr] : llvm::zip_equal(kernel.push, launch.push)) {
    Value value = field.isFloat ? emit(expr) : emitWord(expr);
    if (field.isFloat) {
      Value wide = arith::IndexCastOp::create(b, b.getI64Type(), value);
      value = arith::SIToFPOp::create(b, b.getF32Type(), wide);
    }
    push.push_back(value);
  }
  std::string name = tables.addKernel(kernel, unitIndex);
  offload::DispatchOp::create(
      b, name, buffers, offsets, bytes, push, emitWord(launch.grid[0]),
      emitWord(launch.grid[1]), emitWord(launch.grid[2]));
  if (parameters)
    offload::FreeOp::create(b, parameters);
}

/// Parameters beyond what push constants hold.
Value UnitLowering::uploadParameters(ArrayRef<SizeExpr> numbers) {
  SmallVector<Value> words;
  for (const SizeExpr &number : numbers) {
    Value wide =
        arith::IndexCastOp::create(b, b.getI64Type(), emitWord(number));
    words.push_back(arith::TruncIOp::create(b, b.getI32Type(), wide));
  }
  Value tensor = tensor::FromElementsOp::create(b, words);
  return offload::UploadOp::create(b, offload::BufferType::get(b.getContext()),
                                   tensor);
}

void UnitLowering::emit(const Step &step) {
  if (step.windows.is(0))
    return;
  if (step.windows.is(1)) {
    for (const Launch &launch : step.launches)
      emit(launch);
    return;
  }
  auto loop = scf::ForOp::create(b, index(0), emit(step.windows), index(1));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  window = loop.getInductionVar();
  for (const Launch &launch : step.launches)
    emit(launch);
  window = {};
}

void UnitLowering::emit(const Variant &variant) {
  for (const Step &step : variant.steps)
    emit(step);
}

void UnitLowering::emitVariants(unsigned first) {
  assert(!plan.variants.empty() && "sizes that nothing fits are refused");
  if (first == plan.variants.size()) {
    // Texts have the form that offload.check and the runtime's tables know.
    std::string name = fused::nameOf(unit);
    for (const SizeCondition &condition : plan.variants.back().conditions)
      if (!condition.limit.empty() && condition.known() != 1)
        offload::CheckOp::create(b, emit(condition),
                                 name + ": " + condition.limit,
                                 ValueRange{emit(condition.rhs)},
                                 /*unsupported=*/true);
    Value never = arith::ConstantOp::create(b, b.getBoolAttr(false));
    offload::CheckOp::create(b, never,
                             name + ": its GPU code has no variant for these "
                                    "sizes",
                             ValueRange{}, /*unsupported=*/true);
    return;
  }
  const Variant &variant = plan.variants[first];
  Value holds;
  for (const SizeCondition &condition : variant.conditions) {
    if (condition.known() == 1)
      continue;
    Value one = emit(condition);
    holds = holds ? Value(arith::AndIOp::create(b, holds, one)) : one;
  }
  if (!holds) {
    emit(variant);
    return;
  }
  auto branch = scf::IfOp::create(b, holds, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  emit(variant);
  b.setInsertionPointToStart(branch.elseBlock());
  emitVariants(first + 1);
}

Value UnitLowering::resultBytes(RankedTensorType type, ArrayRef<Value> sizes) {
  int64_t known =
      std::max(type.getElementType().getIntOrFloatBitWidth() / 8, 1u);
  for (int64_t size : type.getShape())
    if (!ShapedType::isDynamic(size))
      known *= size;
  Value bytes = index(known);
  for (Value size : sizes)
    bytes = arith::MulIOp::create(b, bytes, size);
  return bytes;
}

/// Whether a result has elements; null where types say that one has.
Value UnitLowering::hasResults(ArrayRef<SmallVector<Value>> sizes) {
  Value some;
  for (auto [open, result] : llvm::zip(sizes, unit->getResultTypes())) {
    bool empty =
        llvm::is_contained(cast<RankedTensorType>(result).getShape(), 0);
    if (open.empty() && !empty)
      return {};
    Value all = arith::ConstantOp::create(b, b.getBoolAttr(!empty));
    for (Value size : open)
      all = b.createOrFold<arith::AndIOp>(
          all,
          arith::CmpIOp::create(b, arith::CmpIPredicate::ne, size, index(0)));
    some = some ? b.createOrFold<arith::OrIOp>(some, all) : all;
  }
  return some;
}

/// Workspaces and launches.
void UnitLowering::emitWork() {
  for (const KernelPlan::Workspace &workspace : plan.workspaces)
    workspaces.push_back(offload::AllocOp::create(
        b, offload::BufferType::get(b.getContext()), emit(workspace.bytes)));
  emitVariants(0);
  for (Value workspace : workspaces) {
    if (workspace.use_empty())
      workspace.getDefiningOp()->erase();
    else
      offload::FreeOp::create(b, workspace);
  }
}

void UnitLowering::emit(llvm::function_ref<Value(Value)> bufferOf) {
  Type bufferType = offload::BufferType::get(b.getContext());
  for (const KernelPlan::Value &value : plan.values)
    values.push_back(emit(value.expr));

  // Only operands that a launch binds go to the device.
  SmallVector<bool> bound(unit->getNumOperands());
  for (const Variant &variant : plan.variants)
    for (const Step &step : variant.steps)
      for (const Launch &launch : step.launches)
        for (const LaunchBinding &binding : launch.bindings)
          if (binding.buffer.kind == BufferRef::Kind::Operand)
            bound[binding.buffer.index] = true;
  for (auto [i, operand] : llvm::enumerate(unit->getOperands()))
    operandBuffers.push_back(bound[i] ? bufferOf(operand) : Value());

  SmallVector<SmallVector<Value>> sizes; // that types leave open
  for (auto [i, resultType] : llvm::enumerate(unit->getResultTypes())) {
    auto type = cast<RankedTensorType>(resultType);
    SmallVector<Value> open;
    for (auto [dim, size] : llvm::enumerate(plan.resultShapes[i]))
      if (type.isDynamicDim(dim))
        open.push_back(emit(size));
    resultBuffers.push_back(
        offload::AllocOp::create(b, bufferType, resultBytes(type, open)));
    ownedBuffers.push_back(resultBuffers.back());
    sizes.push_back(std::move(open));
  }
  // Rows of nothing are not gone through, however many there are.
  if (Value some = hasResults(sizes)) {
    auto branch = scf::IfOp::create(b, some, /*withElseRegion=*/false);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    emitWork();
  } else {
    emitWork();
  }
  for (auto [i, resultType] : llvm::enumerate(unit->getResultTypes())) {
    auto type = cast<RankedTensorType>(resultType);
    Value init = tensor::EmptyOp::create(b, type, sizes[i]);
    downloads.push_back(
        offload::DownloadOp::create(b, type, resultBuffers[i], init)
            .getResult());
  }
}
