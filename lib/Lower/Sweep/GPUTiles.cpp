// Maps with inputs that are read across: their innermost dim is another than
// the results'. Tiles of 64 x 64 elements go through shared memory, rows padded
// by one element, so that device memory is read and written along its rows.
// Tiles follow each other down the columns (4126 GB/s on an H200; along the
// rows 4001).
#include "GPUSweep.h"

using namespace mlir;
using namespace runmat;
using fused::NestYield;

static constexpr unsigned kTile = 64;

/// The dim that tensors read across have innermost; nothing where none is, or
/// several.
static std::optional<unsigned> acrossDim(const GPUSpace &space,
                                         SmallVectorImpl<unsigned> &inputs) {
  std::optional<unsigned> across;
  for (auto [i, input] : llvm::enumerate(space.inputs)) {
    if (input.constant || !input.strides.back())
      continue;
    for (unsigned dim = 0; dim + 1 < space.dims.size(); ++dim) {
      if (!input.strides[dim] || !input.strides[dim]->is(1))
        continue;
      if (across && *across != dim)
        return std::nullopt;
      across = dim;
      inputs.push_back(i);
    }
  }
  return across;
}

bool GPUSweep::planTiles(bool aligned) {
  SmallVector<unsigned> tiled;
  if (space.dims.size() < 2)
    return false;
  std::optional<unsigned> across = acrossDim(space, tiled);
  unsigned bytes = 0;
  for (unsigned input : tiled)
    bytes +=
        kTile * kTile *
        std::max(elementBytes(computeType(space.inputs[input].element)), 4u);
  unsigned lanes = aligned ? space.lanes() : 1;
  unsigned threads = profile.normalize.threads;
  // A window that cuts the dim must leave whole vectors.
  if (!across || bytes > profile.sharedBytes ||
      kTile * kTile % (threads * lanes) ||
      (aligned && *across == 0 && !window.isAligned))
    return false;
  unsigned last = space.dims.size() - 1;
  std::vector<SizeCondition> conditions;
  if (aligned)
    for (unsigned dim : {*across, last})
      conditions.push_back({SizeCondition::Kind::Equal,
                            mod(space.dims[dim].size, lanes), SizeExpr(0)});
  if (!isReachable(conditions))
    return false;

  KernelBuilder k = makeKernel("tiles", threads);
  GPUStages stages(space, k, window);
  SizeExpr columns = stages.sizeOf(last), rows = stages.sizeOf(*across);
  SizeExpr down = ceilDiv(rows, kTile), along = ceilDiv(columns, kTile);
  SizeExpr batch = 1;
  for (unsigned dim = 0; dim < last; ++dim)
    if (dim != *across)
      batch = batch * stages.sizeOf(dim);
  Value tileRow = k.rem(k.group, k.param(max(down, 1)));
  Value rest = k.div(k.group, k.param(max(down, 1)));
  Value tileColumn = k.rem(rest, k.param(max(along, 1)));
  rest = k.div(rest, k.param(max(along, 1)));
  Value firstRow = k.mul(tileRow, k.index(kTile));
  Value firstColumn = k.mul(tileColumn, k.index(kTile));
  Values base(space.dims.size(), k.index(0));
  for (unsigned dim = last; dim-- > 0;) {
    if (dim == *across)
      continue;
    Value size = k.param(max(stages.sizeOf(dim), 1));
    base[dim] = k.rem(rest, size);
    rest = k.div(rest, size);
  }

  unsigned perRow = kTile / lanes, perStep = threads / perRow;
  unsigned steps = kTile / perStep;
  Value inRow = k.mul(k.rem(k.thread, k.index(perRow)), k.index(lanes));
  Value number = k.div(k.thread, k.index(perRow));
  SmallVector<Value> tiles;
  // Row `row` of a tile is permuted, so that threads that go down a column meet
  // different banks, and 16 KiB, which every device has, hold a tile.
  auto place = [&](Value row, Value column) {
    Value spread = k.mul(k.div(row, k.index(lanes)), k.index(2));
    Value mask = arith::XOrIOp::create(k.b, spread, k.rem(row, k.index(2)));
    mask = k.rem(mask, k.index(kTile));
    return k.add(k.mul(row, k.index(kTile)),
                 arith::XOrIOp::create(k.b, column, mask));
  };
  // Along the inputs' rows.
  std::vector<GPUPoint> reads(steps);
  for (unsigned s = 0; s < steps; ++s) {
    Values coords = base;
    Value row = k.add(firstRow, inRow);
    Value column = k.add(firstColumn, k.add(number, k.index(s * perStep)));
    coords[*across] = k.select(k.less(row, k.param(rows)), row, k.index(0));
    coords[last] = k.min(column, k.sub(k.param(columns), k.index(1)));
    reads[s].lanes = lanes;
    reads[s].vectorDim = *across;
    reads[s].coords.push_back(coords);
  }
  for (unsigned input : tiled) {
    Type type = computeType(space.inputs[input].element);
    tiles.push_back(k.sharedTile(type, kTile * kTile, input));
    for (unsigned s = 0; s < steps; ++s)
      stages.loadInput(reads[s], input);
  }
  for (auto [input, tile] : llvm::zip_equal(tiled, tiles))
    for (unsigned s = 0; s < steps; ++s)
      for (unsigned lane = 0; lane < lanes; ++lane)
        k.storeShared(tile, reads[s].loaded[{input, lane}],
                      place(k.add(number, k.index(s * perStep)),
                            k.add(inRow, k.index(lane))));
  k.barrier();
  // Along the results' rows.
  unsigned lastStage = op.getStages().size() - 1;
  for (unsigned s = 0; s < steps; ++s) {
    GPUPoint point;
    Values coords = base;
    Value inTile = k.add(number, k.index(s * perStep));
    Value row = k.add(firstRow, inTile), column = k.add(firstColumn, inRow);
    Value valid = k.logicalAnd(k.less(row, k.param(rows)),
                               k.less(column, k.param(columns)));
    coords[*across] = k.min(row, k.sub(k.param(rows), k.index(1)));
    coords[last] =
        k.select(k.less(column, k.param(columns)), column, k.index(0));
    point.lanes = lanes;
    point.vectorDim = last;
    point.coords.push_back(coords);
    point.valid.assign(lanes, valid);
    for (auto [input, tile] : llvm::zip_equal(tiled, tiles))
      for (unsigned lane = 0; lane < lanes; ++lane)
        point.loaded[{input, lane}] =
            k.loadShared(tile, computeType(space.inputs[input].element),
                         place(k.add(inRow, k.index(lane)), inTile));
    stages.loadInputs(point, 0, lastStage);
    stages.storeResults(point, 0, lastStage);
  }
  Variant variant;
  variant.name = aligned ? "tiles" : "tiles_ragged";
  variant.conditions = conditions;
  Step step{window.count, {}};
  k.launch(plan, down * along * batch, step.launches);
  variant.steps.push_back(std::move(step));
  addVariant(std::move(variant));
  return true;
}
