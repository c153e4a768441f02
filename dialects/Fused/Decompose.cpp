// decompose(): a unit as array operations. The region's operations are cloned
// onto tensors; extras are brought into right-aligned broadcast form, so that
// the array operations' own rules (and run-time checks) do the rest.
#include "runmat/Dialect/Fused/Fused.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fused;

static Value dimOf(OpBuilder &builder, Location loc, Value tensor,
                   int64_t dim) {
  Value index = arith::ConstantIndexOp::create(builder, loc, dim);
  return tensor::DimOp::create(builder, loc, tensor, index);
}

static Value castTo(OpBuilder &builder, Location loc, Value tensor,
                    Type element) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (type.getElementType() == element)
    return tensor;
  return array::CastOp::create(builder, loc, type.clone(element), tensor);
}

Value fused::createReduction(OpBuilder &builder, Location loc,
                             ReductionAttr reduction, Value tensor) {
  using array::ReductionKind;
  auto dims = builder.getDenseI64ArrayAttr(reduction.getDims());
  auto nan = array::NanModeAttr::get(builder.getContext(), reduction.getNan());
  auto flag = [&](bool set) {
    return set ? builder.getUnitAttr() : UnitAttr();
  };
  UnitAttr kept = flag(reduction.getKeep()),
           omit = flag(reduction.getOmitNan());
  auto ddof = builder.getI64IntegerAttr(reduction.getDdof());
  switch (reduction.getKind()) {
  case ReductionKind::Sum:
    return array::SumOp::create(builder, loc, tensor, dims, kept, omit);
  case ReductionKind::Prod:
    return array::ProdOp::create(builder, loc, tensor, dims, kept, omit);
  case ReductionKind::Mean:
    return array::MeanOp::create(builder, loc, tensor, dims, kept, omit);
  case ReductionKind::Var:
    return array::VarOp::create(builder, loc, tensor, dims, kept, ddof, omit);
  case ReductionKind::Std:
    return array::StdOp::create(builder, loc, tensor, dims, kept, ddof, omit);
  case ReductionKind::Argmin:
    return array::ArgminOp::create(builder, loc, tensor, dims, kept, nan);
  case ReductionKind::Argmax:
    return array::ArgmaxOp::create(builder, loc, tensor, dims, kept, nan);
  case ReductionKind::Min:
    return array::ReduceMinOp::create(builder, loc, tensor, dims, kept, nan);
  case ReductionKind::Max:
    return array::ReduceMaxOp::create(builder, loc, tensor, dims, kept, nan);
  case ReductionKind::Any:
    return array::AnyOp::create(builder, loc, tensor, dims, kept);
  case ReductionKind::All:
    return array::AllOp::create(builder, loc, tensor, dims, kept);
  }
  llvm_unreachable("all kinds are listed");
}

ReductionAttr fused::reductionAttrOf(Operation *op) {
  using array::ReductionKind;
  auto reduction = cast<array::Reduction>(op);
  ReductionKind kind = reduction.getReductionKind();
  array::NanMode nan = array::NanMode::Number;
  switch (kind) {
  case ReductionKind::Sum:
  case ReductionKind::Prod:
  case ReductionKind::Mean:
  case ReductionKind::Any:
  case ReductionKind::All:
    break;
  case ReductionKind::Min:
    nan = cast<array::ReduceMinOp>(op).getNan();
    break;
  case ReductionKind::Max:
    nan = cast<array::ReduceMaxOp>(op).getNan();
    break;
  default:
    return {};
  }
  if (reduction.omitsNan())
    return {};
  return ReductionAttr::get(op->getContext(), kind, reduction.getReducedDims(),
                            reduction.keepsDims(), nan);
}

Value fused::alignExtra(OpBuilder &builder, Location loc, Value extra,
                        AffineMap map) {
  unsigned rank = map.getNumDims();
  auto type = cast<RankedTensorType>(extra.getType());
  int64_t offset = rank - type.getRank();
  bool aligned = offset >= 0;
  for (auto [i, expr] : llvm::enumerate(map.getResults()))
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      aligned &= dim.getPosition() == offset + i;
  if (aligned)
    return extra;

  // Permute so that the mapped dims ascend and the size-1 dims come last.
  SmallVector<int64_t> perm =
      llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
  auto position = [&](int64_t i) -> unsigned {
    auto dim = dyn_cast<AffineDimExpr>(map.getResult(i));
    return dim ? dim.getPosition() : rank;
  };
  llvm::sort(perm, [&](int64_t a, int64_t b) {
    return std::pair(position(a), a) < std::pair(position(b), b);
  });
  SmallVector<int64_t> sizes(rank, 1);
  SmallVector<Value> dynamic;
  for (int64_t i : perm)
    if (unsigned dim = position(i); dim < rank) {
      sizes[dim] = type.getDimSize(i);
      if (type.isDynamicDim(i))
        dynamic.push_back(dimOf(builder, loc, extra, i));
    }
  // Dims of size 1 move no element: a reshape places them.
  SmallVector<int64_t> moved = llvm::filter_to_vector(
      perm, [&](int64_t i) { return position(i) < rank; });
  if (!llvm::is_sorted(moved))
    extra = array::TransposeOp::create(builder, loc, extra, perm);
  return array::ReshapeOp::create(
      builder, loc, RankedTensorType::get(sizes, type.getElementType()), extra,
      dynamic);
}

