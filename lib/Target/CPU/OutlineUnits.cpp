// Equal nests on buffers become calls of one function of their operands:
// lowering and code generation grow with what a program has of
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
    using Group = SmallVector<fused::NestOp>;
    std::vector<Group> groups;
    DenseMap<size_t, SmallVector<unsigned>> byHash;
    for (fused::NestOp nest : nests) {
      SmallVector<unsigned> &candidates = byHash[hashOf(nest)];
      auto *found = llvm::find_if(candidates, [&](unsigned group) {
        return isSameUnit(groups[group].front(), nest);
      });
      if (found != candidates.end()) {
        groups[*found].push_back(nest);
        continue;
      }
      candidates.push_back(groups.size());
      groups.push_back({nest});
    }
    SymbolTable symbols(getOperation());
    for (Group &group : groups) {
      // One alone stays where what its memory is can be seen.
      if (group.size() == 1)
        continue;
      func::FuncOp function = outline(group.front(), symbols);
      for (fused::NestOp nest : group) {
        OpBuilder b(nest);
        func::CallOp::create(b, nest.getLoc(), function, nest->getOperands());
        nest.erase();
      }
    }
  }
};
} // namespace
