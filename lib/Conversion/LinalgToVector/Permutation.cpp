// Blocks of vectors are read along the operand's rows, transposed in registers
// (log2(n) exchanges of halves, as Eklundh 1972 does with a matrix on disk),
// and written along the result's. Tasks are groups of blocks whose pages the
// translation caches hold.
#include "Permutation.h"
#include "TiledLowering.h"
#include "runmat/Support/VectorBody.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

namespace runmat::tiled {

static bool reads(AffineMap map, unsigned loop) {
  return map.isFunctionOfDim(loop);
}

/// The loop along which a map's elements lie side by side.
static std::optional<unsigned> contiguousLoop(AffineMap map) {
  if (map.getNumResults() == 0)
    return std::nullopt;
  auto dim = dyn_cast<AffineDimExpr>(map.getResults().back());
  return dim ? std::optional<unsigned>(dim.getPosition()) : std::nullopt;
}

/// That of all results, where it is one.
static std::optional<unsigned> columnOf(linalg::GenericOp op) {
  std::optional<unsigned> column;
  for (OpOperand &init : op.getDpsInitsMutable()) {
    std::optional<unsigned> own =
        contiguousLoop(op.getMatchingIndexingMap(&init));
    if (!own || (column && *column != *own))
      return std::nullopt;
    column = own;
  }
  return column;
}

bool isPermutation(linalg::GenericOp op) {
  std::optional<unsigned> column = columnOf(op);
  if (!column || op.getNumParallelLoops() != op.getNumLoops())
    return false;
  return llvm::any_of(op.getDpsInputOperands(), [&](OpOperand *input) {
    AffineMap map = op.getMatchingIndexingMap(input);
    return reads(map, *column) && contiguousLoop(map) != column;
  });
}

PermutationMatch matchPermutation(linalg::GenericOp op, const CPUProfile &cpu) {
  Permutation found;
  found.column = *columnOf(op);
  std::optional<unsigned> row;
  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    Type element = getElementTypeOrSelf(operand.get());
    if (!map.isProjectedPermutation())
      return {{}, CPUDetour::SeveralLayouts};
    // Bits in a vector are bytes in memory.
    if (element.isInteger(1))
      return {{}, CPUDetour::LogicalElements};
    std::optional<unsigned> own = contiguousLoop(map);
    if (!reads(map, found.column) || own == found.column)
      continue;
    if (row && own != row)
      return {{}, CPUDetour::SeveralLayouts};
    row = own;
    found.permuted.push_back(&operand);
  }
  found.row = *row;
  for (OpOperand &init : op.getDpsInitsMutable())
    if (op.payloadUsesValueFromOperand(&init))
      return {{}, CPUDetour::ReadsResult};
  for (Operation &inner : op.getBody()->without_terminator())
    if (!hasVectorForm(inner))
      return {{}, CPUDetour::NoVectorForm};
  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  for (unsigned loop : {found.row, found.column})
    if (!ShapedType::isDynamic(sizes[loop]) && sizes[loop] < cpu.blockLanes)
      return {{}, CPUDetour::NarrowBlock};
  return {found, {}};
}

namespace {

class PermutationLowering : TiledLowering {
public:
  PermutationLowering(linalg::GenericOp op, const Permutation &permutation,
                      const CPUProfile &cpu)
      : TiledLowering(op, cpu), p(permutation) {
    unsigned bits = 1;
    for (OpOperand &operand : op->getOpOperands())
      bits = std::max(
          bits, getElementTypeOrSelf(operand.get()).getIntOrFloatBitWidth());
    lanes = std::min<int64_t>(cpu.vectorBits / bits, cpu.mostBlockLanes);
  }

  void run();

private:
  SmallVector<Value> transposed(SmallVector<Value> rows);
  void block(ArrayRef<Value> at);
  void elements(SmallVector<Value> at, Value rowEnd, Value columnEnd);
  void emitBody(ArrayRef<Value> inputs, ArrayRef<Value> at, int64_t length);

  const Permutation &p;
  int64_t lanes;
};

} // namespace

