// Nests that only store: a thread makes one or two groups of 16 bytes. Where
// the innermost dim is made of whole groups, groups lie along it; else they lie
// along the results' memory, and each lane finds its own coordinates.
#include "GPUSweep.h"

using namespace mlir;
using namespace runmat;
using fused::IndexOp;
using fused::NestOp;
using fused::NestYield;
using fused::ReductionAttr;
using fused::SpaceSize;

static Variant emitMap(GPUSweep &sweep, bool aligned, unsigned lanes) {
  const GPUSpace &space = sweep.space;
  unsigned threads = sweep.profile.normalize.threads,
           vectors = sweep.profile.normalize.applyVectors;
  unsigned lastStage = sweep.op.getStages().size() - 1;
  KernelBuilder k = sweep.makeKernel("", threads);
  GPUStages stages(space, k, sweep.window);
  SizeExpr elements = sweep.windowed(space.elements());
  SizeExpr start = aligned ? SizeExpr(0) : *sweep.startOfFull();
  SizeExpr groups = ceilDiv(elements + start, lanes);
  auto all = [](const GPUDim &) { return true; };

  Value first =
      k.add(k.mul(k.group, k.index(int64_t(threads) * vectors)), k.thread);
  std::vector<GPUPoint> points(vectors);
  Values inside;
  for (unsigned v = 0; v < vectors; ++v) {
    GPUPoint &point = points[v];
    point.lanes = lanes;
    Value at = k.add(first, k.index(int64_t(v) * threads));
    inside.push_back(k.less(at, k.param(groups)));
    at = k.min(at, k.sub(k.param(groups), k.index(1)));
    Value element = k.mul(at, k.index(lanes));
    point.fullVector = at;
    if (aligned) {
      stages.decompose(element, point.coords.emplace_back(), all);
      point.vectorDim = space.dims.size() - 1;
    } else {
      Value last = k.sub(k.param(elements), k.index(1));
      Value before = k.param(start);
      for (unsigned lane = 0; lane < lanes; ++lane) {
        Value own = k.sub(k.add(element, k.index(lane)), before);
        // In front of the window's start the difference wraps.
        if (!start.is(0))
          point.valid.push_back(
              k.logicalAnd(inside[v], k.less(own, k.param(elements))));
        stages.decompose(k.min(own, last), point.coords.emplace_back(), all);
      }
    }
  }
  for (GPUPoint &point : points)
    stages.loadInputs(point, 0, lastStage);
  for (unsigned v = 0; v < vectors; ++v) {
    if (points[v].valid.empty())
      points[v].valid.assign(lanes, inside[v]);
    stages.storeResults(points[v], 0, lastStage);
  }
  Variant variant;
  Step step{sweep.window.count, {}};
  k.launch(sweep.plan, ceilDiv(groups, int64_t(threads) * vectors),
           step.launches);
  variant.steps.push_back(std::move(step));
  return variant;
}

void GPUSweep::planMap() {
  unsigned lanes = space.lanes();
  // One dim: its memory ends in padding, so that groups are always whole.
  bool isLinear = space.dims.size() <= 1 &&
                  llvm::all_of(space.inputs, [](const GPUTensor &input) {
                    return llvm::all_of(input.strides, [](const auto &stride) {
                      return !stride || stride->is(1);
                    });
                  });
  if (isLinear) {
    Variant variant = emitMap(*this, /*aligned=*/!space.dims.empty(), lanes);
    variant.name = "linear";
    addVariant(std::move(variant));
    return;
  }
  bool ragged = planTiles(/*aligned=*/true);
  if (planTiles(/*aligned=*/false) || (ragged && !isReachable({})))
    return;
  std::vector<SizeCondition> whole = {{SizeCondition::Kind::Equal,
                                       mod(space.dims.back().size, lanes),
                                       SizeExpr(0)}};
  if (isReachable(whole)) {
    Variant variant = emitMap(*this, /*aligned=*/true, lanes);
    variant.name = "vectors";
    variant.conditions = whole;
    addVariant(std::move(variant));
  }
  if (whole[0].known() != 1 && isReachable({})) {
    Variant variant =
        emitMap(*this, /*aligned=*/!startOfFull(), startOfFull() ? lanes : 1);
    variant.name = "ragged";
    addVariant(std::move(variant));
  }
}
