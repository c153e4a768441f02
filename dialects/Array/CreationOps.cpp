// Definitions of the creation operations that tablegen makes, apart so that the
// groups compile side by side.
#include "ArrayInference.h"

using namespace mlir;
using namespace runmat::array;

#define GET_OP_CLASSES
#include "runmat/Dialect/Array/CreationOps.cpp.inc"

void ArrayDialect::addCreationOps() {
  addOperations<
#define GET_OP_LIST
#include "runmat/Dialect/Array/CreationOps.cpp.inc"
      >();
}
