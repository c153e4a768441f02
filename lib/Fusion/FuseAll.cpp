// --fuse-all: every kind of Fusions.def, in its order.
#include "Fusion.h"

#include "runmat/Fusion/Passes.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fusion;

namespace runmat {
#define GEN_PASS_DEF_FUSEALL
#include "runmat/Fusion/Passes.h.inc"
} // namespace runmat

namespace {
struct FuseAllPass : runmat::impl::FuseAllBase<FuseAllPass> {
  void runOnOperation() override {
#define RUNMAT_FUSION(NAME, MNEMONIC) fuse##NAME(getOperation());
#include "Fusions.def"
#undef RUNMAT_FUSION
  }
};
} // namespace
