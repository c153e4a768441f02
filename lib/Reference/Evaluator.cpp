// Frames, blocks and dispatch. A value is dropped after the last operation of
// its block that reads it: a chain over large tensors needs two or three of
// them at a time, not all.
#include "Evaluator.h"

#include "runmat/Dialect/Array/CheckMessages.h"
#include "runmat/Support/Location.h"

#include "mlir/IR/SymbolTable.h"
#include "llvm/Support/raw_ostream.h"

#include <thread>

using namespace mlir;
using namespace runmat;
using namespace runmat::reference;

Evaluator::Evaluator(ModuleOp module, const InterpreterOptions &options)
    : rounding(options.rounding), module(module), threads(options.threads) {
  if (threads == 0)
    threads = std::max(1u, std::thread::hardware_concurrency());
}

const TensorValue &Evaluator::get(Value value) const {
  auto found = frames.back().find(value);
  assert(found != frames.back().end() && "a value is used after it is made");
  return found->second;
}

void Evaluator::set(Value value, TensorValue result) {
  frames.back()[value] = std::move(result);
}

void Evaluator::setScalar(Value value, Scalar scalar) {
  TensorValue result{value.getType(), {}, BufferPool::take(pool, 1)};
  *result.data() = scalar;
  set(value, std::move(result));
}

LogicalResult Evaluator::checkFits(Operation *op, Type element,
                                   ArrayRef<int64_t> sizes) {
  int64_t room = array::check::maxBytes;
  if (!element.isIndex())
    room /= std::max(element.getIntOrFloatBitWidth() / 8, 1u);
  std::string shape, name;
  for (int64_t size : sizes) {
    room /= std::max<int64_t>(size, 1);
    shape += std::to_string(size) + "x";
  }
  if (room > 0)
    return success();
  llvm::raw_string_ostream(name) << element;
  return fail(op, array::check::tooLarge(shape, name));
}

FailureOr<TensorValue> Evaluator::make(Operation *op, Type element,
                                       ArrayRef<int64_t> sizes) {
  if (failed(checkFits(op, element, sizes)))
    return failure();
  int64_t count = *countOf(sizes);
  TensorValue result{element, Sizes(sizes), BufferPool::take(pool, count)};
  if (!result.elements)
    return fail(op, "out of host memory: an array of " + std::to_string(count) +
                        " elements was asked for");
  return result;
}

LogicalResult Evaluator::fail(Operation *op, const std::string &text) {
  std::string place = locationText(op->getLoc());
  message = place.empty() ? text : place + ": " + text;
  return failure();
}

Scalar Evaluator::finish(Scalar value, Type element) const {
  if (!isa<FloatType>(element))
    value.i = array::wrapToType(value.i, element);
  else if (rounds())
    value.f = array::roundToType(value.f, element);
  return value;
}

void Evaluator::copyStrided(ArrayRef<int64_t> sizes, const Scalar *from,
                            Sizes fromStrides, Scalar *to,
                            Sizes toStrides) const {
  StridedWalk walk(sizes, {std::move(fromStrides), std::move(toStrides)});
  parallel(walk.count(), [&](int64_t begin, int64_t end) {
    walk.run(
        begin, end,
        [&](ArrayRef<int64_t> offsets, ArrayRef<int64_t> steps, int64_t n) {
          const Scalar *source = from + offsets[0];
          Scalar *target = to + offsets[1];
          if (steps[0] == 1 && steps[1] == 1)
            std::copy_n(source, n, target);
          else
            for (int64_t k = 0; k < n; ++k)
              target[k * steps[1]] = source[k * steps[0]];
        });
  });
}

ArrayRef<Value> Evaluator::lastReadAt(Operation *op) {
  Block *block = op->getBlock();
  if (analysed.insert(block).second) {
    auto note = [&](Value value, Operation *made) {
      Operation *last = made;
      for (Operation *user : value.getUsers()) {
        Operation *here = block->findAncestorOpInBlock(*user);
        if (here && (!last || last->isBeforeInBlock(here)))
          last = here;
      }
      lastRead[last ? last : &block->front()].push_back(value);
    };
    for (BlockArgument argument : block->getArguments())
      note(argument, nullptr);
    for (Operation &one : *block)
      for (Value result : one.getResults())
        note(result, &one);
  }
  auto found = lastRead.find(op);
  return found == lastRead.end() ? ArrayRef<Value>() : found->second;
}

LogicalResult Evaluator::evaluateBlock(Block &block,
                                       ArrayRef<TensorValue> arguments,
                                       SmallVectorImpl<TensorValue> &yielded) {
  for (auto [argument, value] :
       llvm::zip_equal(block.getArguments(), arguments))
    set(argument, value);
  for (Operation &op : block) {
    bool last = &op == &block.back();
    if (!last) {
      if (failed(evaluate(&op)))
        return failure();
    } else {
      yielded.clear();
      for (Value operand : op.getOperands())
        yielded.push_back(get(operand));
    }
    for (Value dead : lastReadAt(&op))
      frames.back().erase(dead);
  }
  return success();
}

LogicalResult Evaluator::evaluate(Operation *op) {
  for (Type type : op->getResultTypes())
    if (auto integer = dyn_cast<IntegerType>(getElementTypeOrSelf(type));
        integer && integer.getWidth() > 64)
      return fail(op, "integers wider than 64 bits are not supported");
  for (auto group : {evaluateElementwise, evaluateReduction, evaluateScan,
                     evaluateContraction, evaluateShapeOp, evaluateCreation,
                     evaluateControlFlow, evaluateArith, evaluateTensorOp})
    if (Evaluated done = group(*this, op))
      return *done;
  if (auto call = dyn_cast<func::CallOp>(op)) {
    auto callee = module.lookupSymbol<func::FuncOp>(call.getCallee());
    SmallVector<TensorValue> arguments, results;
    for (Value operand : call.getOperands())
      arguments.push_back(get(operand));
    if (!callee || callee.isExternal())
      return fail(op, "@" + call.getCallee().str() + " has no body");
    // An error, not a crash of the host's stack.
    if (frames.size() >= array::check::maxCallDepth)
      return fail(op, array::check::callDepth());
    if (failed(this->call(callee, arguments, results)))
      return failure();
    for (auto [value, result] : llvm::zip_equal(op->getResults(), results))
      set(value, std::move(result));
    return success();
  }
  return fail(op, "the interpreter does not know the operation " +
                      op->getName().getStringRef().str());
}

LogicalResult Evaluator::call(func::FuncOp function,
                              ArrayRef<TensorValue> arguments,
                              SmallVectorImpl<TensorValue> &results) {
  if (!llvm::hasSingleElement(function.getBody()))
    return fail(function, "@" + function.getName().str() +
                              " has several blocks: only structured control "
                              "flow is interpreted");
  frames.emplace_back();
  LogicalResult done =
      evaluateBlock(function.getBody().front(), arguments, results);
  frames.pop_back();
  return done;
}
