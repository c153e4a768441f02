// Products in registers: a tile of rows by a few vectors of columns is summed
// over a block of the innermost summed loop, then added to the result. Tasks
// are blocks of tiles. Edges are the same tile with masked columns, and rows
// past the end repeat the last one: they compute and store what it does.
#include "Contraction.h"
#include "TiledLowering.h"
#include "runmat/Support/VectorBody.h"

#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/SetVector.h"

namespace runmat::tiled {

/// The block argument that `value` is computed from by operations with a vector
/// form; none where there are several, or other operations.
static std::optional<unsigned> sourceOf(Value value, Block *body) {
  std::optional<unsigned> source;
  // Each value once: polynomials read theirs many times.
  llvm::SetVector<Value> behind;
  behind.insert(value);
  for (size_t i = 0; i < behind.size(); ++i) {
    Value next = behind[i];
    if (next.getParentBlock() != body)
      continue;
    if (auto argument = dyn_cast<BlockArgument>(next)) {
      if (source)
        return std::nullopt;
      source = argument.getArgNumber();
      continue;
    }
    Operation *op = next.getDefiningOp();
    if (!hasVectorForm(*op))
      return std::nullopt;
    behind.insert_range(valuesRead(*op));
  }
  return source;
}

/// The factors of `accumulator + x * y` and what the accumulator is, where the
/// body is that.
static std::optional<std::array<Value, 3>> productOf(linalg::GenericOp op) {
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1 ||
      op.getNumReductionLoops() == 0 ||
      !llvm::all_of(op->getOperandTypes(), llvm::IsaPred<RankedTensorType>) ||
      !llvm::all_of(op.getIndexingMapsArray(),
                    [](AffineMap map) { return map.isProjectedPermutation(); }))
    return std::nullopt;
  Block *body = op.getBody();
  Operation *sum = body->getTerminator()->getOperand(0).getDefiningOp();
  if (!isa_and_nonnull<arith::AddFOp, arith::AddIOp>(sum))
    return std::nullopt;
  for (unsigned side : {0, 1}) {
    Value accumulator = sum->getOperand(side);
    Operation *product = sum->getOperand(1 - side).getDefiningOp();
    if (accumulator != body->getArgument(2) || !accumulator.hasOneUse() ||
        !isa_and_nonnull<arith::MulFOp, arith::MulIOp>(product))
      continue;
    std::optional<unsigned> x = sourceOf(product->getOperand(0), body),
                            y = sourceOf(product->getOperand(1), body);
    if (!x || !y || *x + *y != 1)
      return std::nullopt;
    return std::array<Value, 3>{product->getOperand(*x == 0 ? 0 : 1),
                                product->getOperand(*x == 0 ? 1 : 0),
                                accumulator};
  }
  return std::nullopt;
}

bool isProduct(linalg::GenericOp op) { return productOf(op).has_value(); }

static bool reads(linalg::GenericOp op, OpOperand *operand, unsigned loop) {
  return op.getMatchingIndexingMap(operand).isFunctionOfDim(loop);
}

/// Whether the operand's elements lie side by side along `loop`.
static bool isContiguous(linalg::GenericOp op, OpOperand *operand,
                         unsigned loop) {
  AffineMap map = op.getMatchingIndexingMap(operand);
  return map.getNumResults() != 0 &&
         map.getDimPosition(map.getNumResults() - 1) == loop;
}

