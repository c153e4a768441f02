// Extras broadcast by types alone, as array operations do: an open size must be
// that of the iteration space.
#include "runmat/Conversion/UnitChecks.h"
#include "runmat/Dialect/Array/CheckMessages.h"
#include "runmat/Dialect/Offload/Offload.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace runmat;

/// The check that the region's first use of extra `number` would make.
static void checkExtra(OpBuilder &b, Operation *op, const fused::UnitBody &unit,
                       unsigned number) {
  Value extra = unit.extras[number], input = op->getOperand(0);
  auto type = cast<RankedTensorType>(extra.getType()),
       space = cast<RankedTensorType>(input.getType());
  BlockArgument element = unit.block().getArgument(unit.numLeading + number);
  unsigned operand = unit.firstExtraOperand + number;
  Location loc = op->getLoc(), place = loc;
  if (!element.use_empty()) {
    OpOperand *first = nullptr;
    for (OpOperand &use : element.getUses())
      if (!first || use.getOwner()->isBeforeInBlock(first->getOwner()))
        first = &use;
    operand = first->getOperandNumber();
    place = first->getOwner()->getLoc();
  }
  // In the order of the space's dims, as array operations check theirs.
  AffineMap map = unit.map(number);
  for (unsigned dim = 0; dim < unit.rank(); ++dim) {
    std::optional<unsigned> own =
        map.getResultPosition(getAffineDimExpr(dim, b.getContext()));
    if (!own || (!type.isDynamicDim(*own) && !space.isDynamicDim(dim)))
      continue;
    Value expected = tensor::DimOp::create(b, loc, input, dim);
    Value actual = tensor::DimOp::create(b, loc, extra, *own);
    Value same = arith::CmpIOp::create(b, place, arith::CmpIPredicate::eq,
                                       expected, actual);
    offload::CheckOp::create(b, place, same,
                             array::check::operandSizes(dim, operand),
                             ValueRange{expected, actual},
                             /*unsupported=*/false);
  }
}

void runmat::checkExtraSizes(OpBuilder &b, fused::Unit unit) {
  fused::UnitBody body = unit.unitBody();
  for (unsigned number = 0; number < body.extras.size(); ++number)
    checkExtra(b, unit, body, number);
}

void runmat::checkInputSizes(OpBuilder &b, fused::NestOp nest) {
  if (nest.isOnBuffers())
    return;
  Location loc = nest.getLoc();
  for (unsigned input = 0; input < nest.getInputs().size(); ++input)
    for (auto [at, expr] : llvm::enumerate(nest.getMap(input).getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      Value tensor = nest.getInputs()[input];
      if (!dim || !ShapedType::isDynamic(nest.getSpace()[dim.getPosition()]))
        continue;
      fused::SpaceSize source = nest.getSizeSource(dim.getPosition());
      if (source.value == tensor && source.dim == static_cast<int64_t>(at))
        continue;
      Value expected = tensor::DimOp::create(b, loc, source.value, source.dim);
      Value actual = tensor::DimOp::create(b, loc, tensor, at);
      Value same = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                         expected, actual);
      offload::CheckOp::create(
          b, loc, same, array::check::operandSizes(dim.getPosition(), input),
          ValueRange{expected, actual}, /*unsupported=*/false);
    }
}
