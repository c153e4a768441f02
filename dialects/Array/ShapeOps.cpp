// Definitions of the shape operations that tablegen makes, apart so that the
// groups compile side by side.
#include "ArrayInference.h"

using namespace mlir;
using namespace runmat::array;

#define GET_OP_CLASSES
#include "runmat/Dialect/Array/ShapeOps.cpp.inc"

void ArrayDialect::addShapeOps() {
  addOperations<
#define GET_OP_LIST
#include "runmat/Dialect/Array/ShapeOps.cpp.inc"
      >();
}
