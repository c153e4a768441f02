// Rows whose innermost dim is reduced. A row that fits the registers of a team
// of threads is read once and goes through all stages there; a longer one is
// cut into parts, each pass over it a kernel, with a kernel between that merges
// the parts.
#include "GPUReduce.h"

using namespace mlir;
using namespace runmat;
using fused::NestYield;

/// The kernel that merges the parts of a row walks them with one workgroup.
static constexpr int64_t kMaxParts = 4096;

namespace {

/// Where a kernel is in its row, and the points there.
struct RowPlace {
  GPUReductions &all;
  KernelBuilder &k;
  GPUStages &stages;
  unsigned lanes;
  bool ragged;   ///< rows begin and end inside vectors
  bool isScalar; ///< one lane, no vectors
  Value row;     ///< of the window
  Value rowValid = {};
  Values outer = {};
  Value shift = {}, firstVector = {}; ///< ragged

  void begin() {
    stages.decompose(row, outer, [](const GPUDim &d) { return !d.isRow; });
    if (!ragged || isScalar)
      return;
    Value start = k.add(k.mul(row, k.param(all.rowElements)),
                        k.param(*all.sweep.startOfFull()));
    firstVector = k.div(start, k.index(lanes));
    shift = k.rem(start, k.index(lanes));
  }

  /// Vectors of a row, one more where it may begin inside one.
  SizeExpr vectors() const {
    return ragged && !isScalar ? ceilDiv(all.rowElements, lanes) + 1
                               : ceilDiv(all.rowElements, lanes);
  }

  /// The point of vector number `vector` of the row, `end` being the first that
  /// is not the kernel's.
  GPUPoint point(Value vector, Value end, bool alwaysInside) {
    GPUPoint made;
    made.lanes = lanes;
    auto isRow = [](const GPUDim &dim) { return dim.isRow; };
    Value inside = alwaysInside ? Value() : k.less(vector, end);
    Value valid = k.logicalAnd(inside, rowValid);
    if (inside)
      vector = k.select(inside, vector, k.index(0));
    if (!ragged || isScalar) {
      Values coords = outer, inRow;
      stages.decompose(k.mul(vector, k.index(lanes)), inRow, isRow);
      for (auto [i, dim] : llvm::enumerate(all.space.dims))
        if (dim.isRow)
          coords[i] = inRow[i];
      made.coords.push_back(coords);
      if (!coords.empty())
        made.vectorDim = all.space.dims.size() - 1;
      if (valid)
        made.valid.assign(lanes, valid);
      return made;
    }
    made.fullVector = k.add(firstVector, vector);
    Value size = k.param(all.rowElements);
    Value last = k.sub(size, k.index(1));
    for (unsigned lane = 0; lane < lanes; ++lane) {
      Value at = k.add(k.mul(vector, k.index(lanes)), k.index(lane));
      Value behindStart =
          arith::CmpIOp::create(k.b, arith::CmpIPredicate::uge, at, shift);
      Value inRow = k.sub(at, shift);
      Value beforeEnd = k.less(inRow, size);
      made.valid.push_back(
          k.logicalAnd(k.logicalAnd(behindStart, beforeEnd), valid));
      Values coords = outer, ofRow;
      stages.decompose(k.min(inRow, last), ofRow, isRow);
      for (auto [i, dim] : llvm::enumerate(all.space.dims))
        if (dim.isRow)
          coords[i] = ofRow[i];
      made.coords.push_back(coords);
    }
    return made;
  }

  /// Number in the row of the point's lane, where someone asks.
  Value position(const GPUPoint &point, const GPUReduction &reduction,
                 unsigned lane) {
    if (!reduction.combiner->usesPosition())
      return {};
    const Values &coords = point.coords[point.vectorDim ? 0 : lane];
    Value at;
    for (auto [i, dim] : llvm::enumerate(all.space.dims)) {
      if (!dim.isRow)
        continue;
      at = at ? k.add(k.mul(at, k.param(stages.sizeOf(i))), coords[i])
              : coords[i];
    }
    if (point.vectorDim)
      at = k.add(at, k.index(lane));
    return all.positionOf(k, at ? at : k.index(0));
  }

