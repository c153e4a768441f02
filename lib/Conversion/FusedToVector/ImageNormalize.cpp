// fused.image_normalize on the CPU: chunks of a plane in parallel, first their
// statistics, then the apply pass in the same order of threads. Per chunk, sums
// are shifted by a mean of its first elements, so one pass is enough and a
// large mean costs no precision; chunks combine by Chan's formula in f64.
#include "ImageNormalizeLowering.h"
#include "runmat/Dialect/Offload/Offload.h"

namespace runmat::image_normalize {

void Lowering::classify() {
  compute = op.getComputeType();
  element = op.getInput().getType().getElementType();
  rank = op.getInput().getType().getRank();
  batchRank = rank - op.getDims().size();
  i64f = b.getF64Type();
  fused::UnitBody unit = op.unitBody();
  for (unsigned number = 0; number < unit.extras.size(); ++number)
    extraAccess.push_back(*accessOf(op, unit.map(number)));
}

/// Inputs of the body: x, mean, lift, scale, offset, run-time slots, extras.
LogicalResult Lowering::buildBody() {
  SmallVector<Type> types = {element, compute, compute, compute, compute};
  auto isConstant = [](Value slot) {
    return slot && fused::constantSlot(slot).has_value();
  };
  for (Value slot : {Value(op.getClamp()), Value(op.getGamma())})
    if (slot && !isConstant(slot))
      types.push_back(compute);
  fused::UnitBody unit = op.unitBody();
  unsigned firstExtra = types.size();
  for (Value extra : unit.extras)
    types.push_back(cast<RankedTensorType>(extra.getType()).getElementType());
  body = std::make_unique<ElementBody>(op, types);
  ImplicitLocOpBuilder e(op.getLoc(), body->builder());

  unsigned nextSlot = firstSlot;
  auto slotValue = [&](Value slot) -> Value {
    if (isConstant(slot))
      return arith::ConstantOp::create(
          e, e.getFloatAttr(compute, *fused::constantSlot(slot)));
    slots.push_back(slot);
    return body->input(nextSlot++);
  };
  Value x = body->input(0);
  Value wide =
      element == compute ? x : Value(arith::ExtFOp::create(e, compute, x));
  // (x - high) is exact where x is near the mean; what the mean's own rounding
  // lost is in the offset, with the bias.
  Value d = arith::SubFOp::create(e, wide, body->input(1));
  Value y = math::FmaOp::create(e, arith::MulFOp::create(e, d, body->input(2)),
                                body->input(3), body->input(4));
  if (op.getClamp()) {
    Value low = slotValue(op.getClamp());
    y = array::MaxOp::create(e, y, low, op.getClampNan());
  }
  if (op.getGamma()) {
    Value gamma = slotValue(op.getGamma());
    y = array::PowOp::create(e, y, gamma);
  }
  Block &block = unit.block();
  IRMapping map;
  map.map(block.getArgument(0), y);
  map.map(block.getArgument(1), x);
  for (unsigned i = 2; i < block.getNumArguments(); ++i)
    map.map(block.getArgument(i), body->input(firstExtra + i - 2));
  for (Operation &inner : block.without_terminator())
    e.clone(inner, map);
  SmallVector<Value> results;
  for (Value value : block.getTerminator()->getOperands())
    results.push_back(map.lookupOrDefault(value));
  if (failed(body->finish(results)))
    return failure();
  if (!body->vectorizable())
    return op.emitOpError("has an operation in its region without a form on "
                          "vectors");
  lanes =
      cpu.registersPerStep * cpu.vectorBits / compute.getIntOrFloatBitWidth();
  return success();
}

/// A row-major memref as one of rank 1. No collapse_shape: accesses through one
/// are folded into accesses of the source, with a division per dim and without
/// the alignment of a store.
Value Lowering::flat(Value memref) {
  auto type = cast<MemRefType>(memref.getType());
  if (type.getRank() == 1)
    return memref;
  OpFoldResult size = b.getIndexAttr(1);
  if (type.hasStaticShape()) {
    size = b.getIndexAttr(type.getNumElements());
  } else {
    Value product = index(1);
    for (int64_t d = 0; d < type.getRank(); ++d)
      product = mul(product, memref::DimOp::create(b, memref, d));
    size = product;
  }
  int64_t known =
      type.hasStaticShape() ? type.getNumElements() : ShapedType::kDynamic;
  return memref::ReinterpretCastOp::create(
      b, MemRefType::get({known}, type.getElementType()), memref,
      /*offset=*/b.getIndexAttr(0), ArrayRef<OpFoldResult>{size},
      ArrayRef<OpFoldResult>{b.getIndexAttr(1)});
}

Value Lowering::flatTensor(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  auto memref = MemRefType::get(type.getShape(), type.getElementType());
  return flat(
      bufferization::ToBufferOp::create(b, memref, tensor, /*read_only=*/true));
}

Value Lowering::buffer(Type type, Value size) {
  return memref::AllocOp::create(b,
                                 MemRefType::get({ShapedType::kDynamic}, type),
                                 size, b.getI64IntegerAttr(64));
}

scf::ParallelOp Lowering::parallel(Value count, int64_t work) {
  auto loop = scf::ParallelOp::create(b, index(0), count, index(1));
  // What one iteration is worth, for the decision whether to wake threads.
  loop->setAttr("runmat.work", b.getI64IntegerAttr(work));
  return loop;
}

Value Lowering::load(Value memref, Value at, Value mask) {
  Type type = cast<MemRefType>(memref.getType()).getElementType();
  if (!mask)
    return vector::LoadOp::create(b, vectorOf(type), memref, at);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(vectorOf(type)));
  return vector::MaskedLoadOp::create(b, vectorOf(type), memref, at, mask,
                                      zero);
}

