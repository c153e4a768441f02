// Drivers fold arithmetic with constants against IEEE 754, though the kernel
// asks for signed zeros, infinities and NaN (SignedZeroInfNanPreserve): Mesa's
// llvmpipe makes 0 of x * 0, 0 / x and x / 0, and x of x + 0 (lp_bld_arit.c).
// Behind a choice that only the device can make they are no constants.
#include "runmat/Conversion/ExpandMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace runmat;

namespace {
class ConstantHider {
public:
  explicit ConstantHider(gpu::GPUFuncOp kernel) : kernel(kernel) {}

  void run() {
    SmallVector<Operation *> ops;
    kernel.walk([&](Operation *op) {
      if (isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp,
              math::FmaOp>(op))
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      // All of them constant: an expansion of a constant, which is finite.
      if (llvm::all_of(op->getOperands(),
                       [&](Value value) { return isConstant(value); }))
        continue;
      for (OpOperand &operand : op->getOpOperands())
        if (mayFold(operand.get()))
          operand.set(hidden(operand.get()));
    }
  }

private:
  /// Whether a driver can compute `value`.
  bool isConstant(Value value) {
    auto [at, isNew] = known.try_emplace(value, false);
    if (!isNew)
      return at->second;
    Operation *op = value.getDefiningOp();
    bool constant =
        op && op->getNumRegions() == 0 && isMemoryEffectFree(op) &&
        (op->hasTrait<OpTrait::ConstantLike>() ||
         (op->getNumOperands() > 0 &&
          isa<arith::ArithDialect, math::MathDialect, vector::VectorDialect>(
              op->getDialect()) &&
          llvm::all_of(op->getOperands(),
                       [&](Value operand) { return isConstant(operand); })));
    return known[value] = constant;
  }

  bool mayFold(Value value) {
    FloatAttr number;
    Attribute literal;
    if (!matchPattern(value, m_Constant(&literal)))
      return isConstant(value);
    number = dyn_cast<FloatAttr>(literal);
    if (auto splat = dyn_cast<SplatElementsAttr>(literal))
      number = splat.getSplatValue<FloatAttr>();
    return !number || number.getValue().isZero();
  }

  /// A thread's number is never negative, which the compiler of the driver does
  /// not know.
  Value never() {
    if (neverTrue)
      return neverTrue;
    OpBuilder b = OpBuilder::atBlockBegin(&kernel.getBody().front());
    Location loc = kernel.getLoc();
    Value thread = gpu::ThreadIdOp::create(b, loc, gpu::Dimension::x);
    Value number = arith::IndexCastOp::create(b, loc, b.getI32Type(), thread);
    Value zero = arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(0));
    return neverTrue = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt,
                                             number, zero);
  }

  /// Behind `value`'s own operation, once for all who use it.
  Value hidden(Value value) {
    Value &found = hiddenValues[value];
    if (found)
      return found;
    Value condition = never();
    OpBuilder b(value.getContext());
    b.setInsertionPointAfterValue(value);
    Type type = value.getType();
    // Not 1: Mesa makes a conversion of the condition of 1 and 0, and of -0.
    Attribute two = b.getFloatAttr(getElementTypeOrSelf(type), 2.0);
    if (auto vector = dyn_cast<VectorType>(type))
      two = DenseElementsAttr::get(vector, two);
    Location loc = value.getLoc();
    Value other = arith::ConstantOp::create(b, loc, cast<TypedAttr>(two));
    return found = arith::SelectOp::create(b, loc, condition, other, value);
  }

  gpu::GPUFuncOp kernel;
  llvm::DenseMap<Value, bool> known;
  llvm::DenseMap<Value, Value> hiddenValues;
  Value neverTrue;
};
} // namespace

void runmat::hideConstants(gpu::GPUModuleOp kernels) {
  kernels.walk([](gpu::GPUFuncOp kernel) { ConstantHider(kernel).run(); });
}
