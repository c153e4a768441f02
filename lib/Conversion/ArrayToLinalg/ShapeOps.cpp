// Operations that move elements. Slices stay tensor.extract_slice (a view where
// bufferization allows), the others write into a tensor of the result's size.
#include "Lowering.h"

#include "runmat/Dialect/Array/CheckMessages.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

static Value compare(Lowering &b, arith::CmpIPredicate predicate, Value x,
                     Value y) {
  return arith::CmpIOp::create(b, b.loc(), predicate, x, y);
}

Value array::lowerTranspose(TransposeOp op, Lowering &b) {
  auto type = cast<RankedTensorType>(op.getResult().getType());
  Sizes from = b.sizesOf(op.getX()), sizes;
  for (int64_t dim : op.getPerm())
    sizes.push_back(from[dim]);
  Value out = b.empty(type, sizes);
  return linalg::TransposeOp::create(b, b.loc(), op.getX(), out, op.getPerm())
      ->getResult(0);
}

Value array::lowerReshape(ReshapeOp op, Lowering &b) {
  auto from = cast<RankedTensorType>(op.getX().getType());
  auto type = cast<RankedTensorType>(op.getResult().getType());
  if (from.hasStaticShape() && type.hasStaticShape()) {
    // Through one dim: both steps are views.
    auto flat =
        RankedTensorType::get({from.getNumElements()}, from.getElementType());
    Value value = op.getX();
    auto whole = [](int64_t rank) {
      SmallVector<ReassociationIndices> groups(1);
      for (int64_t dim = 0; dim < rank; ++dim)
        groups[0].push_back(dim);
      return groups;
    };
    if (from.getRank() == 0 || type.getRank() == 0) {
      SmallVector<ReassociationIndices> none;
      if (from.getRank() == 0 && type.getRank() == 0)
        return value;
      if (from.getRank() == 0)
        return tensor::ExpandShapeOp::create(b, b.loc(), type, value, none);
      return tensor::CollapseShapeOp::create(b, b.loc(), type, value, none);
    }
    if (from.getRank() > 1)
      value = tensor::CollapseShapeOp::create(b, b.loc(), flat, value,
                                              whole(from.getRank()));
    if (type.getRank() > 1)
      value = tensor::ExpandShapeOp::create(b, b.loc(), type, value,
                                            whole(type.getRank()));
    return value;
  }
  Sizes sizes = b.checkedSizes(type, op.getSizes());
  auto all = [](int64_t rank) {
    return llvm::to_vector(llvm::seq<int64_t>(0, rank));
  };
  b.checkEqual(b.count(b.sizesOf(op.getX()), all(from.getRank())),
               b.count(sizes, all(type.getRank())), check::reshapeCount());
  SmallVector<Value> extents;
  for (OpFoldResult size : sizes)
    extents.push_back(b.materialize(size));
  Value shape = tensor::FromElementsOp::create(
      b, b.loc(), RankedTensorType::get({type.getRank()}, b.getIndexType()),
      extents);
  return tensor::ReshapeOp::create(b, b.loc(), type, op.getX(), shape);
}

Value array::lowerBroadcast(BroadcastOp op, Lowering &b) {
  auto from = cast<RankedTensorType>(op.getX().getType());
  auto type = cast<RankedTensorType>(op.getResult().getType());
  int64_t rank = type.getRank(), added = rank - from.getRank();
  Sizes sizes = b.checkedSizes(type, op.getSizes());

  // For each operand dim: stretched (static 1), equal, or only known at run
  // time, then the place along it is 0 where its size is 1.
  SmallVector<int64_t> stretched;
  SmallVector<AffineExpr> exprs;
  SmallVector<Value> stretchesAtRunTime(from.getRank());
  bool open = false;
  for (int64_t own = 0; own < from.getRank(); ++own) {
    int64_t dim = own + added;
    if (from.getDimSize(own) == 1 && type.getDimSize(dim) != 1) {
      stretched.push_back(own);
      continue;
    }
    exprs.push_back(b.getAffineDimExpr(dim));
    OpFoldResult size = b.sizeOf(op.getX(), own);
    if (!from.isDynamicDim(own)) {
      b.checkEqual(size, sizes[dim], check::broadcastSize(dim));
      continue;
    }
    if (isEqualConstantIntOrValue(size, sizes[dim]))
      continue;
    open = true;
    Value one =
        compare(b, arith::CmpIPredicate::eq, b.materialize(size), b.index(1));
    Value same = compare(b, arith::CmpIPredicate::eq, b.materialize(size),
                         b.materialize(sizes[dim]));
    b.check(arith::OrIOp::create(b, b.loc(), one, same),
            check::broadcastSize(dim), {size, sizes[dim]});
    stretchesAtRunTime[own] = one;
  }
  if (!open)
    return b.map(b.dropUnitDims(op.getX(), stretched),
                 AffineMap::get(rank, 0, exprs, b.getContext()), type, sizes,
                 [](OpBuilder &, Location, ValueRange args) {
                   return SmallVector<Value>{args[0]};
                 });
  return b.map({}, {}, type, sizes,
               [&](OpBuilder &body, Location loc, ValueRange) {
                 Value zero = arith::ConstantIndexOp::create(body, loc, 0);
                 SmallVector<Value> at;
                 for (int64_t own = 0; own < from.getRank(); ++own) {
                   Value i = zero;
                   if (!llvm::is_contained(stretched, own))
                     i = linalg::IndexOp::create(body, loc, own + added);
                   if (Value one = stretchesAtRunTime[own])
                     i = arith::SelectOp::create(body, loc, one, zero, i);
                   at.push_back(i);
                 }
                 return SmallVector<Value>{
                     tensor::ExtractOp::create(body, loc, op.getX(), at)};
               });
}

