// --decompose-fused: every unit back to array operations, by its own
// decompose().
#include "runmat/Dialect/Fused/Fused.h"
#include "runmat/Fusion/Passes.h"

using namespace mlir;
using namespace runmat;

namespace runmat {
#define GEN_PASS_DEF_DECOMPOSEFUSED
#include "runmat/Fusion/Passes.h.inc"
} // namespace runmat

namespace {
struct DecomposeFusedPass
    : runmat::impl::DecomposeFusedBase<DecomposeFusedPass> {
  void runOnOperation() override {
    SmallVector<fused::Unit> units;
    getOperation()->walk([&](fused::Unit unit) { units.push_back(unit); });
    IRRewriter rewriter(&getContext());
    for (fused::Unit unit : units) {
      rewriter.setInsertionPoint(unit);
      FailureOr<SmallVector<Value>> results = unit.decompose(rewriter);
      if (failed(results)) {
        unit.emitOpError("has no form in array operations");
        return signalPassFailure();
      }
      rewriter.replaceOp(unit, *results);
    }
    SmallVector<fused::NestOp> nests;
    getOperation()->walk([&](fused::NestOp nest) {
      // What has destinations is lowered as it is.
      if (!nest.isOnBuffers() && nest.getOuts().empty())
        nests.push_back(nest);
    });
    for (fused::NestOp nest : nests) {
      rewriter.setInsertionPoint(nest);
      FailureOr<SmallVector<Value>> results = nest.decompose(rewriter);
      if (failed(results))
        return signalPassFailure();
      rewriter.replaceOp(nest, *results);
    }
  }
};
} // namespace