  Values seed(const GPUReduction &reduction, GPUPoint &point) {
    return reduction.combiner->seed(k, stages.yielded(point, *reduction.yield),
                                    point.valid);
  }

  Values take(const GPUReduction &reduction, GPUPoint &point, Values state) {
    Values lanesOf = stages.yielded(point, *reduction.yield);
    for (unsigned lane = 0; lane < lanes; ++lane)
      state = reduction.combiner->step(
          k, state, lanesOf[lane], position(point, reduction, lane),
          point.valid.empty() ? Value() : point.valid[lane]);
    return state;
  }
};

} // namespace

static void nameVariant(Variant &variant, const char *name, bool ragged) {
  variant.name = std::string(name) + (ragged ? "_ragged" : "");
}

bool GPUReductions::isScalar(bool ragged) const {
  return ragged && (!space.isTrailing() || splitsRows || !sweep.startOfFull());
}

unsigned GPUReductions::lanesOf(bool ragged) const {
  return space.dims.empty() || isScalar(ragged) ? 1 : space.lanes();
}

static std::vector<SizeCondition> alignment(const GPUReductions &all,
                                            bool ragged) {
  if (ragged || all.space.dims.empty())
    return {};
  return {{SizeCondition::Kind::Equal,
           mod(all.space.dims.back().size, all.space.lanes()), SizeExpr(0)}};
}

bool GPUReductions::planOnChip(unsigned team, unsigned vectors, bool ragged) {
  bool scalar = isScalar(ragged);
  unsigned lanes = lanesOf(ragged);
  std::vector<SizeCondition> conditions = alignment(*this, ragged);
  int64_t most = int64_t(team) * vectors;
  if (ragged && !scalar)
    --most;
  conditions.push_back({SizeCondition::Kind::LessEqual,
                        ceilDiv(allRowElements, lanes), SizeExpr(most)});
  conditions.push_back(
      {SizeCondition::Kind::LessEqual, SizeExpr(1), allRowElements});
  if (splitsRows)
    conditions.push_back(
        {SizeCondition::Kind::LessEqual, sweep.window.count, SizeExpr(1)});
  if (!sweep.isReachable(conditions))
    return false;

  unsigned threads = std::max(team, sweep.profile.normalize.tinyRowThreads);
  unsigned perGroup = threads / team;
  for (const GPUPass &pass : passes)
    allocate(pass, max(allRows, 1), /*onlyWider=*/true);
  KernelBuilder k = sweep.makeKernel("rows", threads);
  GPUStages stages(space, k, sweep.window);
  Value row =
      k.add(k.mul(k.group, k.index(perGroup)), k.div(k.thread, k.index(team)));
  RowPlace place{*this, k, stages, lanes, ragged, scalar, row};
  if (!mod(rows, perGroup).is(0)) {
    place.rowValid = k.less(row, k.param(rows));
    place.row = k.min(row, k.sub(k.param(rows), k.index(1)));
  }
  place.begin();
  Value inTeam = k.rem(k.thread, k.index(team));
  Value end = k.param(place.vectors());
  bool whole = (!ragged || scalar) && ceilDiv(rowElements, lanes).is(most);
  std::vector<GPUPoint> points;
  for (unsigned v = 0; v < vectors; ++v)
    points.push_back(
        place.point(k.add(inTeam, k.index(int64_t(v) * team)), end, whole));
  for (GPUPoint &point : points)
    stages.loadInputs(point, 0, sweep.op.getStages().size() - 1);

  Value isFirst = k.logicalAnd(k.equal(inTeam, k.index(0)), place.rowValid);
  Value number = k.add(place.row, k.param(rowBase));
  llvm::DenseMap<const GPUReduction *, Values> rowValues;
  stages.rowValue = [&](unsigned value, unsigned) {
    unsigned at;
    const GPUReduction &reduction = reductionOf(value, at);
    return rowValues[&reduction][at];
  };
  for (const GPUPass &pass : passes) {
    for (GPUReduction *reduction : pass.reductions) {
      Values state = place.seed(*reduction, points[0]);
      for (GPUPoint &point : points)
        state = place.take(*reduction, point, state);
      state = reduction->combiner->reduceTeam(k, state, team);
      if (!reduction->ofRow) {
        k.ifThen(isFirst, [&] {
          storePartial(k, *reduction, state, number, max(allRows, 1));
        });
        continue;
      }
      Values values = reduction->combiner->finish(k, state, allRowElements);
      rowValues[reduction] = values;
      if (reduction->yield->result) {
        // Only the result: the values stay in registers.
        std::optional<unsigned> kept = reduction->rowValues;
        reduction->rowValues.reset();
        k.ifThen(isFirst, [&] { storeRow(k, *reduction, values, number); });
        reduction->rowValues = kept;
      }
    }
    for (GPUPoint &point : points)
      stages.storeResults(point, pass.firstStage, pass.lastStage);
  }
  Variant variant;
  nameVariant(variant, "on_chip", ragged);
  variant.name += "_" + std::to_string(team) + "x" + std::to_string(vectors);
  variant.conditions = std::move(conditions);
  Step windowed{sweep.window.count, {}}, last{1, {}};
  k.launch(sweep.plan, ceilDiv(rows, perGroup), windowed.launches);
  for (const GPUPass &pass : passes)
    finishWider(pass, GPUParts{}, last.launches);
  variant.steps = {std::move(windowed), std::move(last)};
  sweep.addVariant(std::move(variant));
  return true;
}