/// Checks that offset, size and stride stay inside `whole` along one dim.
static void checkBounds(Lowering &b, int64_t dim, OpFoldResult offset,
                        OpFoldResult size, OpFoldResult stride,
                        OpFoldResult whole) {
  std::optional<int64_t> o = getConstantIntValue(offset),
                         n = getConstantIntValue(size),
                         s = getConstantIntValue(stride),
                         w = getConstantIntValue(whole);
  if (o && n && s && w && *o >= 0 && *n >= 0 && *s >= 1 &&
      (*n == 0 ? *o <= *w : *o < *w && *n - 1 <= (*w - 1 - *o) / *s))
    return;
  // The whole dim.
  if (o == 0 && s == 1 && isEqualConstantIntOrValue(size, whole))
    return;
  Value zero = b.index(0), one = b.index(1), oV = b.materialize(offset),
        nV = b.materialize(size), sV = b.materialize(stride),
        wV = b.materialize(whole);
  auto both = [&](Value x, Value y) {
    return arith::AndIOp::create(b, b.loc(), x, y).getResult();
  };
  // By division, here and above, so that no product overflows; a stride below 1
  // fails anyway.
  Value steps = arith::SubIOp::create(b, b.loc(), nV, one);
  Value room = arith::SubIOp::create(
      b, b.loc(), arith::SubIOp::create(b, b.loc(), wV, one), oV);
  Value divisor = s && *s >= 1
                      ? sV
                      : arith::MaxSIOp::create(b, b.loc(), sV, one).getResult();
  Value most = arith::DivSIOp::create(b, b.loc(), room, divisor);
  // A slice of nothing may start anywhere up to the end.
  Value inside = arith::SelectOp::create(
      b, b.loc(), compare(b, arith::CmpIPredicate::eq, nV, zero),
      compare(b, arith::CmpIPredicate::sle, oV, wV),
      both(compare(b, arith::CmpIPredicate::slt, oV, wV),
           compare(b, arith::CmpIPredicate::sle, steps, most)));
  Value fits =
      both(compare(b, arith::CmpIPredicate::sge, oV, zero),
           both(compare(b, arith::CmpIPredicate::sge, sV, one), inside));
  b.check(fits, check::sliceBounds(dim), {offset, size, stride, whole});
}

/// Whether it is known that a part of these sizes, or what it is a part of, has
/// no elements. Upstream refuses parts that start at the end.
static bool isNothing(Value whole, ArrayRef<OpFoldResult> sizes) {
  return llvm::any_of(sizes, isZeroInteger) ||
         llvm::is_contained(cast<RankedTensorType>(whole.getType()).getShape(),
                            0);
}

/// `source`, whose sizes are `sizes`, into a part of `target`.
static Value insert(Lowering &b, Value source, Value target, Sizes offsets,
                    Sizes sizes, ArrayRef<OpFoldResult> strides) {
  if (isNothing(target, sizes))
    return target;
  // Upstream wants the type to say what the sizes say.
  SmallVector<int64_t> shape = b.shapeOf(sizes);
  auto type = cast<RankedTensorType>(source.getType());
  if (type.getShape() != ArrayRef(shape))
    source = tensor::CastOp::create(
        b, b.loc(), RankedTensorType::get(shape, type.getElementType()),
        source);
  return tensor::InsertSliceOp::create(b, b.loc(), source, target, offsets,
                                       sizes, strides);
}

Value array::lowerSlice(SliceOp op, Lowering &b) {
  auto type = cast<RankedTensorType>(op.getResult().getType());
  Sizes offsets = getMixedValues(op.getStaticOffsets(), op.getOffsets(), b);
  Sizes sizes = getMixedValues(op.getStaticSizes(), op.getSizes(), b);
  Sizes strides = getMixedValues(op.getStaticStrides(), op.getStrides(), b);
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    b.checkNotNegative(sizes[dim], check::negativeSize(dim));
    checkBounds(b, dim, offsets[dim], sizes[dim], strides[dim],
                b.sizeOf(op.getX(), dim));
  }
  if (isNothing(op.getX(), sizes))
    return b.empty(type, sizes);
  return tensor::ExtractSliceOp::create(b, b.loc(), type, op.getX(), offsets,
                                        sizes, strides);
}

