// --convert-array-to-linalg. One walk in program order, no pattern driver:
// every operation has exactly one lowering, and types do not change.
#include "runmat/Conversion/ArrayToLinalg.h"

#include "Lowering.h"
#include "runmat/Conversion/Passes.h"

#include "mlir/Dialect/Math/IR/Math.h"

namespace runmat {
#define GEN_PASS_DEF_CONVERTARRAYTOLINALGPASS
#include "runmat/Conversion/Passes.h.inc"
} // namespace runmat

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

bool runmat::isArrayOpOnTensors(Operation *op) {
  return isa_and_nonnull<ArrayDialect>(op->getDialect()) &&
         llvm::any_of(op->getResultTypes(),
                      [](Type type) { return isa<RankedTensorType>(type); });
}

/// Folds of upstream's operations leave upstream's constants.
static bool isLargeConstant(Operation *op) {
  auto constant = dyn_cast<arith::ConstantOp>(op);
  if (!constant)
    return false;
  auto value = dyn_cast<DenseElementsAttr>(constant.getValue());
  return value && isa<RankedTensorType>(value.getType()) &&
         isMadeAtRunTime(value);
}

static Value lower(Operation *op, Lowering &b) {
  if (auto elementwise = dyn_cast<Elementwise>(op))
    return lowerElementwise(elementwise, b);
  if (auto reduction = dyn_cast<Reduction>(op))
    return lowerReduction(reduction, b);
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](CumsumOp scan) {
        return lowerScan(scan.getX(), scan.getDim(), false, b);
      })
      .Case([&](CumprodOp scan) {
        return lowerScan(scan.getX(), scan.getDim(), true, b);
      })
      .Case([&](MatmulOp matmul) { return lowerMatmul(matmul, b); })
      .Case([&](DotOp dot) { return lowerDot(dot, b); })
      .Case([&](TransposeOp shape) { return lowerTranspose(shape, b); })
      .Case([&](ReshapeOp shape) { return lowerReshape(shape, b); })
      .Case([&](BroadcastOp shape) { return lowerBroadcast(shape, b); })
      .Case([&](SliceOp shape) { return lowerSlice(shape, b); })
      .Case([&](InsertSliceOp shape) { return lowerInsertSlice(shape, b); })
      .Case([&](PadOp shape) { return lowerPad(shape, b); })
      .Case([&](ConcatOp shape) { return lowerConcat(shape, b); })
      .Case([&](DiagOp shape) { return lowerDiag(shape, b); })
      .Case([&](DiagonalOp shape) { return lowerDiagonal(shape, b); })
      .Case<ConstantOp, arith::ConstantOp>([&](auto constant) {
        return lowerConstant(cast<DenseElementsAttr>(constant.getValue()), b);
      })
      .Case([&](FullOp full) { return lowerFull(full, b); })
      .Case([&](IotaOp iota) { return lowerIota(iota, b); })
      .Case([&](RandUniformOp random) { return lowerRandUniform(random, b); })
      .Case([&](RandNormalOp random) { return lowerRandNormal(random, b); })
      .Default(Value());
}

LogicalResult runmat::convertArrayToLinalg(Operation *root) {
  SmallVector<Operation *> ops;
  root->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isArrayOpOnTensors(op) || isLargeConstant(op))
      ops.push_back(op);
  });
  Lowering b(root->getContext());
  for (Operation *op : ops) {
    // Not only a saving: an unused operation must not fail a check.
    if (isOpTriviallyDead(op)) {
      b.eraseOp(op);
      continue;
    }
    b.startOp(op);
    Value result = lower(op, b);
    if (!result)
      return op->emitOpError("has no lowering to linalg");
    assert(result.getType() == op->getResult(0).getType() &&
           "a lowering keeps the type");
    b.replaceOp(op, result);
  }
  return success();
}

namespace {
struct ConvertArrayToLinalgPass
    : runmat::impl::ConvertArrayToLinalgPassBase<ConvertArrayToLinalgPass> {
  void runOnOperation() override {
    if (failed(convertArrayToLinalg(getOperation())))
      signalPassFailure();
  }
};
} // namespace
