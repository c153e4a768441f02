// fused.image_normalize on the CPU: chunks of a plane in parallel, first their
// statistics, then the apply pass in the same order of threads. Per chunk, sums
// are shifted by a mean of its first elements, so one pass is enough and a
// large mean costs no precision; chunks combine by Chan's formula in f64.
#include "ImageNormalizeLowering.h"

namespace runmat::image_normalize {

LogicalResult Lowering::check(std::string &reason) {
  compute = op.getComputeType();
  element = op.getInput().getType().getElementType();
  rank = op.getInput().getType().getRank();
  batchRank = rank - op.getDims().size();
  i64f = b.getF64Type();
  fused::UnitBody unit = op.unitBody();
  for (auto [number, extra] : llvm::enumerate(unit.extras)) {
    AffineMap map = unit.map(number);
    auto type = cast<RankedTensorType>(extra.getType());
    bool leading = true, trailing = true, all = map.isIdentity();
    // Per plane: no normalised dim is read. Along the plane: exactly the
    // normalised dims, in order.
    SmallVector<unsigned> read;
    for (AffineExpr expr : map.getResults())
      if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
        read.push_back(dim.getPosition());
        leading &= dim.getPosition() < batchRank;
      }
    SmallVector<unsigned> planeDims;
    for (unsigned d = batchRank; d < rank; ++d)
      planeDims.push_back(d);
    // Constant-0 results stand for dims of size 1: they do not move the
    // element.
    trailing = read == planeDims;
    if (type.getElementType().isInteger(1)) {
      reason = "an i1 extra has no vector form in memory";
      return failure();
    }
    if (all)
      extraAccess.push_back(ExtraAccess::AlongInput);
    else if (leading)
      extraAccess.push_back(ExtraAccess::PerPlane);
    else if (trailing)
      extraAccess.push_back(ExtraAccess::AlongPlane);
    else {
      reason = "extra " + std::to_string(number) +
               " is broadcast or transposed inside a plane";
      return failure();
    }
  }
  Block &block = unit.block();
  for (auto [number, value] :
       llvm::enumerate(block.getTerminator()->getOperands())) {
    bool isReduction = number >= op.getNumStored();
    if (value.getType().isInteger(1)) {
      reason = "an i1 result has no vector form in memory";
      return failure();
    }
    if (!isReduction)
      continue;
    ReductionKind kind = unit.reduction(number - op.getNumStored()).getKind();
    if (!isa<Float32Type, Float64Type>(value.getType()) ||
        !llvm::is_contained({ReductionKind::Sum, ReductionKind::Mean,
                             ReductionKind::Min, ReductionKind::Max},
                            kind)) {
      reason = "a reduction that is not a sum, mean, min or max of f32 or f64";
      return failure();
    }
  }
  return success();
}

/// Inputs of the body: x, mean (high and low part), scale, run-time slots,
/// extras.
LogicalResult Lowering::buildBody(std::string &reason) {
  SmallVector<Type> types = {element, compute, compute, compute};
  auto isConstant = [](Value slot) {
    return slot && fused::constantSlot(slot).has_value();
  };
  for (Value slot :
       {Value(op.getBias()), Value(op.getClamp()), Value(op.getGamma())})
    if (slot && !isConstant(slot))
      types.push_back(compute);
  fused::UnitBody unit = op.unitBody();
  unsigned firstExtra = types.size();
  for (Value extra : unit.extras)
    types.push_back(cast<RankedTensorType>(extra.getType()).getElementType());
  body = std::make_unique<ElementBody>(op, types);
  ImplicitLocOpBuilder e(op.getLoc(), body->builder());

  unsigned nextSlot = 4;
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
  // lost comes after.
  Value y = arith::SubFOp::create(
      e, arith::SubFOp::create(e, wide, body->input(1)), body->input(2));
  if (op.getBias())
    y = math::FmaOp::create(e, y, body->input(3), slotValue(op.getBias()));
  else
    y = arith::MulFOp::create(e, y, body->input(3));
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
  if (failed(body->finish(results))) {
    reason = "an operation of the epilogue has no scalar expansion";
    return failure();
  }
  // Four registers a step: the polynomials of pow are chains, and one register
  // waits for each link.
  lanes = body->vectorizable()
              ? registersPerStep * vectorBits / compute.getIntOrFloatBitWidth()
              : 1;
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
  if (lanes == 1)
    return memref::LoadOp::create(b, memref, at);
  if (!mask)
    return vector::LoadOp::create(b, vectorOf(type), memref, at);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(vectorOf(type)));
  return vector::MaskedLoadOp::create(b, vectorOf(type), memref, at, mask,
                                      zero);
}

