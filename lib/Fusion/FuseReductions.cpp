// --fuse-reductions: elementwise operations into the reductions that read them.
#include "Cluster/Cluster.h"
#include "Fusion.h"

#include "runmat/Fusion/Passes.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fusion;

namespace runmat {
#define GEN_PASS_DEF_FUSEREDUCTIONS
#include "runmat/Fusion/Passes.h.inc"
} // namespace runmat

namespace {
struct FuseReductionsPass
    : runmat::impl::FuseReductionsBase<FuseReductionsPass> {
  void runOnOperation() override {
    ClusterOptions options;
    options.pass = "fuse-reductions";
    options.rows = options.single = false;
    cluster(getOperation(), options);
  }
};
} // namespace