void GPUReductions::planStaged(bool ragged) {
  std::vector<SizeCondition> conditions = alignment(*this, ragged);
  if (!sweep.isReachable(conditions))
    return;
  bool scalar = isScalar(ragged);
  unsigned lanes = lanesOf(ragged);
  const NormalizeSchedule &schedule = sweep.profile.normalize;
  unsigned threads = schedule.threads;
  Variant variant;
  nameVariant(variant, "staged", ragged);
  variant.conditions = std::move(conditions);
  std::vector<Launch> step, final;
  auto endStep = [&](const SizeExpr &windows, std::vector<Launch> &launches) {
    if (!launches.empty())
      variant.steps.push_back({windows, std::move(launches)});
    launches.clear();
  };

  for (auto [number, pass] : llvm::enumerate(passes)) {
    unsigned block = pass.reductions.empty() ? schedule.applyVectors
                     : pass.stores           ? schedule.reduceVectors
                                             : schedule.statisticsVectors;
    // Long bodies are not repeated that often: loops take the rest.
    unsigned unroll = std::clamp(
        schedule.mostOperations / std::max(pass.operations, 1u), 1u, block);
    int64_t blockSize = int64_t(threads) * block;
    KernelBuilder k =
        sweep.makeKernel("pass" + std::to_string(number), threads);
    GPUStages stages(space, k, sweep.window);
    RowPlace place{*this, k, stages, lanes, ragged, scalar, {}};
    auto suffix = "_" + std::to_string(sweep.plan.values.size());
    SizeExpr vectors = place.vectors();
    SizeExpr chunk = sweep.plan.define(
        "chunk" + suffix,
        max(ceilDiv(ragged ? ceilDiv(allRowElements, lanes) + 1
                           : ceilDiv(allRowElements, lanes),
                    blockSize * kMaxParts),
            1) *
            blockSize);
    SizeExpr parts = ceilDiv(vectors, chunk) * min(rowElements, 1);
    SizeExpr partBase;
    GPUParts layout;
    layout.parts = sweep.plan.define(
        "all_parts" + suffix,
        cutParts(parts, partBase, [&](const SizeExpr &elements) {
          return ceilDiv(ceilDiv(elements, lanes), chunk);
        }));
    layout.rowStride = layout.parts;
    layout.partStride = 1;
    SizeExpr total = max(allRows * layout.parts, 1);
    if (!pass.reductions.empty())
      allocate(pass, total, /*onlyWider=*/false);

    Value groups = k.param(rows * parts);
    Value group = k.group;
    Value inGrid = k.less(group, groups);
    k.ifThen(inGrid, [&] {
      // Every other pass goes backwards: what the pass before has just read may
      // still be in the last-level cache.
      if (number % 2)
        group = k.sub(k.sub(groups, k.index(1)), group);
      Value count = k.param(parts);
      place.row = k.div(group, count);
      Value part = k.sub(group, k.mul(place.row, count));
      place.begin();
      Value rowNumber = k.add(place.row, k.param(rowBase));
      llvm::DenseMap<const GPUReduction *, Values> rowValues;
      for (unsigned before = 0; before < number; ++before)
        for (GPUReduction *reduction : passes[before].reductions)
          if (reduction->ofRow)
            rowValues[reduction] = loadRow(k, *reduction, rowNumber);
      stages.rowValue = [&](unsigned value, unsigned) {
        unsigned at;
        const GPUReduction &reduction = reductionOf(value, at);
        return rowValues[&reduction][at];
      };
      Value begin = k.mul(part, k.param(chunk));
      Value end = k.min(k.add(begin, k.param(chunk)), k.param(vectors));
      auto points = [&](Value from) {
        std::vector<GPUPoint> made;
        for (unsigned v = 0; v < unroll; ++v)
          made.push_back(
              place.point(k.add(k.add(begin, from),
                                k.add(k.thread, k.index(int64_t(v) * threads))),
                          end, false));
        for (GPUPoint &point : made)
          stages.loadInputs(point, pass.firstStage, pass.lastStage);
        return made;
      };
      auto body = [&](std::vector<GPUPoint> &at, Values states) {
        Values next;
        unsigned first = 0;
        for (GPUReduction *reduction : pass.reductions) {
          unsigned size = reduction->combiner->stateTypes().size();
          Values state(ArrayRef(states).slice(first, size));
          first += size;
          for (GPUPoint &point : at)
            state = place.take(*reduction, point, state);
          next.append(state);
        }
        for (GPUPoint &point : at)
          stages.storeResults(point, pass.firstStage, pass.lastStage);
        return next;
      };
      std::vector<GPUPoint> firstPoints = points(k.index(0));
      Values states;
      for (GPUReduction *reduction : pass.reductions)
        states.append(place.seed(*reduction, firstPoints[0]));
      states = body(firstPoints, states);
      int64_t stride = int64_t(threads) * unroll;
      if (!chunk.is(stride))
        states = k.loop(k.index(stride), k.param(chunk), k.index(stride),
                        states, [&](Value from, ValueRange in) {
                          std::vector<GPUPoint> at = points(from);
                          return body(at, Values(in));
                        });
      unsigned first = 0;
      for (GPUReduction *reduction : pass.reductions) {
        unsigned size = reduction->combiner->stateTypes().size();
        Values state(ArrayRef(states).slice(first, size));
        first += size;
        state = reduction->combiner->reduceTeam(k, state, threads);
        k.ifThen(k.equal(k.thread, k.index(0)), [&] {
          Value at = k.add(k.add(part, k.param(partBase)),
                           k.mul(rowNumber, k.param(layout.rowStride)));
          storePartial(k, *reduction, state, at, total);
        });
      }
    });
    k.launch(sweep.plan, rows * parts, step);
    if (splitsRows)
      endStep(sweep.window.count, step);
    std::vector<Launch> &ofRows = splitsRows ? final : step;
    finishRows(pass, layout, ofRows);
    finishWider(pass, layout, final);
    if (splitsRows)
      endStep(1, final);
  }
  endStep(sweep.window.count, step);
  endStep(1, final);
  sweep.addVariant(std::move(variant));
}
