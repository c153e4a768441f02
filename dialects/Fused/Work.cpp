// work() of a nest: the bytes that it moves, those that its operations one by
// one would move, and its operations by kind. Kinds are few on purpose: what
// one costs on a device is the cost model's business.
#include "runmat/Dialect/Fused/Fused.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fused;

FlopKind fused::flopKindOf(Operation *op) {
  using namespace array;
  if (isa<DivOp, ModOp, RemOp, SqrtOp, RsqrtOp, HypotOp>(op) &&
      isa<FloatType>(getElementTypeOrSelf(op->getOperand(0))))
    return FlopKind::Division;
  if (isa<CbrtOp, ExpOp, Exp2Op, Expm1Op, LogOp, Log2Op, Log10Op, Log1pOp,
          SinOp, CosOp, TanOp, AsinOp, AcosOp, AtanOp, SinhOp, CoshOp, TanhOp,
          AsinhOp, AcoshOp, AtanhOp, ErfOp, Atan2Op, PowOp, RandomOp>(op))
    return FlopKind::Transcendental;
  return FlopKind::Simple;
}

double fused::bytesOfElement(Type type) {
  return std::max(1u, getElementTypeOrSelf(type).getIntOrFloatBitWidth() / 8);
}

namespace {
/// Which dims of the space each scalar of the stages varies along.
class Spans {
public:
  explicit Spans(NestOp op) : op(op) {}

  ArrayRef<unsigned> of(Value value) { return spans[value]; }
  void set(Value value, SmallVector<unsigned> dims) {
    spans[value] = std::move(dims);
  }
  void setFromOperands(Operation &inner) {
    llvm::SmallBitVector dims(op.getRank());
    for (Value operand : inner.getOperands())
      for (unsigned dim : spans[operand])
        dims.set(dim);
    set(inner.getResult(0), llvm::to_vector(dims.set_bits()));
  }

private:
  NestOp op;
  llvm::DenseMap<Value, SmallVector<unsigned>> spans;
};
} // namespace

static SmallVector<unsigned> dimsOf(AffineMap map) {
  SmallVector<unsigned> dims;
  for (AffineExpr expr : map.getResults())
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      dims.push_back(dim.getPosition());
  llvm::sort(dims);
  return dims;
}

/// Adds one operation's flops, and what it moves as an array operation.
static void addOperation(Operation &inner, Spans &spans, UnitWork &work,
                         unsigned rank) {
  if (isa<array::ConstantOp>(inner)) {
    spans.set(inner.getResult(0), {});
    return;
  }
  if (auto index = dyn_cast<IndexOp>(inner))
    spans.set(inner.getResult(0), {static_cast<unsigned>(index.getDim())});
  else if (isa<RandomOp>(inner))
    spans.set(inner.getResult(0),
              llvm::to_vector(llvm::seq<unsigned>(0, rank)));
  else
    spans.setFromOperands(inner);
  work.flopsOf(flopKindOf(&inner)).add(1, spans.of(inner.getResult(0)));
  llvm::SmallSetVector<Value, 4> values(inner.operand_begin(),
                                        inner.operand_end());
  values.insert(inner.getResult(0));
  for (Value value : values)
    work.bytesUnfused.add(bytesOfElement(value.getType()), spans.of(value));
}

UnitWork NestOp::work() {
  UnitWork work;
  work.iterationShape.assign(getSpace().begin(), getSpace().end());
  Spans spans(*this);
  llvm::SmallDenseSet<Value> seen;
  SmallVector<SmallVector<unsigned>> arguments;
  for (auto [i, input] : llvm::enumerate(getInputs())) {
    arguments.push_back(dimsOf(getMap(i)));
    if (seen.insert(input).second)
      work.bytesRead.add(bytesOfElement(input.getType()), arguments.back());
  }
  SmallVector<unsigned> space =
      llvm::to_vector(llvm::seq<unsigned>(0, getRank()));
  SmallVector<NestYield> yields = getAllYields();
  unsigned next = 0;
  for (unsigned stage = 0; stage < getStages().size(); ++stage) {
    Block &block = getStage(stage);
    for (auto [argument, dims] : llvm::zip(block.getArguments(), arguments))
      spans.set(argument, dims);
    for (Operation &inner : block.without_terminator())
      addOperation(inner, spans, work, getRank());
    for (; next < yields.size() && yields[next].stage == stage; ++next) {
      const NestYield &yield = yields[next];
      SmallVector<unsigned> kept =
          yield.isStore() ? space : keptDims(getRank(), yield.dims);
      arguments.append(yield.numValues, kept);
      if (yield.result)
        work.bytesWritten.add(bytesOfElement(yield.valueType), kept);
      if (yield.isStore())
        continue;
      work.flopsOf(FlopKind::Simple).add(yield.numValues, space);
      work.bytesUnfused.add(bytesOfElement(yield.element), space);
      work.bytesUnfused.add(bytesOfElement(yield.valueType), kept);
    }
  }
  return work;
}

UnitWork fused::workOf(Unit unit) {
  OpBuilder builder(unit);
  auto nest = cast<NestOp>(unit.nest(builder));
  UnitWork work = nest.work();
  nest.erase();
  return work;
}
