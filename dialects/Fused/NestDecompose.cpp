// fused.nest as array operations: the oracle of its lowerings. Each stage's
// body is cloned onto tensors; what earlier stages reduced broadcasts again.
#include "runmat/Dialect/Fused/Fused.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fused;

namespace {
class NestDecomposition {
public:
  NestDecomposition(NestOp op, OpBuilder &b) : op(op), b(b), loc(op.getLoc()) {
    for (unsigned dim = 0; dim < op.getRank(); ++dim)
      sizes.push_back(sizeOf(dim));
  }

  FailureOr<SmallVector<Value>> run();

private:
  OpFoldResult sizeOf(unsigned dim);
  FailureOr<Value> clone(Operation &inner, IRMapping &mapping);
  Value random(RandomOp random, IRMapping &mapping);
  SmallVector<Value> valuesOf(const NestYield &yield, Value tensor);
  Value splat(Type element, double value);

  NestOp op;
  OpBuilder &b;
  Location loc;
  SmallVector<OpFoldResult> sizes;
  SmallVector<Value> results;
};
} // namespace

OpFoldResult NestDecomposition::sizeOf(unsigned dim) {
  if (int64_t size = op.getSpace()[dim]; !ShapedType::isDynamic(size))
    return b.getIndexAttr(size);
  SpaceSize source = op.getSizeSource(dim);
  if (source.dim < 0)
    return source.value;
  return tensor::DimOp::create(b, loc, source.value, source.dim).getResult();
}

Value NestDecomposition::splat(Type element, double value) {
  auto type = RankedTensorType::get({}, element);
  return array::ConstantOp::create(
      b, loc,
      DenseElementsAttr::get(type, Attribute(b.getFloatAttr(element, value))));
}

Value NestDecomposition::random(RandomOp random, IRMapping &mapping) {
  auto scalar = [&](Value value) -> Value {
    Value tensor = mapping.lookup(value);
    SmallVector<Value> zeros(cast<RankedTensorType>(tensor.getType()).getRank(),
                             arith::ConstantIndexOp::create(b, loc, 0));
    return tensor::ExtractOp::create(b, loc, tensor, zeros);
  };
  Value key = scalar(random.getKey()), offset = scalar(random.getOffset());
  SmallVector<int64_t> shape;
  SmallVector<Value> dynamic;
  dispatchIndexOpFoldResults(sizes, dynamic, shape);
  auto type = RankedTensorType::get(shape, random.getType());
  if (random.getNormal())
    return array::RandNormalOp::create(b, loc, type, key, offset, dynamic);
  return array::RandUniformOp::create(b, loc, type, key, offset, dynamic);
}

/// The tensor whose elements `inner` computes; fails where it is no array
/// operation.
FailureOr<Value> NestDecomposition::clone(Operation &inner,
                                          IRMapping &mapping) {
  Location place = inner.getLoc();
  if (auto constant = dyn_cast<array::ConstantOp>(inner)) {
    auto type = RankedTensorType::get({}, constant.getType());
    return array::ConstantOp::create(
               b, place,
               DenseElementsAttr::get(type, Attribute(constant.getValue())))
        .getResult();
  }
  if (auto index = dyn_cast<IndexOp>(inner)) {
    SmallVector<OpFoldResult> ramp(op.getRank(), b.getIndexAttr(1));
    ramp[index.getDim()] = sizes[index.getDim()];
    SmallVector<int64_t> shape;
    SmallVector<Value> dynamic;
    dispatchIndexOpFoldResults(ramp, dynamic, shape);
    return array::IotaOp::create(b, place,
                                 RankedTensorType::get(shape, b.getI64Type()),
                                 index.getDim(), dynamic)
        .getResult();
  }
  if (auto number = dyn_cast<RandomOp>(inner))
    return random(number, mapping);
  if (!isa<array::Elementwise>(inner))
    return inner.emitOpError("has no form on tensors");
  SmallVector<Value> operands = llvm::map_to_vector(
      inner.getOperands(), [&](Value v) { return mapping.lookup(v); });
  return array::createSameOp(&inner, b, place, operands)->getResult(0);
}

/// What later stages see of a yield, in forms that broadcast against the space.
SmallVector<Value> NestDecomposition::valuesOf(const NestYield &yield,
                                               Value tensor) {
  if (yield.isStore()) {
    if (yield.result)
      results[*yield.result] = tensor;
    return {tensor};
  }
  if (isa<MomentsAttr>(yield.attr)) {
    auto dims = b.getDenseI64ArrayAttr(yield.dims);
    Value mean = array::MeanOp::create(b, loc, tensor, dims, b.getUnitAttr(),
                                       UnitAttr());
    Value variance = array::VarOp::create(b, loc, tensor, dims, b.getUnitAttr(),
                                          b.getI64IntegerAttr(0), UnitAttr());
    return {mean, splat(yield.element, 0), variance, splat(yield.element, 1)};
  }
  auto reduction = cast<ReductionAttr>(yield.attr);
  Value reduced = createReduction(b, loc, reduction, tensor);
  if (yield.result)
    results[*yield.result] = reduced;
  if (reduction.getKeep())
    return {reduced};
  SmallVector<AffineExpr> exprs;
  for (unsigned dim : keptDims(op.getRank(), yield.dims))
    exprs.push_back(b.getAffineDimExpr(dim));
  return {alignExtra(b, loc, reduced,
                     AffineMap::get(op.getRank(), 0, exprs, b.getContext()))};
}

FailureOr<SmallVector<Value>> NestDecomposition::run() {
  results.resize(op.getNumResults());
  SmallVector<Value> arguments;
  for (auto [i, input] : llvm::enumerate(op.getInputs()))
    arguments.push_back(alignExtra(b, loc, input, op.getMap(i)));
  SmallVector<NestYield> yields = op.getAllYields();
  unsigned next = 0;
  for (unsigned stage = 0; stage < op.getStages().size(); ++stage) {
    Block &block = op.getStage(stage);
    IRMapping mapping;
    mapping.map(block.getArguments(), arguments);
    for (Operation &inner : block.without_terminator()) {
      FailureOr<Value> value = clone(inner, mapping);
      if (failed(value))
        return failure();
      mapping.map(inner.getResult(0), *value);
    }
    for (; next < yields.size() && yields[next].stage == stage; ++next) {
      Value scalar = block.getTerminator()->getOperand(yields[next].operand);
      arguments.append(valuesOf(
          yields[next], spanSpace(b, loc, mapping.lookup(scalar), sizes)));
    }
  }
  for (auto [result, made] : llvm::zip(op.getResults(), results))
    if (made.getType() != result.getType())
      made = tensor::CastOp::create(b, loc, result.getType(), made);
  return results;
}

FailureOr<SmallVector<Value>> NestOp::decompose(OpBuilder &builder) {
  return NestDecomposition(*this, builder).run();
}
