// Run-time checks of the tensor operations that programs may contain beside
// array operations. Upstream gives a wrong cast or index no meaning; here it is
// an error of the program.
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

void array::checkTensorOp(Operation *op, Lowering &b) {
  if (auto cast = dyn_cast<tensor::CastOp>(op))
    return checkCast(cast, b);
  checkExtract(cast<tensor::ExtractOp>(op), b);
}
