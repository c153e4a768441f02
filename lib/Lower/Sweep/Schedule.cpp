// What a nest is lowered as: which dims its loops have, which one the lanes run
// along, how wide a step is, and the bodies of its stages.
#include "Sweep.h"

#include "runmat/Conversion/RandomElement.h"

#include "mlir/IR/Matchers.h"

namespace runmat::lower {

static bool isConstant(Value value, int64_t number) {
  APInt found;
  return value && matchPattern(value, m_ConstantInt(&found)) &&
         found.getSExtValue() == number;
}

void Sweep::readSpace() {
  for (unsigned dim = 0; dim < op.getRank(); ++dim) {
    int64_t known = op.getSpace()[dim];
    Value size;
    if (!ShapedType::isDynamic(known)) {
      size = index(known);
    } else {
      fused::SpaceSize source = op.getSizeSource(dim);
      size = source.dim < 0
                 ? source.value
                 : b.createOrFold<memref::DimOp>(source.value, source.dim);
      if (APInt found; matchPattern(size, m_ConstantInt(&found)))
        known = found.getSExtValue();
    }
    knownSizes.push_back(known);
    spaceSizes.push_back(size);
  }
  rowDims = op.getRowDims();
}

/// Strides along the dims of the space, where `dims` says which of them each
/// dim of the memref stands for.
Access Sweep::accessOf(Value memref, ArrayRef<std::optional<unsigned>> map) {
  auto type = cast<MemRefType>(memref.getType());
  Access access;
  access.element = type.getElementType();
  access.memory = flat(memref);
  access.strides.assign(op.getRank(), Value());
  access.offset = index(0);
  SmallVector<Value> strides(map.size());
  if (type.getLayout().isIdentity()) {
    Value stride = index(1);
    int64_t last = -1;
    access.inside.assign(op.getRank(), -1);
    for (unsigned at = map.size(); at-- > 0;) {
      strides[at] = stride;
      if (!map[at] || knownSizes[*map[at]] == 1)
        continue;
      stride = mul(stride, spaceSizes[*map[at]]);
      access.inside[*map[at]] = last;
      last = *map[at];
    }
  } else {
    SmallVector<int64_t> known;
    int64_t offset;
    LogicalResult strided = type.getStridesAndOffset(known, offset);
    assert(succeeded(strided) && "the verifier takes strided memrefs only");
    (void)strided;
    auto data = memref::ExtractStridedMetadataOp::create(b, memref);
    access.offset =
        ShapedType::isDynamic(offset) ? data.getOffset() : index(offset);
    for (unsigned at = 0; at < map.size(); ++at)
      strides[at] = ShapedType::isDynamic(known[at]) ? data.getStrides()[at]
                                                     : index(known[at]);
  }
  for (unsigned at = 0; at < map.size(); ++at)
    if (map[at])
      access.strides[*map[at]] = strides[at];
  return access;
}

/// Whether a step of `outer` is as far as all of `inner`.
bool Sweep::liesInside(const Access &access, unsigned outer, unsigned inner) {
  Value far = access.strides[outer], near = access.strides[inner];
  if (!far || !near)
    return !far && !near;
  if (!access.inside.empty())
    return access.inside[dims[outer].space.back()] ==
           int64_t(dims[inner].space.front());
  APInt a, c;
  return matchPattern(far, m_ConstantInt(&a)) &&
         matchPattern(near, m_ConstantInt(&c)) &&
         !ShapedType::isDynamic(dims[inner].known) &&
         a.getSExtValue() == c.getSExtValue() * dims[inner].known;
}

bool Sweep::reduces(const fused::NestYield &yield, unsigned loop) const {
  return !dims[loop].space.empty() &&
         llvm::is_contained(yield.dims, int64_t(dims[loop].space.back()));
}

void Sweep::mergeDims() {
  llvm::SmallBitVector indexed(op.getRank());
  op->walk([&](fused::IndexOp index) { indexed.set(index.getDim()); });
  auto dropDim = [&](unsigned loop) {
    dims.erase(dims.begin() + loop);
    for (Access &access : llvm::concat<Access>(inputs, outs))
      access.strides.erase(access.strides.begin() + loop);
  };
  for (unsigned dim = 0; dim < op.getRank(); ++dim)
    dims.push_back({knownSizes[dim],
                    spaceSizes[dim],
                    llvm::is_contained(rowDims, int64_t(dim)),
                    {dim}});
  for (unsigned loop = dims.size(); loop-- > 0;)
    if (dims[loop].known == 1)
      dropDim(loop);
  for (unsigned loop = dims.size(); loop-- > 1;) {
    LoopDim &outer = dims[loop - 1], &inner = dims[loop];
    bool together =
        llvm::all_of(yields,
                     [&](const fused::NestYield &yield) {
                       return reduces(yield, loop - 1) == reduces(yield, loop);
                     }) &&
        llvm::none_of(inner.space,
                      [&](unsigned d) { return indexed.test(d); }) &&
        llvm::none_of(outer.space, [&](unsigned d) { return indexed.test(d); });
    for (Access &access : llvm::concat<Access>(inputs, outs))
      together = together && liesInside(access, loop - 1, loop);
    if (!together)
      continue;
    outer.size = mul(outer.size, inner.size);
    outer.known =
        ShapedType::isDynamic(outer.known) || ShapedType::isDynamic(inner.known)
            ? ShapedType::kDynamic
            : outer.known * inner.known;
    outer.space.append(inner.space);
    for (Access &access : llvm::concat<Access>(inputs, outs))
      access.strides[loop - 1] = access.strides[loop];
    dropDim(loop);
  }
  if (!dims.empty())
    return;
  // A single point: lanes need a dim.
  dims.push_back({1, index(1), /*reduced=*/true, {}});
  for (Access &access : inputs)
    access.strides.push_back(Value());
  for (const fused::NestYield &yield : yields)
    if (yield.result)
      outs[*yield.result].strides.push_back(yield.isStore() ? index(1)
                                                            : Value());
}

void Sweep::chooseLanes() {
  // Bytes that lie side by side along each dim; a dim that does not fill a
  // register is worth little.
  auto isNarrow = [&](unsigned loop) {
    return !ShapedType::isDynamic(dims[loop].known) &&
           dims[loop].known * 32 < cpu.vectorBits / 2;
  };
  double best = -1;
  for (unsigned loop = dims.size(); loop-- > 0;) {
    double score = 0;
    for (const Access &access : llvm::concat<Access>(inputs, outs))
      if (isConstant(access.strides[loop], 1)) {
        // What has every dim is as large as the space; what lacks one is read
        // or written once for many points.
        bool whole = llvm::all_of(access.strides,
                                  [](Value stride) { return bool(stride); });
        score += std::max(8u, access.element.getIntOrFloatBitWidth()) *
                 (whole ? 64.0 : 1.0);
      }
    // A row that is reduced to one value leaves lanes idle where it is short;
    // a short kept dim at least keeps elements side by side.
    if (isNarrow(loop) && (dims[loop].reduced || dims.size() == 1))
      score /= 64;
    if (score > best) {
      best = score;
      lane = loop;
    }
  }
  bool reducesNothing = llvm::all_of(
      yields, [](const fused::NestYield &yield) { return yield.isStore(); });
  if (!reducesNothing)
    return;
  if (isNarrow(lane))
    for (unsigned loop = 0; loop < dims.size(); ++loop)
      if (!isNarrow(loop) && (isNarrow(lane) || loop > lane))
        lane = loop;
  // Any dim may be called a row where nothing is reduced: the lanes', and what
  // is short inside it.
  for (unsigned loop = 0; loop < dims.size(); ++loop)
    dims[loop].reduced = loop == lane || (loop > lane && isNarrow(loop));
}

void Sweep::plan() {
  readSpace();
  for (unsigned i = 0; i < op.getInputs().size(); ++i) {
    SmallVector<std::optional<unsigned>> map;
    for (AffineExpr expr : op.getMap(i).getResults()) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      map.push_back(dim ? std::optional<unsigned>(dim.getPosition())
                        : std::nullopt);
    }
    inputs.push_back(accessOf(op.getInputs()[i], map));
  }
  for (const fused::NestYield &yield : yields) {
    if (!yield.result)
      continue;
    SmallVector<std::optional<unsigned>> map;
    bool keep =
        !yield.isStore() && cast<fused::ReductionAttr>(yield.attr).getKeep();
    for (unsigned dim = 0; dim < op.getRank(); ++dim)
      if (!llvm::is_contained(yield.dims, int64_t(dim)))
        map.push_back(dim);
      else if (keep)
        map.push_back(std::nullopt);
    outs.push_back(accessOf(op.getOuts()[*yield.result], map));
  }
  mergeDims();
  chooseLanes();
}

