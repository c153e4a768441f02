// rand_uniform and rand_normal: each element from its row-major place
// (randomElement).
#include "Lowering.h"

#include "runmat/Conversion/RandomElement.h"
#include "runmat/Dialect/Array/CheckMessages.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

namespace {

/// Builds one generic over the result; `element` computes from the position in
/// the stream.
template <typename Op> Value lowerRandom(Op op, Lowering &b, bool normal) {
  auto type = cast<RankedTensorType>(op.getResult().getType());
  Sizes sizes = b.checkedSizes(type, op.getSizes());
  checkOffset(op.getOffset(), b);
  SmallVector<Value> extents;
  for (OpFoldResult size : sizes)
    extents.push_back(b.materialize(size));
  return b.map(
      {}, {}, type, sizes, [&](OpBuilder &body, Location loc, ValueRange) {
        Value linear = arith::ConstantIndexOp::create(body, loc, 0);
        for (auto [dim, extent] : llvm::enumerate(extents)) {
          linear = arith::MulIOp::create(body, loc, linear, extent);
          linear = arith::AddIOp::create(
              body, loc, linear, linalg::IndexOp::create(body, loc, dim));
        }
        Value position = arith::AddIOp::create(
            body, loc, op.getOffset(),
            arith::IndexCastOp::create(body, loc, body.getI64Type(), linear));
        return SmallVector<Value>{randomElement(
            body, loc, type.getElementType(), normal, op.getKey(), position)};
      });
}

} // namespace

void array::checkOffset(Value offset, Lowering &b) {
  Value index =
      arith::IndexCastOp::create(b, b.loc(), b.getIndexType(), offset);
  b.checkNotNegative(index, check::negativeOffset());
}

Value array::lowerRandUniform(RandUniformOp op, Lowering &b) {
  return lowerRandom(op, b, /*normal=*/false);
}

Value array::lowerRandNormal(RandNormalOp op, Lowering &b) {
  return lowerRandom(op, b, /*normal=*/true);
}
