// Results of a function, and states that an scf.while gives to its next
// iteration, that may be one another's memory, or in a loop that of something
// outside. Bufferization takes them for values of their own, and writes into
// one while another is still read.
#include "runmat/Target/CPU/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

namespace runmat {
#define GEN_PASS_DEF_COPYSHAREDRESULTS
#include "runmat/Target/CPU/Passes.h.inc"
} // namespace runmat

using namespace mlir;

namespace {

using Values = llvm::SetVector<Value>;

/// Adds the tensors whose memory `value` may be, one step back.
void addSources(Value value, Values &sources) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    Operation *parent = argument.getOwner()->getParentOp();
    if (auto loop = dyn_cast<scf::WhileOp>(parent)) {
      bool before = argument.getOwner() == loop.getBeforeBody();
      unsigned number = argument.getArgNumber();
      if (before) {
        sources.insert(loop.getInits()[number]);
        sources.insert(loop.getYieldOp().getOperand(number));
      } else {
        sources.insert(loop.getConditionOp().getArgs()[number]);
      }
    } else if (auto loop = dyn_cast<LoopLikeOpInterface>(parent)) {
      if (OpOperand *init = loop.getTiedLoopInit(argument))
        sources.insert(init->get());
      if (OpOperand *yielded = loop.getTiedLoopYieldedValue(argument))
        sources.insert(yielded->get());
    }
    return;
  }
  auto result = cast<OpResult>(value);
  unsigned number = result.getResultNumber();
  llvm::TypeSwitch<Operation *>(result.getOwner())
      .Case<tensor::CastOp, tensor::ExtractSliceOp, tensor::CollapseShapeOp,
            tensor::ExpandShapeOp, tensor::ReshapeOp>(
          [&](Operation *part) { sources.insert(part->getOperand(0)); })
      .Case([&](arith::SelectOp select) {
        sources.insert(select.getTrueValue());
        sources.insert(select.getFalseValue());
      })
      .Case([&](scf::IfOp branch) {
        sources.insert(branch.thenYield().getOperand(number));
        sources.insert(branch.elseYield().getOperand(number));
      })
      .Case([&](scf::ForOp loop) {
        sources.insert(loop.getInitArgs()[number]);
        sources.insert(loop.getYieldedValues()[number]);
      })
      .Case([&](scf::WhileOp loop) {
        sources.insert(loop.getConditionOp().getArgs()[number]);
      })
      .Case([&](func::CallOp call) {
        for (Value argument : call.getOperands())
          if (isa<TensorType>(argument.getType()))
            sources.insert(argument);
      });
}

/// All tensors whose memory `value` may be, itself too; not what is behind
/// those that `isEnd` takes.
Values memoryOf(
    Value value,
    llvm::function_ref<bool(Value)> isEnd = [](Value) { return false; }) {
  Values found;
  found.insert(value);
  for (size_t i = 0; i < found.size(); ++i)
    if (Value next = found[i]; !isEnd(next))
      addSources(next, found);
  return found;
}

Value copyOf(Value tensor, Operation *user) {
  OpBuilder b(user);
  return bufferization::AllocTensorOp::create(
      b, user->getLoc(), cast<RankedTensorType>(tensor.getType()), ValueRange(),
      tensor);
}

bool isArgumentOf(Value value, func::FuncOp function) {
  auto argument = dyn_cast<BlockArgument>(value);
  return argument && argument.getOwner() == &function.getBody().front();
}

/// What is an argument's memory, bufferization knows.
void copyShared(func::FuncOp function) {
  Operation *exit = function.getBody().back().getTerminator();
  Values given;
  for (OpOperand &operand : exit->getOpOperands()) {
    if (!isa<TensorType>(operand.get().getType()))
      continue;
    Values memory = memoryOf(operand.get());
    memory.remove_if([&](Value v) { return isArgumentOf(v, function); });
    if (llvm::any_of(memory, [&](Value v) { return given.contains(v); }))
      operand.set(copyOf(operand.get(), exit));
    else
      given.insert_range(memory);
  }
}

/// The arguments of the loop's second region are its own: its first gives them
/// away, as copies where they are not. What the second gives back is not
/// looked at by bufferization.
void copyShared(scf::WhileOp loop) {
  scf::YieldOp yield = loop.getYieldOp();
  auto isOutside = [&](Value value) {
    return !loop.getAfter().isAncestor(value.getParentRegion());
  };
  auto isEnd = [&](Value value) {
    auto argument = dyn_cast<BlockArgument>(value);
    return isOutside(value) ||
           (argument && argument.getOwner() == loop.getAfterBody());
  };
  Values given;
  for (OpOperand &operand : yield->getOpOperands()) {
    if (!isa<TensorType>(operand.get().getType()))
      continue;
    Values memory = memoryOf(operand.get(), isEnd);
    if (llvm::any_of(memory, [&](Value source) {
          return isOutside(source) || given.contains(source);
        }))
      operand.set(copyOf(operand.get(), yield));
    else
      given.insert_range(memory);
  }
}

struct CopySharedResultsPass
    : runmat::impl::CopySharedResultsBase<CopySharedResultsPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    for (auto function : module.getOps<func::FuncOp>())
      if (!function.isExternal() &&
          !SymbolTable::symbolKnownUseEmpty(function, module))
        copyShared(function);
    module.walk([](scf::WhileOp loop) { copyShared(loop); });
  }
};

} // namespace
