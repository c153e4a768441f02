// A unit's element as a function of its own while the unit is lowered.
#include "ElementBody.h"
#include "runmat/Conversion/ExpandMath.h"
#include "runmat/Support/VectorBody.h"

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
  return llvm::all_of(block->without_terminator(), hasVectorForm);
}

SmallVector<Value> ElementBody::emit(OpBuilder &b, ValueRange inputs) const {
  IRMapping map;
  map.map(block->getArguments(), inputs);
  int64_t lanes = 0;
  for (Value input : inputs)
    if (auto type = dyn_cast<VectorType>(input.getType()))
      lanes = type.getDimSize(0);
  for (Operation &op : block->without_terminator())
    cloneOnVectors(b, op, map, lanes);
  return llvm::map_to_vector(
      block->getTerminator()->getOperands(),
      [&](Value result) { return map.lookupOrDefault(result); });
}
