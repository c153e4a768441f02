// Registration of the array dialect.
#include "ArrayInference.h"

using namespace mlir;
using namespace runmat::array;

#include "runmat/Dialect/Array/ArrayDialect.cpp.inc"
#include "runmat/Dialect/Array/ArrayEnums.cpp.inc"
#include "runmat/Dialect/Array/ArrayInterfaces.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "runmat/Dialect/Array/ArrayAttributes.cpp.inc"

void ArrayDialect::initialize() {
  addBinaryOps();
  addCreationOps();
  addReductionOps();
  addShapeOps();
  addUnaryOps();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "runmat/Dialect/Array/ArrayAttributes.cpp.inc"
      >();
}

Operation *ArrayDialect::materializeConstant(OpBuilder &builder,
                                             Attribute value, Type type,
                                             Location loc) {
  auto typed = dyn_cast<TypedAttr>(value);
  if (!typed || typed.getType() != type || isa<IndexType>(type))
    return nullptr;
  return ConstantOp::create(builder, loc, typed);
}

void ArrayDialect::getCanonicalizationPatterns(
    RewritePatternSet &patterns) const {
  runmat::array::detail::addSizePatterns(patterns);
  runmat::array::detail::addRewritePatterns(patterns);
}