ContractionMatch matchContraction(linalg::GenericOp op, const CPUProfile &cpu) {
  std::array<Value, 3> factors = *productOf(op);
  AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (result.getNumResults() == 0)
    return {{}, CPUDetour::ColumnShared};
  Contraction found;
  found.column = result.getDimPosition(result.getNumResults() - 1);
  std::array<OpOperand *, 2> inputs{op.getDpsInputOperand(0),
                                    op.getDpsInputOperand(1)};
  if (reads(op, inputs[0], found.column) == reads(op, inputs[1], found.column))
    return {{}, CPUDetour::ColumnShared};
  bool first = reads(op, inputs[0], found.column);
  found.columns = inputs[first ? 0 : 1];
  found.rows = inputs[first ? 1 : 0];
  found.columnFactor = factors[first ? 0 : 1];
  found.rowFactor = factors[first ? 1 : 0];
  found.accumulator = factors[2];
  // The innermost dim of the result that the other operand has for itself.
  for (unsigned position = result.getNumResults() - 1; position-- > 0;)
    if (unsigned loop = result.getDimPosition(position);
        reads(op, found.rows, loop) && !reads(op, found.columns, loop)) {
      found.row = loop;
      break;
    }
  for (auto [loop, kind] : llvm::enumerate(op.getIteratorTypesArray()))
    if (kind == utils::IteratorType::reduction)
      found.sums.push_back(loop);
    else if (loop != found.column && loop != found.row)
      found.others.push_back(loop);

  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  // Few rows do not pay for a copy of the matrix, and sums along its rows are
  // loops over contiguous elements.
  int64_t rows = found.row ? sizes[*found.row] : 1;
  if (!isContiguous(op, found.columns, found.column) &&
      !ShapedType::isDynamic(rows) && rows < cpu.rowsWorthCopying)
    return {{}, CPUDetour::ColumnShared};
  int64_t products = 1;
  for (int64_t size : sizes)
    products = ShapedType::isDynamic(size) || products > cpu.productsWorthTiling
                   ? cpu.productsWorthTiling + 1
                   : products * size;
  if (products <= cpu.productsWorthTiling)
    return {{}, CPUDetour::FewProducts};
  return {found, {}};
}

linalg::GenericOp makeColumnsContiguous(linalg::GenericOp op,
                                        const Contraction &contraction) {
  OpOperand *columns = contraction.columns;
  if (isContiguous(op, columns, contraction.column))
    return {};
  OpBuilder b(op);
  Location loc = op.getLoc();
  AffineMap map = op.getMatchingIndexingMap(columns);
  unsigned rank = map.getNumResults();
  // The copy's dims: those of the operand, `column` last.
  SmallVector<unsigned> order;
  for (unsigned d = 0; d < rank; ++d)
    if (map.getDimPosition(d) != contraction.column)
      order.push_back(d);
  order.push_back(
      *map.getResultPosition(b.getAffineDimExpr(contraction.column)));

  auto type = cast<RankedTensorType>(columns->get().getType());
  SmallVector<OpFoldResult> from =
                                tensor::getMixedSizes(b, loc, columns->get()),
                            to;
  SmallVector<AffineExpr> read(rank), loops;
  for (auto [position, d] : llvm::enumerate(order)) {
    to.push_back(from[d]);
    read[d] = b.getAffineDimExpr(position);
    loops.push_back(map.getResult(d));
  }
  Value empty = tensor::EmptyOp::create(b, loc, to, type.getElementType());
  auto copy = linalg::GenericOp::create(
      b, loc, empty.getType(), columns->get(), empty,
      ArrayRef<AffineMap>{AffineMap::get(rank, 0, read, b.getContext()),
                          b.getMultiDimIdentityMap(rank)},
      SmallVector<utils::IteratorType>(rank, utils::IteratorType::parallel),
      [](OpBuilder &body, Location at, ValueRange args) {
        linalg::YieldOp::create(body, at, args[0]);
      });
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  maps[columns->getOperandNumber()] =
      AffineMap::get(map.getNumDims(), 0, loops, b.getContext());
  columns->set(copy.getResult(0));
  op.setIndexingMapsAttr(b.getAffineMapArrayAttr(maps));
  return copy;
}

namespace {

class ContractionLowering : TiledLowering {
public:
  ContractionLowering(linalg::GenericOp op, const Contraction &contraction,
                      const CPUProfile &cpu)
      : TiledLowering(op, cpu), product(contraction),
        init(*op.getDpsInitOperand(0)),
        type(cast<RankedTensorType>(init.get().getType()).getElementType()) {
    lanes = cpu.vectorBits / type.getIntOrFloatBitWidth();
    int64_t rows = product.row ? staticSizes[*product.row] : 1;
    tileRows = ShapedType::isDynamic(rows)
                   ? cpu.tileRows()
                   : std::clamp<int64_t>(rows, 1, cpu.tileRows());
    registers = tileRows > 1 ? cpu.tileRegisters : cpu.tileRegistersOfOneRow;
    tileColumns = registers * lanes;
  }

  void run();

private:
  void initialise(SmallVector<Value> at, Value rowBegin, Value rowEnd,
                  Value columnBegin, Value columnEnd);
  void sumTile(ArrayRef<Value> at, Value rowEnd, Value columnEnd, Value sumEnd,
               bool whole);
  Value factor(Value value, Value element, int64_t lanes);
  int64_t workOfTask();

