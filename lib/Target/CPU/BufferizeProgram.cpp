// One-Shot bufferization with another rule for what loops and functions give
// away. Upstream takes the states of a loop's next iteration, and results of a
// call, for values of their own, and writes into one while another is still
// read; and it copies states that only change places. Here, by its own
// analysis, exactly those are copied that may be memory of an earlier one, or
// of something outside of the loop.
#include "runmat/Target/CPU/Passes.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotModuleBufferize.h"
#include "mlir/Dialect/Bufferization/Transforms/Transforms.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace runmat {
#define GEN_PASS_DEF_BUFFERIZEPROGRAM
#include "runmat/Target/CPU/Passes.h.inc"
} // namespace runmat

using namespace mlir;
using namespace mlir::bufferization;

namespace {

/// An operand of a terminator. By number: upstream sets operands anew.
struct GivenOperand {
  Operation *user;
  unsigned number;
  Value value; ///< before copies are made
  bool copied;
};
using GivenOperands = SmallVector<GivenOperand>;

enum class Memory {
  Own,     ///< to be given away once
  Known,   ///< may be given away again: bufferization sees that it is shared
  Foreign, ///< not to be given away
};
using MemoryKind = llvm::function_ref<Memory(Value)>;

/// Decides what one terminator gives away.
class Terminator {
public:
  Terminator(const OneShotAnalysisState &state, GivenOperands &all)
      : state(state), all(all) {}

  /// One operand, where `kindOf` its aliases is known.
  void give(OpOperand &operand, MemoryKind kindOf);
  /// Operands from `first` on, which become `states`: of each iteration.
  void giveStates(MutableArrayRef<OpOperand> operands, ValueRange states);

private:
  const OneShotAnalysisState &state;
  GivenOperands &all;
  llvm::DenseSet<Value> given; // and all that may be its memory
};

} // namespace

void Terminator::give(OpOperand &operand, MemoryKind kindOf) {
  Value value = operand.get();
  if (!isa<TensorType>(value.getType()))
    return;
  bool copied = given.contains(value), known = false;
  SmallVector<Value> aliases;
  if (!copied)
    state.applyOnAliases(value, [&](Value alias) {
      Memory kind = kindOf(alias);
      copied |= kind == Memory::Foreign;
      known |= kind == Memory::Known;
      aliases.push_back(alias);
    });
  all.push_back(
      {operand.getOwner(), operand.getOperandNumber(), value, copied});
  if (!copied && !known)
    given.insert_range(aliases);
}

/// What a loop starts with counts as overwritten by it, so that nobody reads it
/// behind the loop but through results: in whatever order these come.
void Terminator::giveStates(MutableArrayRef<OpOperand> operands,
                            ValueRange states) {
  auto kindOf = [&](Value alias) {
    Region *loop = operands.front().getOwner()->getParentRegion();
    return loop->isAncestor(alias.getParentRegion()) ? Memory::Own
                                                     : Memory::Foreign;
  };
  SmallVector<OpOperand *> others;
  for (unsigned i = 0; i < operands.size(); ++i)
    // A state that is updated in place stays so.
    if (i < states.size() && isa<TensorType>(states[i].getType()) &&
        state.areEquivalentBufferizedValues(states[i], operands[i].get()))
      give(operands[i], kindOf);
    else
      others.push_back(&operands[i]);
  for (OpOperand *operand : others)
    give(*operand, kindOf);
}

/// All operands that become states or results.
static GivenOperands findGiven(ModuleOp module,
                               const OneShotAnalysisState &state) {
  GivenOperands all;
  module.walk([&](Operation *op) {
    Terminator terminator(state, all);
    if (auto yield = dyn_cast<scf::YieldOp>(op)) {
      Operation *parent = yield->getParentOp();
      if (auto loop = dyn_cast<scf::ForOp>(parent))
        terminator.giveStates(yield->getOpOperands(), loop.getRegionIterArgs());
      else if (isa<scf::WhileOp>(parent))
        terminator.giveStates(yield->getOpOperands(), {});
    } else if (auto condition = dyn_cast<scf::ConditionOp>(op)) {
      auto loop = cast<scf::WhileOp>(condition->getParentOp());
      terminator.giveStates(condition->getOpOperands().drop_front(),
                            loop.getBeforeArguments());
    } else if (auto exit = dyn_cast<func::ReturnOp>(op)) {
      auto function = exit->getParentOfType<func::FuncOp>();
      // Results of an entry go to the runtime, which copies where it must.
      if (SymbolTable::symbolKnownUseEmpty(function, module))
        return;
      Block *entry = &function.getBody().front();
      for (OpOperand &operand : exit->getOpOperands())
        terminator.give(operand, [&](Value value) {
          return llvm::is_contained(entry->getArguments(), value)
                     ? Memory::Known
                     : Memory::Own;
        });
    }
  });
  return all;
}

/// Sets the copies in place of those that upstream made.
static void setCopies(const GivenOperands &all) {
  for (const GivenOperand &one : all) {
    Value now = one.user->getOperand(one.number);
    auto made = now.getDefiningOp<AllocTensorOp>();
    bool copied = made && made.getCopy() == one.value;
    if (copied == one.copied)
      continue;
    if (copied) {
      one.user->setOperand(one.number, one.value);
      if (made->use_empty())
        made.erase();
      continue;
    }
    OpBuilder b(one.user);
    one.user->setOperand(
        one.number, AllocTensorOp::create(b, one.user->getLoc(),
                                          cast<RankedTensorType>(now.getType()),
                                          ValueRange(), now));
  }
}

static LogicalResult bufferize(ModuleOp module) {
  OneShotBufferizationOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.setFunctionBoundaryTypeConversion(LayoutMapOption::IdentityLayoutMap);
  // A loop or branch may give back another buffer than it got.
  options.allowReturnAllocsFromLoops = true;

  OneShotAnalysisState analysis(module, options);
  if (failed(analyzeModuleOp(module, analysis)))
    return failure();
  GivenOperands given = findGiven(module, analysis);
  BufferizationState state;
  if (failed(insertTensorCopies(module, analysis, state)))
    return failure();
  setCopies(given);
  return bufferizeModuleOp(module, options, state);
}

namespace {
struct BufferizeProgramPass
    : runmat::impl::BufferizeProgramBase<BufferizeProgramPass> {
  void runOnOperation() override {
    if (failed(bufferize(getOperation())))
      signalPassFailure();
  }
};
} // namespace