Value array::lowerInsertSlice(InsertSliceOp op, Lowering &b) {
  auto type = cast<RankedTensorType>(op.getResult().getType());
  Sizes offsets = getMixedValues(op.getStaticOffsets(), op.getOffsets(), b);
  Sizes strides = getMixedValues(op.getStaticStrides(), op.getStrides(), b);
  Sizes sizes = b.sizesOf(op.getSource());
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    checkBounds(b, dim, offsets[dim], sizes[dim], strides[dim],
                b.sizeOf(op.getDestination(), dim));
  return insert(b, op.getSource(), op.getDestination(), offsets, sizes,
                strides);
}

Value array::lowerPad(PadOp op, Lowering &b) {
  auto type = cast<RankedTensorType>(op.getResult().getType());
  Sizes low = getMixedValues(op.getStaticLow(), op.getLow(), b);
  Sizes high = getMixedValues(op.getStaticHigh(), op.getHigh(), b);
  Sizes inner = b.sizesOf(op.getX()), sizes;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    b.checkNotNegative(low[dim], check::negativePad("low", dim));
    b.checkNotNegative(high[dim], check::negativePad("high", dim));
    sizes.push_back(b.addSizes(b.addSizes(low[dim], inner[dim]), high[dim]));
  }
  b.checkFits(type, sizes);
  Value whole = b.fill(b.scalarOf(op.getValue()), type, sizes);
  Sizes ones(type.getRank(), b.getIndexAttr(1));
  return insert(b, op.getX(), whole, low, inner, ones);
}

Value array::lowerConcat(ConcatOp op, Lowering &b) {
  auto type = cast<RankedTensorType>(op.getResult().getType());
  int64_t along = op.getDim();
  Sizes sizes = b.sizesOf(op.getInputs()[0]);
  for (auto [number, input] : llvm::enumerate(op.getInputs())) {
    if (number == 0)
      continue;
    for (int64_t dim = 0; dim < type.getRank(); ++dim) {
      OpFoldResult size = b.sizeOf(input, dim);
      if (dim == along) {
        sizes[dim] = b.addSizes(sizes[dim], size);
        continue;
      }
      b.checkEqual(sizes[dim], size, check::concatSizes(dim, number));
      if (isa<Attribute>(size))
        sizes[dim] = size;
    }
  }
  b.checkFits(type, sizes);
  Value result = b.empty(type, sizes);
  Sizes offsets(type.getRank(), b.getIndexAttr(0)),
      ones(type.getRank(), b.getIndexAttr(1));
  for (Value input : op.getInputs()) {
    Sizes own = b.sizesOf(input);
    result = insert(b, input, result, offsets, own, ones);
    offsets[along] = b.addIndex(offsets[along], own[along]);
  }
  return result;
}

Value array::lowerDiag(DiagOp op, Lowering &b) {
  auto type = cast<RankedTensorType>(op.getResult().getType());
  OpFoldResult size = b.getIndexAttr(type.getDimSize(0));
  if (type.isDynamicDim(0))
    size = arith::MinSIOp::create(b, b.loc(),
                                  b.materialize(b.sizeOf(op.getX(), 0)),
                                  b.materialize(b.sizeOf(op.getX(), 1)))
               .getResult();
  return b.map(
      {}, {}, type, size, [&](OpBuilder &body, Location loc, ValueRange) {
        Value i = linalg::IndexOp::create(body, loc, 0);
        return SmallVector<Value>{
            tensor::ExtractOp::create(body, loc, op.getX(), ValueRange{i, i})};
      });
}

Value array::lowerDiagonal(DiagonalOp op, Lowering &b) {
  auto type = cast<RankedTensorType>(op.getResult().getType());
  OpFoldResult size = b.sizeOf(op.getX(), 0);
  b.checkFits(type, {size, size});
  return b.map(
      op.getX(), AffineMap::get(2, 0, b.getAffineDimExpr(0), b.getContext()),
      type, {size, size}, [&](OpBuilder &body, Location loc, ValueRange args) {
        Value i = linalg::IndexOp::create(body, loc, 0);
        Value j = linalg::IndexOp::create(body, loc, 1);
        Value on =
            arith::CmpIOp::create(body, loc, arith::CmpIPredicate::eq, i, j);
        Value zero = constantOf(body, loc, type.getElementType(), 0);
        return SmallVector<Value>{
            arith::SelectOp::create(body, loc, on, args[0], zero)};
      });
}
