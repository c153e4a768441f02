// Definitions of the elementwise operations of one operand that tablegen makes,
// apart so that the groups compile side by side.
#include "ArrayInference.h"

using namespace mlir;
using namespace runmat::array;

#define GET_OP_CLASSES
#include "runmat/Dialect/Array/UnaryOps.cpp.inc"

void ArrayDialect::addUnaryOps() {
  addOperations<
#define GET_OP_LIST
#include "runmat/Dialect/Array/UnaryOps.cpp.inc"
      >();
}
