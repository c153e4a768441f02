// Rows that go down the columns: the innermost dim is kept. A thread has one
// vector of columns and goes down a block of rows; blocks are merged by a
// kernel of their own.
#include "GPUReduce.h"

using namespace mlir;
using namespace runmat;

void GPUReductions::planColumns(bool aligned) {
  std::vector<SizeCondition> conditions;
  if (aligned)
    conditions.push_back({SizeCondition::Kind::Equal,
                          mod(space.dims.back().size, space.lanes()),
                          SizeExpr(0)});
  if (!sweep.isReachable(conditions))
    return;
  const NormalizeSchedule &schedule = sweep.profile.normalize;
  unsigned lanes = aligned ? space.lanes() : 1, threads = schedule.threads;
  Variant variant;
  variant.name = aligned ? "columns" : "columns_ragged";
  variant.conditions = std::move(conditions);
  std::vector<Launch> step, final;
  auto endStep = [&](const SizeExpr &windows, std::vector<Launch> &launches) {
    if (!launches.empty())
      variant.steps.push_back({windows, std::move(launches)});
    launches.clear();
  };
  auto isOuter = [](const GPUDim &dim) { return !dim.isRow; };
  auto isRow = [](const GPUDim &dim) { return dim.isRow; };

  for (auto [number, pass] : llvm::enumerate(passes)) {
    unsigned unroll =
        std::clamp(schedule.mostOperations / std::max(pass.operations, 1u), 1u,
                   schedule.columnRows);
    auto suffix = "_" + std::to_string(sweep.plan.values.size());
    SizeExpr columns = ceilDiv(rows, lanes);
    // Few long blocks where there are many columns.
    SizeExpr blocks = max(
        ceilDiv(schedule.columnThreads, max(ceilDiv(allRows, lanes), 1)), 1);
    SizeExpr block =
        pass.reductions.empty()
            ? SizeExpr(unroll)
            : sweep.plan.define(
                  "block" + suffix,
                  max(ceilDiv(ceilDiv(allRowElements, blocks), unroll), 1) *
                      unroll);
    SizeExpr parts = ceilDiv(rowElements, block), partBase;
    GPUParts layout;
    layout.parts = sweep.plan.define(
        "all_parts" + suffix,
        cutParts(parts, partBase, [&](const SizeExpr &elements) {
          return ceilDiv(elements, block);
        }));
    layout.rowStride = 1;
    layout.partStride = allRows;
    SizeExpr total = max(allRows * layout.parts, 1);
    allocate(pass, total, /*onlyWider=*/false);

    KernelBuilder k =
        sweep.makeKernel("columns" + std::to_string(number), threads);
    GPUStages stages(space, k, sweep.window);
    Value at = k.add(k.mul(k.group, k.index(threads)), k.thread);
    k.ifThen(k.less(at, k.param(columns * parts)), [&] {
      Value part = k.div(at, k.param(columns));
      Value column = k.sub(at, k.mul(part, k.param(columns)));
      Value row = k.mul(column, k.index(lanes)); // of lane 0
      Values outer;
      stages.decompose(row, outer, isOuter);
      row = k.add(row, k.param(rowBase));
      llvm::DenseMap<std::pair<const GPUReduction *, unsigned>, Values> known;
      for (unsigned before = 0; before < number; ++before)
        for (GPUReduction *reduction : passes[before].reductions)
          for (unsigned lane = 0; reduction->ofRow && lane < lanes; ++lane)
            known[{reduction, lane}] =
                loadRow(k, *reduction, k.add(row, k.index(lane)));
      stages.rowValue = [&](unsigned value, unsigned lane) {
        unsigned which;
        const GPUReduction &reduction = reductionOf(value, which);
        return known[{&reduction, lane}][which];
      };
      Value begin = k.mul(part, k.param(block));
      Value end = k.min(k.add(begin, k.param(block)), k.param(rowElements));
      SmallVector<Value> inRow;
      auto points = [&](Value from) {
        std::vector<GPUPoint> made(unroll);
        inRow.clear();
        for (unsigned u = 0; u < unroll; ++u) {
          GPUPoint &point = made[u];
          point.lanes = lanes;
          point.vectorDim = space.dims.size() - 1;
          Value q = k.add(k.add(begin, from), k.index(u));
          Value inside = k.less(q, end);
          point.valid.assign(lanes, inside);
          q = k.select(inside, q, begin);
          inRow.push_back(q);
          Values coords = outer, ofRow;
          stages.decompose(q, ofRow, isRow);
          for (auto [i, dim] : llvm::enumerate(space.dims))
            if (dim.isRow)
              coords[i] = ofRow[i];
          point.coords.push_back(coords);
        }
        for (GPUPoint &point : made)
          stages.loadInputs(point, pass.firstStage, pass.lastStage);
        return made;
      };
      auto body = [&](std::vector<GPUPoint> &all, Values states) {
        Values next;
        unsigned first = 0;
        for (GPUReduction *reduction : pass.reductions) {
          unsigned size = reduction->combiner->stateTypes().size();
          for (unsigned lane = 0; lane < lanes; ++lane) {
            Values state(ArrayRef(states).slice(first, size));
            first += size;
            for (auto [u, point] : llvm::enumerate(all))
              state = reduction->combiner->step(
                  k, state, stages.yielded(point, *reduction->yield)[lane],
                  reduction->combiner->usesPosition() ? positionOf(k, inRow[u])
                                                      : Value(),
                  point.valid[lane]);
            next.append(state);
          }
        }
        for (GPUPoint &point : all)
          stages.storeResults(point, pass.firstStage, pass.lastStage);
        return next;
      };
      std::vector<GPUPoint> first = points(k.index(0));
      Values states;
      for (GPUReduction *reduction : pass.reductions) {
        Values lanesOf = stages.yielded(first[0], *reduction->yield);
        for (unsigned lane = 0; lane < lanes; ++lane)
          states.append(reduction->combiner->seed(
              k, ValueRange(lanesOf).slice(lane, 1), {}));
      }
      states = body(first, states);
      if (!block.is(unroll))
        states = k.loop(k.index(unroll), k.param(block), k.index(unroll),
                        states, [&](Value from, ValueRange in) {
                          std::vector<GPUPoint> next = points(from);
                          return body(next, Values(in));
                        });
      unsigned offset = 0;
      for (GPUReduction *reduction : pass.reductions) {
        unsigned size = reduction->combiner->stateTypes().size();
        for (unsigned lane = 0; lane < lanes; ++lane) {
          Values state = reduction->combiner->partial(
              k, ValueRange(states).slice(offset, size));
          offset += size;
          Value place = k.add(k.add(row, k.index(lane)),
                              k.mul(k.add(part, k.param(partBase)),
                                    k.param(layout.partStride)));
          storePartial(k, *reduction, state, place, total);
        }
      }
    });
    k.launch(sweep.plan, ceilDiv(columns * parts, threads), step);
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