  const Contraction &product;
  OpOperand &init;
  Type type;
  int64_t lanes, tileRows, registers, tileColumns;
  Value out, start; ///< start is null where elements differ
};

} // namespace

/// The body's computation of a factor, on one element or on a vector.
Value ContractionLowering::factor(Value value, Value element, int64_t length) {
  IRMapping map;
  auto visit = [&](auto &&self, Value wanted) -> void {
    if (map.contains(wanted) || wanted.getParentBlock() != op.getBody())
      return;
    if (isa<BlockArgument>(wanted)) {
      map.map(wanted, element);
      return;
    }
    Operation *computes = wanted.getDefiningOp();
    for (Value operand : valuesRead(*computes))
      self(self, operand);
    cloneOnVectors(b, *computes, map, length);
  };
  visit(visit, value);
  return map.lookup(value);
}

void ContractionLowering::initialise(SmallVector<Value> at, Value rowBegin,
                                     Value rowEnd, Value columnBegin,
                                     Value columnEnd) {
  auto columns = [&] {
    loop(columnBegin, columnEnd, 1, [&](Value column) {
      at[product.column] = column;
      Value value = start;
      if (!value) {
        // Not the operand's own buffer, which is that of the result now.
        value = tensor::ExtractOp::create(b, init.get(), indicesOf(init, at));
      }
      memref::StoreOp::create(b, value, out, indicesOf(init, at));
    });
  };
  if (!product.row)
    return columns();
  loop(rowBegin, rowEnd, 1, [&](Value row) {
    at[*product.row] = row;
    columns();
  });
}

/// Adds to the tile at `at` the sum of the products from at[innermost sum] to
/// `sumEnd`.
void ContractionLowering::sumTile(ArrayRef<Value> at, Value rowEnd,
                                  Value columnEnd, Value sumEnd, bool whole) {
  VectorType vectorType = VectorType::get({lanes}, type);
  SmallVector<Value> masks(registers);
  if (!whole)
    for (int64_t r = 0; r < registers; ++r)
      masks[r] = vector::CreateMaskOp::create(
          b, VectorType::get({lanes}, b.getI1Type()),
          sub(sub(columnEnd, at[product.column]), index(r * lanes)));
  // Loop values of the tile's rows, and of vector `r` of a row.
  SmallVector<SmallVector<Value>> rows;
  Value last = whole || !product.row ? Value() : add(rowEnd, -1);
  for (int64_t row = 0; row < tileRows; ++row) {
    rows.emplace_back(at);
    if (!product.row)
      continue;
    Value place = add(at[*product.row], row);
    rows.back()[*product.row] = whole ? place : min(place, last);
  }
  auto vectorOf = [&](SmallVector<Value> place, int64_t r) {
    place[product.column] = add(place[product.column], r * lanes);
    return place;
  };
  auto loadRow = [&](OpOperand &operand, ArrayRef<Value> place, int64_t r) {
    SmallVector<Value> at = vectorOf(SmallVector<Value>(place), r);
    return whole ? loadVector(operand, at, lanes)
                 : loadMasked(operand, at, lanes, masks[r]);
  };

  // From zero: the bound of docs/numerics.md grows with the terms of a block
  // and the number of blocks, where one chain would grow with their product.
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(vectorType));
  SmallVector<Value> sums(rows.size() * registers, zero);
  unsigned innermost = product.sums.back();
  auto made = scf::ForOp::create(b, at[innermost], sumEnd, index(1), sums);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(made.getBody());
    for (SmallVector<Value> &row : rows)
      row[innermost] = made.getInductionVar();
    SmallVector<Value> vectors, next;
    for (int64_t r = 0; r < registers; ++r)
      vectors.push_back(factor(product.columnFactor,
                               loadRow(*product.columns, rows[0], r), lanes));
    for (auto [number, row] : llvm::enumerate(rows)) {
      Value element =
          factor(product.rowFactor, load(*product.rows, row), /*lanes=*/0);
      Value splat = vector::BroadcastOp::create(b, vectorType, element);
      for (int64_t r = 0; r < registers; ++r) {
        Value sum = made.getRegionIterArgs()[number * registers + r];
        next.push_back(
            isa<FloatType>(type)
                ? vector::FMAOp::create(b, splat, vectors[r], sum).getResult()
                : arith::AddIOp::create(
                      b, sum, arith::MulIOp::create(b, splat, vectors[r]))
                      .getResult());
      }
    }
    scf::YieldOp::create(b, next);
  }
  // All are read before one is written: rows past the end repeat the last one.
  SmallVector<Value> totals;
  for (auto [number, row] : llvm::enumerate(rows))
    for (int64_t r = 0; r < registers; ++r) {
      Value sum = made.getResult(number * registers + r),
            before = loadRow(init, row, r);
      totals.push_back(isa<FloatType>(type)
                           ? arith::AddFOp::create(b, before, sum).getResult()
                           : arith::AddIOp::create(b, before, sum).getResult());
    }
  for (auto [number, row] : llvm::enumerate(rows))
    for (int64_t r = 0; r < registers; ++r) {
      Value total = totals[number * registers + r];
      SmallVector<Value> indices = indicesOf(init, vectorOf(row, r));
      if (whole)
        vector::StoreOp::create(b, total, out, indices);
      else
        vector::MaskedStoreOp::create(b, out, indices, masks[r], total);
    }
}

