// Sizes, checks and generics that the lowerings of all groups share.
#include "Lowering.h"

#include "runmat/Dialect/Array/CheckMessages.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

void Lowering::startOp(Operation *op) {
  setInsertionPoint(op);
  location = op->getLoc();
}

OpFoldResult Lowering::sizeOf(Value tensor, int64_t dim) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (!type.isDynamicDim(dim))
    return getIndexAttr(type.getDimSize(dim));
  if (auto result = dyn_cast<OpResult>(tensor)) {
    Operation *def = result.getOwner();
    // Of what is not lowered yet the sizes come from its operands, so that they
    // do not keep it.
    if (isa<ArrayDialect>(def->getDialect())) {
      SizeOrigin origin = originOfSize(tensor, dim);
      if (!origin.value)
        return getIndexAttr(origin.dim);
      if (origin.dim == SizeOrigin::kIndex)
        return origin.value;
      if (origin.value != tensor)
        return sizeOf(origin.value, origin.dim);
    }
    if (auto made = dyn_cast<tensor::EmptyOp>(def))
      return made.getMixedSizes()[dim];
    if (auto destination = dyn_cast<DestinationStyleOpInterface>(def))
      return sizeOf(destination.getTiedOpOperand(result)->get(), dim);
    if (auto cast = dyn_cast<tensor::CastOp>(def))
      if (auto source = dyn_cast<RankedTensorType>(cast.getSource().getType()))
        return sizeOf(cast.getSource(), dim);
    if (auto slice = dyn_cast<tensor::ExtractSliceOp>(def))
      if (slice.getSourceType().getRank() == type.getRank())
        return slice.getMixedSizes()[dim];
    if (auto expand = dyn_cast<tensor::ExpandShapeOp>(def))
      return expand.getMixedOutputShape()[dim];
    if (auto reshape = dyn_cast<tensor::ReshapeOp>(def))
      if (auto shape =
              reshape.getShape().getDefiningOp<tensor::FromElementsOp>())
        return getAsOpFoldResult(shape.getElements()[dim]);
  }
  Value &known = dims[{tensor, dim}];
  if (!known) {
    InsertionGuard guard(*this);
    setInsertionPointAfterValue(tensor);
    known = tensor::DimOp::create(*this, loc(), tensor, dim);
  }
  return known;
}

Sizes Lowering::sizesOf(Value tensor) {
  Sizes sizes;
  for (int64_t dim = 0,
               rank = cast<RankedTensorType>(tensor.getType()).getRank();
       dim < rank; ++dim)
    sizes.push_back(sizeOf(tensor, dim));
  return sizes;
}

Value Lowering::index(int64_t value) {
  return arith::ConstantIndexOp::create(*this, loc(), value);
}

Value Lowering::materialize(OpFoldResult size) {
  return getValueOrCreateConstantIndexOp(*this, loc(), size);
}

OpFoldResult Lowering::mulIndex(OpFoldResult a, OpFoldResult b) {
  std::optional<int64_t> x = getConstantIntValue(a), y = getConstantIntValue(b);
  if (x && y)
    return getIndexAttr(*x * *y);
  if (x == 1)
    return b;
  if (y == 1)
    return a;
  return arith::MulIOp::create(*this, loc(), materialize(a), materialize(b))
      .getResult();
}

OpFoldResult Lowering::addIndex(OpFoldResult a, OpFoldResult b) {
  std::optional<int64_t> x = getConstantIntValue(a), y = getConstantIntValue(b);
  if (x && y)
    return getIndexAttr(*x + *y);
  if (x == 0)
    return b;
  if (y == 0)
    return a;
  return arith::AddIOp::create(*this, loc(), materialize(a), materialize(b))
      .getResult();
}

OpFoldResult Lowering::addSizes(OpFoldResult a, OpFoldResult b) {
  std::optional<int64_t> x = getConstantIntValue(a), y = getConstantIntValue(b);
  int64_t sum;
  if (x && y)
    return getIndexAttr(llvm::AddOverflow(*x, *y, sum) ? INT64_MAX : sum);
  if (x == 0 || y == 0)
    return x == 0 ? b : a;
  // Unsigned, two sizes always have a sum.
  return arith::MinUIOp::create(*this, loc(), materialize(addIndex(a, b)),
                                index(INT64_MAX))
      .getResult();
}

