// Elementwise operations: one generic whose body is the same operation on
// scalars, for whatever has the interface. Size-1 dims that stretch are dropped
// from the operand, so that all maps are projected permutations (which tile and
// vectorise); splat constants go into the body.
#include "Lowering.h"

#include "runmat/Dialect/Array/CheckMessages.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

Sizes array::broadcastSizes(Operation *op, Lowering &b) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  int64_t rank = type.getRank();
  Sizes sizes;
  bool hasShapeOfOperand = llvm::any_of(op->getOperandTypes(), [&](Type one) {
    auto shaped = cast<RankedTensorType>(one);
    return shaped.getRank() == rank &&
           llvm::all_of(llvm::zip(shaped.getShape(), type.getShape()),
                        [](auto pair) {
                          auto [own, size] = pair;
                          return own != 1 || size == 1;
                        });
  });
  for (int64_t dim = 0; dim < rank; ++dim) {
    OpFoldResult size = b.getIndexAttr(1);
    bool first = true;
    for (auto [number, operand] : llvm::enumerate(op->getOperands())) {
      auto operandType = cast<RankedTensorType>(operand.getType());
      int64_t own = dim - (rank - operandType.getRank());
      if (own < 0 || operandType.getDimSize(own) == 1)
        continue;
      OpFoldResult other = b.sizeOf(operand, own);
      if (first)
        size = other;
      else
        b.checkEqual(size, other, check::operandSizes(dim, number));
      // What is known statically is the better name for an equal size.
      if (isa<Attribute>(other))
        size = other;
      first = false;
    }
    sizes.push_back(size);
  }
  if (!hasShapeOfOperand)
    b.checkFits(type, sizes);
  return sizes;
}

Value array::lowerElementwise(Elementwise op, Lowering &b) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  int64_t rank = type.getRank();
  Sizes sizes = broadcastSizes(op, b);

  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  // For each operand: the input it is, or the constant.
  SmallVector<int64_t> inputOf;
  SmallVector<TypedAttr> constants;
  for (auto [number, operand] : llvm::enumerate(op->getOperands())) {
    SplatElementsAttr splat;
    if (matchPattern(operand, m_Constant(&splat))) {
      inputOf.push_back(-1);
      constants.push_back(cast<TypedAttr>(splat.getSplatValue<Attribute>()));
      continue;
    }
    constants.push_back(nullptr);
    auto earlier = llvm::find(op->getOperands().take_front(number), operand);
    if (size_t same = std::distance(op->operand_begin(), earlier);
        same < number) {
      inputOf.push_back(inputOf[same]);
      continue;
    }
    auto operandType = cast<RankedTensorType>(operand.getType());
    SmallVector<int64_t> stretched;
    SmallVector<AffineExpr> exprs;
    for (int64_t own = 0; own < operandType.getRank(); ++own) {
      int64_t dim = own + rank - operandType.getRank();
      if (operandType.getDimSize(own) == 1 && type.getDimSize(dim) != 1)
        stretched.push_back(own);
      else
        exprs.push_back(b.getAffineDimExpr(dim));
    }
    inputOf.push_back(inputs.size());
    inputs.push_back(b.dropUnitDims(operand, stretched));
    maps.push_back(AffineMap::get(rank, 0, exprs, b.getContext()));
  }

  return b.map(
      inputs, maps, type, sizes,
      [&](OpBuilder &body, Location loc, ValueRange args) {
        SmallVector<Value> scalars;
        for (auto [input, constant] : llvm::zip(inputOf, constants))
          scalars.push_back(
              constant
                  ? arith::ConstantOp::create(body, loc, constant).getResult()
                  : args[input]);
        return SmallVector<Value>{op.createScalar(body, loc, scalars)};
      });
}
