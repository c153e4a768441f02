// Registration and folds of the offload dialect.
#include "runmat/Dialect/Offload/Offload.h"

#include "mlir/IR/DialectImplementation.h"
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

/// A check that is known to hold is none. One that is known to fail stays: it
/// fails at run time.
LogicalResult CheckOp::canonicalize(CheckOp op, PatternRewriter &rewriter) {
  if (!matchPattern(op.getCondition(), m_One()))
    return failure();
  rewriter.eraseOp(op);
  return success();
}
