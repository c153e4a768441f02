// --convert-fused-to-vector: the units that have a CPU schedule of their own.
// Others are left for
// --decompose-fused, with a remark that says why.
#include "ImageNormalize.h"
#include "runmat/Conversion/Passes.h"

#include "mlir/IR/Remarks.h"

namespace runmat {
#define GEN_PASS_DEF_CONVERTFUSEDTOVECTORPASS
#include "runmat/Conversion/Passes.h.inc"
} // namespace runmat

using namespace mlir;
using namespace runmat;

namespace {
struct ConvertFusedToVectorPass
    : runmat::impl::ConvertFusedToVectorPassBase<ConvertFusedToVectorPass> {
  using ConvertFusedToVectorPassBase::ConvertFusedToVectorPassBase;

  void runOnOperation() override {
    SmallVector<fused::ImageNormalizeOp> units;
    getOperation()->walk(
        [&](fused::ImageNormalizeOp op) { units.push_back(op); });
    for (fused::ImageNormalizeOp op : units) {
      std::string reason;
      if (failed(lowerImageNormalize(op, vectorBits, reason)))
        remark::missed(op.getLoc(), remark::RemarkOpts::name("CpuSchedule")
                                        .category("runmat-codegen")
                                        .function("convert-fused-to-vector"))
            << remark::reason("{0}", reason);
    }
  }
};
} // namespace
