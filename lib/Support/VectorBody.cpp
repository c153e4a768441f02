// Operations of scalar bodies have a vector form op by op: that is what
// ElementwiseMappable promises. Branches and loops become ones that any lane
// enters, with selects.
#include "runmat/Support/VectorBody.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace runmat;

bool runmat::hasVectorForm(Operation &op) {
  auto isElement = [](Type type) {
    return VectorType::isValidElementType(type);
  };
  if (op.getNumResults() == 0 || !llvm::all_of(op.getResultTypes(), isElement))
    return false;
  if (isa<scf::IfOp, scf::WhileOp>(op))
    return llvm::all_of(op.getRegions(), [&](Region &region) {
      return region.hasOneBlock() &&
             llvm::all_of(region.getArgumentTypes(), isElement) &&
             llvm::all_of(region.front().without_terminator(), hasVectorForm);
    });
  return op.getNumRegions() == 0 &&
         (OpTrait::hasElementwiseMappableTraits(&op) ||
          isa<arith::ConstantOp>(op));
}

SmallVector<Value> runmat::valuesRead(Operation &op) {
  llvm::SetVector<Value> values;
  values.insert_range(op.getOperands());
  getUsedValuesDefinedAbove(op.getRegions(), values);
  return values.takeVector();
}

namespace {
class VectorCloner {
public:
  VectorCloner(OpBuilder &b, IRMapping &map, int64_t lanes)
      : b(b), map(map), lanes(lanes) {}

  void clone(Operation &op) {
    if (auto constant = dyn_cast<arith::ConstantOp>(op))
      cloneConstant(constant);
    else if (auto branch = dyn_cast<scf::IfOp>(op))
      cloneIf(branch);
    else if (auto loop = dyn_cast<scf::WhileOp>(op))
      cloneWhile(loop);
    else
      cloneElementwise(op);
  }

private:
  void cloneConstant(arith::ConstantOp op);
  void cloneElementwise(Operation &op);
  void cloneIf(scf::IfOp op);
  void cloneWhile(scf::WhileOp op);

  void cloneBlock(Block &block) {
    for (Operation &op : block.without_terminator())
      clone(op);
  }
  VectorType vectorOf(Type element) {
    return VectorType::get({lanes}, element);
  }
  SmallVector<Type> vectorsOf(TypeRange elements) {
    return llvm::map_to_vector(
        elements, [&](Type type) -> Type { return vectorOf(type); });
  }
  Value onLanes(Value original) {
    Value value = map.lookupOrDefault(original);
    if (isa<VectorType>(value.getType()))
      return value;
    return vector::BroadcastOp::create(b, value.getLoc(),
                                       vectorOf(value.getType()), value);
  }
  SmallVector<Value> allOnLanes(ValueRange originals) {
    return llvm::map_to_vector(originals,
                               [&](Value value) { return onLanes(value); });
  }
  Value anyLane(Location loc, Value condition) {
    return vector::ReductionOp::create(b, loc, vector::CombiningKind::OR,
                                       condition);
  }
  SmallVector<Value> select(Location loc, Value condition, ValueRange ifTrue,
                            ValueRange ifFalse) {
    SmallVector<Value> chosen;
    for (auto [x, y] : llvm::zip_equal(ifTrue, ifFalse))
      chosen.push_back(arith::SelectOp::create(b, loc, condition, x, y));
    return chosen;
  }

  OpBuilder &b;
  IRMapping &map;
  int64_t lanes;
};
} // namespace

void VectorCloner::cloneConstant(arith::ConstantOp op) {
  VectorType type = vectorOf(op.getType());
  Value splat = arith::ConstantOp::create(
      b, op.getLoc(),
      DenseElementsAttr::get(type, cast<TypedAttr>(op.getValue())));
  map.map(op.getResult(), splat);
}

void VectorCloner::cloneElementwise(Operation &op) {
  OperationState state(op.getLoc(), op.getName());
  state.addOperands(allOnLanes(op.getOperands()));
  state.addTypes(vectorsOf(op.getResultTypes()));
  state.attributes = op.getAttrDictionary();
  map.map(op.getResults(), b.create(state)->getResults());
}

void VectorCloner::cloneIf(scf::IfOp op) {
  Location loc = op.getLoc();
  Value condition = onLanes(op.getCondition());
  cloneBlock(*op.elseBlock());
  SmallVector<Value> otherwise = allOnLanes(op.elseYield().getOperands());
  auto branch = scf::IfOp::create(b, loc, vectorsOf(op.getResultTypes()),
                                  anyLane(loc, condition),
                                  /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  cloneBlock(*op.thenBlock());
  SmallVector<Value> then = allOnLanes(op.thenYield().getOperands());
  scf::YieldOp::create(b, loc, select(loc, condition, then, otherwise));
  b.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(b, loc, otherwise);
  map.map(op.getResults(), branch.getResults());
}

void VectorCloner::cloneWhile(scf::WhileOp op) {
  Location loc = op.getLoc();
  // Beside the results, the loop hands on the states and the condition.
  SmallVector<Type> states = vectorsOf(op.getInits().getTypes()),
                    results = vectorsOf(op.getResultTypes());
  unsigned numResults = results.size();
  SmallVector<Type> handedOn = results;
  llvm::append_range(handedOn, states);
  handedOn.push_back(vectorOf(b.getI1Type()));
  auto loop = scf::WhileOp::create(b, loc, handedOn, allOnLanes(op.getInits()));
  map.map(op.getResults(), loop.getResults().take_front(numResults));
  OpBuilder::InsertionGuard guard(b);

  SmallVector<Location> stateLocs(states.size(), loc);
  Block *before = b.createBlock(&loop.getBefore(), {}, states, stateLocs);
  map.map(op.getBeforeArguments(), before->getArguments());
  cloneBlock(*op.getBeforeBody());
  scf::ConditionOp ends = op.getConditionOp();
  Value condition = onLanes(ends.getCondition());
  SmallVector<Value> values = allOnLanes(ends.getArgs());
  llvm::append_range(values, before->getArguments());
  values.push_back(condition);
  scf::ConditionOp::create(b, loc, anyLane(loc, condition), values);

  SmallVector<Location> locs(handedOn.size(), loc);
  Block *after = b.createBlock(&loop.getAfter(), {}, handedOn, locs);
  ValueRange arguments = after->getArguments();
  map.map(op.getAfterArguments(), arguments.take_front(numResults));
  cloneBlock(*op.getAfterBody());
  SmallVector<Value> next = allOnLanes(op.getYieldOp().getOperands());
  scf::YieldOp::create(b, loc,
                       select(loc, arguments.back(), next,
                              arguments.drop_front(numResults).drop_back()));
}

void runmat::cloneOnVectors(OpBuilder &b, Operation &op, IRMapping &map,
                            int64_t lanes) {
  if (lanes == 0)
    b.clone(op, map);
  else
    VectorCloner(b, map, lanes).clone(op);
}
