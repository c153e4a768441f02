// Levels and clones of straight-line bodies.
#include "runmat/Lower/ScalarBody.h"

#include "runmat/Conversion/ExpandMath.h"
#include "runmat/Support/VectorBody.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::lower;

ScalarBody::ScalarBody(Location loc, ArrayRef<Type> arguments) {
  function = func::FuncOp::create(
      loc, "element", FunctionType::get(loc.getContext(), arguments, {}));
  block = function.addEntryBlock();
}

LogicalResult ScalarBody::finish(ValueRange results) {
  OpBuilder b = builder();
  func::ReturnOp::create(b, function.getLoc(), results);
  if (failed(expandMath(function)))
    return failure();
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(*block)))
    if (isOpTriviallyDead(&op))
      op.erase();
  for (Operation &op : block->without_terminator())
    if (!hasVectorForm(op))
      return op.emitOpError("has no form on vectors");
  return success();
}

int ScalarBody::levelOf(Value value) const {
  auto found = levels.find(value);
  return found == levels.end() ? 0 : found->second;
}

void ScalarBody::setLevels(ArrayRef<int> arguments) {
  levels.clear();
  for (auto [argument, level] : llvm::zip(block->getArguments(), arguments))
    levels[argument] = level;
  for (Operation &op : block->without_terminator()) {
    int level = 0;
    for (Value read : valuesRead(op))
      level = std::max(level, levelOf(read));
    for (Value result : op.getResults())
      levels[result] = level;
  }
}

unsigned ScalarBody::widestBits(int level) const {
  unsigned bits = 1;
  auto add = [&](Value value) {
    Type type = value.getType();
    if (levelOf(value) == level && type.isIntOrFloat())
      bits = std::max(bits, type.getIntOrFloatBitWidth());
  };
  for (Operation &op : block->without_terminator())
    llvm::for_each(op.getResults(), add);
  return bits;
}

static void clone(OpBuilder &b, Operation &op, IRMapping &map, int64_t lanes) {
  bool onVectors = llvm::any_of(valuesRead(op), [&](Value read) {
    return isa<VectorType>(map.lookupOrDefault(read).getType());
  });
  if (onVectors)
    cloneOnVectors(b, op, map, lanes);
  else
    b.clone(op, map);
}

void ScalarBody::emit(OpBuilder &b, int level, IRMapping &map,
                      int64_t lanes) const {
  for (Operation &op : block->without_terminator()) {
    if (op.getNumResults() == 0 || levelOf(op.getResult(0)) != level)
      continue;
    clone(b, op, map, lanes);
  }
}

SmallVector<Value> ScalarBody::emit(OpBuilder &b, ValueRange arguments,
                                    int64_t lanes) const {
  IRMapping map;
  map.map(block->getArguments(), arguments);
  for (Operation &op : block->without_terminator())
    clone(b, op, map, lanes);
  return llvm::map_to_vector(
      block->getTerminator()->getOperands(), [&](Value result) -> Value {
        Value value = map.lookupOrDefault(result);
        if (lanes == 0 || isa<VectorType>(value.getType()))
          return value;
        return vector::BroadcastOp::create(
            b, value.getLoc(), VectorType::get({lanes}, value.getType()),
            value);
      });
}
