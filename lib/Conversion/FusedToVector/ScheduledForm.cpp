// What the schedule of fused.image_normalize cannot read or write in step with
// its vectors is made or taken by array operations around the unit: one pass
// over the operand in question, where taking the whole unit apart would cost
// several over the batch.
#include "ImageNormalize.h"
#include "runmat/Conversion/CPUDetours.h"
#include "runmat/Conversion/UnitChecks.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace runmat;

namespace {
class ScheduledForm {
public:
  explicit ScheduledForm(fused::ImageNormalizeOp op)
      : op(op), unit(op.unitBody()), b(op), loc(op.getLoc()),
        input(op.getInput().getType()),
        batchRank(input.getRank() - op.getDims().size()) {}

  fused::ImageNormalizeOp run();

private:
  void inStep(Value &extra, AffineMap &map);
  Value sizeOf(unsigned dim) {
    return tensor::DimOp::create(b, loc, op.getInput(), dim);
  }
  Value cast(Location at, Value value, Type element) {
    auto tensor = dyn_cast<RankedTensorType>(value.getType());
    return array::CastOp::create(
        b, at, tensor ? tensor.clone(element) : element, value);
  }
  void report(CPUDetour detour, const char *what, unsigned number) {
    reportDetour(op, "convert-fused-to-vector", detour,
                 what + std::to_string(number));
  }

  fused::ImageNormalizeOp op;
  fused::UnitBody unit;
  OpBuilder b;
  Location loc;
  RankedTensorType input;
  unsigned batchRank;
};
} // namespace

/// Copies the extra to the layout of the plane, or of the whole input where it
/// depends on the plane too.
void ScheduledForm::inStep(Value &extra, AffineMap &map) {
  bool readsBatch = false;
  for (AffineExpr expr : map.getResults())
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      readsBatch |= dim.getPosition() < batchRank;
  unsigned first = readsBatch ? 0 : batchRank, rank = input.getRank() - first;
  MLIRContext *context = b.getContext();
  SmallVector<AffineExpr> results;
  for (AffineExpr expr : map.getResults()) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    results.push_back(dim ? getAffineDimExpr(dim.getPosition() - first, context)
                          : expr);
  }
  Value aligned = fused::alignExtra(b, loc, extra,
                                    AffineMap::get(rank, 0, results, context));
  auto type = ::cast<RankedTensorType>(aligned.getType());
  SmallVector<int64_t> shape(input.getShape().drop_front(first));
  bool spans = type.getRank() == rank;
  for (unsigned d = 0; spans && d < rank; ++d)
    spans = type.getDimSize(d) != 1 || shape[d] == 1;
  if (!spans) {
    SmallVector<Value> dynamic;
    for (unsigned d = 0; d < rank; ++d)
      if (ShapedType::isDynamic(shape[d]))
        dynamic.push_back(sizeOf(first + d));
    aligned = array::BroadcastOp::create(
        b, loc, RankedTensorType::get(shape, type.getElementType()), aligned,
        dynamic);
  }
  extra = aligned;
  SmallVector<AffineExpr> dims;
  for (unsigned d = 0; d < rank; ++d)
    dims.push_back(getAffineDimExpr(first + d, context));
  map = AffineMap::get(input.getRank(), 0, dims, context);
}

fused::ImageNormalizeOp ScheduledForm::run() {
  SmallVector<Value> extras;
  SmallVector<Attribute> maps;
  checkExtraSizes(b, op);
  for (auto [number, given] : llvm::enumerate(unit.extras)) {
    Value extra = given;
    AffineMap map = unit.map(number);
    if (array::elementTypeOf(extra.getType()).isInteger(1)) {
      report(CPUDetour::LogicalBytes, "extra #", number);
      extra = cast(loc, extra, b.getI8Type());
    }
    if (!accessOf(op, map)) {
      report(CPUDetour::ExtraCopied, "extra #", number);
      inStep(extra, map);
    }
    extras.push_back(extra);
    maps.push_back(AffineMapAttr::get(map));
  }
  SmallVector<Type> types(op.getResultTypes());
  for (unsigned i = 0; i < op.getNumStored(); ++i)
    if (array::elementTypeOf(types[i]).isInteger(1)) {
      report(CPUDetour::LogicalBytes, "result #", i);
      types[i] = ::cast<RankedTensorType>(types[i]).clone(b.getI8Type());
    }

  auto made = ::cast<fused::ImageNormalizeOp>(
      op.makeAnew(b, extras, b.getArrayAttr(maps), op.getReductions(), types));
  made.getEpilogue().takeBody(op.getEpilogue());
  Block &block = made.getEpilogue().front();
  b.setInsertionPointToStart(&block);
  for (BlockArgument element : block.getArguments().drop_front(2))
    if (element.getType().isInteger(1)) {
      element.setType(b.getI8Type());
      Value logical = cast(loc, element, b.getI1Type());
      element.replaceAllUsesExcept(logical, logical.getDefiningOp());
    }
  Operation *yield = block.getTerminator();
  b.setInsertionPoint(yield);
  for (unsigned i = 0; i < made.getNumStored(); ++i)
    if (Value value = yield->getOperand(i); value.getType().isInteger(1))
      yield->setOperand(i, cast(loc, value, b.getI8Type()));

  b.setInsertionPointAfter(made);
  for (auto [before, after] : llvm::zip(op.getResults(), made.getResults()))
    before.replaceAllUsesWith(
        before.getType() == after.getType()
            ? Value(after)
            : cast(loc, after, array::elementTypeOf(before.getType())));
  op.erase();
  return made;
}

fused::ImageNormalizeOp runmat::toScheduledForm(fused::ImageNormalizeOp op) {
  return ScheduledForm(op).run();
}
