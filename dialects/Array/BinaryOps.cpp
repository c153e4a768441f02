// Definitions of the elementwise operations of two and three operands that
// tablegen makes, apart so that the groups compile side by side.
#include "ArrayInference.h"

using namespace mlir;
using namespace runmat::array;

#define GET_OP_CLASSES
#include "runmat/Dialect/Array/BinaryOps.cpp.inc"

void ArrayDialect::addBinaryOps() {
  addOperations<
#define GET_OP_LIST
#include "runmat/Dialect/Array/BinaryOps.cpp.inc"
      >();
}
