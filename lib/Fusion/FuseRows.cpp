// --fuse-rows: reductions and what reads them back along the reduced dims, as
// stages of one unit.
#include "Cluster/Cluster.h"
#include "Fusion.h"

#include "runmat/Fusion/Passes.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fusion;

namespace runmat {
#define GEN_PASS_DEF_FUSEROWS
#include "runmat/Fusion/Passes.h.inc"
} // namespace runmat

namespace {
struct FuseRowsPass : runmat::impl::FuseRowsBase<FuseRowsPass> {
  void runOnOperation() override {
    ClusterOptions options;
    options.pass = "fuse-rows";
    options.single = false;
    cluster(getOperation(), options);
  }
};
} // namespace
