// Straight-line bodies of elementwise operations have a vector form op by op:
// that is what ElementwiseMappable promises.
#include "runmat/Support/VectorBody.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/OpDefinition.h"

using namespace mlir;

bool runmat::hasVectorForm(Operation &op) {
  return op.getNumRegions() == 0 && op.getNumResults() == 1 &&
         (OpTrait::hasElementwiseMappableTraits(&op) ||
          isa<arith::ConstantOp>(op));
}

void runmat::cloneOnVectors(OpBuilder &b, Operation &op, IRMapping &map,
                            int64_t lanes) {
  if (lanes == 0) {
    b.clone(op, map);
    return;
  }
  auto vectorOf = [&](Type element) {
    return VectorType::get({lanes}, element);
  };
  Location loc = op.getLoc();
  Value result = op.getResult(0);
  VectorType type = vectorOf(result.getType());
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    Value splat = arith::ConstantOp::create(
        b, loc,
        DenseElementsAttr::get(type, cast<TypedAttr>(constant.getValue())));
    map.map(result, splat);
    return;
  }
  OperationState state(loc, op.getName());
  for (Value operand : op.getOperands()) {
    Value value = map.lookupOrDefault(operand);
    if (!isa<VectorType>(value.getType()))
      value =
          vector::BroadcastOp::create(b, loc, vectorOf(value.getType()), value);
    state.addOperands(value);
  }
  state.addTypes(type);
  state.attributes = op.getAttrDictionary();
  map.map(result, b.create(state)->getResult(0));
}
