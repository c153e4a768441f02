// --mark-units: telemetry's view of a program. Done while units are still one
// operation each, so that whatever a unit becomes, on either device, lies
// between its marks.
#include "runmat/Conversion/FusedToOffload.h"
#include "runmat/Dialect/Fused/Fused.h"
#include "runmat/Support/Location.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace runmat {
#define GEN_PASS_DEF_MARKUNITS
#include "runmat/Conversion/FusedToOffloadPasses.h.inc"
} // namespace runmat

using namespace mlir;
using namespace runmat;

std::optional<int32_t> runmat::unitNumber(Operation *unit) {
  // Constants and sizes may have come between.
  for (Operation *op = unit->getPrevNode(); op; op = op->getPrevNode()) {
    if (isa<offload::UnitEndOp>(op))
      break;
    if (auto begin = dyn_cast<offload::UnitBeginOp>(op))
      return begin.getUnit();
  }
  return std::nullopt;
}

/// The size of a dim of the iteration space that is open, of an operand that
/// has it.
static Value openSizeOf(OpBuilder &b, fused::Unit unit, unsigned dim) {
  Location loc = unit.getLoc();
  if (auto normalize = dyn_cast<fused::ImageNormalizeOp>(unit.getOperation()))
    return b.createOrFold<tensor::DimOp>(loc, normalize.getInput(), dim);
  fused::UnitBody body = unit.unitBody();
  for (auto [i, extra] : llvm::enumerate(body.extras))
    if (std::optional<unsigned> at = body.map(i).getResultPosition(
            getAffineDimExpr(dim, b.getContext())))
      return b.createOrFold<tensor::DimOp>(loc, extra, *at);
  return {};
}

/// `expr` for this execution of the unit; null where a size is not to be had.
static Value evaluate(OpBuilder &b, fused::Unit unit,
                      const fused::SizeExpr &expr) {
  Location loc = unit.getLoc();
  fused::UnitBody body = unit.unitBody();
  fused::SizeExpr open; // sizes that are known multiplied out
  for (const fused::SizeExpr::Term &term : expr.terms) {
    double coefficient = term.coefficient;
    SmallVector<unsigned> dims;
    for (unsigned dim : term.dims) {
      if (int64_t size = body.iterationShape[dim]; ShapedType::isDynamic(size))
        dims.push_back(dim);
      else
        coefficient *= static_cast<double>(size);
    }
    open.add(coefficient, dims);
  }
  Value sum;
  for (const fused::SizeExpr::Term &term : open.terms) {
    Value product = arith::ConstantIndexOp::create(
        b, loc, static_cast<int64_t>(term.coefficient));
    for (unsigned dim : term.dims) {
      Value size = openSizeOf(b, unit, dim);
      if (!size)
        return {};
      product = arith::MulIOp::create(b, loc, product, size);
    }
    sum = sum ? Value(arith::AddIOp::create(b, loc, sum, product)) : product;
  }
  return sum ? sum : arith::ConstantIndexOp::create(b, loc, 0);
}

/// Counts what the unit moves and saves: evaluated in front of it, where its
/// operands are, and counted behind it, where it has ended.
static void countBytes(fused::Unit unit, Operation *begin, Operation *end) {
  fused::UnitWork work = unit.work();
  fused::SizeExpr moved = work.bytesRead, saved = fused::decomposedBytes(unit);
  for (const fused::SizeExpr::Term &term : work.bytesWritten.terms)
    moved.add(term.coefficient, term.dims);
  for (const fused::SizeExpr::Term &term : moved.terms)
    saved.add(-term.coefficient, term.dims);
  OpBuilder before(begin), after(begin);
  after.setInsertionPointAfter(end);
  for (auto [name, expr] :
       {std::pair{"bytes_moved", &moved}, std::pair{"bytes_saved", &saved}})
    if (Value bytes = evaluate(before, unit, *expr))
      offload::CountOp::create(after, unit.getLoc(), name, bytes);
}

namespace {
struct MarkUnitsPass : runmat::impl::MarkUnitsBase<MarkUnitsPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    Builder b(&getContext());
    SmallVector<Attribute> table;
    module.walk([&](Operation *unit) {
      if (!isa<fused::Unit, fused::NestOp>(unit))
        return;
      Location loc = unit->getLoc();
      auto number = int32_t(table.size());
      std::string name = unit->getName().getStringRef().str();
      if (auto nest = dyn_cast<fused::NestOp>(unit))
        name = "fused." + nest.getKindName().str();
      table.push_back(b.getDictionaryAttr(
          {b.getNamedAttr("name", b.getStringAttr(name)),
           b.getNamedAttr("location", b.getStringAttr(locationText(loc)))}));
      OpBuilder builder(unit);
      auto begin = offload::UnitBeginOp::create(builder, loc, number);
      builder.setInsertionPointAfter(unit);
      auto end = offload::UnitEndOp::create(builder, loc, number);
      if (auto other = dyn_cast<fused::Unit>(unit))
        countBytes(other, begin, end);
    });
    if (!table.empty())
      module->setAttr("offload.units", b.getArrayAttr(table));
  }
};
} // namespace
