// Constants, filled arrays and index ramps.
#include "Lowering.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

Value array::lowerConstant(ConstantOp op, Lowering &b) {
  return arith::ConstantOp::create(b, b.loc(), op.getValue());
}

Value array::lowerFull(FullOp op, Lowering &b) {
  auto type = cast<RankedTensorType>(op.getResult().getType());
  Sizes sizes = b.checkedSizes(type, op.getSizes());
  return b.fill(b.scalarOf(op.getValue()), type, sizes);
}

Value array::lowerIota(IotaOp op, Lowering &b) {
  auto type = cast<RankedTensorType>(op.getResult().getType());
  Sizes sizes = b.checkedSizes(type, op.getSizes());
  return b.map({}, {}, type, sizes,
               [&](OpBuilder &body, Location loc, ValueRange) {
                 Value i = arith::IndexCastOp::create(
                     body, loc, body.getI64Type(),
                     linalg::IndexOp::create(body, loc, op.getDim()));
                 return SmallVector<Value>{
                     castScalar(body, loc, i, type.getElementType())};
               });
}
