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

static Value openSizeOf(OpBuilder &b, fused::NestOp nest, unsigned dim) {
  fused::SpaceSize source = nest.getSizeSource(dim);
  if (source.dim < 0)
    return source.value;
  return b.createOrFold<tensor::DimOp>(nest.getLoc(), source.value, source.dim);
}

/// `expr` for this execution of the nest.
static Value evaluate(OpBuilder &b, fused::NestOp nest,
                      const fused::SizeExpr &expr) {
  Location loc = nest.getLoc();
  fused::SizeExpr open; // sizes that are known multiplied out
  for (const fused::SizeExpr::Term &term : expr.terms) {
    double coefficient = term.coefficient;
    SmallVector<unsigned> dims;
    for (unsigned dim : term.dims) {
      if (int64_t size = nest.getSpace()[dim]; ShapedType::isDynamic(size))
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
    for (unsigned dim : term.dims)
      product =
          arith::MulIOp::create(b, loc, product, openSizeOf(b, nest, dim));
    sum = sum ? Value(arith::AddIOp::create(b, loc, sum, product)) : product;
  }
  return sum ? sum : arith::ConstantIndexOp::create(b, loc, 0);
}

/// Counts what the nest moves and saves: evaluated in front of it, where its
/// operands are, and counted behind it, where it has ended.
static void countBytes(fused::NestOp nest, Operation *begin, Operation *end) {
  fused::UnitWork work = nest.work();
  fused::SizeExpr moved = work.bytesRead, saved = work.bytesUnfused;
  for (const fused::SizeExpr::Term &term : work.bytesWritten.terms)
    moved.add(term.coefficient, term.dims);
  for (const fused::SizeExpr::Term &term : moved.terms)
    saved.add(-term.coefficient, term.dims);
  OpBuilder before(begin), after(begin);
  after.setInsertionPointAfter(end);
  for (auto [name, expr] :
       {std::pair{"bytes_moved", &moved}, std::pair{"bytes_saved", &saved}})
    offload::CountOp::create(after, nest.getLoc(), name,
                             evaluate(before, nest, *expr));
}

namespace {
struct MarkUnitsPass : runmat::impl::MarkUnitsBase<MarkUnitsPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    Builder b(&getContext());
    SmallVector<Attribute> table;
    module.walk([&](fused::NestOp unit) {
      Location loc = unit->getLoc();
      auto number = int32_t(table.size());
      std::string name = fused::nameOf(unit);
      table.push_back(b.getDictionaryAttr(
          {b.getNamedAttr("name", b.getStringAttr(name)),
           b.getNamedAttr("location", b.getStringAttr(locationText(loc)))}));
      OpBuilder builder(unit);
      auto begin = offload::UnitBeginOp::create(builder, loc, number);
      builder.setInsertionPointAfter(unit);
      auto end = offload::UnitEndOp::create(builder, loc, number);
      countBytes(unit, begin, end);
    });
    if (!table.empty())
      module->setAttr("offload.units", b.getArrayAttr(table));
  }
};
} // namespace