int64_t Sweep::rowElements() const {
  int64_t elements = 1;
  for (const LoopDim &dim : dims)
    if (dim.reduced)
      elements =
          ShapedType::isDynamic(dim.known) || ShapedType::isDynamic(elements)
              ? ShapedType::kDynamic
              : elements * dim.known;
  return elements;
}

bool Sweep::isReadLater(const fused::NestYield &yield) const {
  for (unsigned stage = yield.stage + 1; stage < op.getStages().size(); ++stage)
    for (unsigned i = 0; i < yield.numValues; ++i)
      if (!op.getStage(stage)
               .getArgument(op.getInputs().size() + yield.firstValue + i)
               .use_empty())
        return true;
  return false;
}

/// A store that is no result is computed again where it is read, unless a
/// unit's stages follow each other and it is worth memory.
bool Sweep::isInlined(const fused::NestYield &yield) const {
  if (!yield.isStore() || yield.result)
    return false;
  if (!withScratch)
    return true;
  int64_t cost = 0;
  for (Operation &inner : op.getStage(yield.stage).without_terminator())
    // Functions expand to about twenty operations.
    cost += isa<array::AddOp, array::SubOp, array::MulOp, array::CastOp,
                array::SelectOp, array::CompareOp, array::MinOp, array::MaxOp,
                array::NegOp, array::ConstantOp>(inner)
                ? 1
                : 20;
  return cost < cpu.recomputedOperations;
}

