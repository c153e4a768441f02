// work(): bytes and flops of a unit. Kinds of flop are few on purpose: what one
// costs on a device is the cost model's business.
#include "runmat/Dialect/Fused/Fused.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fused;

FlopKind fused::flopKindOf(Operation *op) {
  using namespace array;
  if (isa<DivOp, ModOp, RemOp, SqrtOp, RsqrtOp, HypotOp>(op) &&
      isa<FloatType>(array::elementTypeOf(op->getOperand(0).getType())))
    return FlopKind::Division;
  if (isa<CbrtOp, ExpOp, Exp2Op, Expm1Op, LogOp, Log2Op, Log10Op, Log1pOp,
          SinOp, CosOp, TanOp, AsinOp, AcosOp, AtanOp, SinhOp, CoshOp, TanhOp,
          AsinhOp, AcoshOp, AtanhOp, ErfOp, Atan2Op, PowOp>(op))
    return FlopKind::Transcendental;
  return FlopKind::Simple;
}

double fused::bytesOfElement(Type type) {
  return std::max(1u, array::elementTypeOf(type).getIntOrFloatBitWidth() / 8);
}

static SmallVector<unsigned> allDims(const UnitBody &body) {
  return llvm::to_vector(llvm::seq<unsigned>(0, body.rank()));
}

void fused::addBodyWork(const UnitBody &body, UnitWork &work) {
  SmallVector<unsigned> space = allDims(body);
  for (auto [i, extra] : llvm::enumerate(body.extras)) {
    SmallVector<unsigned> dims;
    for (AffineExpr expr : body.map(i).getResults())
      if (auto dim = dyn_cast<AffineDimExpr>(expr))
        dims.push_back(dim.getPosition());
    work.bytesRead.add(bytesOfElement(extra.getType()), dims);
  }
  for (Operation &op : body.block().without_terminator())
    if (!isa<array::ConstantOp>(op))
      work.flopsOf(flopKindOf(&op)).add(1, space);
  for (unsigned i = 0; i < body.numStored; ++i)
    work.bytesWritten.add(bytesOfElement(body.op->getResult(i).getType()),
                          space);
  for (unsigned i = 0; i < body.reductions.size(); ++i) {
    ReductionAttr reduction = body.reduction(i);
    SmallVector<unsigned> kept = keptDims(body.rank(), reduction.getDims());
    work.flopsOf(FlopKind::Simple).add(1, space);
    work.bytesWritten.add(
        bytesOfElement(body.op->getResult(body.numStored + i).getType()), kept);
  }
}

/// The dims of an iteration space of `rank` dims that a tensor has: those that
/// a reduction keeps, else the last ones, as array operations broadcast.
static SmallVector<unsigned> dimsOf(Value tensor, unsigned rank) {
  auto reduction = tensor.getDefiningOp<array::Reduction>();
  if (reduction && !reduction.keepsDims())
    return keptDims(rank, reduction.getReducedDims());
  auto own = cast<RankedTensorType>(tensor.getType()).getRank();
  return llvm::to_vector(llvm::seq<unsigned>(rank - own, rank));
}

/// The bytes of a tensor in terms of the iteration space; nothing where it has
/// other dims of unknown size.
static void addTensor(SizeExpr &sum, Value tensor, unsigned rank) {
  auto type = dyn_cast<RankedTensorType>(tensor.getType());
  if (!type)
    return;
  SmallVector<unsigned> dims = dimsOf(tensor, rank), open;
  if (!type.hasStaticShape() && dims.size() != size_t(type.getRank()))
    return;
  double coefficient = bytesOfElement(type);
  for (auto [at, size] : llvm::enumerate(type.getShape())) {
    if (ShapedType::isDynamic(size))
      open.push_back(dims[at]);
    else
      coefficient *= static_cast<double>(size);
  }
  sum.add(coefficient, open);
}

SizeExpr fused::decomposedBytes(Unit unit) {
  struct Inserted : OpBuilder::Listener {
    SmallVector<Operation *> ops;
    void notifyOperationInserted(Operation *op,
                                 OpBuilder::InsertPoint) override {
      ops.push_back(op);
    }
  } inserted;
  OpBuilder builder(unit);
  builder.setListener(&inserted);
  bool done = succeeded(unit.decompose(builder));
  SizeExpr sum;
  unsigned rank = unit.unitBody().rank();
  for (Operation *op : inserted.ops) {
    if (!done || !isa<array::ArrayDialect>(op->getDialect()) ||
        isa<array::ConstantOp, array::ReshapeOp, array::BroadcastOp>(op))
      continue;
    llvm::SmallSetVector<Value, 4> values(op->operand_begin(),
                                          op->operand_end());
    values.insert(op->result_begin(), op->result_end());
    for (Value value : values)
      addTensor(sum, value, rank);
  }
  for (Operation *op : llvm::reverse(inserted.ops))
    op->erase();
  return sum;
}

static UnitWork bodyWork(const UnitBody &body) {
  UnitWork work;
  work.iterationShape = body.iterationShape;
  addBodyWork(body, work);
  return work;
}

UnitWork MapOp::work() { return bodyWork(unitBody()); }
UnitWork ReduceOp::work() { return bodyWork(unitBody()); }

UnitWork ImageNormalizeOp::work() {
  UnitBody body = unitBody();
  UnitWork work = bodyWork(body);
  SmallVector<unsigned> space = allDims(body), batch = space;
  batch.truncate(body.rank() - getDims().size());
  // The statistics need the whole plane before the first element can be
  // written: two readings.
  work.bytesRead.add(2 * bytesOfElement(getInput().getType()), space);
  for (Value slot :
       {getEpsilon(), getGain(), getBias(), getClamp(), getGamma()})
    if (slot)
      work.bytesRead.add(bytesOfElement(slot.getType()), {});
  // Shifted sums: a subtraction, an addition, a multiplication and an addition;
  // then a subtraction and the product with the scale.
  double simple = 6 + (getBias() ? 1 : 0) + (getClamp() ? 1 : 0);
  work.flopsOf(FlopKind::Simple).add(simple, space);
  if (getGamma())
    work.flopsOf(FlopKind::Transcendental).add(1, space);
  work.flopsOf(FlopKind::Division).add(2, batch);
  return work;
}
