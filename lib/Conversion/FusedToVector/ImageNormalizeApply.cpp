// The apply pass: whole steps with streaming stores between two edges of masked
// registers, and partial values of the reductions.
#include "ImageNormalizeLowering.h"

namespace runmat::image_normalize {

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
  unsigned firstExtra = firstSlot + slots.size(), perPlane = firstExtra,
           along = 1 + uniform.size();
  SmallVector<Value> ordered(inputs.begin(), inputs.begin() + firstExtra);
  for (ExtraAccess access : extraAccess)
    ordered.push_back(access == ExtraAccess::PerPlane ? inputs[perPlane++]
                                                      : inputs[along++]);
  SmallVector<Value> results = body->emit(b, ordered);
  for (auto [number, out] : llvm::enumerate(outputs))
    store(results[number], out, at, mask, streaming && streams[number]);
  for (auto [number, accumulator] : llvm::enumerate(accumulators)) {
    fused::ReductionAttr reduction = op.unitBody().reduction(number);
    Value value =
        widenTo(results[outputs.size() + number],
                cast<MemRefType>(partials[number].getType()).getElementType());
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
  auto loop = parallel(count, cpu.applyWork * chunkElements);
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
  for (Value buffer : {planeMeans, planeLifts, planeScales, planeOffsets})
    uniform.push_back(memref::LoadOp::create(b, buffer, local));
  uniform.append(slots);
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
      uniform.push_back(memref::LoadOp::create(b, extra, linear));
    }
  auto splatUniform = [&] {
    return llvm::map_to_vector(uniform,
                               [&](Value scalar) { return splat(scalar); });
  };
  auto identities = [&] {
    SmallVector<Value> values;
    for (auto [number, partial] : llvm::enumerate(partials)) {
      Type type = cast<MemRefType>(partial.getType()).getElementType();
      values.push_back(splat(identity(op.unitBody().reduction(number), type)));
    }
    return values;
  };
  // [begin, middle) up to where stores are aligned, whole vectors, and what is
  // left. A lift of 1 is folded away in the loop over whole vectors; the rare
  // plane that has another is all head.
  Value misaligned = arith::RemUIOp::create(b, begin, index(lanes));
  Value head =
      arith::RemUIOp::create(b, sub(index(lanes), misaligned), index(lanes));
  Value isLifted = arith::CmpFOp::create(b, arith::CmpFPredicate::ONE,
                                         uniform[1], constant(compute, 1));
  head = arith::SelectOp::create(b, isLifted, size, min(head, size));
  Value whole = mul(arith::DivUIOp::create(b, sub(size, head), index(lanes)),
                    index(lanes));
  Value wholeEnd = add(head, whole);
  SmallVector<Value> wide = splatUniform();
  wide[1] = splat(constant(compute, 1));
  auto main = scf::ForOp::create(b, head, wholeEnd, index(lanes), identities());
  {
    OpBuilder::InsertionGuard inner(b);
    b.setInsertionPointToStart(main.getBody());
    SmallVector<Value> next(main.getRegionIterArgs());
    Value i = main.getInductionVar();
    applyBlock(wide, plane, add(offset, i), add(begin, i), {},
               /*streaming=*/true, next);
    if (!next.empty())
      scf::YieldOp::create(b, next);
  }
  // Head and tail, a masked register at a time: the code of a whole step once
  // more would double what there is to compile.
  int64_t step = lanes;
  lanes /= cpu.registersPerStep;
  SmallVector<Value> narrow = splatUniform();
  auto edges =
      scf::ForOp::create(b, index(0), index(2), index(1), identities());
  {
    OpBuilder::InsertionGuard inner(b);
    b.setInsertionPointToStart(edges.getBody());
    Value isTail = arith::CmpIOp::create(b, arith::CmpIPredicate::ne,
                                         edges.getInductionVar(), index(0));
    Value from = arith::SelectOp::create(b, isTail, wholeEnd, index(0));
    Value to = arith::SelectOp::create(b, isTail, size, head);
    auto registers = scf::ForOp::create(b, from, to, index(lanes),
                                        edges.getRegionIterArgs());
    {
      OpBuilder::InsertionGuard innermost(b);
      b.setInsertionPointToStart(registers.getBody());
      Value i = registers.getInductionVar();
      Value mask = vector::CreateMaskOp::create(
          b, VectorType::get({lanes}, b.getI1Type()), sub(to, i));
      SmallVector<Value> next(registers.getRegionIterArgs());
      applyBlock(narrow, plane, add(offset, i), add(begin, i), mask,
                 /*streaming=*/false, next);
      if (!next.empty())
        scf::YieldOp::create(b, next);
    }
    if (registers.getNumResults() != 0)
      scf::YieldOp::create(b, registers.getResults());
  }
  lanes = step;
  Value globalSlot = add(mul(plane, chunks), chunk);
  for (unsigned number = 0; number != partials.size(); ++number) {
    fused::ReductionAttr reduction = op.unitBody().reduction(number);
    Value inside = reduceLanes(reduction, main.getResult(number));
    Value outside = reduceLanes(reduction, edges.getResult(number));
    memref::StoreOp::create(b, reduceStep(reduction, inside, outside),
                            partials[number], globalSlot);
  }
}

} // namespace runmat::image_normalize
