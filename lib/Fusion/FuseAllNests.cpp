// --fuse-all-nests: the named kinds, then every operation that is left.
#include "Cluster/Cluster.h"
#include "Fusion.h"

#include "runmat/Fusion/Passes.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fusion;

namespace runmat {
#define GEN_PASS_DEF_FUSEALLNESTS
#include "runmat/Fusion/Passes.h.inc"
} // namespace runmat

namespace {
struct FuseAllNestsPass : runmat::impl::FuseAllNestsBase<FuseAllNestsPass> {
  void runOnOperation() override {
    fuseImageNormalize(getOperation());
    ClusterOptions options;
    options.pass = "fuse-all";
    cluster(getOperation(), options);
  }
};
} // namespace