/// `value` repeated over the whole iteration space; unchanged where its type
/// already spans it.
Value fused::spanSpace(OpBuilder &builder, Location loc, Value value,
                       ArrayRef<OpFoldResult> sizes) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape;
  SmallVector<Value> dynamic;
  dispatchIndexOpFoldResults(sizes, dynamic, shape);
  bool spans = type.getRank() == static_cast<int64_t>(shape.size());
  for (int64_t d = 0; spans && d < type.getRank(); ++d)
    spans = type.getDimSize(d) != 1 || shape[d] == 1;
  if (spans)
    return value;
  return array::BroadcastOp::create(
      builder, loc, RankedTensorType::get(shape, type.getElementType()), value,
      dynamic);
}

static Value matchType(OpBuilder &builder, Location loc, Value value,
                       Type type) {
  if (value.getType() == type)
    return value;
  return tensor::CastOp::create(builder, loc, type, value);
}

FailureOr<SmallVector<Value>>
fused::decomposeBody(OpBuilder &builder, const UnitBody &body,
                     ValueRange leading, ArrayRef<OpFoldResult> sizes) {
  Location loc = body.op->getLoc();
  IRMapping mapping;
  Block &block = body.block();
  mapping.map(block.getArguments().take_front(body.numLeading), leading);
  for (auto [i, extra] : llvm::enumerate(body.extras))
    mapping.map(block.getArgument(body.numLeading + i),
                alignExtra(builder, loc, extra, body.map(i)));

  for (Operation &op : block.without_terminator()) {
    if (auto constant = dyn_cast<array::ConstantOp>(op)) {
      auto type = RankedTensorType::get({}, constant.getType());
      auto splat = DenseElementsAttr::get(type, Attribute(constant.getValue()));
      mapping.map(
          op.getResult(0),
          array::ConstantOp::create(builder, op.getLoc(), splat).getResult());
      continue;
    }
    SmallVector<Value> operands = llvm::map_to_vector(
        op.getOperands(), [&](Value v) { return mapping.lookup(v); });
    Operation *clone = array::createSameOp(&op, builder, op.getLoc(), operands);
    mapping.map(op.getResult(0), clone->getResult(0));
  }

  SmallVector<Value> results;
  for (auto [i, yielded] :
       llvm::enumerate(block.getTerminator()->getOperands())) {
    Value value = spanSpace(builder, loc, mapping.lookup(yielded), sizes);
    if (i >= body.numStored)
      value = createReduction(builder, loc, body.reduction(i - body.numStored),
                              value);
    results.push_back(
        matchType(builder, loc, value, body.op->getResult(i).getType()));
  }
  return results;
}

static SmallVector<OpFoldResult> sizesOf(OpBuilder &builder, Location loc,
                                         Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<OpFoldResult> sizes;
  for (int64_t d = 0; d < type.getRank(); ++d)
    if (type.isDynamicDim(d))
      sizes.push_back(dimOf(builder, loc, tensor, d));
    else
      sizes.push_back(builder.getIndexAttr(type.getDimSize(d)));
  return sizes;
}

/// For units whose inputs are all extras: a dim's size is that of the first
/// tensor that reads it.
static SmallVector<OpFoldResult> sizesFromInputs(OpBuilder &builder,
                                                 const UnitBody &body) {
  SmallVector<OpFoldResult> sizes(body.rank());
  for (auto [dim, size] : llvm::enumerate(body.iterationShape))
    if (!ShapedType::isDynamic(size))
      sizes[dim] = builder.getIndexAttr(size);
  for (unsigned e = 0; e < body.extras.size(); ++e)
    for (auto [i, expr] : llvm::enumerate(body.map(e).getResults()))
      if (auto dim = dyn_cast<AffineDimExpr>(expr);
          dim && !sizes[dim.getPosition()])
        sizes[dim.getPosition()] =
            dimOf(builder, body.op->getLoc(), body.extras[e], i);
  return sizes;
}

FailureOr<SmallVector<Value>> MapOp::decompose(OpBuilder &builder) {
  UnitBody body = unitBody();
  return decomposeBody(builder, body, {}, sizesFromInputs(builder, body));
}

FailureOr<SmallVector<Value>> ReduceOp::decompose(OpBuilder &builder) {
  UnitBody body = unitBody();
  return decomposeBody(builder, body, {}, sizesFromInputs(builder, body));
}

FailureOr<SmallVector<Value>> ImageNormalizeOp::decompose(OpBuilder &builder) {
  Location loc = getLoc();
  auto dims = builder.getDenseI64ArrayAttr(getDims());
  UnitAttr keep = builder.getUnitAttr();
  Value x = castTo(builder, loc, getInput(), getComputeType());
  Value mean = array::MeanOp::create(builder, loc, x, dims, keep, UnitAttr());
  Value d = array::SubOp::create(builder, loc, x, mean);
  Value square = array::MulOp::create(builder, loc, d, d);
  Value var =
      array::MeanOp::create(builder, loc, square, dims, keep, UnitAttr());
  Value shifted = array::AddOp::create(builder, loc, var, getEpsilon());
  Value sigma = array::SqrtOp::create(builder, loc, shifted);
  Value y = array::DivOp::create(builder, loc, d, sigma);
  if (Value gain = getGain())
    y = array::MulOp::create(builder, loc, y, gain);
  if (Value bias = getBias())
    y = array::AddOp::create(builder, loc, y, bias);
  if (Value clamp = getClamp())
    y = array::MaxOp::create(builder, loc, y, clamp, getClampNanAttr());
  if (Value gamma = getGamma())
    y = array::PowOp::create(builder, loc, y, gamma);
  return decomposeBody(builder, unitBody(), {y, getInput()},
                       sizesOf(builder, loc, getInput()));
}
