// --convert-linalg-to-vector: operations on tensors whose loops LLVM does not
// vectorise well by itself, because the order or the layout is wrong: products
// and transposes. Others, elementwise operations and sums along rows, are left
// to parallel loops and LLVM's vectoriser.
#include "Contraction.h"
#include "Permutation.h"
#include "runmat/Conversion/Passes.h"

namespace runmat {
#define GEN_PASS_DEF_CONVERTLINALGTOVECTORPASS
#include "runmat/Conversion/Passes.h.inc"
} // namespace runmat

using namespace mlir;
using namespace runmat;

namespace {
struct ConvertLinalgToVectorPass
    : runmat::impl::ConvertLinalgToVectorPassBase<ConvertLinalgToVectorPass> {
  using ConvertLinalgToVectorPassBase::ConvertLinalgToVectorPassBase;
  explicit ConvertLinalgToVectorPass(const CPUProfile &cpu) : cpu(cpu) {
    vectorBits = cpu.vectorBits;
  }

  void runOnOperation() override {
    cpu.vectorBits = vectorBits;
    SmallVector<linalg::GenericOp> generics;
    getOperation()->walk([&](linalg::GenericOp op) { generics.push_back(op); });
    for (linalg::GenericOp op : generics)
      if (op.hasPureTensorSemantics())
        schedule(op);
  }

private:
  void schedule(linalg::GenericOp op) {
    auto report = [&](CPUDetour detour) {
      reportDetour(op, getArgument(), detour, "");
    };
    if (tiled::isProduct(op)) {
      auto [contraction, detour] = tiled::matchContraction(op, cpu);
      if (!contraction)
        return report(*detour);
      if (linalg::GenericOp copy =
              tiled::makeColumnsContiguous(op, *contraction))
        schedule(copy);
      tiled::lowerContraction(op, *contraction, cpu);
    } else if (tiled::isPermutation(op)) {
      auto [permutation, detour] = tiled::matchPermutation(op, cpu);
      if (!permutation)
        return report(*detour);
      tiled::lowerPermutation(op, *permutation, cpu);
    }
  }

  CPUProfile cpu;
};
} // namespace

std::unique_ptr<Pass>
runmat::createConvertLinalgToVectorPass(const CPUProfile &cpu) {
  return std::make_unique<ConvertLinalgToVectorPass>(cpu);
}
