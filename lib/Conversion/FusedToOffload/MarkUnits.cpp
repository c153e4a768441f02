// --mark-units: telemetry's view of a program. Done while units are still one
// operation each, so that whatever a unit becomes, on either device, lies
// between its marks.
#include "runmat/Conversion/FusedToOffload.h"
#include "runmat/Dialect/Fused/Fused.h"
#include "runmat/Support/Location.h"

namespace runmat {
#define GEN_PASS_DEF_MARKUNITS
#include "runmat/Conversion/FusedToOffloadPasses.h.inc"
} // namespace runmat

using namespace mlir;
using namespace runmat;

std::optional<int32_t> runmat::unitNumber(Operation *unit) {
  auto begin = dyn_cast_or_null<offload::UnitBeginOp>(unit->getPrevNode());
  return begin ? std::optional<int32_t>(begin.getUnit()) : std::nullopt;
}

namespace {
struct MarkUnitsPass : runmat::impl::MarkUnitsBase<MarkUnitsPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    Builder b(&getContext());
    SmallVector<Attribute> table;
    module.walk([&](fused::Unit unit) {
      Location loc = unit->getLoc();
      auto number = int32_t(table.size());
      table.push_back(b.getDictionaryAttr(
          {b.getNamedAttr("name",
                          b.getStringAttr(unit->getName().getStringRef())),
           b.getNamedAttr("location", b.getStringAttr(locationText(loc)))}));
      OpBuilder builder(unit);
      offload::UnitBeginOp::create(builder, loc, number);
      builder.setInsertionPointAfter(unit);
      offload::UnitEndOp::create(builder, loc, number);
    });
    if (!table.empty())
      module->setAttr("offload.units", b.getArrayAttr(table));
  }
};
} // namespace
