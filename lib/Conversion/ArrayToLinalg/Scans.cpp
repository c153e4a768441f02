// Running sums and products. A scan along the last dim is a nest of scalar
// loops that carry the total; along another dim, a loop over whole slices, so
// that the inner work stays contiguous.
#include "Lowering.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

static Value combine(OpBuilder &b, Location loc, Value v, Value total,
                     bool product) {
  if (isa<FloatType>(v.getType()))
    return product ? arith::MulFOp::create(b, loc, total, v).getResult()
                   : arith::AddFOp::create(b, loc, total, v).getResult();
  return product ? arith::MulIOp::create(b, loc, total, v).getResult()
                 : arith::AddIOp::create(b, loc, total, v).getResult();
}

/// Loops over dims `dim` ... of `out`; the last one carries the total.
static Value scanRows(OpBuilder &b, Location loc, Value x, Value out,
                      ArrayRef<Value> sizes, SmallVectorImpl<Value> &at,
                      Value start, bool product) {
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  Value one = arith::ConstantIndexOp::create(b, loc, 1);
  size_t dim = at.size();
  bool last = dim + 1 == sizes.size();
  SmallVector<Value> carried{out};
  if (last)
    carried.push_back(start);
  auto loop = scf::ForOp::create(
      b, loc, zero, sizes[dim], one, carried,
      [&](OpBuilder &body, Location, Value i, ValueRange args) {
        at.push_back(i);
        if (!last) {
          Value next =
              scanRows(body, loc, x, args[0], sizes, at, start, product);
          scf::YieldOp::create(body, loc, next);
        } else {
          Value v = tensor::ExtractOp::create(body, loc, x, at);
          v = castScalar(body, loc, v, start.getType());
          Value total = combine(body, loc, v, args[1], product);
          Value rounded =
              castScalar(body, loc, total, elementTypeOf(x.getType()));
          Value next =
              tensor::InsertOp::create(body, loc, rounded, args[0], at);
          scf::YieldOp::create(body, loc, ValueRange{next, total});
        }
        at.pop_back();
      });
  return loop.getResult(0);
}

Value array::lowerScan(Value x, int64_t dim, bool product, Lowering &b) {
  auto type = cast<RankedTensorType>(x.getType());
  Type element = type.getElementType();
  Type wide = isa<FloatType>(element) ? b.getF64Type() : element;
  Sizes sizes = b.sizesOf(x);
  Value out = b.empty(type, sizes);
  Value start = constantOf(b, b.loc(), wide, product ? 1 : 0);

  if (dim == type.getRank() - 1) {
    SmallVector<Value> extents, at;
    for (OpFoldResult size : sizes)
      extents.push_back(b.materialize(size));
    return scanRows(b, b.loc(), x, out, extents, at, start, product);
  }

  // One slice: all of x at one place along dim, without that dim. Upstream
  // wants its type to say what the sizes say, and none that starts at the end.
  SmallVector<int64_t> sliceShape = b.shapeOf(sizes);
  if (llvm::is_contained(sliceShape, 0))
    return out;
  sliceShape.erase(sliceShape.begin() + dim);
  auto sliceType = RankedTensorType::get(sliceShape, element);
  Sizes sliceSizes = sizes;
  sliceSizes.erase(sliceSizes.begin() + dim);
  Sizes window = sizes, ones(type.getRank(), b.getIndexAttr(1));
  window[dim] = b.getIndexAttr(1);
  Value totals = b.fill(start, sliceType.clone(wide), sliceSizes);
  AffineMap identity = b.getMultiDimIdentityMap(sliceType.getRank());
  SmallVector<utils::IteratorType> iterators(sliceType.getRank(),
                                             utils::IteratorType::parallel);
  auto loop = scf::ForOp::create(
      b, b.loc(), b.index(0), b.materialize(sizes[dim]), b.index(1),
      ValueRange{out, totals},
      [&](OpBuilder &body, Location loc, Value i, ValueRange args) {
        Sizes offsets(type.getRank(), b.getIndexAttr(0));
        offsets[dim] = i;
        Value slice = tensor::ExtractSliceOp::create(body, loc, sliceType, x,
                                                     offsets, window, ones);
        Value target = tensor::ExtractSliceOp::create(
            body, loc, sliceType, args[0], offsets, window, ones);
        auto generic = linalg::GenericOp::create(
            body, loc, TypeRange{sliceType, args[1].getType()}, slice,
            ValueRange{target, args[1]}, {identity, identity, identity},
            iterators, [&](OpBuilder &inner, Location, ValueRange scalars) {
              Value v = castScalar(inner, loc, scalars[0], wide);
              Value total = combine(inner, loc, v, scalars[2], product);
              linalg::YieldOp::create(
                  inner, loc,
                  ValueRange{castScalar(inner, loc, total, element), total});
            });
        Value next = tensor::InsertSliceOp::create(
            body, loc, generic.getResult(0), args[0], offsets, window, ones);
        scf::YieldOp::create(body, loc, ValueRange{next, generic.getResult(1)});
      });
  return loop.getResult(0);
}
