// Registration and folds of the offload dialect.
#include "runmat/Dialect/Offload/Offload.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace runmat::offload;

#include "runmat/Dialect/Offload/OffloadDialect.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "runmat/Dialect/Offload/OffloadTypes.cpp.inc"

#define GET_OP_CLASSES
#include "runmat/Dialect/Offload/OffloadOps.cpp.inc"

void OffloadDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "runmat/Dialect/Offload/OffloadTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "runmat/Dialect/Offload/OffloadOps.cpp.inc"
      >();
}

/// A value for what is never read.
static Value anyValue(Type type, Location loc, OpBuilder &b) {
  if (auto tensor = dyn_cast<RankedTensorType>(type)) {
    SmallVector<int64_t> shape(tensor.getShape());
    std::replace(shape.begin(), shape.end(), ShapedType::kDynamic, int64_t(0));
    Value empty =
        tensor::EmptyOp::create(b, loc, shape, tensor.getElementType());
    if (tensor.hasStaticShape())
      return empty;
    return tensor::CastOp::create(b, loc, tensor, empty);
  }
  return arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
}

/// Whether it is what anyValue makes.
static bool makesAnyValue(Operation *op) {
  if (auto cast = dyn_cast<tensor::CastOp>(op))
    return cast.getSource().getDefiningOp<tensor::EmptyOp>() != nullptr;
  return isa<tensor::EmptyOp>(op) || op->hasTrait<OpTrait::ConstantLike>();
}

static bool hasAnyValue(Type type) {
  return isa<RankedTensorType>(type) || type.isIntOrIndexOrFloat();
}

/// The program ends here. What stands behind relied on the condition, and sizes
/// that folds make known there may contradict each other, which no operation
/// can say: it goes, and what the block yields is any value.
static LogicalResult eraseUnreachable(CheckOp check,
                                      PatternRewriter &rewriter) {
  Block *block = check->getBlock();
  if (!block->getParent()->hasOneBlock() || !block->mightHaveTerminator())
    return failure();
  Operation *terminator = block->getTerminator();
  SmallVector<Operation *> rest;
  for (Operation *op = check->getNextNode(); op != terminator;
       op = op->getNextNode())
    rest.push_back(op);
  if (llvm::all_of(rest, makesAnyValue))
    return failure();
  auto isMadeHere = [&](Value value) {
    Operation *op = value.getDefiningOp();
    return op && op->getBlock() == block && check->isBeforeInBlock(op);
  };
  for (Value value : terminator->getOperands())
    if (isMadeHere(value) && !hasAnyValue(value.getType()))
      return failure();
  rewriter.setInsertionPoint(terminator);
  for (OpOperand &operand : terminator->getOpOperands())
    if (isMadeHere(operand.get())) {
      Value any = anyValue(operand.get().getType(), check.getLoc(), rewriter);
      rewriter.modifyOpInPlace(terminator, [&] { operand.set(any); });
    }
  for (Operation *op : llvm::reverse(rest))
    rewriter.eraseOp(op);
  return success();
}

/// A check that is known to hold is none. One that is known to fail stays: it
/// fails at run time.
LogicalResult CheckOp::canonicalize(CheckOp op, PatternRewriter &rewriter) {
  if (matchPattern(op.getCondition(), m_Zero()))
    return eraseUnreachable(op, rewriter);
  if (!matchPattern(op.getCondition(), m_One()))
    return failure();
  rewriter.eraseOp(op);
  return success();
}
