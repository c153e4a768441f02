// Constants, filled arrays and index ramps.
#include "Lowering.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

/// Arrays of one number from here on, in bytes, are filled at run time: the
/// object file would be as large as they are.
static constexpr int64_t largeSplat = int64_t(1) << 16;

Value array::lowerConstant(ConstantOp op, Lowering &b) {
  auto splat = dyn_cast<SplatElementsAttr>(op.getValue());
  if (splat &&
      splat.getNumElements() >=
          largeSplat * 8 / splat.getElementType().getIntOrFloatBitWidth()) {
    auto type = cast<RankedTensorType>(splat.getType());
    Value number = arith::ConstantOp::create(
        b, b.loc(), cast<TypedAttr>(splat.getSplatValue<Attribute>()));
    Sizes sizes;
    for (int64_t size : type.getShape())
      sizes.push_back(b.getIndexAttr(size));
    b.checkFits(type, sizes);
    return b.fill(number, type, sizes);
  }
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