OpFoldResult Lowering::count(ArrayRef<OpFoldResult> sizes,
                             ArrayRef<int64_t> over) {
  OpFoldResult result = getIndexAttr(1);
  for (int64_t dim : over)
    result = mulIndex(result, sizes[dim]);
  return result;
}

Sizes Lowering::checkedSizes(RankedTensorType type, ValueRange dynamic) {
  Sizes sizes;
  for (auto [dim, size] : llvm::enumerate(type.getShape())) {
    if (!ShapedType::isDynamic(size)) {
      sizes.push_back(getIndexAttr(size));
      continue;
    }
    Value given = dynamic.front();
    dynamic = dynamic.drop_front();
    checkNotNegative(given, check::negativeSize(dim));
    sizes.push_back(given);
  }
  checkFits(type, sizes);
  return sizes;
}

void Lowering::check(Value condition, StringRef text,
                     ArrayRef<OpFoldResult> values) {
  SmallVector<Value> operands;
  for (OpFoldResult value : values)
    operands.push_back(materialize(value));
  offload::CheckOp::create(*this, loc(), condition, text, operands);
}

void Lowering::checkEqual(OpFoldResult a, OpFoldResult b, StringRef text) {
  if (isEqualConstantIntOrValue(a, b))
    return;
  // Once in a block is enough for what follows there and inside.
  Block *&checked = equalSizes[{a.getOpaqueValue(), b.getOpaqueValue()}];
  Block *here = getInsertionBlock();
  if (checked &&
      (checked == here || checked->findAncestorOpInBlock(*here->getParentOp())))
    return;
  checked = here;
  Value equal = arith::CmpIOp::create(*this, loc(), arith::CmpIPredicate::eq,
                                      materialize(a), materialize(b));
  check(equal, text, {a, b});
}

void Lowering::checkNotNegative(OpFoldResult size, StringRef text) {
  if (std::optional<int64_t> known = getConstantIntValue(size);
      known && *known >= 0)
    return;
  Value fits = arith::CmpIOp::create(*this, loc(), arith::CmpIPredicate::sge,
                                     materialize(size), index(0));
  check(fits, text, {size});
}

void Lowering::checkFits(RankedTensorType type, ArrayRef<OpFoldResult> sizes) {
  Type element = type.getElementType();
  int64_t room =
      check::maxBytes / std::max(element.getIntOrFloatBitWidth() / 8, 1u);
  std::string shape;
  Sizes unknown;
  for (OpFoldResult size : sizes) {
    if (std::optional<int64_t> known = getConstantIntValue(size)) {
      room /= std::max<int64_t>(*known, 1);
      shape += std::to_string(*known) + "x";
      continue;
    }
    // A text has room for ten values.
    shape += unknown.size() < 10 ? "{" + std::to_string(unknown.size()) + "}x"
                                 : "?x";
    unknown.push_back(size);
  }
  if (room > 0 && unknown.empty())
    return;
  // a * b <= room exactly where b <= room / a, rounded down: no product that
  // could overflow.
  Value left = index(room), fits;
  for (auto [number, size] : llvm::enumerate(unknown)) {
    Value n = arith::MaxUIOp::create(*this, loc(), materialize(size), index(1));
    Value one =
        arith::CmpIOp::create(*this, loc(), arith::CmpIPredicate::ule, n, left);
    fits =
        fits ? arith::AndIOp::create(*this, loc(), fits, one).getResult() : one;
    if (number + 1 < unknown.size())
      left = arith::DivUIOp::create(*this, loc(), left, n);
  }
  if (!fits)
    fits = arith::ConstantIntOp::create(*this, loc(), 0, 1);
  std::string name;
  llvm::raw_string_ostream(name) << element;
  check(fits, check::tooLarge(shape, name), ArrayRef(unknown).take_front(10));
}

SmallVector<int64_t> Lowering::shapeOf(Sizes &sizes) {
  SmallVector<int64_t> shape;
  for (OpFoldResult &size : sizes) {
    std::optional<int64_t> known = getConstantIntValue(size);
    shape.push_back(known.value_or(ShapedType::kDynamic));
    if (known)
      size = getIndexAttr(*known);
  }
  return shape;
}

