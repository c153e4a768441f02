// --lower-units: the nests of a function, one after another.
#include "Sweep.h"

#include "runmat/Lower/Passes.h"

namespace runmat {
#define GEN_PASS_DEF_LOWERUNITS
#include "runmat/Lower/Passes.h.inc"
} // namespace runmat

using namespace mlir;
using namespace runmat;

static LogicalResult lowerNest(fused::NestOp op, const CPUProfile &cpu) {
  OpBuilder builder(op);
  auto emit = [&](OpBuilder &b, bool byRow) -> LogicalResult {
    lower::Sweep sweep(op, b, cpu);
    sweep.plan();
    return byRow ? sweep.emitByRow() : sweep.emitByStage();
  };
  lower::Sweep chooser(op, builder, cpu);
  chooser.plan();
  if (chooser.findTranspose()) {
    if (failed(chooser.emitTransposed()))
      return failure();
    op.erase();
    return success();
  }
  std::optional<bool> byRow = chooser.keepsRows();
  if (byRow) {
    if (failed(emit(builder, *byRow)))
      return failure();
  } else {
    Value condition = chooser.keepsRowsValue();
    auto branch = scf::IfOp::create(builder, op.getLoc(), condition,
                                    /*withElseRegion=*/true);
    OpBuilder then = OpBuilder::atBlockBegin(branch.thenBlock());
    OpBuilder otherwise = OpBuilder::atBlockBegin(branch.elseBlock());
    if (failed(emit(then, true)) || failed(emit(otherwise, false)))
      return failure();
  }
  op.erase();
  return success();
}

/// Whether a destination has elements; null where types say that one has.
static Value hasResults(OpBuilder &b, fused::NestOp nest) {
  Location loc = nest.getLoc();
  Value zero = arith::ConstantIndexOp::create(b, loc, 0), some;
  for (Value out : nest.getOuts()) {
    auto type = cast<MemRefType>(out.getType());
    Value all = arith::ConstantOp::create(
        b, loc, b.getBoolAttr(!llvm::is_contained(type.getShape(), 0)));
    if (type.hasStaticShape() && !llvm::is_contained(type.getShape(), 0))
      return {};
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      if (type.isDynamicDim(dim)) {
        Value size = memref::DimOp::create(b, loc, out, dim);
        Value one =
            arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, size, zero);
        all = b.createOrFold<arith::AndIOp>(loc, all, one);
      }
    some = some ? b.createOrFold<arith::OrIOp>(loc, some, all) : all;
  }
  return some;
}

/// Rows of nothing are not gone through, however many there are.
static void skipEmpty(fused::NestOp nest) {
  OpBuilder b(nest);
  Value some = hasResults(b, nest);
  if (!some)
    return;
  auto branch = scf::IfOp::create(b, nest.getLoc(), some,
                                  /*withElseRegion=*/false);
  nest->moveBefore(branch.thenYield());
}

namespace {
struct LowerUnitsPass : runmat::impl::LowerUnitsBase<LowerUnitsPass> {
  using LowerUnitsBase::LowerUnitsBase;
  explicit LowerUnitsPass(const CPUProfile &cpu) : cpu(cpu) {
    vectorBits = cpu.vectorBits;
  }

  void runOnOperation() override {
    cpu.vectorBits = vectorBits;
    SmallVector<fused::NestOp> nests;
    getOperation()->walk([&](fused::NestOp nest) {
      if (nest.isOnBuffers())
        nests.push_back(nest);
    });
    for (fused::NestOp nest : nests) {
      skipEmpty(nest);
      if (failed(lowerNest(nest, cpu)))
        return signalPassFailure();
    }
  }

  CPUProfile cpu;
};
} // namespace

std::unique_ptr<Pass> runmat::createLowerUnits(const CPUProfile &cpu) {
  return std::make_unique<LowerUnitsPass>(cpu);
}
