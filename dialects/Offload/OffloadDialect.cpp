// Registration and folds of the offload dialect.
#include "runmat/Dialect/Offload/Offload.h"

using namespace mlir;
using namespace runmat::offload;

#include "runmat/Dialect/Offload/OffloadDialect.cpp.inc"

#define GET_OP_CLASSES
#include "runmat/Dialect/Offload/OffloadOps.cpp.inc"

void OffloadDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "runmat/Dialect/Offload/OffloadOps.cpp.inc"
      >();
}

/// A check that is known to hold is none. One that is known to fail stays: it
/// fails at run time.
LogicalResult CheckOp::canonicalize(CheckOp op, PatternRewriter &rewriter) {
  if (!matchPattern(op.getCondition(), m_One()))
    return failure();
  rewriter.eraseOp(op);
  return success();
}