Value Lowering::empty(RankedTensorType type, ArrayRef<OpFoldResult> sizes) {
  SmallVector<Value> dynamic;
  for (auto [dim, size] : llvm::enumerate(sizes))
    if (type.isDynamicDim(dim))
      dynamic.push_back(materialize(size));
  return tensor::EmptyOp::create(*this, loc(), type, dynamic);
}

Value Lowering::fill(Value scalar, RankedTensorType type,
                     ArrayRef<OpFoldResult> sizes) {
  Value out = empty(type, sizes);
  return linalg::FillOp::create(*this, loc(), scalar, out).getResult(0);
}

/// Groups of a shape with the dims `unit` into one group for each other dim:
/// unit dims go with the dim before them, leading ones with the first.
static SmallVector<ReassociationIndices> groupsWithout(int64_t rank,
                                                       ArrayRef<int64_t> unit) {
  SmallVector<ReassociationIndices> groups;
  ReassociationIndices leading;
  for (int64_t dim = 0; dim < rank; ++dim) {
    bool isUnit = llvm::is_contained(unit, dim);
    if (!isUnit) {
      groups.emplace_back(std::move(leading));
      leading.clear();
    }
    (groups.empty() ? leading : groups.back()).push_back(dim);
  }
  return groups;
}

Value Lowering::dropUnitDims(Value tensor, ArrayRef<int64_t> drop) {
  if (drop.empty())
    return tensor;
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<int64_t> shape;
  for (auto [dim, size] : llvm::enumerate(type.getShape()))
    if (!llvm::is_contained(drop, static_cast<int64_t>(dim)))
      shape.push_back(size);
  return tensor::CollapseShapeOp::create(
      *this, loc(), RankedTensorType::get(shape, type.getElementType()), tensor,
      groupsWithout(type.getRank(), drop));
}

Value Lowering::addUnitDims(Value tensor, RankedTensorType type,
                            ArrayRef<int64_t> added) {
  if (added.empty())
    return tensor;
  Sizes sizes;
  for (int64_t dim = 0, from = 0; dim < type.getRank(); ++dim)
    sizes.push_back(llvm::is_contained(added, dim) ? getIndexAttr(1)
                                                   : sizeOf(tensor, from++));
  return tensor::ExpandShapeOp::create(
      *this, loc(), type, tensor, groupsWithout(type.getRank(), added), sizes);
}

Value Lowering::scalarOf(Value value) {
  if (!isa<RankedTensorType>(value.getType()))
    return value;
  return tensor::ExtractOp::create(*this, loc(), value, ValueRange());
}

Value Lowering::map(ValueRange inputs, ArrayRef<AffineMap> maps,
                    RankedTensorType type, ArrayRef<OpFoldResult> sizes,
                    ScalarBody body) {
  SmallVector<AffineMap> all(maps);
  all.push_back(getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  Value out = empty(type, sizes);
  return linalg::GenericOp::create(
             *this, loc(), TypeRange(type), inputs, ValueRange(out), all,
             iterators,
             [&](OpBuilder &b, Location at, ValueRange args) {
               linalg::YieldOp::create(b, at, body(b, at, args));
             })
      .getResult(0);
}

Value Lowering::mapSame(ValueRange inputs, Type element, ScalarBody body) {
  auto type = cast<RankedTensorType>(inputs[0].getType());
  SmallVector<AffineMap> maps(inputs.size(),
                              getMultiDimIdentityMap(type.getRank()));
  return map(inputs, maps, type.clone(element), sizesOf(inputs[0]), body);
}

Value array::constantOf(OpBuilder &b, Location loc, Type type, double value) {
  if (auto floatType = dyn_cast<FloatType>(type))
    return arith::ConstantOp::create(b, loc, b.getFloatAttr(floatType, value));
  return arith::ConstantOp::create(
      b, loc, b.getIntegerAttr(type, static_cast<int64_t>(value)));
}

Value array::castScalar(OpBuilder &b, Location loc, Value value, Type type) {
  if (value.getType() == type)
    return value;
  return CastOp::create(b, loc, type, value);
}
