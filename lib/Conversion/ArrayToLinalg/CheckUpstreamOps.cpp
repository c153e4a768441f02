// --check-upstream-ops: the checks of UpstreamChecks.cpp, a limit to recursion,
// and loops that end wherever their bounds lie.
#include "Lowering.h"
#include "runmat/Conversion/Passes.h"

namespace runmat {
#define GEN_PASS_DEF_CHECKUPSTREAMOPSPASS
#include "runmat/Conversion/Passes.h.inc"
} // namespace runmat

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

/// Whether the counter, compared with sign, passes the upper bound before it
/// wraps: with steps of 1 it meets every value on the way.
static bool endsByItself(scf::ForOp op) {
  if (op.getUnsignedCmp())
    return false;
  std::optional<int64_t> step = getConstantIntValue(op.getStep());
  if (step == 1)
    return true;
  std::optional<int64_t> end = getConstantIntValue(op.getUpperBound());
  Type type = op.getInductionVar().getType();
  int64_t most =
      type.isIndex() ? INT64_MAX : llvm::maxIntN(type.getIntOrFloatBitWidth());
  return step && end && *step >= 1 && *end <= most - (*step - 1);
}

/// Counts trips from 0 in the place of values from the lower bound.
static void countTrips(scf::ForOp op) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  Type type = op.getInductionVar().getType(), index = b.getIndexType();
  Value low = op.getLowerBound(), high = op.getUpperBound(),
        step = op.getStep();
  Value some =
      arith::CmpIOp::create(b,
                            op.getUnsignedCmp() ? arith::CmpIPredicate::ult
                                                : arith::CmpIPredicate::slt,
                            low, high);
  // The distance has no sign: it may be more than the type's largest number.
  Value trips =
      arith::CeilDivUIOp::create(b, arith::SubIOp::create(b, high, low), step);
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(type));
  trips = arith::SelectOp::create(b, some, trips, none);
  if (!type.isIndex())
    trips = arith::IndexCastUIOp::create(b, index, trips);
  auto counted = scf::ForOp::create(b, arith::ConstantIndexOp::create(b, 0),
                                    trips, arith::ConstantIndexOp::create(b, 1),
                                    op.getInitArgs());
  Block *body = counted.getBody();
  if (op.getNumResults() == 0)
    body->getTerminator()->erase();
  b.setInsertionPointToStart(body);
  Value trip = counted.getInductionVar();
  if (!type.isIndex())
    trip = arith::IndexCastUIOp::create(b, type, trip);
  Value value =
      arith::AddIOp::create(b, low, arith::MulIOp::create(b, trip, step));
  op.getInductionVar().replaceAllUsesWith(value);
  for (auto [before, after] :
       llvm::zip(op.getRegionIterArgs(), counted.getRegionIterArgs()))
    before.replaceAllUsesWith(after);
  body->getOperations().splice(body->end(), op.getBody()->getOperations());
  op.replaceAllUsesWith(counted.getResults());
  op.erase();
}

namespace {
struct CheckUpstreamOpsPass
    : runmat::impl::CheckUpstreamOpsPassBase<CheckUpstreamOpsPass> {
  void runOnOperation() override {
    limitRecursion(getOperation());
    SmallVector<Operation *> ops;
    getOperation()->walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (hasUpstreamCheck(op))
        ops.push_back(op);
    });
    Lowering b(&getContext());
    for (Operation *op : ops) {
      // An unused operation must not fail.
      if (isOpTriviallyDead(op))
        continue;
      b.startOp(op);
      checkUpstreamOp(op, b);
      if (auto loop = dyn_cast<scf::ForOp>(op); loop && !endsByItself(loop))
        countTrips(loop);
    }
  }
};
} // namespace