void Lowering::store(Value value, Value memref, Value at, Value mask,
                     bool streaming) {
  if (mask) {
    vector::MaskedStoreOp::create(b, memref, at, mask, value);
    return;
  }
  auto made = vector::StoreOp::create(b, value, memref, at);
  if (!streaming)
    return;
  made.setNontemporal(true);
  Type type = cast<MemRefType>(memref.getType()).getElementType();
  // Whole vectors start at multiples of their length; what is narrower than the
  // compute type is aligned to fewer bytes, and the allocation to 64.
  made.setAlignment(
      std::min<int64_t>(64, lanes * type.getIntOrFloatBitWidth() / 8));
}

void Lowering::prepare() {
  auto type = op.getInput().getType();
  auto product = [&](unsigned from, unsigned to) -> Value {
    int64_t known = 1;
    Value size;
    for (unsigned d = from; d < to; ++d)
      if (type.isDynamicDim(d)) {
        Value dim = tensor::DimOp::create(b, op.getInput(), d);
        size = size ? mul(size, dim) : dim;
      } else {
        known *= type.getDimSize(d);
      }
    return size ? (known == 1 ? size : mul(size, index(known))) : index(known);
  };
  planes = product(0, batchRank);
  planeSize = product(batchRank, rank);
  chunks = arith::CeilDivUIOp::create(b, planeSize, index(chunkElements));
  Value planeBytes = mul(planeSize, index(element.getIntOrFloatBitWidth() / 8));
  Value fit =
      arith::DivUIOp::create(b, index(cpu.groupBytes),
                             arith::MaxUIOp::create(b, planeBytes, index(1)));
  group = arith::MaxSIOp::create(b, index(1), min(fit, planes));

  auto scalar = [&](Value slot) -> Value {
    if (!slot)
      return {};
    if (std::optional<APFloat> value = fused::constantSlot(slot))
      return arith::ConstantOp::create(b, b.getFloatAttr(compute, *value));
    return tensor::ExtractOp::create(b, slot, ValueRange{});
  };
  epsilon = scalar(op.getEpsilon());
  gain = scalar(op.getGain());
  bias = scalar(op.getBias());
  for (Value &slot : slots)
    slot = scalar(slot);

  input = flatTensor(op.getInput());
  for (Value extra : op.unitBody().extras)
    extras.push_back(flatTensor(extra));
  Block &block = op.unitBody().block();
  for (unsigned i = 0; i < op.getNumStored(); ++i) {
    Type stored = block.getTerminator()->getOperand(i).getType();
    SmallVector<Value> dynamic;
    for (unsigned d = 0; d < rank; ++d)
      if (type.isDynamicDim(d))
        dynamic.push_back(tensor::DimOp::create(b, op.getInput(), d));
    auto memref = MemRefType::get(type.getShape(), stored);
    Value out =
        memref::AllocOp::create(b, memref, dynamic, b.getI64IntegerAttr(64));
    outputs.push_back(flat(out));
    outputTensors.push_back(out);
    int64_t width = stored.getIntOrFloatBitWidth() / 8;
    streams.push_back(!type.hasStaticShape() ||
                      type.getNumElements() * width >= cpu.streamingBytes);
  }
  Value slotsOfGroup = mul(group, chunks);
  shifts = buffer(compute, slotsOfGroup);
  sums = buffer(i64f, slotsOfGroup);
  squares = buffer(i64f, slotsOfGroup);
  planeMeans = buffer(compute, group);
  planeLifts = buffer(compute, group);
  planeScales = buffer(compute, group);
  planeOffsets = buffer(compute, group);
  Value slotsOfAll = mul(planes, chunks);
  for (unsigned i = op.getNumStored();
       i < block.getTerminator()->getNumOperands(); ++i)
    partials.push_back(
        buffer(accumulatorOf(op.unitBody().reduction(i - op.getNumStored()),
                             block.getTerminator()->getOperand(i).getType()),
               slotsOfAll));
}

