// Constants, filled arrays and index ramps.
#include "Lowering.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

/// Arrays of one number from here on, in bytes, are filled at run time: the
/// object file would be as large as they are.
static constexpr int64_t largeSplat = int64_t(1) << 16;

bool array::isMadeAtRunTime(DenseElementsAttr value) {
  // No elements may still be many rows, each a part of an LLVM constant.
  if (value.getNumElements() == 0)
    return true;
  Type element = value.getElementType();
  unsigned bits = element.isIndex() ? IndexType::kInternalStorageBitWidth
                                    : element.getIntOrFloatBitWidth();
  return value.isSplat() && value.getNumElements() >= largeSplat * 8 / bits;
}

Value array::lowerConstant(DenseElementsAttr value, Lowering &b) {
  if (!isMadeAtRunTime(value))
    return arith::ConstantOp::create(b, b.loc(), value);
  auto type = cast<RankedTensorType>(value.getType());
  Sizes sizes;
  for (int64_t size : type.getShape())
    sizes.push_back(b.getIndexAttr(size));
  b.checkFits(type, sizes);
  if (value.getNumElements() == 0)
    return b.empty(type, sizes);
  Value number = arith::ConstantOp::create(
      b, b.loc(), cast<TypedAttr>(value.getSplatValue<Attribute>()));
  return b.fill(number, type, sizes);
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
