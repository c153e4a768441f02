// Each nest on buffers becomes a function of its operands, and equal nests one
// function: lowering and code generation grow with what a program has of
// distinct units, not with its length.
#include "runmat/Dialect/Fused/Fused.h"
#include "runmat/Target/CPU/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/OperationSupport.h"
#include "llvm/ADT/MapVector.h"

namespace runmat {
#define GEN_PASS_DEF_OUTLINEUNITS
#include "runmat/Target/CPU/Passes.h.inc"
} // namespace runmat

using namespace mlir;
using namespace runmat;

/// Equal for nests that differ in nothing but operands and locations.
static bool isSameUnit(fused::NestOp a, fused::NestOp b) {
  return a->getOperandTypes() == b->getOperandTypes() &&
         a->getAttrDictionary() == b->getAttrDictionary() &&
         a->getPropertiesAsAttribute() == b->getPropertiesAsAttribute() &&
         llvm::all_of(llvm::zip(a.getStages(), b.getStages()), [](auto pair) {
           return OperationEquivalence::isRegionEquivalentTo(
               &std::get<0>(pair), &std::get<1>(pair),
               OperationEquivalence::IgnoreLocations);
         });
}

/// Of what isSameUnit compares, without the values inside.
static llvm::hash_code hashOf(fused::NestOp nest) {
  llvm::hash_code hash =
      llvm::hash_combine(nest->getAttrDictionary(), nest.getSpace(),
                         nest.getMaps(), nest.getYields());
  for (Type type : nest->getOperandTypes())
    hash = llvm::hash_combine(hash, type);
  for (Region &stage : nest.getStages())
    for (Operation &inner : stage.front())
      hash =
          llvm::hash_combine(hash, inner.getName(), inner.getAttrDictionary());
  return hash;
}

/// A private function that is this nest on its arguments.
static func::FuncOp outline(fused::NestOp nest, SymbolTable &symbols) {
  MLIRContext *context = nest.getContext();
  auto type = FunctionType::get(context, nest->getOperandTypes(), {});
  auto function =
      func::FuncOp::create(nest.getLoc(), nest.getKindName().str(), type);
  function.setPrivate();
  OpBuilder b = OpBuilder::atBlockEnd(function.addEntryBlock());
  Operation *inside = b.clone(*nest);
  inside->setOperands(function.getArguments());
  func::ReturnOp::create(b, nest.getLoc());
  symbols.insert(function);
  return function;
}

namespace {
struct OutlineUnitsPass : runmat::impl::OutlineUnitsBase<OutlineUnitsPass> {
  void runOnOperation() override {
    SmallVector<fused::NestOp> nests;
    getOperation().walk([&](fused::NestOp nest) { nests.push_back(nest); });
    if (nests.empty())
      return;
    SymbolTable symbols(getOperation());
    DenseMap<size_t, SmallVector<func::FuncOp>> made;
    for (fused::NestOp nest : nests) {
      SmallVector<func::FuncOp> &candidates = made[hashOf(nest)];
      auto *found = llvm::find_if(candidates, [&](func::FuncOp function) {
        return isSameUnit(
            cast<fused::NestOp>(function.getBody().front().front()), nest);
      });
      if (found == candidates.end()) {
        candidates.push_back(outline(nest, symbols));
        found = std::prev(candidates.end());
      }
      OpBuilder b(nest);
      func::CallOp::create(b, nest.getLoc(), *found, nest->getOperands());
      nest.erase();
    }
  }
};
} // namespace
