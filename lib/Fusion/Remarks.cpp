// Remarks: a fused unit says what it saved, a near miss why and what would make
// it match. Category `fusion`, named by the pass.
#include "Fusion.h"

#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fusion;

static StringRef functionNameOf(Operation *op) {
  auto function = op->getParentOfType<FunctionOpInterface>();
  return function ? function.getName() : StringRef("<no function>");
}

static remark::RemarkOpts optionsFor(Operation *op, StringRef pass) {
  return remark::RemarkOpts::name(pass).category("fusion").function(
      functionNameOf(op));
}

void fusion::reportMissed(Operation *op, StringRef pass,
                          fused::Rejection reason) {
  fused::RejectionText text = fused::textOf(reason);
  auto remark = remark::missed(op->getLoc(), optionsFor(op, pass));
  remark << remark::reason("{0}: {1}", text.name.str(), text.why.str());
  if (!text.hint.empty())
    remark << remark::suggest("{0}", text.hint.str());
}

void Traffic::add(Operation *op, ArrayRef<int64_t> space) {
  llvm::SmallSetVector<Value, 4> values(op->operand_begin(), op->operand_end());
  values.insert(op->result_begin(), op->result_end());
  for (Value value : values) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type)
      continue;
    if (type.getShape() == space)
      bytesPerElement += fused::bytesOfElement(type);
    if (type.hasStaticShape())
      bytes += fused::bytesOfElement(type) *
               static_cast<double>(type.getNumElements());
    else
      known = false;
  }
}

void fusion::reportMerged(Operation *unit, StringRef pass, unsigned operations,
                          std::optional<double> savedBytes) {
  auto remark = remark::passed(unit->getLoc(), optionsFor(unit, pass));
  remark << remark::add("one {0} in place of {1} operations",
                        unit->getName().getStringRef().str(), operations)
         << remark::metric("Operations", operations);
  if (savedBytes)
    remark << remark::metric("SavedBytes", static_cast<int64_t>(*savedBytes));
}

void fusion::reportFused(Operation *unit, StringRef pass,
                         const FusionRewriter &rewriter) {
  fused::UnitWork work = fused::workOf(cast<fused::Unit>(unit));
  auto remark = remark::passed(unit->getLoc(), optionsFor(unit, pass));
  remark << remark::add("one {0} in place of {1} operations",
                        unit->getName().getStringRef().str(),
                        rewriter.erasedOps)
         << remark::metric("Operations", rewriter.erasedOps);
  if (rewriter.erased.known &&
      llvm::none_of(work.iterationShape, ShapedType::isDynamic)) {
    double now = work.bytesRead.evaluate(work.iterationShape) +
                 work.bytesWritten.evaluate(work.iterationShape);
    remark << remark::metric("SavedBytes",
                             static_cast<int64_t>(rewriter.erased.bytes - now));
    return;
  }
  double now = 0;
  for (const fused::SizeExpr *expr : {&work.bytesRead, &work.bytesWritten})
    for (const fused::SizeExpr::Term &term : expr->terms)
      if (term.dims.size() == work.iterationShape.size())
        now += term.coefficient;
  remark << remark::metric(
      "SavedBytesPerElement",
      static_cast<int64_t>(rewriter.erased.bytesPerElement - now));
}
