// --fuse-elementwise: units of elementwise operations alone.
#include "Cluster/Cluster.h"
#include "Fusion.h"

#include "runmat/Fusion/Passes.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fusion;

namespace runmat {
#define GEN_PASS_DEF_FUSEELEMENTWISE
#include "runmat/Fusion/Passes.h.inc"
} // namespace runmat

namespace {
struct FuseElementwisePass
    : runmat::impl::FuseElementwiseBase<FuseElementwisePass> {
  void runOnOperation() override {
    ClusterOptions options;
    options.pass = "fuse-elementwise";
    options.reductions = options.rows = options.single = false;
    cluster(getOperation(), options);
  }
};
} // namespace
