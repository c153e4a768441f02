// Where a function calls itself, directly or through others, or functions are
// many, all calls count how deep they are: too deep is an error of the program,
// not the end of the process.
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

/// The functions that others call, if one of them can reach itself by calls,
/// or they are many; else none.
static Functions countedFunctions(ModuleOp module) {
  Functions called;
  bool recursive = false;
  for (auto function : module.getOps<func::FuncOp>()) {
    Functions reached;
    addCallees(function, module, reached);
    for (size_t i = 0; i < reached.size(); ++i)
      addCallees(reached[i], module, reached);
    recursive |= reached.contains(function);
    called.insert_range(reached);
  }
  // So many may also nest too deep without.
  return recursive || called.size() >= size_t(check::maxCallDepth)
             ? called
             : Functions();
}

/// The same function with one argument more, its depth. What had its name
/// becomes a call of it: whoever calls from outside knows no depth.
static func::FuncOp makeCounting(func::FuncOp function, SymbolTable &symbols) {
  func::FuncOp inner = function.clone();
  inner.setPrivate();
  inner.setName((function.getName() + "_nested").str());
  symbols.insert(inner);
  LogicalResult added = inner.insertArgument(
      inner.getNumArguments(), IndexType::get(function.getContext()),
      DictionaryAttr(), function.getLoc());
  assert(succeeded(added) && "a function with a body takes any argument");
  (void)added;

  function.getBody().dropAllReferences();
  function.getBody().getBlocks().clear();
  Block *body = function.addEntryBlock();
  OpBuilder b = OpBuilder::atBlockEnd(body);
  Location loc = function.getLoc();
  SmallVector<Value> arguments(body->getArguments());
  arguments.push_back(arith::ConstantIndexOp::create(b, loc, 1));
  auto call = func::CallOp::create(b, loc, inner, arguments);
  func::ReturnOp::create(b, loc, call.getResults());
  return inner;
}

void array::limitRecursion(ModuleOp module) {
  Functions counted = countedFunctions(module);
  if (counted.empty())
    return;
  SymbolTable symbols(module);
  // By the name that calls give.
  llvm::DenseMap<StringAttr, func::FuncOp> countingForms;
  Functions counting;
  for (func::FuncOp function : counted) {
    func::FuncOp form = makeCounting(function, symbols);
    countingForms[function.getSymNameAttr()] = form;
    counting.insert(form);
  }
  Lowering b(module.getContext());
  module.walk([&](func::CallOp call) {
    func::FuncOp callee = countingForms.lookup(call.getCalleeAttr().getAttr());
    auto caller = call->getParentOfType<func::FuncOp>();
    if (!callee || counted.contains(caller))
      return;
    b.startOp(call);
    Value depth =
        counting.contains(caller) ? caller.getArguments().back() : b.index(1);
    Value fits =
        arith::CmpIOp::create(b, call.getLoc(), arith::CmpIPredicate::slt,
                              depth, b.index(check::maxCallDepth));
    b.check(fits, check::callDepth(), {});
    Value next = arith::AddIOp::create(b, call.getLoc(), depth, b.index(1));
    call.setCallee(callee.getName());
    call.getOperandsMutable().append(next);
  });
}