Value Sweep::countOf(const fused::NestYield &yield) {
  Value count = index(1);
  for (int64_t dim : yield.dims)
    count = mul(count, spaceSizes[dim]);
  return toI64(count);
}

LogicalResult Sweep::buildStages(bool scratchToo) {
  withScratch = scratchToo;
  unsigned numInputs = op.getInputs().size(), rank = op.getRank();
  SmallVector<Type> types;
  for (Value input : op.getInputs())
    types.push_back(cast<MemRefType>(input.getType()).getElementType());
  for (const fused::NestYield &yield : yields)
    types.append(yield.numValues, yield.valueType);
  firstValue = numInputs;
  firstIndex = types.size();
  numValues = firstIndex - firstValue;
  types.append(rank + 1, b.getI64Type());
  for (unsigned number = 0; number < op.getStages().size(); ++number) {
    Stage stage;
    stage.body = std::make_unique<ScalarBody>(op.getLoc(), types);
    ScalarBody &body = *stage.body;
    OpBuilder e = body.builder();
    DenseMap<unsigned, SmallVector<Value>> done;
    // The values that a stage yields, computed in this body.
    auto clone = [&](auto &&self, unsigned from) -> SmallVector<Value> {
      if (auto found = done.find(from); found != done.end())
        return found->second;
      Block &block = op.getStage(from);
      IRMapping map;
      for (unsigned i = 0; i < numInputs; ++i)
        map.map(block.getArgument(i), body.argument(i));
      for (const fused::NestYield &yield : yields) {
        if (yield.stage >= from)
          break;
        for (unsigned i = 0; i < yield.numValues; ++i) {
          unsigned argument = numInputs + yield.firstValue + i;
          Value value = body.argument(argument);
          if (isInlined(yield) && !block.getArgument(argument).use_empty())
            value = self(self, yield.stage)[yield.operand];
          map.map(block.getArgument(argument), value);
        }
      }
      for (Operation &inner : block.without_terminator()) {
        if (auto index = dyn_cast<fused::IndexOp>(inner)) {
          map.map(index.getResult(),
                  body.argument(firstIndex + index.getDim()));
        } else if (auto random = dyn_cast<fused::RandomOp>(inner)) {
          Value position = arith::AddIOp::create(
              e, inner.getLoc(), map.lookupOrDefault(random.getOffset()),
              body.argument(firstIndex + rank));
          map.map(random.getResult(),
                  randomElement(
                      e, inner.getLoc(), random.getType(), random.getNormal(),
                      map.lookupOrDefault(random.getKey()), position));
        } else {
          e.clone(inner, map);
        }
      }
      SmallVector<Value> results;
      for (Value value : block.getTerminator()->getOperands())
        results.push_back(map.lookupOrDefault(value));
      return done[from] = results;
    };
    SmallVector<Value> results = clone(clone, number);
    if (failed(body.finish(results)))
      return failure();
    for (auto [y, yield] : llvm::enumerate(yields))
      if (yield.stage == number)
        stage.yields.push_back(y);
    stages.push_back(std::move(stage));
  }
  if (failed(buildReducers()))
    return failure();
  for (Stage &stage : stages)
    setLevels(stage);
  chooseWidths();
  return success();
}

