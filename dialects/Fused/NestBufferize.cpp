// fused.nest on tensors becomes fused.nest on memrefs: inputs are read, `outs`
// written, each result its destination's memory.
#include "runmat/Dialect/Fused/Fused.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"

using namespace mlir;
using namespace runmat::fused;
using bufferization::AliasingValueList;
using bufferization::AnalysisState;
using bufferization::BufferizationOptions;
using bufferization::BufferizationState;
using bufferization::BufferRelation;

static bool isOut(NestOp op, OpOperand &operand) {
  auto [first, length] = op.getODSOperandIndexAndLength(2);
  return operand.getOperandNumber() >= first &&
         operand.getOperandNumber() < first + length;
}

bool NestOp::bufferizesToMemoryRead(OpOperand &operand, const AnalysisState &) {
  return !isOut(*this, operand);
}

bool NestOp::bufferizesToMemoryWrite(OpOperand &operand,
                                     const AnalysisState &) {
  return isOut(*this, operand);
}

bool NestOp::bufferizesToElementwiseAccess(const AnalysisState &,
                                           ArrayRef<OpOperand *> operands) {
  // The caller asks whether these may share memory: inputs with the outs that
  // they may be written over.
  unsigned firstOut = getODSOperandIndexAndLength(2).first;
  for (OpOperand *out : operands)
    if (isOut(*this, *out))
      for (OpOperand *input : operands)
        if (!isOut(*this, *input) &&
            (input->getOperandNumber() >= getInputs().size() ||
             !canWriteInPlace(input->getOperandNumber(),
                              out->getOperandNumber() - firstOut)))
          return false;
  return true;
}

AliasingValueList NestOp::getAliasingValues(OpOperand &operand,
                                            const AnalysisState &) {
  if (!isOut(*this, operand) || isOnBuffers())
    return {};
  unsigned firstOut = getODSOperandIndexAndLength(2).first;
  return {{getResult(operand.getOperandNumber() - firstOut),
           BufferRelation::Equivalent}};
}

LogicalResult NestOp::bufferize(RewriterBase &rewriter,
                                const BufferizationOptions &options,
                                BufferizationState &state) {
  if (getOuts().size() != getNumResults())
    return emitOpError("needs destinations to become an operation on buffers");
  auto buffers = [&](OperandRange tensors,
                     SmallVectorImpl<Value> &made) -> LogicalResult {
    for (Value tensor : tensors) {
      FailureOr<Value> buffer =
          bufferization::getBuffer(rewriter, tensor, options, state);
      if (failed(buffer))
        return failure();
      made.push_back(*buffer);
    }
    return success();
  };
  SmallVector<Value> inputs, outs;
  if (failed(buffers(getInputs(), inputs)) || failed(buffers(getOuts(), outs)))
    return failure();
  auto made = NestOp::create(
      rewriter, getLoc(), TypeRange(), getSpaceAttr(), inputs, getSizes(), outs,
      getMapsAttr(), getYieldsAttr(), getResultYieldsAttr(), getKindAttr(),
      getDeviceAttr(), getStages().size());
  made->setDiscardableAttrs(getOperation()->getDiscardableAttrDictionary());
  for (auto [from, to] : llvm::zip(getStages(), made.getStages()))
    to.takeBody(from);
  bufferization::replaceOpWithBufferizedValues(rewriter, getOperation(), outs);
  return success();
}