void Lowering::store(Value value, Value memref, Value at, Value mask,
                     bool streaming) {
  if (lanes == 1) {
    memref::StoreOp::create(b, value, memref, at);
    return;
  }
  if (mask) {
    vector::MaskedStoreOp::create(b, memref, at, mask, value);
    return;
  }
  auto made = vector::StoreOp::create(b, value, memref, at);
  if (!streaming)
    return;
  made.setNontemporal(true);
  Type type = cast<MemRefType>(memref.getType()).getElementType();
  // The allocation's own alignment bounds what is known.
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
  Value fit = arith::DivUIOp::create(
      b, index(groupBytes), arith::MaxUIOp::create(b, planeBytes, index(1)));
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
  }
  streams = !type.hasStaticShape() ||
            type.getNumElements() * element.getIntOrFloatBitWidth() / 8 >=
                streamingBytes;

  Value slotsOfGroup = mul(group, chunks);
  shifts = buffer(compute, slotsOfGroup);
  sums = buffer(compute, slotsOfGroup);
  squares = buffer(compute, slotsOfGroup);
  meanHigh = buffer(compute, group);
  meanLow = buffer(compute, group);
  scales = buffer(compute, group);
  Value slotsOfAll = mul(planes, chunks);
  for (unsigned i = op.getNumStored();
       i < block.getTerminator()->getNumOperands(); ++i)
    partials.push_back(
        buffer(block.getTerminator()->getOperand(i).getType(), slotsOfAll));
}

/// Results: the images, and the reductions from their partial values (sums in
/// f64).
void Lowering::finish() {
  SmallVector<Value> results;
  for (auto [number, out] : llvm::enumerate(outputTensors))
    results.push_back(bufferization::ToTensorOp::create(
        b, op.getResult(number).getType(), out, /*restrict=*/true,
        /*writable=*/true));
  for (auto [number, partial] : llvm::enumerate(partials)) {
    fused::ReductionAttr reduction = op.unitBody().reduction(number);
    auto type =
        cast<RankedTensorType>(op.getResult(outputs.size() + number).getType());
    Type value = cast<MemRefType>(partial.getType()).getElementType();
    bool all = reduction.getDims().size() == rank;
    bool sums = reduction.getKind() == ReductionKind::Sum ||
                reduction.getKind() == ReductionKind::Mean;
    Value rows = all ? index(1) : planes;
    Value perRow = all ? mul(planes, chunks) : chunks;
    Value elements = all ? mul(planes, planeSize) : planeSize;
    SmallVector<Value> dynamic;
    for (int64_t d = 0; d < type.getRank(); ++d)
      if (type.isDynamicDim(d))
        dynamic.push_back(tensor::DimOp::create(b, op.getInput(), d));
    Value out = memref::AllocOp::create(
        b, MemRefType::get(type.getShape(), type.getElementType()), dynamic,
        b.getI64IntegerAttr(64));
    Value flatOut = type.getRank() == 0 ? out : flat(out);
    auto loop = scf::ForOp::create(b, index(0), rows, index(1));
    {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(loop.getBody());
      Type accumulator = sums ? i64f : value;
      Value start = identity(reduction, accumulator);
      auto inner =
          scf::ForOp::create(b, index(0), perRow, index(1), ValueRange{start});
      {
        OpBuilder::InsertionGuard innerGuard(b);
        b.setInsertionPointToStart(inner.getBody());
        Value slot =
            add(mul(loop.getInductionVar(), perRow), inner.getInductionVar());
        Value x = memref::LoadOp::create(b, partial, slot);
        if (sums)
          x = toF64(x);
        scf::YieldOp::create(
            b,
            ValueRange{reduceStep(reduction, inner.getRegionIterArgs()[0], x)});
      }
      Value total = inner.getResult(0);
      if (reduction.getKind() == ReductionKind::Mean)
        total = arith::DivFOp::create(
            b, total,
            arith::UIToFPOp::create(
                b, i64f,
                arith::IndexCastOp::create(b, b.getI64Type(), elements)));
      if (sums) {
        total = fromF64(total, value);
      } else {
        Value none = arith::CmpIOp::create(b, arith::CmpIPredicate::eq,
                                           elements, index(0));
        bool isMin = reduction.getKind() == ReductionKind::Min;
        Value empty = arith::ConstantOp::create(
            b, b.getFloatAttr(
                   value,
                   APFloat::getInf(cast<FloatType>(value).getFloatSemantics(),
                                   !isMin)));
        total = arith::SelectOp::create(b, none, empty, total);
      }
      SmallVector<Value> at;
      if (type.getRank() != 0)
        at.push_back(loop.getInductionVar());
      memref::StoreOp::create(b, total, flatOut, at);
    }
    results.push_back(
        bufferization::ToTensorOp::create(b, type, out, true, true));
  }
  op->replaceAllUsesWith(results);
  op->erase();
}

LogicalResult Lowering::run(std::string &reason) {
  if (failed(check(reason)) || failed(buildBody(reason)))
    return failure();
  prepare();
  auto groups = scf::ForOp::create(b, index(0), planes, group);
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
                                                unsigned vectorBits,
                                                std::string &reason) {
  return image_normalize::Lowering(op, vectorBits).run(reason);
}
