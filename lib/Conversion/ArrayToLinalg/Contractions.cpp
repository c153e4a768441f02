// matmul and dot. Products of plain matrices and equal batches are the named
// linalg operations (what tiling and packing look for); broadcast leading dims
// are one generic.
#include "Lowering.h"

#include "runmat/Dialect/Array/CheckMessages.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

static Value multiplyAdd(OpBuilder &b, Location loc, Value x, Value y,
                         Value total) {
  Type type = total.getType();
  x = castScalar(b, loc, x, type);
  y = castScalar(b, loc, y, type);
  if (isa<FloatType>(type))
    return arith::AddFOp::create(b, loc, total,
                                 arith::MulFOp::create(b, loc, x, y),
                                 arith::FastMathFlags::reassoc);
  return arith::AddIOp::create(b, loc, total,
                               arith::MulIOp::create(b, loc, x, y));
}

static Value roundTo(Value tensor, Type element, Lowering &b) {
  if (elementTypeOf(tensor.getType()) == element)
    return tensor;
  return b.mapSame(
      tensor, element, [&](OpBuilder &body, Location loc, ValueRange args) {
        return SmallVector<Value>{castScalar(body, loc, args[0], element)};
      });
}

Value array::lowerMatmul(MatmulOp op, Lowering &b) {
  auto type = cast<RankedTensorType>(op.getResult().getType());
  Type element = type.getElementType();
  // f32 products keep f32 accumulators: the packed kernels are f32 throughout.
  Type wide = isa<FloatType>(element) ? accumulatorType(element) : element;
  int64_t rank = type.getRank(), leading = rank - 2;
  std::array<Value, 2> operands{op.getA(), op.getB()};
  std::array<RankedTensorType, 2> types{
      cast<RankedTensorType>(op.getA().getType()),
      cast<RankedTensorType>(op.getB().getType())};

  Sizes sizes;
  bool plain = types[0].getRank() == rank && types[1].getRank() == rank;
  for (int64_t dim = 0; dim < leading; ++dim) {
    OpFoldResult size = b.getIndexAttr(1);
    bool first = true;
    for (int64_t number : {0, 1}) {
      int64_t own = dim - (rank - types[number].getRank());
      if (own < 0 ||
          (types[number].getDimSize(own) == 1 && type.getDimSize(dim) != 1)) {
        plain = false;
        continue;
      }
      OpFoldResult other = b.sizeOf(operands[number], own);
      if (!first)
        b.checkEqual(size, other, check::operandSizes(dim, number));
      if (first || isa<Attribute>(other))
        size = other;
      first = false;
    }
    sizes.push_back(size);
  }
  b.checkEqual(b.sizeOf(op.getA(), types[0].getRank() - 1),
               b.sizeOf(op.getB(), types[1].getRank() - 2),
               check::innerSizes());
  sizes.push_back(b.sizeOf(op.getA(), types[0].getRank() - 2));
  sizes.push_back(b.sizeOf(op.getB(), types[1].getRank() - 1));

  b.checkFits(type, sizes);
  Value out = b.fill(constantOf(b, b.loc(), wide, 0),
                     cast<RankedTensorType>(type.clone(wide)), sizes);
  // The named operations widen with arith.extf, which bf16 on the CPU has too.
  if (plain && rank == 2)
    return roundTo(linalg::MatmulOp::create(b, b.loc(), ValueRange(operands),
                                            ValueRange(out))
                       .getResult(0),
                   element, b);
  if (plain && rank == 3)
    return roundTo(linalg::BatchMatmulOp::create(
                       b, b.loc(), ValueRange(operands), ValueRange(out))
                       .getResult(0),
                   element, b);

  // Loops: leading dims, m, n, k.
  AffineExpr m = b.getAffineDimExpr(leading),
             n = b.getAffineDimExpr(leading + 1),
             k = b.getAffineDimExpr(leading + 2);
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  for (int64_t number : {0, 1}) {
    SmallVector<AffineExpr> exprs;
    SmallVector<int64_t> stretched;
    for (int64_t own = 0; own < types[number].getRank() - 2; ++own) {
      int64_t dim = own + rank - types[number].getRank();
      if (types[number].getDimSize(own) == 1 && type.getDimSize(dim) != 1)
        stretched.push_back(own);
      else
        exprs.push_back(b.getAffineDimExpr(dim));
    }
    exprs.append(number == 0 ? SmallVector<AffineExpr>{m, k}
                             : SmallVector<AffineExpr>{k, n});
    inputs.push_back(b.dropUnitDims(operands[number], stretched));
    maps.push_back(AffineMap::get(rank + 1, 0, exprs, b.getContext()));
  }
  SmallVector<AffineExpr> result;
  for (int64_t dim = 0; dim < rank; ++dim)
    result.push_back(b.getAffineDimExpr(dim));
  maps.push_back(AffineMap::get(rank + 1, 0, result, b.getContext()));
  SmallVector<utils::IteratorType> iterators(rank + 1,
                                             utils::IteratorType::parallel);
  iterators.back() = utils::IteratorType::reduction;
  Value product =
      linalg::GenericOp::create(
          b, b.loc(), TypeRange(out.getType()), inputs, ValueRange(out), maps,
          iterators,
          [&](OpBuilder &body, Location loc, ValueRange args) {
            linalg::YieldOp::create(
                body, loc, multiplyAdd(body, loc, args[0], args[1], args[2]));
          })
          .getResult(0);
  return roundTo(product, element, b);
}

Value array::lowerDot(DotOp op, Lowering &b) {
  Type element = elementTypeOf(op.getResult().getType());
  Type wide = isa<FloatType>(element) ? b.getF64Type() : element;
  b.checkEqual(b.sizeOf(op.getA(), 0), b.sizeOf(op.getB(), 0),
               check::innerSizes());
  Value out = b.fill(constantOf(b, b.loc(), wide, 0),
                     RankedTensorType::get({}, wide), {});
  AffineMap vector = b.getMultiDimIdentityMap(1),
            none = AffineMap::get(1, 0, b.getContext());
  Value total =
      linalg::GenericOp::create(
          b, b.loc(), TypeRange(out.getType()),
          ValueRange{op.getA(), op.getB()}, ValueRange(out),
          {vector, vector, none}, {utils::IteratorType::reduction},
          [&](OpBuilder &body, Location loc, ValueRange args) {
            linalg::YieldOp::create(
                body, loc, multiplyAdd(body, loc, args[0], args[1], args[2]));
          })
          .getResult(0);
  return roundTo(total, element, b);
}