/// Element j of vector i becomes element i of vector j.
SmallVector<Value> PermutationLowering::transposed(SmallVector<Value> rows) {
  int64_t n = rows.size();
  for (int64_t half = n / 2; half > 0; half /= 2) {
    // Of each pair of rows `half` apart, the off-diagonal blocks change places.
    SmallVector<int64_t> low(n), high(n);
    for (int64_t lane = 0; lane < n; ++lane) {
      bool upper = lane & half;
      low[lane] = upper ? n + lane - half : lane;
      high[lane] = upper ? n + lane : lane + half;
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

/// The body on elements (`length` 0) or vectors, stored at `at`.
void PermutationLowering::emitBody(ArrayRef<Value> inputs, ArrayRef<Value> at,
                                   int64_t length) {
  IRMapping map;
  Block *body = op.getBody();
  for (auto [argument, input] : llvm::zip(body->getArguments(), inputs))
    map.map(argument, input);
  for (Operation &inner : body->without_terminator())
    cloneOnVectors(b, inner, map, length);
  for (auto [number, yielded] :
       llvm::enumerate(body->getTerminator()->getOperands())) {
    OpOperand &init = *op.getDpsInitOperand(number);
    Value value = map.lookupOrDefault(yielded);
    SmallVector<Value> indices = indicesOf(init, at);
    if (length == 0) {
      memref::StoreOp::create(b, value, bufferOf(init), indices);
      continue;
    }
    if (!isa<VectorType>(value.getType()))
      value = vector::BroadcastOp::create(
          b, VectorType::get({length}, value.getType()), value);
    vector::StoreOp::create(b, value, bufferOf(init), indices);
  }
}

void PermutationLowering::block(ArrayRef<Value> at) {
  // Rows of each permuted operand's block, then read as columns.
  llvm::DenseMap<OpOperand *, SmallVector<Value>> blocks;
  for (OpOperand *operand : p.permuted) {
    SmallVector<Value> rows;
    for (int64_t lane = 0; lane < lanes; ++lane) {
      SmallVector<Value> place(at);
      place[p.column] = add(place[p.column], lane);
      rows.push_back(loadVector(*operand, place, lanes));
    }
    blocks[operand] = transposed(std::move(rows));
  }
  for (int64_t row = 0; row < lanes; ++row) {
    SmallVector<Value> place(at), inputs;
    place[p.row] = add(place[p.row], row);
    for (OpOperand *operand : op.getDpsInputOperands()) {
      AffineMap map = op.getMatchingIndexingMap(operand);
      if (auto found = blocks.find(operand); found != blocks.end())
        inputs.push_back(found->second[row]);
      else if (reads(map, p.column))
        inputs.push_back(loadVector(*operand, place, lanes));
      else
        inputs.push_back(load(*operand, place));
    }
    emitBody(inputs, place, lanes);
  }
}

void PermutationLowering::elements(SmallVector<Value> at, Value rowEnd,
                                   Value columnEnd) {
  loop(at[p.row], rowEnd, 1, [&](Value row) {
    loop(at[p.column], columnEnd, 1, [&](Value column) {
      at[p.row] = row;
      at[p.column] = column;
      SmallVector<Value> inputs;
      for (OpOperand *operand : op.getDpsInputOperands())
        inputs.push_back(load(*operand, at));
      emitBody(inputs, at, /*length=*/0);
    });
  });
}

void PermutationLowering::run() {
  SmallVector<Value> results, counts;
  for (OpOperand &init : op.getDpsInitsMutable())
    results.push_back(allocate(init));
  SmallVector<unsigned> others;
  for (unsigned loop = 0; loop < sizes.size(); ++loop)
    if (loop != p.row && loop != p.column) {
      others.push_back(loop);
      counts.push_back(sizes[loop]);
    }
  int64_t extent = cpu.taskBlocks * lanes, work = 1;
  for (unsigned loop : {p.row, p.column}) {
    counts.push_back(tiles(sizes[loop], extent));
    int64_t known = staticSizes[loop];
    work *= ShapedType::isDynamic(known) ? extent : std::min(known, extent);
  }
  parallel(counts, work * cpu.permutedWork, [&](ValueRange task) {
    SmallVector<Value> at(sizes.size());
    for (auto [number, dim] : llvm::enumerate(others))
      at[dim] = task[number];
    Value rowBegin = mul(task[others.size()], extent),
          columnBegin = mul(task[others.size() + 1], extent);
    Value rowEnd = min(sizes[p.row], add(rowBegin, extent)),
          columnEnd = min(sizes[p.column], add(columnBegin, extent));
    loop(rowBegin, rowEnd, lanes, [&](Value row) {
      loop(columnBegin, columnEnd, lanes, [&](Value column) {
        at[p.row] = row;
        at[p.column] = column;
        Value whole = arith::AndIOp::create(b, fits(row, lanes, rowEnd),
                                            fits(column, lanes, columnEnd));
        ifElse(
            whole, [&] { block(at); },
            [&] {
              elements(at, min(rowEnd, add(row, lanes)),
                       min(columnEnd, add(column, lanes)));
            });
      });
    });
  });
  replace(results);
}

void lowerPermutation(linalg::GenericOp op, const Permutation &permutation,
                      const CPUProfile &cpu) {
  PermutationLowering(op, permutation, cpu).run();
}

} // namespace runmat::tiled