/// In elements of a plain loop, as far as sizes are known.
int64_t ContractionLowering::workOfTask() {
  auto known = [&](unsigned loop, int64_t most) {
    int64_t size = staticSizes[loop];
    return ShapedType::isDynamic(size) ? most : std::min(size, most);
  };
  int64_t products = known(product.column, cpu.taskColumns * tileColumns);
  if (product.row)
    products *= known(*product.row, cpu.taskRows * tileRows);
  for (unsigned loop : product.sums)
    products *= ShapedType::isDynamic(staticSizes[loop])
                    ? cpu.unknownTripCount
                    : std::min<int64_t>(staticSizes[loop], cpu.minWork);
  return std::min(products / cpu.productsPerElement, cpu.minWork);
}

void ContractionLowering::run() {
  start = constantInit(init);
  out = allocate(init);
  int64_t rowBlock = cpu.taskRows * tileRows,
          columnBlock = cpu.taskColumns * tileColumns;
  SmallVector<Value> counts;
  for (unsigned loop : product.others)
    counts.push_back(sizes[loop]);
  if (product.row)
    counts.push_back(tiles(sizes[*product.row], rowBlock));
  counts.push_back(tiles(sizes[product.column], columnBlock));
  parallel(counts, workOfTask(), [&](ValueRange task) {
    SmallVector<Value> at(sizes.size());
    for (auto [number, dim] : llvm::enumerate(product.others))
      at[dim] = task[number];
    Value rowBegin, rowEnd;
    if (product.row) {
      rowBegin = mul(task[product.others.size()], rowBlock);
      rowEnd = min(sizes[*product.row], add(rowBegin, rowBlock));
    }
    Value columnBegin = mul(task.back(), columnBlock);
    Value columnEnd = min(sizes[product.column], add(columnBegin, columnBlock));
    initialise(at, rowBegin, rowEnd, columnBegin, columnEnd);

    unsigned innermost = product.sums.back();
    Value sumEnd;
    auto tile = [&] {
      Value whole = fits(at[product.column], tileColumns, columnEnd);
      if (product.row)
        whole = arith::AndIOp::create(b, whole,
                                      fits(at[*product.row], tileRows, rowEnd));
      ifElse(
          whole, [&] { sumTile(at, rowEnd, columnEnd, sumEnd, true); },
          [&] { sumTile(at, rowEnd, columnEnd, sumEnd, false); });
    };
    // Outer sums one after the other, the innermost in blocks whose columns the
    // caches hold while the rows go by.
    auto nest = [&](auto &&self, unsigned depth) -> void {
      if (depth + 1 < product.sums.size())
        return loop(index(0), sizes[product.sums[depth]], 1, [&](Value sum) {
          at[product.sums[depth]] = sum;
          self(self, depth + 1);
        });
      loop(index(0), sizes[innermost], cpu.sumBlock, [&](Value sum) {
        at[innermost] = sum;
        sumEnd = min(sizes[innermost], add(sum, cpu.sumBlock));
        loop(columnBegin, columnEnd, tileColumns, [&](Value column) {
          at[product.column] = column;
          if (!product.row)
            return tile();
          loop(rowBegin, rowEnd, tileRows, [&](Value row) {
            at[*product.row] = row;
            tile();
          });
        });
      });
    };
    nest(nest, 0);
  });
  replace(out);
}

void lowerContraction(linalg::GenericOp op, const Contraction &contraction,
                      const CPUProfile &cpu) {
  ContractionLowering(op, contraction, cpu).run();
}

} // namespace runmat::tiled
