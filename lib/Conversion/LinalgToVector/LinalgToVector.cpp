// --convert-linalg-to-vector: operations on tensors whose loops LLVM does not
// vectorise well by itself: products and transposes, because the order or the
// layout is wrong, and reductions along rows, which it may not reorder or run
// in parallel. Elementwise operations and reductions across rows are left to
// parallel loops and LLVM's vectoriser.
#include "Contraction.h"
#include "Permutation.h"
#include "Reduction.h"
#include "runmat/Conversion/Passes.h"
#include "runmat/Dialect/Offload/Offload.h"

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
    std::optional<CPUDetour> detour;
    if (tiled::isProduct(op)) {
      tiled::ContractionMatch match = tiled::matchContraction(op, cpu);
      if (match.contraction) {
        if (linalg::GenericOp copy =
                tiled::makeColumnsContiguous(op, *match.contraction))
          schedule(copy);
        return tiled::lowerContraction(op, *match.contraction, cpu);
      }
      detour = match.detour;
    } else if (tiled::isPermutation(op)) {
      tiled::PermutationMatch match = tiled::matchPermutation(op, cpu);
      if (match.permutation)
        return tiled::lowerPermutation(op, *match.permutation, cpu);
      detour = match.detour;
    }
    // Rows of a matrix times a vector, among others.
    if (tiled::isReduction(op) && detour != CPUDetour::FewProducts) {
      tiled::ReductionMatch match = tiled::matchReduction(op, cpu);
      if (match.reduction)
        return tiled::lowerReduction(op, *match.reduction, cpu);
      detour = match.detour;
    }
    if (detour)
      reportDetour(op, getArgument(), *detour, "");
  }

  CPUProfile cpu;
};
} // namespace

std::unique_ptr<Pass>
runmat::createConvertLinalgToVectorPass(const CPUProfile &cpu) {
  return std::make_unique<ConvertLinalgToVectorPass>(cpu);
}
