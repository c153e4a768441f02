// The apply pass: whole vectors with streaming stores between two masked edges,
// and partial values of the reductions.
#include "ImageNormalizeLowering.h"

namespace runmat::image_normalize {

Value Lowering::identity(fused::ReductionAttr reduction, Type type) {
  double value = 0;
  // A min or max that skips NaN starts from NaN, so that all NaN gives NaN; an
  // empty one is put right at the end.
  if (reduction.getKind() == ReductionKind::Min ||
      reduction.getKind() == ReductionKind::Max) {
    bool isMin = reduction.getKind() == ReductionKind::Min;
    const llvm::fltSemantics &semantics =
        cast<FloatType>(type).getFloatSemantics();
    APFloat bound = reduction.getNan() == array::NanMode::Number
                        ? APFloat::getNaN(semantics)
                        : APFloat::getInf(semantics, !isMin);
    return arith::ConstantOp::create(b, b.getFloatAttr(type, bound));
  }
  return constant(type, value);
}

Value Lowering::reduceStep(fused::ReductionAttr reduction, Value a, Value x) {
  bool number = reduction.getNan() == array::NanMode::Number;
  switch (reduction.getKind()) {
  case ReductionKind::Min:
    return number ? Value(arith::MinNumFOp::create(b, a, x))
                  : Value(arith::MinimumFOp::create(b, a, x));
  case ReductionKind::Max:
    return number ? Value(arith::MaxNumFOp::create(b, a, x))
                  : Value(arith::MaximumFOp::create(b, a, x));
  default:
    return arith::AddFOp::create(b, a, x);
  }
}

Value Lowering::reduceLanes(fused::ReductionAttr reduction, Value v) {
  if (lanes == 1)
    return v;
  Value total = vector::ExtractOp::create(b, v, ArrayRef<int64_t>{0});
  if (reduction.getKind() == ReductionKind::Sum ||
      reduction.getKind() == ReductionKind::Mean)
    return vector::ReductionOp::create(b, vector::CombiningKind::ADD, v,
                                       arith::FastMathFlags::reassoc);
  for (int64_t lane = 1; lane < lanes; ++lane)
    total =
        reduceStep(reduction, total,
                   vector::ExtractOp::create(b, v, ArrayRef<int64_t>{lane}));
  return total;
}

void Lowering::applyBlock(ValueRange uniform, Value plane, Value planeOffset,
                          Value at, Value mask, bool streaming,
                          SmallVectorImpl<Value> &accumulators) {
  SmallVector<Value> inputs = {load(input, at, mask)};
  inputs.append(uniform.begin(), uniform.end());
  for (auto [number, extra] : llvm::enumerate(extras))
    switch (extraAccess[number]) {
    case ExtraAccess::AlongInput:
      inputs.push_back(load(extra, at, mask));
      break;
    case ExtraAccess::AlongPlane:
      inputs.push_back(load(extra, planeOffset, mask));
      break;
    case ExtraAccess::PerPlane:
      // Already among `uniform`, which ends with these in order: see apply().
      break;
    }
  // Put the per-plane extras back into the order of the body's inputs.
  unsigned firstExtra = 4 + slots.size(), perPlane = firstExtra,
           along = 1 + uniform.size();
  SmallVector<Value> ordered(inputs.begin(), inputs.begin() + firstExtra);
  for (ExtraAccess access : extraAccess)
    ordered.push_back(access == ExtraAccess::PerPlane ? inputs[perPlane++]
                                                      : inputs[along++]);
  SmallVector<Value> results = body->emit(b, ordered);
  for (auto [number, out] : llvm::enumerate(outputs))
    store(results[number], out, at, mask, streaming);
  for (auto [number, accumulator] : llvm::enumerate(accumulators)) {
    fused::ReductionAttr reduction = op.unitBody().reduction(number);
    Value value = results[outputs.size() + number];
    Value next = reduceStep(reduction, accumulator, value);
    accumulator =
        mask ? Value(arith::SelectOp::create(b, mask, next, accumulator))
             : next;
  }
}

void Lowering::apply(Value firstPlane, Value planesHere) {
  Value count = mul(planesHere, chunks);
  // pow costs tens of operations an element, so that a chunk is worth more than
  // its loads.
  auto loop = parallel(count, 4 * chunkElements);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  // Backwards: the end of each thread's share is what its caches still hold.
  Value slot = sub(sub(count, index(1)), loop.getInductionVars()[0]);
  Value local = arith::DivUIOp::create(b, slot, chunks);
  Value plane = add(firstPlane, local);
  Value chunk = arith::RemUIOp::create(b, slot, chunks);
  Value offset = mul(chunk, index(chunkElements));
  Value begin = add(mul(plane, planeSize), offset);
  Value size = min(index(chunkElements), sub(planeSize, offset));

  SmallVector<Value> uniform;
  for (Value buffer : {meanHigh, meanLow, scales})
    uniform.push_back(splat(memref::LoadOp::create(b, buffer, local)));
  for (Value slotValue : slots)
    uniform.push_back(splat(slotValue));
  for (auto [number, extra] : llvm::enumerate(extras))
    if (extraAccess[number] == ExtraAccess::PerPlane) {
      // The extra's element for this plane: its own row-major index from the
      // plane's batch indices.
      AffineMap map = op.unitBody().map(number);
      auto type =
          cast<RankedTensorType>(op.unitBody().extras[number].getType());
      SmallVector<Value> batch(batchRank);
      Value rest = plane;
      for (unsigned d = batchRank; d-- > 0;) {
        Value size = tensor::DimOp::create(b, op.getInput(), d);
        batch[d] = d == 0 ? rest : Value(arith::RemUIOp::create(b, rest, size));
        rest = arith::DivUIOp::create(b, rest, size);
      }
      Value linear = index(0);
      for (int64_t d = 0; d < type.getRank(); ++d) {
        Value size = tensor::DimOp::create(b, op.unitBody().extras[number], d);
        linear = mul(linear, size);
        if (auto dim = dyn_cast<AffineDimExpr>(map.getResult(d)))
          linear = add(linear, batch[dim.getPosition()]);
      }
      uniform.push_back(splat(memref::LoadOp::create(b, extra, linear)));
    }

  SmallVector<Value> accumulators;
  for (unsigned i = 0; i < partials.size(); ++i) {
    Type type = cast<MemRefType>(partials[i].getType()).getElementType();
    accumulators.push_back(splat(identity(op.unitBody().reduction(i), type)));
  }
  // [begin, middle) up to where stores are aligned, whole vectors, and what is
  // left.
  Value misaligned = arith::RemUIOp::create(b, begin, index(lanes));
  Value head =
      arith::RemUIOp::create(b, sub(index(lanes), misaligned), index(lanes));
  head = min(head, size);
  Value whole = mul(arith::DivUIOp::create(b, sub(size, head), index(lanes)),
                    index(lanes));
  Value wholeEnd = add(head, whole);
  auto main = scf::ForOp::create(b, head, wholeEnd, index(lanes), accumulators);
  {
    OpBuilder::InsertionGuard inner(b);
    b.setInsertionPointToStart(main.getBody());
    SmallVector<Value> next(main.getRegionIterArgs());
    Value i = main.getInductionVar();
    applyBlock(uniform, plane, add(offset, i), add(begin, i), {}, streams,
               next);
    if (!next.empty() || main.getNumResults() == 0) {
      if (main.getBody()->empty() ||
          !main.getBody()->back().hasTrait<OpTrait::IsTerminator>())
        scf::YieldOp::create(b, next);
    }
  }
  if (lanes > 1) {
    // Head and tail by one masked copy of the body: at most two rounds.
    auto edges =
        scf::ForOp::create(b, index(0), index(2), index(1), main.getResults());
    OpBuilder::InsertionGuard inner(b);
    b.setInsertionPointToStart(edges.getBody());
    Value isTail = arith::CmpIOp::create(b, arith::CmpIPredicate::ne,
                                         edges.getInductionVar(), index(0));
    Value from = arith::SelectOp::create(b, isTail, wholeEnd, index(0));
    Value to = arith::SelectOp::create(b, isTail, size, head);
    Value mask = vector::CreateMaskOp::create(
        b, VectorType::get({lanes}, b.getI1Type()), sub(to, from));
    SmallVector<Value> next(edges.getRegionIterArgs());
    applyBlock(uniform, plane, add(offset, from), add(begin, from), mask, false,
               next);
    if (edges.getNumResults() != 0)
      scf::YieldOp::create(b, next);
    accumulators.assign(edges.result_begin(), edges.result_end());
  } else {
    accumulators.assign(main.result_begin(), main.result_end());
  }
  Value globalSlot = add(mul(plane, chunks), chunk);
  for (auto [number, accumulator] : llvm::enumerate(accumulators))
    memref::StoreOp::create(
        b, reduceLanes(op.unitBody().reduction(number), accumulator),
        partials[number], globalSlot);
}

} // namespace runmat::image_normalize
