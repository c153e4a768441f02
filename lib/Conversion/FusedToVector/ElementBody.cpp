// Straight-line bodies of elementwise operations have a vector form op by op:
// that is what ElementwiseMappable promises.
#include "ElementBody.h"
#include "runmat/Conversion/ExpandMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/OpDefinition.h"

using namespace mlir;
using namespace runmat;

ElementBody::ElementBody(Operation *unit, ArrayRef<Type> types) {
  OpBuilder b(unit->getContext());
  function =
      func::FuncOp::create(unit->getLoc(), "element",
                           FunctionType::get(unit->getContext(), types, {}));
  block = function.addEntryBlock();
}

ElementBody::~ElementBody() { function->erase(); }

LogicalResult ElementBody::finish(ValueRange results) {
  OpBuilder b = builder();
  func::ReturnOp::create(b, function.getLoc(), results);
  return expandMath(function);
}

bool ElementBody::vectorizable() const {
  return llvm::all_of(block->without_terminator(), [](Operation &op) {
    return op.getNumRegions() == 0 && op.getNumResults() == 1 &&
           (OpTrait::hasElementwiseMappableTraits(&op) ||
            isa<arith::ConstantOp>(op));
  });
}

SmallVector<Value> ElementBody::emit(OpBuilder &b, ValueRange inputs) const {
  IRMapping map;
  map.map(block->getArguments(), inputs);
  VectorType shape;
  for (Value input : inputs)
    if (auto type = dyn_cast<VectorType>(input.getType()))
      shape = type;
  for (Operation &op : block->without_terminator()) {
    if (!shape) {
      b.clone(op, map);
      continue;
    }
    auto type = VectorType::get(shape.getShape(), op.getResult(0).getType());
    if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
      Value splat = arith::ConstantOp::create(
          b, op.getLoc(),
          DenseElementsAttr::get(type, cast<TypedAttr>(constant.getValue())));
      map.map(op.getResult(0), splat);
      continue;
    }
    OperationState state(op.getLoc(), op.getName());
    for (Value operand : op.getOperands())
      state.addOperands(map.lookup(operand));
    state.addTypes(type);
    state.attributes = op.getAttrDictionary();
    map.map(op.getResult(0), b.create(state)->getResult(0));
  }
  return llvm::map_to_vector(
      block->getTerminator()->getOperands(),
      [&](Value result) { return map.lookupOrDefault(result); });
}
