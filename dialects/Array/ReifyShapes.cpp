// Sizes of results in terms of the operands, for tensor.dim and for
// bufferization. A size that the result's type knows is always an attribute, a
// `?` always a value; where several operands share a `?` the first one speaks
// for all, since the operation fails where they differ.
#include "ArrayInference.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

using llvm::SmallVector;

/// Size `dim` of a tensor value, as an index value.
static Value sizeOf(OpBuilder &b, Location loc, Value tensor, int64_t dim) {
  return b.createOrFold<tensor::DimOp>(loc, tensor, dim);
}

/// An entry of a list like `static_low`: the next operand where it is dynamic.
static Value entryValue(OpBuilder &b, Location loc, int64_t entry,
                        ValueRange &operands) {
  if (!ShapedType::isDynamic(entry))
    return arith::ConstantIndexOp::create(b, loc, entry);
  Value value = operands.front();
  operands = operands.drop_front();
  return value;
}

/// Static sizes from the result's type, the others from `sizeOfDim(dim)`.
static LogicalResult reify(Operation *op, OpBuilder &b,
                           array::detail::Shapes &shapes,
                           llvm::function_ref<Value(int64_t)> sizeOfDim) {
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!type)
    return success();
  SmallVector<OpFoldResult> &sizes = shapes.emplace_back();
  for (auto [dim, size] : llvm::enumerate(type.getShape()))
    if (ShapedType::isDynamic(size))
      sizes.push_back(sizeOfDim(dim));
    else
      sizes.push_back(b.getIndexAttr(size));
  return success();
}

/// Broadcast: the first operand that does not stretch along the dim.
static Value broadcastSize(OpBuilder &b, Location loc, ValueRange operands,
                           int64_t dimFromRight) {
  for (Value operand : operands) {
    auto type = cast<RankedTensorType>(operand.getType());
    int64_t dim = type.getRank() - 1 - dimFromRight;
    if (dim >= 0 && type.getDimSize(dim) != 1)
      return sizeOf(b, loc, operand, dim);
  }
  llvm_unreachable("a `?` of the result comes from an operand");
}