/// Results: the images, and the reductions from their partial values.
void Lowering::finish() {
  offload::ReadOp::create(b, op.getInput());
  for (Value extra : op.unitBody().extras)
    offload::ReadOp::create(b, extra);
  SmallVector<Value> results;
  for (auto [number, out] : llvm::enumerate(outputTensors))
    results.push_back(bufferization::ToTensorOp::create(
        b, op.getResult(number).getType(), out, /*restrict=*/true,
        /*writable=*/true));
  for (unsigned number = 0; number < partials.size(); ++number)
    results.push_back(finishReduction(number));
  op->replaceAllUsesWith(results);
  op->erase();
}

LogicalResult Lowering::run() {
  classify();
  if (failed(buildBody()))
    return failure();
  prepare();
  // Planes without elements are not gone through, however many there are.
  Value worthwhile = mul(planes, min(planeSize, index(1)));
  auto groups = scf::ForOp::create(b, index(0), worthwhile, group);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(groups.getBody());
    Value first = groups.getInductionVar();
    Value here = min(group, sub(planes, first));
    statistics(first, here);
    combine(first, here);
    apply(first, here);
  }
  finish();
  return success();
}

} // namespace runmat::image_normalize

mlir::LogicalResult runmat::lowerImageNormalize(fused::ImageNormalizeOp op,
                                                const CPUProfile &cpu) {
  return image_normalize::Lowering(toScheduledForm(op), cpu).run();
}

std::optional<runmat::ExtraAccess> runmat::accessOf(fused::ImageNormalizeOp op,
                                                    mlir::AffineMap map) {
  unsigned rank = map.getNumDims(), batchRank = rank - op.getDims().size();
  if (map.isIdentity())
    return ExtraAccess::AlongInput;
  // A result that is 0 stands for a dim of size 1, which moves no element.
  llvm::SmallVector<unsigned> read;
  for (mlir::AffineExpr expr : map.getResults())
    if (auto dim = mlir::dyn_cast<mlir::AffineDimExpr>(expr))
      read.push_back(dim.getPosition());
  if (llvm::all_of(read, [&](unsigned dim) { return dim < batchRank; }))
    return ExtraAccess::PerPlane;
  if (llvm::equal(read, llvm::seq(batchRank, rank)))
    return ExtraAccess::AlongPlane;
  return std::nullopt;
}
