// --generalize-units: every unit becomes the fused.nest that its nest() makes.
#include "runmat/Dialect/Fused/Fused.h"
#include "runmat/Fusion/Passes.h"

using namespace mlir;
using namespace runmat;

namespace runmat {
#define GEN_PASS_DEF_GENERALIZEUNITS
#include "runmat/Fusion/Passes.h.inc"
} // namespace runmat

namespace {
struct GeneralizeUnitsPass
    : runmat::impl::GeneralizeUnitsBase<GeneralizeUnitsPass> {
  void runOnOperation() override {
    SmallVector<fused::Unit> units;
    getOperation()->walk([&](fused::Unit unit) { units.push_back(unit); });
    IRRewriter rewriter(&getContext());
    for (fused::Unit unit : units) {
      rewriter.setInsertionPoint(unit);
      Operation *nest = unit.nest(rewriter);
      nest->setDiscardableAttrs(unit->getDiscardableAttrDictionary());
      rewriter.replaceOp(unit, nest->getResults());
    }
  }
};
} // namespace
