// One stage over segments of one unit: levels of its values, a point's loads,
// body, stores and accumulators, and the loops around it.
#include "Sweep.h"

namespace runmat::lower {

/// 0: the same for the whole unit; 1: for a segment; 2: for nothing but a step
/// of lanes.
int Sweep::levelOf(unsigned loop) const {
  if (!dims[loop].reduced)
    return 0;
  return loop == lane ? 2 : 1;
}

void Sweep::setLevels(Stage &stage) {
  SmallVector<int> levels;
  auto levelOfAccess = [&](const Access &access) {
    int level = 0;
    for (unsigned loop = 0; loop < dims.size(); ++loop)
      if (access.strides[loop])
        level = std::max(level, levelOf(loop));
    return level;
  };
  for (const Access &access : inputs)
    levels.push_back(levelOfAccess(access));
  for (const fused::NestYield &yield : yields)
    levels.append(yield.numValues, yield.isStore() ? innermostLevel() : 0);
  for (unsigned dim = 0; dim < op.getRank(); ++dim) {
    int level = 0;
    for (unsigned loop = 0; loop < dims.size(); ++loop)
      if (llvm::is_contained(dims[loop].space, dim))
        level = levelOf(loop);
    levels.push_back(level);
  }
  levels.push_back(innermostLevel());
  stage.body->setLevels(levels);
}

/// base + lane * stride for each lane, as indices; a null stride is 1.
Value Sweep::laneIndices(Value base, Value stride, int64_t lanes) {
  auto type = VectorType::get({lanes}, b.getIndexType());
  auto numbers = llvm::to_vector(llvm::seq<int64_t>(0, lanes));
  Value steps =
      arith::ConstantOp::create(b, type, b.getIndexVectorAttr(numbers));
  if (stride)
    steps = b.createOrFold<arith::MulIOp>(steps, splat(stride, lanes));
  return b.createOrFold<arith::AddIOp>(splat(base, lanes), steps);
}

/// The row-major index of points in the dims that a yield reduces, as i64.
Value Sweep::reducedIndex(const fused::NestYield &yield, ArrayRef<Value> at,
                          int64_t lanes) {
  Value stride = index(1), laneStride, linear = index(0);
  for (unsigned loop = dims.size(); loop-- > 0;) {
    if (!reduces(yield, loop))
      continue;
    linear = add(linear, mul(at[loop], stride));
    if (loop == lane)
      laneStride = stride;
    stride = mul(stride, dims[loop].size);
  }
  if (lanes && laneStride)
    return arith::IndexCastOp::create(b,
                                      VectorType::get({lanes}, b.getI64Type()),
                                      laneIndices(linear, laneStride, lanes));
  return toI64(linear);
}

/// Puts the arguments of one level into `map`.
void Sweep::bind(const Stage &stage, int level, IRMapping &map,
                 ArrayRef<Value> at, int64_t lanes, Value mask) {
  const ScalarBody &body = *stage.body;
  auto isMissing = [&](unsigned argument) {
    return body.isRead(argument) && !map.contains(body.argument(argument)) &&
           body.levelOf(body.argument(argument)) == level;
  };
  for (auto [i, access] : llvm::enumerate(inputs))
    if (isMissing(i))
      map.map(body.argument(i), load(access, at, lanes, mask));
  for (auto [y, yield] : llvm::enumerate(yields))
    for (unsigned k = 0; k < yield.numValues; ++k) {
      unsigned argument = firstValue + yield.firstValue + k;
      if (!isMissing(argument))
        continue;
      Value value;
      if (yield.isStore()) {
        value = load(yield.result ? outs[*yield.result] : scratch[y], at, lanes,
                     mask);
      } else if (value = rowValues[yield.firstValue + k]; !value) {
        for (const auto &reducer : reducers)
          if (reducer->yield == y)
            value = loadFlat(reducer->values[k], yield.valueType, keptIndex(at),
                             lanesKept() ? lanes : 0, mask);
      }
      map.map(body.argument(argument), value);
    }
  auto lanesOf = [&](Value base, Value stride) -> Value {
    return arith::IndexCastOp::create(b,
                                      VectorType::get({lanes}, b.getI64Type()),
                                      laneIndices(base, stride, lanes));
  };
  for (unsigned dim = 0; dim < op.getRank(); ++dim) {
    if (!isMissing(firstIndex + dim))
      continue;
    Value value;
    for (unsigned loop = 0; loop < dims.size(); ++loop)
      if (llvm::is_contained(dims[loop].space, dim))
        value = loop == lane && lanes ? lanesOf(at[loop], {}) : toI64(at[loop]);
    map.map(body.argument(firstIndex + dim), value ? value : toI64(index(0)));
  }
  unsigned last = firstIndex + op.getRank();
  if (!isMissing(last))
    return;
  // The row-major index in the whole space.
  Value linear = index(0), stride = index(1), laneStride;
  for (unsigned loop = dims.size(); loop-- > 0;) {
    linear = add(linear, mul(at[loop], stride));
    if (loop == lane)
      laneStride = stride;
    stride = mul(stride, dims[loop].size);
  }
  map.map(body.argument(last),
          lanes ? lanesOf(linear, laneStride) : toI64(linear));
}

SmallVector<Value> Sweep::startStates(const Stage &stage, int64_t lanes) {
  SmallVector<Value> states;
  for (unsigned r : stage.reducers)
    for (Value value : reducers[r]->combiner.identity(b))
      states.push_back(splat(value, lanes));
  return states;
}

/// The innermost level at one step of lanes: what is left of the body, stores,
/// and the accumulators after it. `map` has the levels outside.
SmallVector<Value> Sweep::point(const Stage &stage, IRMapping &map,
                                ArrayRef<Value> at, int64_t lanes, Value mask,
                                ValueRange states, bool streaming) {
  int level = innermostLevel();
  bind(stage, level, map, at, lanes, mask);
  stage.body->emit(b, level, map, lanes);
  SmallVector<Value> next;
  unsigned state = 0, reducer = 0;
  for (unsigned y : stage.yields) {
    const fused::NestYield &yield = yields[y];
    Value value = map.lookupOrDefault(stage.body->result(yield.operand));
    if (yield.isStore()) {
      if (yield.result)
        store(outs[*yield.result], value, at, lanes, mask,
              streaming && streams(yield));
      else if (!isInlined(yield) && isReadLater(yield))
        store(scratch[y], value, at, lanes, mask, false);
      continue;
    }
    const Reducer &r = *reducers[stage.reducers[reducer++]];
    unsigned count = r.combiner.stateTypes().size();
    ValueRange before = states.slice(state, count);
    state += count;
    SmallVector<Value> arguments(before);
    arguments.push_back(splat(value, lanes));
    arguments.push_back(r.combiner.needsIndex() ? reducedIndex(yield, at, lanes)
                                                : toI64(index(0)));
    SmallVector<Value> after = r.step->emit(b, arguments, lanes);
    // Lanes beyond the end of a row do not count; beyond the last row they are
    // never read.
    if (mask && !lanesKept())
      for (auto [value, old] : llvm::zip(after, before))
        value = arith::SelectOp::create(b, mask, value, old);
    next.append(after);
  }
  return next;
}

SmallVector<Value> Sweep::mergeStates(const Reducer &reducer, ValueRange left,
                                      ValueRange right, int64_t lanes) {
  SmallVector<Value> arguments(left);
  arguments.append(right.begin(), right.end());
  return reducer.merge->emit(b, arguments, lanes);
}

/// Accumulators of `lanes` lanes to one scalar each: halves onto each other.
SmallVector<Value> Sweep::mergeLanes(const Stage &stage, ValueRange states,
                                     int64_t lanes) {
  SmallVector<Value> merged;
  unsigned first = 0;
  for (unsigned r : stage.reducers) {
    unsigned count = reducers[r]->combiner.stateTypes().size();
    SmallVector<Value> state(states.slice(first, count));
    first += count;
    for (int64_t half = lanes / 2; half > 0; half /= 2) {
      auto part = [&](int64_t from) {
        return llvm::map_to_vector(state, [&](Value value) -> Value {
          return vector::ExtractStridedSliceOp::create(
              b, value, ArrayRef<int64_t>{from}, ArrayRef<int64_t>{half},
              ArrayRef<int64_t>{1});
        });
      };
      SmallVector<Value> low = part(0), high = part(half);
      state = mergeStates(*reducers[r], low, high, half);
    }
    for (Value value : state)
      merged.push_back(
          vector::ExtractOp::create(b, value, ArrayRef<int64_t>{0}));
  }
  return merged;
}

/// The reduced dims' indices of a segment, and the range of lanes in it.
void Sweep::decode(Value segment, SmallVector<Value> &at, Value &begin,
                   Value &end) {
  Value chunks = index(1), number = index(0), rest = segment;
  SmallVector<unsigned> others;
  bool isInnermost = true;
  for (unsigned loop = 0; loop < dims.size(); ++loop)
    if (dims[loop].reduced && loop != lane) {
      others.push_back(loop);
      isInnermost &= loop < lane;
    }
  if (!lanesKept()) {
    if (chunk &&
        (ShapedType::isDynamic(dims[lane].known) || dims[lane].known > chunk))
      chunks = ceilDiv(dims[lane].size, chunk);
    if (others.empty()) {
      number = segment;
    } else if (isInnermost) {
      number = rem(segment, chunks);
      rest = div(segment, chunks);
    } else {
      // What is short inside the lanes' dim goes through one chunk after the
      // other.
      Value count = index(1);
      for (unsigned loop : others)
        count = mul(count, dims[loop].size);
      number = div(segment, count);
      rest = rem(segment, count);
    }
  }
  for (unsigned loop : llvm::reverse(others)) {
    bool isLast = loop == others.front();
    at[loop] = isLast ? rest : rem(rest, dims[loop].size);
    if (!isLast)
      rest = div(rest, dims[loop].size);
  }
  if (lanesKept())
    return;
  begin = index(0);
  end = dims[lane].size;
  if (chunk &&
      (ShapedType::isDynamic(dims[lane].known) || dims[lane].known > chunk)) {
    begin = mul(number, index(chunk));
    end = min(end, add(begin, index(chunk)));
  }
}

SmallVector<Value> Sweep::sweepKept(const Stage &stage, const Unit &unit,
                                    Value from, Value to, ValueRange start) {
  IRMapping map;
  bind(stage, 0, map, unit.at, unit.lanes, unit.mask);
  stage.body->emit(b, 0, map, unit.lanes);
  auto loop = beginLoop(from, to, 1, start);
  SmallVector<Value> at = unit.at;
  Value begin, end;
  decode(loop.getInductionVar(), at, begin, end);
  endLoop(loop, point(stage, map, at, unit.lanes, unit.mask,
                      loop.getRegionIterArgs(), false));
  return SmallVector<Value>(loop.getResults());
}

bool Sweep::streams(const fused::NestYield &yield) const {
  if (!yield.result || !yield.isStore() || isReadLater(yield) ||
      yield.element.isInteger(1) || !isContiguous(outs[*yield.result]))
    return false;
  // Where stores are aligned must be known of all results at once.
  auto alloc = op.getOuts()[*yield.result].getDefiningOp<memref::AllocOp>();
  if (!alloc || alloc.getAlignment().value_or(1) < 64 ||
      !alloc.getType().getLayout().isIdentity())
    return false;
  int64_t bytes = yield.element.getIntOrFloatBitWidth() / 8;
  for (int64_t size : knownSizes)
    bytes = ShapedType::isDynamic(size) || ShapedType::isDynamic(bytes)
                ? ShapedType::kDynamic
                : bytes * size;
  return ShapedType::isDynamic(bytes) || bytes >= cpu.streamingBytes;
}

Value Sweep::headOf(const Stage &stage, ArrayRef<Value> at, Value begin) {
  const Access *streamed = nullptr;
  for (unsigned y : stage.yields)
    if (streams(yields[y]))
      streamed = &outs[*yields[y].result];
  if (!streamed)
    return {};
  // All streamed results have the space's layout: one index serves them all.
  SmallVector<Value> first(at);
  first[lane] = begin;
  Value off = rem(addressOf(*streamed, first), index(stage.wide));
  return rem(sub(index(stage.wide), off), index(stage.wide));
}

SmallVector<Value> Sweep::sweepRow(const Stage &stage, const Unit &unit,
                                   IRMapping &map, Value from, Value to) {
  int64_t known = dims[lane].known, wide = stage.wide, narrow = stage.narrow;
  bool isKnown = !ShapedType::isDynamic(known);
  bool streaming = llvm::any_of(stage.yields,
                                [&](unsigned y) { return streams(yields[y]); });
  // Rows that are a whole number of steps start where stores are aligned.
  bool hasHead = streaming && !(isKnown && known % wide == 0 &&
                                (chunk == 0 || chunk % wide == 0));
  bool hasMain = !isKnown || known >= wide;
  bool hasRest = !isKnown || known % wide != 0 || hasHead || !hasMain;
  SmallVector<Value> start;
  if (hasMain)
    start.append(startStates(stage, wide));
  if (hasRest)
    start.append(startStates(stage, narrow));
  auto segments = beginLoop(from, to, 1, start);
  ValueRange carried = segments.getRegionIterArgs();
  unsigned count = hasMain && hasRest ? carried.size() / 2 : carried.size();
  SmallVector<Value> at = unit.at;
  Value begin, end;
  decode(segments.getInductionVar(), at, begin, end);
  IRMapping outer = map;
  bind(stage, 1, outer, at, 0, {});
  stage.body->emit(b, 1, outer, 0);

  Value size = sub(end, begin), wholeBegin = begin;
  if (hasHead)
    wholeBegin = add(begin, min(size, headOf(stage, at, begin)));
  Value wholeEnd = begin;
  SmallVector<Value> next;
  if (hasMain) {
    Value whole = mul(div(sub(end, wholeBegin), index(wide)), index(wide));
    wholeEnd = add(wholeBegin, whole);
    auto main =
        beginLoop(wholeBegin, wholeEnd, wide, carried.take_front(count));
    at[lane] = main.getInductionVar();
    IRMapping inner = outer;
    endLoop(main, point(stage, inner, at, wide, {}, main.getRegionIterArgs(),
                        streaming));
    next.append(main.getResults().begin(), main.getResults().end());
  }
  if (hasRest) {
    ValueRange states = carried.take_back(count);
    auto masked = [&](Value low, Value high, ValueRange before) {
      auto loop = beginLoop(low, high, narrow, before);
      at[lane] = loop.getInductionVar();
      Value mask = maskOf(sub(high, loop.getInductionVar()), narrow);
      IRMapping inner = outer;
      endLoop(loop, point(stage, inner, at, narrow, mask,
                          loop.getRegionIterArgs(), false));
      return loop;
    };
    if (hasHead && hasMain) {
      // Head and tail share their code.
      auto edges = beginLoop(index(0), index(2), 1, states);
      Value isTail = arith::CmpIOp::create(b, arith::CmpIPredicate::ne,
                                           edges.getInductionVar(), index(0));
      Value low = arith::SelectOp::create(b, isTail, wholeEnd, begin);
      Value high = arith::SelectOp::create(b, isTail, end, wholeBegin);
      auto loop = masked(low, high, edges.getRegionIterArgs());
      endLoop(edges, loop.getResults());
      next.append(edges.getResults().begin(), edges.getResults().end());
    } else {
      auto loop = masked(wholeEnd, end, states);
      next.append(loop.getResults().begin(), loop.getResults().end());
    }
  }
  endLoop(segments, next);
  if (start.empty())
    return {};
  ValueRange results = segments.getResults();
  SmallVector<Value> merged;
  if (hasMain)
    merged = mergeLanes(stage, results.take_front(count), wide);
  if (!hasRest)
    return merged;
  SmallVector<Value> rest = mergeLanes(stage, results.take_back(count), narrow);
  if (!hasMain)
    return rest;
  SmallVector<Value> all;
  unsigned first = 0;
  for (unsigned r : stage.reducers) {
    unsigned states = reducers[r]->combiner.stateTypes().size();
    all.append(mergeStates(*reducers[r],
                           ValueRange(merged).slice(first, states),
                           ValueRange(rest).slice(first, states), 0));
    first += states;
  }
  return all;
}

SmallVector<Value> Sweep::sweep(const Stage &stage, const Unit &unit,
                                Value from, Value to) {
  if (lanesKept())
    return sweepKept(stage, unit, from, to, startStates(stage, unit.lanes));
  IRMapping map;
  bind(stage, 0, map, unit.at, unit.lanes, unit.mask);
  stage.body->emit(b, 0, map, unit.lanes);
  return sweepRow(stage, unit, map, from, to);
}

} // namespace runmat::lower
