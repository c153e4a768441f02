// The order of units, stages and segments. By row: all stages of a unit in one
// task. By stage: tasks are parts of units, whose accumulators are merged
// before the next stage.
#include "Sweep.h"

namespace runmat::lower {

/// Full units, or masked narrow ones behind the last full one.
void Sweep::forLanes(SmallVector<Value> at,
                     function_ref<void(const Unit &)> body) {
  if (!lanesKept()) {
    body({at, 0, {}});
    return;
  }
  int64_t known = dims[lane].known, wide = stages[0].wide,
          narrow = stages[0].narrow;
  bool isKnown = !ShapedType::isDynamic(known);
  Value start = at[lane], size = dims[lane].size;
  auto full = [&] { body({at, wide, {}}); };
  auto masked = [&] {
    SmallVector<Value> here(at);
    auto loop = beginLoop(start, min(size, add(start, index(wide))), narrow);
    here[lane] = loop.getInductionVar();
    body({here, narrow, maskOf(sub(size, loop.getInductionVar()), narrow)});
    endLoop(loop);
  };
  if (isKnown && known % wide == 0)
    return full();
  if (isKnown && known < wide)
    return masked();
  Value fits = arith::CmpIOp::create(b, arith::CmpIPredicate::sle,
                                     add(start, index(wide)), size);
  ifElse(fits, full, masked);
}

Value Sweep::segmentCount() {
  Value count = index(1);
  for (unsigned loop = 0; loop < dims.size(); ++loop) {
    if (!dims[loop].reduced)
      continue;
    if (loop != lane)
      count = mul(count, dims[loop].size);
    else if (!chunk)
      // A row without elements has no segments.
      count = mul(count, min(dims[loop].size, index(1)));
    else
      count = mul(count, ceilDiv(dims[loop].size, chunk));
  }
  return count;
}

/// Numbers of kept points.
Value Sweep::keptCount() {
  Value count = index(1);
  for (const LoopDim &dim : dims)
    if (!dim.reduced)
      count = mul(count, dim.size);
  return count;
}

Value Sweep::keptIndex(ArrayRef<Value> at) {
  Value number = index(0);
  for (unsigned loop = 0; loop < dims.size(); ++loop)
    if (!dims[loop].reduced && loop != lane)
      number = add(mul(number, dims[loop].size), at[loop]);
  // Lanes last: they lie side by side.
  return lanesKept() ? add(mul(number, dims[lane].size), at[lane]) : number;
}

Value Sweep::unitCount() {
  Value count = index(1);
  for (unsigned loop = 0; loop < dims.size(); ++loop)
    if (!dims[loop].reduced)
      count = mul(count, loop == lane ? ceilDiv(dims[loop].size, stages[0].wide)
                                      : dims[loop].size);
  return count;
}

void Sweep::decodeUnit(Value unit, SmallVector<Value> &at) {
  Value rest = unit;
  if (lanesKept()) {
    Value blocks = ceilDiv(dims[lane].size, stages[0].wide);
    at[lane] = mul(rem(rest, blocks), index(stages[0].wide));
    rest = div(rest, blocks);
  }
  for (unsigned loop = dims.size(); loop-- > 0;) {
    if (dims[loop].reduced || loop == lane)
      continue;
    at[loop] = rem(rest, dims[loop].size);
    rest = div(rest, dims[loop].size);
  }
}

void Sweep::storePartials(const Reducer &reducer, ValueRange states, Value slot,
                          const Unit &unit) {
  for (auto [value, memory] : llvm::zip(states, reducer.partials))
    storeFlat(memory, value, slot, unit.lanes, unit.mask);
}

SmallVector<Value> Sweep::loadPartials(const Reducer &reducer, Value slot,
                                       int64_t lanes, Value mask) {
  SmallVector<Value> states;
  for (auto [memory, type] :
       llvm::zip(reducer.partials, reducer.combiner.stateTypes()))
    states.push_back(loadFlat(memory, type, slot, lanes, mask));
  return states;
}

SmallVector<Value> Sweep::finishStates(const Reducer &reducer,
                                       ValueRange states, int64_t lanes) {
  SmallVector<Value> arguments(states);
  arguments.push_back(countOf(yields[reducer.yield]));
  return reducer.finish->emit(b, arguments, lanes);
}

void Sweep::storeResult(const fused::NestYield &yield, Value value,
                        const Unit &unit) {
  if (yield.result)
    store(outs[*yield.result], value, unit.at, unit.lanes, unit.mask, false);
}

/// Results of reductions over more than the row dims: from the accumulators of
/// all units and parts.
void Sweep::mergeAcrossRows(Reducer &reducer, Value parts) {
  const fused::NestYield &yield = yields[reducer.yield];
  SmallVector<Value> counts, at(dims.size());
  SmallVector<unsigned> kept, merged;
  for (unsigned loop = 0; loop < dims.size(); ++loop)
    if (!dims[loop].reduced)
      (reduces(yield, loop) ? merged : kept).push_back(loop);
  for (unsigned loop : kept)
    counts.push_back(dims[loop].size);
  scf::ParallelOp tasks;
  if (!kept.empty()) {
    tasks = beginParallel(counts, cpu.unknownTripCount);
    for (auto [number, loop] : llvm::enumerate(kept))
      at[loop] = tasks.getInductionVars()[number];
  }
  Value rows = index(1), all = keptCount();
  for (unsigned loop : merged)
    rows = mul(rows, dims[loop].size);
  SmallVector<Value> start = reducer.combiner.identity(b);
  auto loop = beginLoop(index(0), mul(rows, parts), 1, start);
  Value rest = rem(loop.getInductionVar(), rows);
  Value part = div(loop.getInductionVar(), rows);
  for (unsigned dim : llvm::reverse(merged)) {
    at[dim] = rem(rest, dims[dim].size);
    rest = div(rest, dims[dim].size);
  }
  Value slot = add(mul(part, all), keptIndex(at));
  endLoop(loop, mergeStates(reducer, loop.getRegionIterArgs(),
                            loadPartials(reducer, slot, 0, {}), 0));
  SmallVector<Value> values = finishStates(reducer, loop.getResults(), 0);
  storeResult(yield, values[0], {at, 0, {}});
  if (tasks)
    b.setInsertionPointAfter(tasks);
}

/// Memory for the stores of one unit that are no results.
SmallVector<Value> Sweep::allocateScratch() {
  SmallVector<Value> made;
  for (auto [y, yield] : llvm::enumerate(yields)) {
    if (!yield.isStore() || yield.result || isInlined(yield) ||
        !isReadLater(yield))
      continue;
    Access access;
    access.element = yield.element;
    access.offset = index(0);
    access.strides.resize(dims.size());
    // The lanes' dim lies inside the others.
    access.strides[lane] = index(1);
    Value size = lanesKept() ? index(stages[0].wide) : dims[lane].size;
    for (unsigned loop = dims.size(); loop-- > 0;)
      if (dims[loop].reduced && loop != lane) {
        access.strides[loop] = size;
        size = mul(size, dims[loop].size);
      }
    access.memory = allocate(yield.element, size);
    made.push_back(access.memory);
    scratch[y] = access;
  }
  return made;
}

LogicalResult Sweep::emitByRow() {
  chunk = 0;
  if (failed(buildStages(/*withScratch=*/true)))
    return failure();
  SmallVector<Value> partials;
  for (auto &reducer : reducers)
    if (reducer->crossesRows)
      for (Type type : reducer->combiner.stateTypes()) {
        reducer->partials.push_back(allocate(type, keptCount()));
        partials.push_back(reducer->partials.back());
      }
  SmallVector<Value> counts, at(dims.size());
  SmallVector<unsigned> outer;
  for (unsigned loop = 0; loop < dims.size(); ++loop)
    if (!dims[loop].reduced) {
      outer.push_back(loop);
      counts.push_back(loop == lane ? ceilDiv(dims[loop].size, stages[0].wide)
                                    : dims[loop].size);
    }
  int64_t elements = rowElements();
  if (ShapedType::isDynamic(elements))
    elements = cpu.unknownTripCount;
  if (lanesKept())
    elements *= stages[0].wide;
  // Scratch memory is worth a task of several units.
  bool hasScratch = llvm::any_of(yields, [&](const fused::NestYield &yield) {
    return yield.isStore() && !yield.result && !isInlined(yield) &&
           isReadLater(yield);
  });
  int64_t block = hasScratch && !outer.empty()
                      ? std::max<int64_t>(1, cpu.scratchElements /
                                                 std::max<int64_t>(1, elements))
                      : 1;
  Value units = outer.empty() ? index(1) : counts.back();
  if (block > 1)
    counts.back() = ceilDiv(units, block);
  scf::ParallelOp tasks;
  if (!outer.empty())
    tasks = beginParallel(counts, workOf(elements * block));
  SmallVector<Value> toFree = allocateScratch();
  SmallVector<Value> place;
  if (tasks)
    llvm::append_range(place, tasks.getInductionVars());
  scf::ForOp ofBlock;
  if (block > 1) {
    Value first = mul(place.back(), index(block));
    ofBlock = beginLoop(first, min(units, add(first, index(block))), 1);
    place.back() = ofBlock.getInductionVar();
  }
  for (auto [number, loop] : llvm::enumerate(outer))
    at[loop] = loop == lane ? mul(place[number], index(stages[0].wide))
                            : place[number];
  forLanes(at, [&](const Unit &unit) {
    rowValues.assign(numValues, Value());
    // Scratch memory begins at the unit's first lane.
    if (lanesKept())
      for (auto &entry : scratch)
        entry.second.offset = sub(index(0), unit.at[lane]);
    for (Stage &stage : stages) {
      SmallVector<Value> states = sweep(stage, unit, index(0), segmentCount());
      unsigned first = 0;
      for (unsigned r : stage.reducers) {
        Reducer &reducer = *reducers[r];
        const fused::NestYield &yield = yields[reducer.yield];
        unsigned count = reducer.combiner.stateTypes().size();
        ValueRange state = ValueRange(states).slice(first, count);
        first += count;
        if (reducer.crossesRows) {
          storePartials(reducer, state, keptIndex(unit.at), unit);
          continue;
        }
        SmallVector<Value> values = finishStates(reducer, state, unit.lanes);
        storeResult(yield, values[0], unit);
        llvm::copy(values, rowValues.begin() + yield.firstValue);
      }
    }
  });
  if (ofBlock)
    endLoop(ofBlock);
  for (Value memory : toFree)
    memref::DeallocOp::create(b, memory);
  if (tasks)
    b.setInsertionPointAfter(tasks);
  for (auto &reducer : reducers)
    if (reducer->crossesRows)
      mergeAcrossRows(*reducer, index(1));
  for (Value memory : partials)
    memref::DeallocOp::create(b, memory);
  return success();
}

/// The row values and results of a unit from the accumulators of its parts.
void Sweep::mergeUnit(Reducer &reducer, const Unit &unit, Value parts) {
  const fused::NestYield &yield = yields[reducer.yield];
  Value slot = keptIndex(unit.at), all = keptCount();
  SmallVector<Value> start = loadPartials(reducer, slot, unit.lanes, unit.mask);
  auto loop = beginLoop(index(1), parts, 1, start);
  Value here = add(slot, mul(loop.getInductionVar(), all));
  endLoop(loop, mergeStates(reducer, loop.getRegionIterArgs(),
                            loadPartials(reducer, here, unit.lanes, unit.mask),
                            unit.lanes));
  SmallVector<Value> values =
      finishStates(reducer, loop.getResults(), unit.lanes);
  storeResult(yield, values[0], unit);
  for (auto [value, memory] : llvm::zip(values, reducer.values))
    storeFlat(memory, value, slot, unit.lanes, unit.mask);
}

/// Segments [from, to) of one unit, its accumulators into the part's slot.
void Sweep::sweepPart(const Stage &stage, Value number, Value part, Value from,
                      Value to) {
  SmallVector<Value> at(dims.size());
  decodeUnit(number, at);
  Unit unit{at, 0, {}};
  SmallVector<Value> states = sweep(stage, unit, from, to);
  storeStates(stage, states, add(mul(part, keptCount()), keptIndex(at)), unit);
}

void Sweep::storeStates(const Stage &stage, ValueRange states, Value slot,
                        const Unit &unit) {
  unsigned state = 0;
  for (unsigned r : stage.reducers) {
    unsigned count = reducers[r]->combiner.stateTypes().size();
    storePartials(*reducers[r], states.slice(state, count), slot, unit);
    state += count;
  }
}

/// The same for units [first, last) whose lanes are columns: a few rows at a
/// time across all of them, so that memory is read along its rows. Accumulators
/// stay in the first caches meanwhile.
void Sweep::sweepColumns(const Stage &stage, Value first, Value last,
                         Value part, Value from, Value to) {
  auto forUnits = [&](function_ref<void(const Unit &, Value)> body) {
    auto loop = beginLoop(first, last, 1);
    SmallVector<Value> at(dims.size());
    decodeUnit(loop.getInductionVar(), at);
    forLanes(at, [&](const Unit &unit) {
      body(unit, add(mul(part, keptCount()), keptIndex(unit.at)));
    });
    endLoop(loop);
  };
  if (!stage.reducers.empty())
    forUnits([&](const Unit &unit, Value slot) {
      storeStates(stage, startStates(stage, unit.lanes), slot, unit);
    });
  auto rows = beginLoop(from, to, cpu.columnRows);
  Value row = rows.getInductionVar();
  Value end = min(to, add(row, index(cpu.columnRows)));
  forUnits([&](const Unit &unit, Value slot) {
    SmallVector<Value> states;
    for (unsigned r : stage.reducers)
      states.append(loadPartials(*reducers[r], slot, unit.lanes, unit.mask));
    storeStates(stage, sweepKept(stage, unit, row, end, states), slot, unit);
  });
  endLoop(rows);
}

LogicalResult Sweep::emitByStage() {
  chunk = cpu.chunkElements;
  if (failed(buildStages(/*withScratch=*/false)))
    return failure();
  rowValues.assign(numValues, Value());
  Value units = unitCount(), segments = segmentCount(), one = index(1);
  // Units that go through all stages together: what the last-level cache holds.
  Value group = units;
  int64_t elements = rowElements();
  if (stages.size() > 1) {
    int64_t bytes = 0;
    for (const Access &access : inputs)
      bytes += access.element.getIntOrFloatBitWidth() / 8 + 1;
    bytes = std::max<int64_t>(1, bytes) * (lanesKept() ? stages[0].wide : 1);
    Value row = index(bytes);
    for (const LoopDim &dim : dims)
      if (dim.reduced)
        row = mul(row, dim.size);
    group = max(one, min(units, div(index(cpu.groupBytes), max(row, one))));
  }
  // Columns side by side are one task's.
  int64_t unitsOfTask =
      lanesKept() ? std::max<int64_t>(1, cpu.columnElements / stages[0].wide)
                  : 1;
  Value parts = b.createOrFold<arith::CeilDivUIOp>(
      index(cpu.reductionTasks), max(ceilDiv(group, unitsOfTask), one));
  parts = max(one, min(parts, segments));
  Value perPart = b.createOrFold<arith::CeilDivUIOp>(segments, parts);
  SmallVector<Value> toFree;
  auto buffer = [&](Type type, Value size) {
    toFree.push_back(allocate(type, size));
    return toFree.back();
  };
  for (auto &reducer : reducers) {
    for (Type type : reducer->combiner.stateTypes())
      reducer->partials.push_back(buffer(type, mul(keptCount(), parts)));
    const fused::NestYield &yield = yields[reducer->yield];
    if (isReadLater(yield))
      for (unsigned k = 0; k < yield.numValues; ++k)
        reducer->values.push_back(buffer(yield.valueType, keptCount()));
  }
  int64_t segmentElements = std::min<int64_t>(
      chunk,
      ShapedType::isDynamic(dims[lane].known) ? chunk : dims[lane].known);
  if (lanesKept())
    segmentElements = stages[0].wide;
  scf::ForOp groups;
  Value first = index(0), here = units;
  if (stages.size() > 1) {
    groups = scf::ForOp::create(b, index(0), units, group);
    b.setInsertionPointToStart(groups.getBody());
    first = groups.getInductionVar();
    here = min(group, sub(units, first));
  }
  for (unsigned number = 0; number < stages.size(); ++number) {
    const Stage &stage = stages[number];
    // Without accumulators every segment is a task.
    bool bySegment = stage.reducers.empty() && !lanesKept();
    Value tasksOfUnit = bySegment ? segments : parts;
    int64_t work = segmentElements;
    if (!bySegment && !ShapedType::isDynamic(elements))
      work = std::max(work, elements / cpu.reductionTasks);
    auto tasks = beginParallel({ceilDiv(here, unitsOfTask), tasksOfUnit},
                               workOf(work * unitsOfTask));
    Value unit = tasks.getInductionVars()[0],
          part = tasks.getInductionVars()[1];
    Value from = bySegment ? part : mul(part, perPart);
    Value to = bySegment ? add(part, one) : min(segments, add(from, perPart));
    if (lanesKept()) {
      Value start = mul(unit, index(unitsOfTask));
      Value stop = min(here, add(start, index(unitsOfTask)));
      sweepColumns(stage, add(first, start), add(first, stop), part, from, to);
    } else {
      sweepPart(stage, add(first, unit), part, from, to);
    }
    b.setInsertionPointAfter(tasks);
    SmallVector<Reducer *> ofRows;
    for (unsigned r : stage.reducers)
      if (!reducers[r]->crossesRows)
        ofRows.push_back(reducers[r].get());
    if (ofRows.empty())
      continue;
    auto merging = beginParallel({here}, lanesKept() ? stages[0].wide : 1);
    SmallVector<Value> row(dims.size());
    decodeUnit(add(first, merging.getInductionVars()[0]), row);
    forLanes(row, [&](const Unit &unit) {
      for (Reducer *reducer : ofRows)
        mergeUnit(*reducer, unit, parts);
    });
    b.setInsertionPointAfter(merging);
  }
  if (groups)
    b.setInsertionPointAfter(groups);
  for (auto &reducer : reducers)
    if (reducer->crossesRows)
      mergeAcrossRows(*reducer, parts);
  for (Value memory : toFree)
    memref::DeallocOp::create(b, memory);
  return success();
}

/// Whether rows go through all stages before the next: rows that the
/// second-level cache holds, and enough of them for the threads.
std::optional<bool> Sweep::keepsRows() {
  bool reducesNothing = llvm::all_of(
      yields, [](const fused::NestYield &yield) { return yield.isStore(); });
  // One stage: parts or none, nothing is read twice.
  if (reducesNothing && op.getStages().size() == 1)
    return false;
  int64_t elements = rowElements(), units = 1, bytes = 0;
  for (const Access &access : inputs)
    bytes += std::max(8u, access.element.getIntOrFloatBitWidth()) / 8;
  for (unsigned loop = 0; loop < dims.size(); ++loop)
    if (!dims[loop].reduced)
      units = ShapedType::isDynamic(dims[loop].known) ||
                      ShapedType::isDynamic(units)
                  ? ShapedType::kDynamic
                  : units * dims[loop].known;
  int64_t block = lanesKept() ? cpu.registersPerStep * cpu.vectorBits / 32 : 1;
  if (ShapedType::isDynamic(elements) || ShapedType::isDynamic(units)) {
    if (op.getStages().size() == 1)
      return false;
    if (!ShapedType::isDynamic(elements) &&
        elements * bytes * block > cpu.rowBytes)
      return false;
    return std::nullopt;
  }
  // Columns are read along their rows, a few at a time: not one by one.
  if (op.getStages().size() == 1 && lanesKept())
    return units * elements <= cpu.chunkElements;
  int64_t tasks = units / block;
  // Small as a whole: nothing to share among threads.
  if (units * elements <= cpu.chunkElements)
    return true;
  return elements * bytes * block <= cpu.rowBytes &&
         tasks >= cpu.reductionTasks / 4;
}

Value Sweep::keepsRowsValue() {
  Value elements = index(1), units = index(1);
  int64_t bytes = 0,
          block = lanesKept() ? cpu.registersPerStep * cpu.vectorBits / 32 : 1;
  for (const Access &access : inputs)
    bytes += std::max(8u, access.element.getIntOrFloatBitWidth()) / 8;
  for (const LoopDim &dim : dims) {
    Value &product = dim.reduced ? elements : units;
    product = mul(product, dim.size);
  }
  auto atMost = [&](Value x, Value y) -> Value {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ule, x, y);
  };
  Value fits = atMost(mul(elements, index(bytes * block)), index(cpu.rowBytes));
  Value enough = atMost(index(cpu.reductionTasks / 4 * block), units);
  Value small = atMost(mul(units, elements), index(cpu.chunkElements));
  return arith::OrIOp::create(b, small, arith::AndIOp::create(b, fits, enough));
}

} // namespace runmat::lower
