// Maps that read operands across the lanes. Blocks of vectors are read along
// the operand's own rows, transposed in registers (log2(n) exchanges of halves,
// as Eklundh 1972 does with a matrix on disk), and go through the body along
// the results' rows. Tasks are tiles of blocks whose pages the translation
// caches hold.
#include "Sweep.h"

#include "mlir/IR/Matchers.h"

namespace runmat::lower {

bool Sweep::isUnitStride(const Access &access, unsigned loop) const {
  APInt stride;
  return access.strides[loop] &&
         matchPattern(access.strides[loop], m_ConstantInt(&stride)) &&
         stride == 1;
}

/// Finds the dim along which results lie side by side, and the one along which
/// inputs do that the lanes would have to gather.
bool Sweep::findTranspose() {
  if (op.getStages().size() != 1 ||
      llvm::any_of(yields, [](const fused::NestYield &yield) {
        return !yield.isStore();
      }))
    return false;
  std::optional<unsigned> column, row;
  for (unsigned loop = 0; loop < dims.size(); ++loop)
    if (llvm::all_of(outs, [&](const Access &access) {
          return isUnitStride(access, loop);
        }))
      column = loop;
  if (!column)
    return false;
  for (const Access &access : inputs) {
    if (!access.strides[*column] || isUnitStride(access, *column))
      continue;
    std::optional<unsigned> own;
    for (unsigned loop = 0; loop < dims.size(); ++loop)
      if (isUnitStride(access, loop))
        own = loop;
    if (!own || (row && *row != *own))
      return false;
    row = own;
  }
  if (!row)
    return false;
  for (unsigned loop : {*row, *column})
    if (!ShapedType::isDynamic(dims[loop].known) &&
        dims[loop].known < cpu.blockLanes)
      return false;
  lane = *column;
  across = *row;
  for (unsigned loop = 0; loop < dims.size(); ++loop)
    dims[loop].reduced = loop == lane || loop == across;
  return true;
}

/// Element j of vector i becomes element i of vector j.
SmallVector<Value> Sweep::transposed(SmallVector<Value> rows) {
  int64_t n = rows.size();
  for (int64_t half = n / 2; half > 0; half /= 2) {
    // Of each pair of rows `half` apart, the off-diagonal blocks change places.
    SmallVector<int64_t> low(n), high(n);
    for (int64_t at = 0; at < n; ++at) {
      bool upper = at & half;
      low[at] = upper ? n + at - half : at;
      high[at] = upper ? n + at : at + half;
    }
    for (int64_t row = 0; row < n; ++row) {
      if (row & half)
        continue;
      Value a = rows[row], c = rows[row + half];
      rows[row] = vector::ShuffleOp::create(b, a, c, low);
      rows[row + half] = vector::ShuffleOp::create(b, a, c, high);
    }
  }
  return rows;
}

/// A whole block: what lies across the lanes is transposed first; `rows` of the
/// block then go through the body.
void Sweep::transposeBlock(const Stage &stage, const IRMapping &map,
                           SmallVector<Value> at, int64_t lanes,
                           ArrayRef<Value> tiles, bool streaming) {
  SmallVector<unsigned> permuted;
  for (unsigned i = 0; i < inputs.size(); ++i)
    if (inputs[i].strides[lane] && !isContiguous(inputs[i]) &&
        stage.body->isRead(i))
      permuted.push_back(i);
  SmallVector<SmallVector<Value>> blocks;
  for (unsigned i : permuted) {
    SmallVector<Value> rows;
    Type stored = cast<MemRefType>(inputs[i].memory.getType()).getElementType();
    for (int64_t row = 0; row < lanes; ++row) {
      SmallVector<Value> place(at);
      place[lane] = add(place[lane], index(row));
      rows.push_back(loadFlat(inputs[i].memory, stored,
                              addressOf(inputs[i], place), lanes, {}));
    }
    blocks.push_back(transposed(std::move(rows)));
  }
  auto row = [&](SmallVector<Value> place, auto &&valueOf) {
    IRMapping inner = map;
    bind(stage, 1, inner, place, 0, {});
    stage.body->emit(b, 1, inner, 0);
    for (auto [number, i] : llvm::enumerate(permuted))
      inner.map(stage.body->argument(i),
                fromStored(valueOf(number), inputs[i].element));
    point(stage, inner, place, lanes, {}, {}, streaming);
  };
  // A short body is there once for each row of the block; a long one once, its
  // operands in the first-level cache.
  if (tiles.empty()) {
    for (int64_t number = 0; number < lanes; ++number) {
      SmallVector<Value> place(at);
      place[across] = add(place[across], index(number));
      row(place, [&](unsigned k) { return blocks[k][number]; });
    }
    return;
  }
  for (auto [block, tile] : llvm::zip(blocks, tiles))
    for (auto [number, value] : llvm::enumerate(block))
      vector::StoreOp::create(b, value, tile, index(number * lanes));
  auto loop = beginLoop(index(0), index(lanes), 1);
  SmallVector<Value> place(at);
  place[across] = add(place[across], loop.getInductionVar());
  Value first = mul(loop.getInductionVar(), index(lanes));
  row(place, [&](unsigned k) -> Value {
    Type stored = cast<MemRefType>(tiles[k].getType()).getElementType();
    return loadFlat(tiles[k], stored, first, lanes, {});
  });
  endLoop(loop);
}

LogicalResult Sweep::emitTransposed() {
  if (failed(buildStages(/*withScratch=*/false)))
    return failure();
  const Stage &stage = stages[0];
  int64_t bits = 8 * 4;
  for (const Access &access : llvm::concat<Access>(inputs, outs))
    bits = std::max<int64_t>(bits, access.element.getIntOrFloatBitWidth());
  int64_t lanes = std::min<int64_t>(cpu.vectorBits / bits, cpu.mostBlockLanes);
  SmallVector<unsigned> others;
  SmallVector<Value> counts;
  for (unsigned loop = 0; loop < dims.size(); ++loop)
    if (!dims[loop].reduced) {
      others.push_back(loop);
      counts.push_back(dims[loop].size);
    }
  int64_t height = cpu.tileBlocksAcross * lanes,
          width = cpu.tileBlocksAlong * lanes;
  counts.push_back(ceilDiv(dims[across].size, height));
  counts.push_back(ceilDiv(dims[lane].size, width));
  // Rows that are whole cache lines keep every store of a block aligned.
  bool streaming = !ShapedType::isDynamic(dims[lane].known);
  for (const Access &access : outs) {
    int64_t bytes = std::max(8u, access.element.getIntOrFloatBitWidth()) / 8;
    streaming =
        streaming && lanes * bytes >= 64 && dims[lane].known * bytes % 64 == 0;
  }
  auto tasks = beginParallel(counts, workOf(height * width));
  SmallVector<Value> at(dims.size());
  for (auto [number, loop] : llvm::enumerate(others))
    at[loop] = tasks.getInductionVars()[number];
  Value top = mul(tasks.getInductionVars()[others.size()], index(height)),
        left = mul(tasks.getInductionVars()[others.size() + 1], index(width));
  Value bottom = min(dims[across].size, add(top, index(height))),
        right = min(dims[lane].size, add(left, index(width)));
  IRMapping map;
  bind(stage, 0, map, at, 0, {});
  stage.body->emit(b, 0, map, 0);
  SmallVector<Value> tiles;
  if (stage.body->countOps() > cpu.unrolledOperations)
    for (unsigned i = 0; i < inputs.size(); ++i)
      if (inputs[i].strides[lane] && !isContiguous(inputs[i]) &&
          stage.body->isRead(i))
        tiles.push_back(allocate(inputs[i].element, index(lanes * lanes)));
  auto rows = beginLoop(top, bottom, lanes);
  auto columns = beginLoop(left, right, lanes);
  at[across] = rows.getInductionVar();
  at[lane] = columns.getInductionVar();
  auto whole = [&] { transposeBlock(stage, map, at, lanes, tiles, streaming); };
  auto edge = [&] {
    auto loop =
        beginLoop(at[across], min(bottom, add(at[across], index(lanes))), 1);
    SmallVector<Value> place(at);
    place[across] = loop.getInductionVar();
    IRMapping inner = map;
    bind(stage, 1, inner, place, 0, {});
    stage.body->emit(b, 1, inner, 0);
    point(stage, inner, place, lanes, maskOf(sub(right, at[lane]), lanes), {},
          false);
    endLoop(loop);
  };
  auto isWhole = [&](unsigned loop) {
    return !ShapedType::isDynamic(dims[loop].known) &&
           dims[loop].known % lanes == 0;
  };
  if (isWhole(across) && isWhole(lane)) {
    whole();
  } else {
    auto fits = [&](Value from, Value end) -> Value {
      return arith::CmpIOp::create(b, arith::CmpIPredicate::sle,
                                   add(from, index(lanes)), end);
    };
    ifElse(arith::AndIOp::create(b, fits(at[across], bottom),
                                 fits(at[lane], right)),
           whole, edge);
  }
  endLoop(columns);
  endLoop(rows);
  for (Value tile : tiles)
    memref::DeallocOp::create(b, tile);
  b.setInsertionPointAfter(tasks);
  return success();
}

} // namespace runmat::lower
