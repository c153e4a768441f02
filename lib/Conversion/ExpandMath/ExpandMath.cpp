// --expand-math. f16 and bf16 compute in f32 and round once; the rest is
// decided operation by operation in Arithmetic.cpp and Functions.cpp.
#include "runmat/Conversion/ExpandMath.h"

#include "Scalars.h"
#include "runmat/Conversion/Passes.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

namespace runmat {
#define GEN_PASS_DEF_EXPANDMATHPASS
#include "runmat/Conversion/Passes.h.inc"
} // namespace runmat

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

static bool isScalarOp(Operation *op) {
  if (!isa_and_nonnull<ArrayDialect>(op->getDialect()) ||
      op->getNumResults() != 1)
    return false;
  return !isa<RankedTensorType>(op->getResult(0).getType()) &&
         (isa<Elementwise>(op) || isa<ConstantOp>(op));
}

Value runmat::expandScalarOp(Operation *op, OpBuilder &builder,
                             const ExpandMathSettings &settings) {
  Scalars s{builder, op->getLoc(), settings};
  if (auto constant = dyn_cast<ConstantOp>(op))
    return s.make<arith::ConstantOp>(constant.getValue());
  if (!isScalarOp(op))
    return {};
  SmallVector<Value> operands(op->getOperands());
  Type result = op->getResult(0).getType();
  auto isHalf = [](Value v) {
    return isa<Float16Type, BFloat16Type>(v.getType());
  };
  // Moving bits needs no arithmetic, and a cast rounds by itself.
  bool widen =
      llvm::any_of(operands, isHalf) && !isa<CastOp, BitcastOp, SelectOp>(op);
  if (widen)
    for (Value &operand : operands)
      operand = s.cast(operand, builder.getF32Type());
  Value value = expandArithmetic(op, operands, s);
  if (!value)
    value = expandFunction(op, operands, s);
  if (!value || value.getType() == result)
    return value;
  return s.cast(value, result);
}

LogicalResult runmat::expandMath(Operation *root,
                                 const ExpandMathSettings &settings) {
  SmallVector<Operation *> ops;
  root->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isScalarOp(op))
      ops.push_back(op);
  });
  OpBuilder builder(root->getContext());
  for (Operation *op : ops) {
    builder.setInsertionPoint(op);
    Value value = expandScalarOp(op, builder, settings);
    if (!value)
      return op->emitOpError("on ")
             << op->getOperand(0).getType() << " has no expansion for this "
             << (settings.gpu ? "device" : "machine");
    op->getResult(0).replaceAllUsesWith(value);
    op->erase();
  }
  return success();
}

namespace {
struct ExpandMathPass : runmat::impl::ExpandMathPassBase<ExpandMathPass> {
  using ExpandMathPassBase::ExpandMathPassBase;
  void runOnOperation() override {
    ExpandMathSettings settings;
    settings.gpu = gpu;
    if (failed(expandMath(getOperation(), settings)))
      signalPassFailure();
  }
};
} // namespace
