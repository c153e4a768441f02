// Run-time checks of the upstream operations that programs may contain beside
// array operations. Upstream gives a wrong cast or index, a division by zero or
// a loop that goes nowhere no meaning; here it is an error of the program.
#include "Lowering.h"
#include "runmat/Dialect/Array/CheckMessages.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

static void checkCast(tensor::CastOp op, Lowering &b) {
  auto from = dyn_cast<RankedTensorType>(op.getSource().getType());
  auto to = dyn_cast<RankedTensorType>(op.getType());
  if (!from || !to)
    return;
  for (int64_t dim = 0; dim < to.getRank(); ++dim)
    if (from.isDynamicDim(dim) && !to.isDynamicDim(dim))
      b.checkEqual(b.sizeOf(op.getSource(), dim),
                   b.getIndexAttr(to.getDimSize(dim)), check::castSize(dim));
}

static void checkExtract(tensor::ExtractOp op, Lowering &b) {
  for (auto [dim, index] : llvm::enumerate(op.getIndices())) {
    OpFoldResult size = b.sizeOf(op.getTensor(), dim);
    std::optional<int64_t> i = getConstantIntValue(index),
                           n = getConstantIntValue(size);
    if (i && n && *i >= 0 && *i < *n)
      continue;
    // Unsigned: an index below zero is a large number.
    Value inside = arith::CmpIOp::create(b, b.loc(), arith::CmpIPredicate::ult,
                                         index, b.materialize(size));
    b.check(inside, check::indexBounds(dim), {OpFoldResult(index), size});
  }
}

/// Of what follows the sizes in a descriptor, upstream would make a size.
static void checkDim(tensor::DimOp op, Lowering &b) {
  auto type = cast<RankedTensorType>(op.getSource().getType());
  std::optional<int64_t> known = op.getConstantIndex();
  if (known && *known >= 0 && *known < type.getRank())
    return;
  Value inside = arith::CmpIOp::create(b, b.loc(), arith::CmpIPredicate::ult,
                                       op.getIndex(), b.index(type.getRank()));
  b.check(inside, check::dimIndex(type.getRank()),
          {OpFoldResult(op.getIndex())});
}

/// A shift by the width or more has no meaning upstream.
static bool isShift(Operation *op) {
  return isa<arith::ShLIOp, arith::ShRSIOp, arith::ShRUIOp>(op);
}
static bool isUnsignedDivision(Operation *op) {
  return isa<arith::DivUIOp, arith::RemUIOp, arith::CeilDivUIOp>(op);
}
static bool isSignedDivision(Operation *op) {
  return isa<arith::DivSIOp, arith::RemSIOp, arith::CeilDivSIOp,
             arith::FloorDivSIOp>(op);
}

static Value compare(Lowering &b, arith::CmpIPredicate predicate, Value x,
                     int64_t y) {
  Value number =
      arith::ConstantOp::create(b, b.loc(), b.getIntegerAttr(x.getType(), y));
  return arith::CmpIOp::create(b, b.loc(), predicate, x, number);
}

static Value asIndex(Lowering &b, Value x) {
  if (x.getType().isIndex())
    return x;
  return arith::IndexCastOp::create(b, b.loc(), b.getIndexType(), x);
}

static void checkDivision(Operation *op, Lowering &b) {
  Value x = op->getOperand(0), y = op->getOperand(1);
  std::optional<int64_t> known = getConstantIntValue(y);
  if (!known || *known == 0)
    b.check(compare(b, arith::CmpIPredicate::ne, y, 0), check::divisionByZero(),
            {});
  if (!isSignedDivision(op) || (known && *known != -1))
    return;
  // The one quotient that does not fit: processors trap on it.
  int64_t least = x.getType().isIndex()
                      ? INT64_MIN
                      : llvm::minIntN(x.getType().getIntOrFloatBitWidth());
  Value fits = arith::OrIOp::create(
      b, b.loc(), compare(b, arith::CmpIPredicate::ne, x, least),
      compare(b, arith::CmpIPredicate::ne, y, -1));
  b.check(fits, check::divisionOverflow(), {asIndex(b, x)});
}

static void checkShift(Operation *op, Lowering &b) {
  Value y = op->getOperand(1);
  int64_t width =
      y.getType().isIndex() ? 64 : y.getType().getIntOrFloatBitWidth();
  std::optional<int64_t> known = getConstantIntValue(y);
  if (known && *known >= 0 && *known < width)
    return;
  // i1 has no number for its width, and no shift but by 0.
  Value fits = width == 1 ? compare(b, arith::CmpIPredicate::eq, y, 0)
                          : compare(b, arith::CmpIPredicate::ult, y, width);
  b.check(fits, check::shiftAmount(width), {asIndex(b, y)});
}

static void checkLoop(scf::ForOp op, Lowering &b) {
  std::optional<int64_t> known = getConstantIntValue(op.getStep());
  if (known && *known >= 1)
    return;
  Value step = op.getStep();
  b.check(compare(b, arith::CmpIPredicate::sgt, step, 0), check::loopStep(),
          {asIndex(b, step)});
}

bool array::hasUpstreamCheck(Operation *op) {
  if (isa<tensor::CastOp, tensor::ExtractOp, tensor::DimOp, scf::ForOp>(op))
    return true;
  return (isShift(op) || isUnsignedDivision(op) || isSignedDivision(op)) &&
         !isa<ShapedType>(op->getOperand(0).getType());
}

void array::checkUpstreamOp(Operation *op, Lowering &b) {
  if (auto cast = dyn_cast<tensor::CastOp>(op))
    return checkCast(cast, b);
  if (auto extract = dyn_cast<tensor::ExtractOp>(op))
    return checkExtract(extract, b);
  if (auto dim = dyn_cast<tensor::DimOp>(op))
    return checkDim(dim, b);
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return checkLoop(loop, b);
  if (isShift(op))
    return checkShift(op, b);
  checkDivision(op, b);
}
