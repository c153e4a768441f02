// Kernels that merge partial results: one team of threads for each result. Very
// many partial results are cut into blocks first.
#include "GPUReduce.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace runmat;

/// Partial states `place(kept, merged)` for merged < `merged`, of those only
/// that lie below `limit`, become one state (or its values) for each of `kept`.
void GPUReductions::finish(GPUReduction &reduction, const SizeExpr &kept,
                           const SizeExpr &keptBase, const SizeExpr &merged,
                           const SizeExpr &total, const SizeExpr &limit,
                           Place place, bool isLast,
                           std::vector<Launch> &launches) {
  const NormalizeSchedule &schedule = sweep.profile.normalize;
  unsigned team = schedule.combineThreads;
  if (merged.isConstant())
    team = std::min<uint64_t>(
        team, llvm::PowerOf2Ceil(std::max<int64_t>(merged.constant(), 1)));
  unsigned threads = std::max(team, schedule.tinyRowThreads);
  unsigned perGroup = threads / team;
  auto from = reduction.partials;
  if (!isLast)
    allocateOne(reduction, kept);
  auto to = reduction.partials;

  KernelBuilder k = sweep.makeKernel(isLast ? "finish" : "merge", threads);
  Value index =
      k.add(k.mul(k.group, k.index(perGroup)), k.div(k.thread, k.index(team)));
  Value valid = k.less(index, k.param(kept));
  index = k.min(index, k.sub(k.param(kept), k.index(1)));
  Value number = k.add(index, k.param(keptBase));
  Value inTeam = k.rem(k.thread, k.index(team));
  Value end = k.param(merged);
  auto types = reduction.combiner->stateTypes();
  auto merge = [&](ValueRange x, ValueRange y) {
    return reduction.combiner->merge(k, x, y);
  };
  Values state = k.loop(
      inTeam, end, k.index(team), reduction.combiner->identity(k),
      [&](Value at, ValueRange before) {
        Value where = place(k, number, at);
        Value inside;
        if (!limit.is(0)) {
          inside = k.less(where, k.param(limit));
          where = k.min(where, k.sub(k.param(limit), k.index(1)));
        }
        Values other;
        for (auto [type, source] : llvm::zip_equal(types, from)) {
          Type stored = type.isInteger(1) ? Type(k.b.getI32Type()) : type;
          Buffer buffer =
              k.bind("partials", {BufferRef::Kind::Workspace, source.first},
                     stored, 1, RM_READ);
          Value value = k.load(
              buffer, k.add(where, k.param(total * int64_t(source.second))))[0];
          if (type.isInteger(1))
            value = arith::CmpIOp::create(k.b, arith::CmpIPredicate::ne, value,
                                          k.codec.i32(0));
          other.push_back(value);
        }
        Values next = merge(before, other);
        if (inside)
          for (auto [value, old] : llvm::zip_equal(next, before))
            value = k.select(inside, value, old);
        return next;
      });
  state = k.teamReduce(state, team, merge);
  Value isFirst = k.logicalAnd(k.equal(inTeam, k.index(0)), valid);
  if (isLast) {
    SizeExpr count = space.product([&](const GPUDim &dim) {
      return llvm::is_contained(reduction.yield->dims, int64_t(dim.dims[0]));
    });
    Values values = reduction.combiner->finish(k, state, count);
    k.ifThen(isFirst, [&] { storeRow(k, reduction, values, number); });
  } else {
    reduction.partials = to;
    k.ifThen(isFirst,
             [&] { storePartial(k, reduction, state, number, max(kept, 1)); });
  }
  k.launch(sweep.plan, ceilDiv(kept, perGroup), launches);
}

void GPUReductions::finishRows(const GPUPass &pass, const GPUParts &parts,
                               std::vector<Launch> &launches) {
  SizeExpr total = max(allRows * parts.parts, 1);
  for (GPUReduction *reduction : pass.reductions) {
    if (!reduction->ofRow ||
        (!reduction->rowValues && !reduction->yield->result))
      continue;
    auto place = [&](KernelBuilder &k, Value row, Value part) {
      return k.add(k.mul(row, k.param(parts.rowStride)),
                   k.mul(part, k.param(parts.partStride)));
    };
    finish(*reduction, rows, rowBase, parts.parts, total, 0, place,
           /*isLast=*/true, launches);
  }
}

void GPUReductions::finishWider(const GPUPass &pass, const GPUParts &parts,
                                std::vector<Launch> &launches) {
  for (GPUReduction *reduction : pass.reductions) {
    if (reduction->ofRow)
      continue;
    SizeExpr total = max(allRows * parts.parts, 1);
    SmallVector<unsigned> kept, merged;
    for (auto [i, dim] : llvm::enumerate(space.dims))
      if (!dim.isRow)
        (llvm::is_contained(reduction->yield->dims, int64_t(dim.dims[0]))
             ? merged
             : kept)
            .push_back(i);
    SizeExpr keptCount = 1, mergedCount = parts.parts;
    for (unsigned dim : kept)
      keptCount = keptCount * space.dims[dim].size;
    for (unsigned dim : merged)
      mergedCount = mergedCount * space.dims[dim].size;
    if (kept.empty()) {
      // All partial results, in the order of memory.
      SizeExpr all = sweep.plan.define(
          "merged" + std::to_string(sweep.plan.values.size()), mergedCount);
      int64_t block = int64_t(sweep.profile.normalize.combineThreads) * 16;
      if (!all.isConstant() || all.constant() > block) {
        SizeExpr blocks = sweep.plan.define(
            "blocks" + std::to_string(sweep.plan.values.size()),
            ceilDiv(all, block));
        finish(
            *reduction, blocks, 0, block, total, all,
            [&](KernelBuilder &k, Value which, Value at) {
              return k.add(k.mul(which, k.index(block)), at);
            },
            /*isLast=*/false, launches);
        total = max(blocks, 1);
        all = blocks;
      }
      finish(
          *reduction, 1, 0, all, total, 0,
          [&](KernelBuilder &, Value, Value at) { return at; },
          /*isLast=*/true, launches);
      continue;
    }
    auto place = [&](KernelBuilder &k, Value which, Value at) {
      Value count = k.param(max(parts.parts, 1));
      Value rest = k.div(at, count);
      Value part = k.sub(at, k.mul(rest, count));
      Values coords(space.dims.size());
      auto split = [&](Value linear, ArrayRef<unsigned> dims) {
        for (unsigned i = dims.size(); i-- > 0;) {
          Value size = k.param(max(space.dims[dims[i]].size, 1));
          coords[dims[i]] = i == 0 ? linear : k.rem(linear, size);
          linear = k.div(linear, size);
        }
      };
      split(which, kept);
      split(rest, merged);
      Value row = k.index(0);
      for (auto [i, dim] : llvm::enumerate(space.dims))
        if (!dim.isRow)
          row = k.add(k.mul(row, k.param(dim.size)), coords[i]);
      return k.add(k.mul(row, k.param(parts.rowStride)),
                   k.mul(part, k.param(parts.partStride)));
    };
    finish(*reduction, keptCount, 0, mergedCount, total, 0, place,
           /*isLast=*/true, launches);
  }
}