LogicalResult Sweep::buildReducers() {
  Location loc = op.getLoc();
  // A lane goes through a row in order unless a reduced dim lies inside the
  // lanes'.
  bool ascending = true;
  for (unsigned loop = lane + 1; loop < dims.size(); ++loop)
    ascending &= lanesKept() || !dims[loop].reduced;
  for (auto [y, yield] : llvm::enumerate(yields)) {
    if (yield.isStore())
      continue;
    auto r =
        std::make_unique<Reducer>(Reducer{unsigned(y),
                                          Combiner(yield),
                                          {},
                                          {},
                                          {},
                                          {},
                                          {},
                                          yield.dims.size() != rowDims.size()});
    ArrayRef<Type> types = r->combiner.stateTypes();
    unsigned count = types.size();
    auto body = [&](ArrayRef<Type> more, auto &&compute) {
      SmallVector<Type> arguments(types);
      arguments.append(more.begin(), more.end());
      auto made = std::make_unique<ScalarBody>(loc, arguments);
      ImplicitLocOpBuilder e(loc, made->builder());
      SmallVector<Value> values;
      for (unsigned i = 0; i < arguments.size(); ++i)
        values.push_back(made->argument(i));
      SmallVector<Value> results = compute(e, ValueRange(values));
      if (failed(made->finish(results)))
        made.reset();
      return made;
    };
    r->step = body({yield.element, b.getI64Type()},
                   [&](ImplicitLocOpBuilder &e, ValueRange v) {
                     return r->combiner.step(e, v.take_front(count), v[count],
                                             v[count + 1], ascending);
                   });
    r->merge = body(types, [&](ImplicitLocOpBuilder &e, ValueRange v) {
      return r->combiner.merge(e, v.take_front(count), v.drop_front(count));
    });
    r->finish =
        body({b.getI64Type()}, [&](ImplicitLocOpBuilder &e, ValueRange v) {
          return r->combiner.finish(e, v.take_front(count), v[count]);
        });
    if (!r->step || !r->merge || !r->finish)
      return failure();
    stages[yield.stage].reducers.push_back(reducers.size());
    reducers.push_back(std::move(r));
  }
  return success();
}

void Sweep::chooseWidths() {
  for (Stage &stage : stages) {
    // What a register holds of the widest values that change with each step.
    int64_t bits = 8;
    auto widen = [&](Type element) {
      bits = std::max<int64_t>(bits, element.getIntOrFloatBitWidth());
    };
    int level = innermostLevel();
    bits = std::max<int64_t>(bits, stage.body->widestBits(level));
    for (auto [i, access] : llvm::enumerate(inputs))
      if (stage.body->isRead(i) && access.strides[lane])
        widen(access.element);
    for (unsigned y : stage.yields)
      if (yields[y].isStore() && !isInlined(yields[y]))
        widen(yields[y].element);
    int64_t states = 0;
    for (unsigned r : stage.reducers)
      for (Type type : reducers[r]->combiner.stateTypes())
        states += std::max(8u, type.getIntOrFloatBitWidth());
    stage.narrow = std::max<int64_t>(1, cpu.vectorBits / bits);
    stage.wide = stage.narrow * cpu.registersPerStep;
    // Half of the registers are for accumulators.
    while (stage.wide > stage.narrow &&
           states * stage.wide > cpu.stateRegisters * cpu.vectorBits)
      stage.wide /= 2;
  }
  if (!lanesKept())
    return;
  // The lanes of a unit are the same in all its stages.
  int64_t wide = stages[0].wide, narrow = stages[0].narrow;
  for (Stage &stage : stages) {
    wide = std::min(wide, stage.wide);
    narrow = std::min(narrow, stage.narrow);
  }
  for (Stage &stage : stages) {
    stage.wide = wide;
    stage.narrow = narrow;
  }
}

int64_t Sweep::workOf(int64_t elements) const {
  int64_t operations = 0;
  for (const Stage &stage : stages)
    operations += stage.body->countOps();
  return std::max<int64_t>(1, elements) *
         std::max<int64_t>(1, operations / cpu.unitOperations);
}

} // namespace runmat::lower
