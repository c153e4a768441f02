// Loops and branches of the scf dialect.
#include "Evaluator.h"

#include "runmat/Dialect/Array/CheckMessages.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::reference;

using Values = SmallVector<TensorValue>;

static Values valuesOf(Evaluator &e, ValueRange operands) {
  Values values;
  for (Value operand : operands)
    values.push_back(e.get(operand));
  return values;
}

static LogicalResult setResults(Evaluator &e, Operation *op, Values &values) {
  for (auto [result, value] : llvm::zip_equal(op->getResults(), values))
    e.set(result, std::move(value));
  return success();
}

static LogicalResult evaluateFor(Evaluator &e, scf::ForOp op) {
  int64_t index = e.indexOf(op.getLowerBound()),
          end = e.indexOf(op.getUpperBound()), step = e.indexOf(op.getStep());
  if (step < 1)
    return e.fail(op, array::check::fillIn(array::check::loopStep(), {step}));
  Type type = op.getInductionVar().getType();
  auto bitsOf = [&](int64_t value) {
    return array::bitsFromScalar(Scalar::ofInt(value), type);
  };
  auto isBefore = [&](int64_t a, int64_t b) {
    return op.getUnsignedCmp() ? bitsOf(a) < bitsOf(b) : a < b;
  };
  Values state = valuesOf(e, op.getInitArgs());
  while (isBefore(index, end)) {
    Values arguments = {TensorValue{
        op.getInductionVar().getType(), {}, std::make_shared<Scalar>()}};
    arguments.front().data()->i = index;
    arguments.append(std::make_move_iterator(state.begin()),
                     std::make_move_iterator(state.end()));
    if (failed(e.evaluateBlock(*op.getBody(), arguments, state)))
      return failure();
    // The next value may be beyond the type's: the loop ends before it.
    int64_t next =
        array::wrapToType(static_cast<int64_t>(static_cast<uint64_t>(index) +
                                               static_cast<uint64_t>(step)),
                          type);
    if (!isBefore(index, next))
      break;
    index = next;
  }
  return setResults(e, op, state);
}

static LogicalResult evaluateWhile(Evaluator &e, scf::WhileOp op) {
  Values state = valuesOf(e, op.getInits());
  while (true) {
    Values condition;
    if (failed(e.evaluateBlock(*op.getBeforeBody(), state, condition)))
      return failure();
    bool goesOn = condition.front().intValue() != 0;
    condition.erase(condition.begin());
    if (!goesOn)
      return setResults(e, op, condition);
    if (failed(e.evaluateBlock(*op.getAfterBody(), condition, state)))
      return failure();
  }
}

static LogicalResult evaluateIf(Evaluator &e, scf::IfOp op) {
  Values results;
  Block *block = e.indexOf(op.getCondition()) ? op.thenBlock() : op.elseBlock();
  if (block && failed(e.evaluateBlock(*block, {}, results)))
    return failure();
  return setResults(e, op, results);
}

Evaluated reference::evaluateControlFlow(Evaluator &e, Operation *op) {
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return evaluateFor(e, loop);
  if (auto loop = dyn_cast<scf::WhileOp>(op))
    return evaluateWhile(e, loop);
  if (auto branch = dyn_cast<scf::IfOp>(op))
    return evaluateIf(e, branch);
  return std::nullopt;
}
