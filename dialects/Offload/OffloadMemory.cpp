// Memory operations: verifiers, folds, and how those on tensors turn to
// buffers. A download writes its destination and reads nothing on the host, so
// bufferization may give it any free memory.
#include "runmat/Dialect/Offload/Offload.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace runmat::offload;
using bufferization::AliasingValueList;
using bufferization::AnalysisState;
using bufferization::BufferizationOptions;
using bufferization::BufferizationState;
using bufferization::BufferRelation;

/// Row-major host memory of `buffer`'s shape.
static FailureOr<Value> allocRowMajor(RewriterBase &rewriter, Location loc,
                                      Value buffer,
                                      const BufferizationOptions &options) {
  auto type = cast<MemRefType>(buffer.getType());
  SmallVector<Value> sizes;
  for (int64_t dim = 0; dim != type.getRank(); ++dim)
    if (type.isDynamicDim(dim))
      sizes.push_back(memref::DimOp::create(rewriter, loc, buffer, dim));
  return options.createAlloc(
      rewriter, loc, MemRefType::get(type.getShape(), type.getElementType()),
      sizes);
}

/// Transfers move row-major memory; bufferization may have put a tensor into a
/// part of another one's.
static bool isRowMajor(Value buffer) {
  return cast<MemRefType>(buffer.getType()).getLayout().isIdentity();
}

// -- read

LogicalResult ReadOp::bufferize(RewriterBase &rewriter,
                                const BufferizationOptions &,
                                BufferizationState &) {
  rewriter.eraseOp(*this);
  return success();
}

// -- upload

LogicalResult UploadOp::bufferize(RewriterBase &rewriter,
                                  const BufferizationOptions &options,
                                  BufferizationState &state) {
  if (!isa<TensorType>(getSource().getType()))
    return success();
  FailureOr<Value> buffer =
      bufferization::getBuffer(rewriter, getSource(), options, state);
  if (failed(buffer))
    return failure();
  if (!isRowMajor(*buffer)) {
    FailureOr<Value> copy = allocRowMajor(rewriter, getLoc(), *buffer, options);
    if (failed(copy) ||
        failed(options.createMemCpy(rewriter, getLoc(), *buffer, *copy)))
      return failure();
    buffer = copy;
  }
  bufferization::replaceOpWithNewBufferizedOp<UploadOp>(
      rewriter, getOperation(), getType(), *buffer);
  return success();
}

/// What comes from the device need not go there again; a cast does not change
/// memory. The device copy must not change in between: buffers of results are
/// written by their unit only, before the download.
LogicalResult UploadOp::canonicalize(UploadOp op, PatternRewriter &rewriter) {
  auto cast = op.getSource().getDefiningOp<tensor::CastOp>();
  if (!cast)
    return failure();
  rewriter.modifyOpInPlace(
      op, [&] { op.getSourceMutable().assign(cast.getSource()); });
  return success();
}

// -- download

LogicalResult DownloadOp::verify() {
  bool isTensor = isa<TensorType>(getInit().getType());
  if (isTensor != static_cast<bool>(getResult()))
    return emitOpError("has a result exactly if its destination is a tensor");
  if (isTensor && getResult().getType() != getInit().getType())
    return emitOpError("result type ")
           << getResult().getType() << " is not the destination's "
           << getInit().getType();
  return success();
}

void DownloadOp::getEffects(
    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  // On tensors it has none that matters on the host: an unused one goes away.
  effects.emplace_back(MemoryEffects::Read::get(), &getBufferMutable());
  if (isa<MemRefType>(getInit().getType()))
    effects.emplace_back(MemoryEffects::Write::get(), &getInitMutable());
}

bool DownloadOp::bufferizesToMemoryRead(OpOperand &, const AnalysisState &) {
  return false;
}
bool DownloadOp::bufferizesToMemoryWrite(OpOperand &, const AnalysisState &) {
  return true;
}
AliasingValueList DownloadOp::getAliasingValues(OpOperand &operand,
                                                const AnalysisState &) {
  if (!getResult() || &operand != &getInitMutable())
    return {};
  return {{getResult(), BufferRelation::Equivalent}};
}
LogicalResult DownloadOp::bufferize(RewriterBase &rewriter,
                                    const BufferizationOptions &options,
                                    BufferizationState &state) {
  if (!getResult())
    return success();
  FailureOr<Value> init =
      bufferization::getBuffer(rewriter, getInit(), options, state);
  if (failed(init))
    return failure();
  FailureOr<Value> target = *init;
  if (!isRowMajor(*init))
    target = allocRowMajor(rewriter, getLoc(), *init, options);
  if (failed(target))
    return failure();
  DownloadOp::create(rewriter, getLoc(), Type(), getBuffer(), *target);
  if (*target != *init &&
      failed(options.createMemCpy(rewriter, getLoc(), *target, *init)))
    return failure();
  bufferization::replaceOpWithBufferizedValues(rewriter, getOperation(), *init);
  return success();
}

// -- dispatch

LogicalResult DispatchOp::verify() {
  if (getOffsets().size() != getBuffers().size() ||
      getBytes().size() != getBuffers().size())
    return emitOpError("has ")
           << getBuffers().size() << " buffers, " << getOffsets().size()
           << " offsets and " << getBytes().size() << " byte counts";
  return success();
}