namespace runmat::array::detail {

LogicalResult reifyStatic(Operation *op, OpBuilder &b, Shapes &shapes) {
  return reify(op, b, shapes, [](int64_t) -> Value {
    llvm_unreachable("the type is static");
  });
}

LogicalResult reifyElementwise(Operation *op, OpBuilder &b, Shapes &shapes) {
  return reify(op, b, shapes, [&](int64_t dim) {
    int64_t rank = cast<RankedTensorType>(op->getResult(0).getType()).getRank();
    return broadcastSize(b, op->getLoc(), op->getOperands(), rank - 1 - dim);
  });
}

LogicalResult reifyReduction(Operation *op, OpBuilder &b, Shapes &shapes) {
  // The operand's dims that stay, in order; with `keep` all of them do.
  SmallVector<int64_t> kept, reduced = reducedDims(op);
  auto reduction = cast<Reduction>(op);
  Value x = reduction.getReductionInput();
  for (int64_t dim : llvm::seq(cast<RankedTensorType>(x.getType()).getRank()))
    if (reduction.keepsDims() || !llvm::is_contained(reduced, dim))
      kept.push_back(dim);
  return reify(op, b, shapes, [&](int64_t dim) {
    return sizeOf(b, op->getLoc(), x, kept[dim]);
  });
}

LogicalResult reifyOperand(Operation *op, OpBuilder &b, Shapes &shapes) {
  return reify(op, b, shapes, [&](int64_t dim) {
    return sizeOf(b, op->getLoc(), op->getOperand(0), dim);
  });
}

LogicalResult reifyDestination(Operation *op, OpBuilder &b, Shapes &shapes) {
  return reify(op, b, shapes, [&](int64_t dim) {
    return sizeOf(b, op->getLoc(), cast<InsertSliceOp>(op).getDestination(),
                  dim);
  });
}

LogicalResult reifyMatmul(Operation *op, OpBuilder &b, Shapes &shapes) {
  auto matmul = cast<MatmulOp>(op);
  int64_t rank = matmul.getType().getRank();
  return reify(op, b, shapes, [&](int64_t dim) {
    Value a = matmul.getA(), rhs = matmul.getB();
    if (dim == rank - 2)
      return sizeOf(b, op->getLoc(), a, matmul.getA().getType().getRank() - 2);
    if (dim == rank - 1)
      return sizeOf(b, op->getLoc(), rhs,
                    matmul.getB().getType().getRank() - 1);
    return broadcastSize(b, op->getLoc(), {a, rhs}, rank - 1 - dim);
  });
}

LogicalResult reifyTranspose(Operation *op, OpBuilder &b, Shapes &shapes) {
  auto transpose = cast<TransposeOp>(op);
  return reify(op, b, shapes, [&](int64_t dim) {
    return sizeOf(b, op->getLoc(), transpose.getX(), transpose.getPerm()[dim]);
  });
}

LogicalResult reifySizes(Operation *op, OpBuilder &b, Shapes &shapes) {
  // The trailing index operands, one for each `?`; none of them is before.
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  OperandRange sizes = op->getOperands().take_back(type.getNumDynamicDims());
  return reify(op, b, shapes, [&](int64_t) {
    Value size = sizes.front();
    sizes = sizes.drop_front();
    return size;
  });
}

LogicalResult reifySlice(Operation *op, OpBuilder &b, Shapes &shapes) {
  OperandRange sizes = cast<SliceOp>(op).getSizes();
  return reify(op, b, shapes, [&](int64_t) {
    Value size = sizes.front();
    sizes = sizes.drop_front();
    return size;
  });
}

LogicalResult reifyPad(Operation *op, OpBuilder &b, Shapes &shapes) {
  auto pad = cast<PadOp>(op);
  ValueRange low = pad.getLow(), high = pad.getHigh();
  SmallVector<OpFoldResult> &sizes = shapes.emplace_back();
  Location loc = op->getLoc();
  // Over all dims, not only the `?`: each dynamic entry belongs to a `?`.
  for (auto [dim, size] : llvm::enumerate(pad.getType().getShape())) {
    if (!ShapedType::isDynamic(size)) {
      sizes.push_back(b.getIndexAttr(size));
      continue;
    }
    Value before = entryValue(b, loc, pad.getStaticLow()[dim], low);
    Value after = entryValue(b, loc, pad.getStaticHigh()[dim], high);
    Value sum = b.createOrFold<arith::AddIOp>(loc, before,
                                              sizeOf(b, loc, pad.getX(), dim));
    sizes.push_back(b.createOrFold<arith::AddIOp>(loc, sum, after));
  }
  return success();
}

LogicalResult reifyConcat(Operation *op, OpBuilder &b, Shapes &shapes) {
  auto concat = cast<ConcatOp>(op);
  Location loc = op->getLoc();
  return reify(op, b, shapes, [&](int64_t dim) {
    Value size = sizeOf(b, loc, concat.getInputs().front(), dim);
    if (dim == static_cast<int64_t>(concat.getDim()))
      for (Value input : concat.getInputs().drop_front())
        size = b.createOrFold<arith::AddIOp>(loc, size,
                                             sizeOf(b, loc, input, dim));
    return size;
  });
}

LogicalResult reifyDiag(Operation *op, OpBuilder &b, Shapes &shapes) {
  Value x = op->getOperand(0);
  return reify(op, b, shapes, [&](int64_t) {
    return b.createOrFold<arith::MinSIOp>(op->getLoc(),
                                          sizeOf(b, op->getLoc(), x, 0),
                                          sizeOf(b, op->getLoc(), x, 1));
  });
}

LogicalResult reifyDiagonal(Operation *op, OpBuilder &b, Shapes &shapes) {
  return reify(op, b, shapes, [&](int64_t) {
    return sizeOf(b, op->getLoc(), op->getOperand(0), 0);
  });
}

FailureOr<SmallVector<OpFoldResult>> reifyShape(Operation *op, OpBuilder &b,
                                                int index) {
  Shapes shapes;
  if (failed(cast<ReifyRankedShapedTypeOpInterface>(op).reifyResultShapes(
          b, shapes)) ||
      index < 0 || index >= static_cast<int>(shapes.size()))
    return failure();
  return shapes[index];
}

FailureOr<OpFoldResult> reifyDim(Operation *op, OpBuilder &b, int index,
                                 int dim) {
  FailureOr<SmallVector<OpFoldResult>> shape = reifyShape(op, b, index);
  if (failed(shape) || dim < 0 || dim >= static_cast<int>(shape->size()))
    return failure();
  return (*shape)[dim];
}

} // namespace runmat::array::detail
