// Reductions of partial values to results: one workgroup a row. Rows of many
// partials are cut into blocks first, so that no thread walks a long chain:
// that bounds both the time and the error (16 additions in a row, then a tree).
#include "KernelEmitter.h"

#include <limits>

using namespace mlir;
using namespace runmat;
using array::ReductionKind;

/// Under `nan = number` NaN is the value that loses against every other.
double runmat::reductionIdentity(fused::ReductionAttr reduction) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  bool number = reduction.getNan() == array::NanMode::Number;
  switch (reduction.getKind()) {
  case ReductionKind::Prod:
    return 1;
  case ReductionKind::Min:
    return number ? std::numeric_limits<double>::quiet_NaN() : infinity;
  case ReductionKind::Max:
    return number ? std::numeric_limits<double>::quiet_NaN() : -infinity;
  default:
    return 0;
  }
}

Value runmat::combineValues(ImplicitLocOpBuilder &b,
                            fused::ReductionAttr reduction, Value x, Value y) {
  switch (reduction.getKind()) {
  case ReductionKind::Prod:
    return arith::MulFOp::create(b, x, y);
  case ReductionKind::Min:
    return array::MinOp::create(b, x, y, reduction.getNan());
  case ReductionKind::Max:
    return array::MaxOp::create(b, x, y, reduction.getNan());
  default:
    return arith::AddFOp::create(b, x, y);
  }
}

/// partials[row * cols + i] for i < cols and row * cols + i < total, reduced to
/// result[row]; `last` divides a mean by its count.
static Kernel emitFinish(gpu::GPUModuleOp module, Location loc,
                         fused::ReductionAttr reduction, bool last,
                         unsigned threads) {
  ReductionKind kind = reduction.getKind();
  bool isMean = kind == ReductionKind::Mean;
  bool isSum = isMean || kind == ReductionKind::Sum;
  bool isExtreme = kind == ReductionKind::Min || kind == ReductionKind::Max;
  Kernel description;
  description.name =
      ("reduce_" + array::stringifyReductionKind(
                       isSum && !(isMean && last) ? ReductionKind::Sum : kind))
          .str();
  description.bindings = {{"partials", RM_F32, 1, RM_READ, true},
                          {"result", RM_F32, 1, RM_WRITE, true}};
  description.push = {{"rows"}, {"cols"}, {"total"}};
  if (last && (isMean || isExtreme))
    description.push.push_back({"count", /*isFloat=*/true});
  description.workgroup[0] = threads;
  KernelEmitter e(module, loc, description);

  e.when(e.less(e.group, e.push("rows")), [&] {
    Value from = e.mul(e.group, e.push("cols"));
    Value to = e.min(e.add(from, e.push("cols")), e.push("total"));
    Value identity = e.f32(reductionIdentity(reduction));
    Value sum = e.loop(e.add(from, e.thread), to, e.index(threads), {identity},
                       [&](Value at, ValueRange sums) {
                         return SmallVector<Value>{combineValues(
                             e.b, reduction, sums[0], e.load("partials", at))};
                       })[0];
    Value all = isSum ? e.workgroupSum(sum)
                      : e.workgroupReduce(sum, [&](Value x, Value y) {
                          return combineValues(e.b, reduction, x, y);
                        });
    if (last && isMean)
      all = e.div(all, e.push("count"));
    if (last && isExtreme) {
      // Of nothing: +-infinity, which under `number` is not the identity.
      double extreme = kind == ReductionKind::Min
                           ? std::numeric_limits<double>::infinity()
                           : -std::numeric_limits<double>::infinity();
      Value empty = arith::CmpFOp::create(e.b, arith::CmpFPredicate::OEQ,
                                          e.push("count"), e.f32(0));
      all = e.select(empty, e.f32(extreme), all);
    }
    Value isFirst = e.less(e.thread, e.index(1));
    e.when(isFirst, [&] { e.store("result", all, e.group); });
  });
  return e.finish();
}

void runmat::emitFinishReduction(KernelPlan &plan, gpu::GPUModuleOp module,
                                 Location loc, fused::ReductionAttr reduction,
                                 BufferRef partials, SizeExpr rows,
                                 SizeExpr cols, SizeExpr count,
                                 BufferRef result, unsigned threads,
                                 std::vector<Launch> &launches) {
  auto launch = [&](bool last, BufferRef from, BufferRef to, SizeExpr rows,
                    SizeExpr cols, SizeExpr total) {
    Kernel kernel = emitFinish(module, loc, reduction, last, threads);
    Launch made;
    made.kernel = plan.kernels.size();
    made.bindings = {{from}, {to}};
    made.push = {rows, cols, total};
    if (kernel.push.size() == 4)
      made.push.push_back(count);
    linearGrid(rows, made.grid);
    plan.kernels.push_back(std::move(kernel));
    launches.push_back(std::move(made));
  };
  SizeExpr block = 16 * int64_t(threads);
  if (rows.isConstant() && rows.constant() == 1 &&
      !(cols.isConstant() && cols.constant() <= block.constant())) {
    SizeExpr blocks =
        plan.define("blocks" + std::to_string(plan.workspaces.size()),
                    ceilDiv(cols, block));
    unsigned between = plan.addWorkspace(
        "blocks" + std::to_string(plan.workspaces.size()), max(blocks, 1) * 4);
    BufferRef middle{BufferRef::Kind::Workspace, between};
    launch(false, partials, middle, blocks, block, cols);
    launch(true, middle, result, 1, blocks, blocks);
    return;
  }
  launch(true, partials, result, rows, cols, rows * cols);
}
