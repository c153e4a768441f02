// Functions that call themselves, directly or through others, count how deep
// they are: too deep is an error of the program, not the end of the process.
#include "Lowering.h"
#include "runmat/Dialect/Array/CheckMessages.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

using Functions = llvm::SetVector<func::FuncOp>;

static void addCallees(func::FuncOp function, ModuleOp module,
                       Functions &reached) {
  function.walk([&](func::CallOp call) {
    auto callee = module.lookupSymbol<func::FuncOp>(call.getCallee());
    if (callee && !callee.isExternal())
      reached.insert(callee);
  });
}

/// The functions that can reach themselves by calls.
static Functions recursiveFunctions(ModuleOp module) {
  Functions found;
  for (auto function : module.getOps<func::FuncOp>()) {
    Functions reached;
    addCallees(function, module, reached);
    for (size_t i = 0; i < reached.size(); ++i)
      addCallees(reached[i], module, reached);
    if (reached.contains(function))
      found.insert(function);
  }
  return found;
}

void array::limitRecursion(ModuleOp module) {
  Functions recursive = recursiveFunctions(module);
  SymbolTable symbols(module);
  // Each becomes a call of its own counting form, which also takes its depth.
  llvm::DenseMap<StringAttr, func::FuncOp> counting;
  for (func::FuncOp function : recursive) {
    func::FuncOp inner = function.clone();
    inner.setPrivate();
    inner.setName((function.getName() + "_nested").str());
    symbols.insert(inner);
    unsigned last = inner.getNumArguments();
    LogicalResult added =
        inner.insertArgument(last, IndexType::get(module.getContext()),
                             DictionaryAttr(), function.getLoc());
    assert(succeeded(added) && "a function with a body takes any argument");
    (void)added;
    counting[function.getSymNameAttr()] = inner;

    function.getBody().dropAllReferences();
    function.getBody().getBlocks().clear();
    Block *body = function.addEntryBlock();
    OpBuilder b = OpBuilder::atBlockEnd(body);
    Location loc = function.getLoc();
    SmallVector<Value> arguments(body->getArguments());
    arguments.push_back(arith::ConstantIndexOp::create(b, loc, 1));
    auto call = func::CallOp::create(b, loc, inner, arguments);
    func::ReturnOp::create(b, loc, call.getResults());
  }
  Lowering b(module.getContext());
  for (auto &[name, inner] : counting) {
    Value depth = inner.getArguments().back();
    inner.walk([&](func::CallOp call) {
      auto callee = counting.find(call.getCalleeAttr().getAttr());
      if (callee == counting.end())
        return;
      b.startOp(call);
      Value fits =
          arith::CmpIOp::create(b, call.getLoc(), arith::CmpIPredicate::slt,
                                depth, b.index(check::maxCallDepth));
      b.check(fits, check::callDepth(), {});
      Value next = arith::AddIOp::create(b, call.getLoc(), depth, b.index(1));
      call.setCallee(callee->second.getName());
      call.getOperandsMutable().append(next);
    });
  }
}
