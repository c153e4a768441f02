// --fuse-all: every named kind of Fusions.def, in its order, then every
// operation that is left.
#include "Cluster/Cluster.h"
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
  using FuseAllBase::FuseAllBase;
  void runOnOperation() override {
    ClusterOptions options;
    options.pass = "fuse-all";
    options.merge = merge;
    if (merge) {
#define RUNMAT_FUSION(NAME, MNEMONIC) fuse##NAME(getOperation());
#include "Fusions.def"
#undef RUNMAT_FUSION
    }
    cluster(getOperation(), options);
  }
};
} // namespace
