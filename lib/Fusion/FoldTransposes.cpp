// --fold-transposes: transposes into whatever reads or makes their
// operand.
#include "Cluster/Cluster.h"
#include "Fusion.h"

#include "runmat/Fusion/Passes.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fusion;

namespace runmat {
#define GEN_PASS_DEF_FOLDTRANSPOSES
#include "runmat/Fusion/Passes.h.inc"
} // namespace runmat

namespace {
struct FoldTransposesPass
    : runmat::impl::FoldTransposesBase<FoldTransposesPass> {
  void runOnOperation() override {
    ClusterOptions options;
    options.pass = "fold-transposes";
    options.copiesOnly = true;
    options.single = false;
    cluster(getOperation(), options);
  }
};
} // namespace
