// Buffers, loops and indices that tiled schedules are built from.
#include "TiledLowering.h"
#include "runmat/Dialect/Offload/Offload.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace runmat::tiled {

TiledLowering::TiledLowering(linalg::GenericOp op, const CPUProfile &cpu)
    : op(op), b(op.getLoc(), op), cpu(cpu),
      staticSizes(op.getStaticLoopRanges()) {
  for (auto [loop, known] : llvm::enumerate(staticSizes)) {
    if (!ShapedType::isDynamic(known)) {
      sizes.push_back(index(known));
      continue;
    }
    Value operand;
    unsigned dim = 0;
    LogicalResult found =
        op.mapIterationSpaceDimToOperandDim(loop, operand, dim);
    assert(succeeded(found) && "every loop runs over a dim of an operand");
    (void)found;
    sizes.push_back(tensor::DimOp::create(b, operand, dim));
  }
  for (OpOperand *input : op.getDpsInputOperands()) {
    auto type = dyn_cast<RankedTensorType>(input->get().getType());
    if (!type)
      continue;
    buffers[input] = bufferization::ToBufferOp::create(
        b, MemRefType::get(type.getShape(), type.getElementType()),
        input->get(), /*read_only=*/true);
  }
}

Value TiledLowering::tiles(Value size, int64_t tile) {
  return b.createOrFold<arith::CeilDivSIOp>(size, index(tile));
}

Value TiledLowering::fits(Value at, int64_t step, Value end) {
  return arith::CmpIOp::create(b, arith::CmpIPredicate::sle, add(at, step),
                               end);
}

Value TiledLowering::allocate(OpOperand &init) {
  auto type = cast<RankedTensorType>(init.get().getType());
  SmallVector<Value> dynamic;
  for (int64_t d = 0; d < type.getRank(); ++d)
    if (type.isDynamicDim(d))
      dynamic.push_back(tensor::DimOp::create(b, init.get(), d));
  Value made = memref::AllocOp::create(
      b, MemRefType::get(type.getShape(), type.getElementType()), dynamic,
      b.getI64IntegerAttr(64));
  buffers[&init] = made;
  return made;
}

SmallVector<Value> TiledLowering::indicesOf(OpOperand &operand,
                                            ArrayRef<Value> at) {
  return llvm::map_to_vector(
      op.getMatchingIndexingMap(&operand).getResults(), [&](AffineExpr expr) {
        return at[cast<AffineDimExpr>(expr).getPosition()];
      });
}

Value TiledLowering::load(OpOperand &operand, ArrayRef<Value> at) {
  if (!isa<RankedTensorType>(operand.get().getType()))
    return operand.get();
  return memref::LoadOp::create(b, bufferOf(operand), indicesOf(operand, at));
}

Value TiledLowering::loadVector(OpOperand &operand, ArrayRef<Value> at,
                                int64_t lanes) {
  Value buffer = bufferOf(operand);
  auto type = VectorType::get(
      {lanes}, cast<MemRefType>(buffer.getType()).getElementType());
  return vector::LoadOp::create(b, type, buffer, indicesOf(operand, at));
}

Value TiledLowering::loadMasked(OpOperand &operand, ArrayRef<Value> at,
                                int64_t lanes, Value mask) {
  Value buffer = bufferOf(operand);
  auto type = VectorType::get(
      {lanes}, cast<MemRefType>(buffer.getType()).getElementType());
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
  return vector::MaskedLoadOp::create(b, type, buffer, indicesOf(operand, at),
                                      mask, zero);
}

Value TiledLowering::constantInit(OpOperand &init) {
  if (auto fill = init.get().getDefiningOp<linalg::FillOp>())
    return fill.getInputs()[0];
  auto fill = init.get().getDefiningOp<linalg::GenericOp>();
  if (!fill || fill.getNumDpsInputs() != 0)
    return {};
  Value value = fill.getBody()->getTerminator()->getOperand(
      cast<OpResult>(init.get()).getResultNumber());
  return value.getParentBlock() == fill.getBody() ? Value() : value;
}

void TiledLowering::loop(Value from, Value to, int64_t step,
                         llvm::function_ref<void(Value)> body) {
  auto made = scf::ForOp::create(b, from, to, index(step));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(made.getBody());
  body(made.getInductionVar());
}

void TiledLowering::parallel(ArrayRef<Value> counts, int64_t work,
                             llvm::function_ref<void(ValueRange)> body) {
  SmallVector<Value> zeros(counts.size(), index(0)),
      ones(counts.size(), index(1));
  auto made = scf::ParallelOp::create(b, zeros, counts, ones);
  made->setAttr("runmat.work", b.getI64IntegerAttr(std::max<int64_t>(1, work)));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(made.getBody());
  body(made.getInductionVars());
}

void TiledLowering::ifElse(Value condition, llvm::function_ref<void()> then,
                           llvm::function_ref<void()> otherwise) {
  auto made = scf::IfOp::create(b, condition, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(made.thenBlock());
  then();
  b.setInsertionPointToStart(made.elseBlock());
  otherwise();
}

void TiledLowering::replace(ValueRange results) {
  b.setInsertionPoint(op);
  for (OpOperand *input : op.getDpsInputOperands())
    if (buffers.contains(input))
      offload::ReadOp::create(b, input->get());
  SmallVector<Value> tensors;
  for (auto [result, buffer] : llvm::zip(op.getResults(), results))
    tensors.push_back(bufferization::ToTensorOp::create(
        b, result.getType(), buffer, /*restrict=*/true, /*writable=*/true));
  op->replaceAllUsesWith(tensors);
  op->erase();
}

} // namespace runmat::tiled
