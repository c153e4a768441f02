// Destinations of nests. A loop's state that only the nest reads any more is
// written in place; everything else gets memory of its own, one tensor.empty
// a result, so that bufferization sees no two results as one.
#include "runmat/Dialect/Fused/Fused.h"
#include "runmat/Target/CPU/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/LoopLikeInterface.h"

namespace runmat {
#define GEN_PASS_DEF_ASSIGNDESTINATIONS
#include "runmat/Target/CPU/Passes.h.inc"
} // namespace runmat

using namespace mlir;
using namespace runmat;

/// Whether memory of `value` is the program's to write in this block: the state
/// of an enclosing loop, or what another nest or tensor.empty made here.
static bool isWritableHere(Value value, Block *block) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return argument.getOwner() == block &&
           isa<scf::ForOp, scf::WhileOp>(block->getParentOp());
  return value.getParentBlock() == block &&
         isa<fused::NestOp>(value.getDefiningOp());
}

/// Whether nothing reads `value` behind or beside `nest`.
static bool isLastUse(Value value, fused::NestOp nest) {
  for (Operation *user : value.getUsers()) {
    Operation *here = nest->getBlock()->findAncestorOpInBlock(*user);
    if (!here || (here != nest && !here->isBeforeInBlock(nest)))
      return false;
    // A part of it, or the value under another name, may be read later.
    if (here != nest && (!isa<fused::NestOp, tensor::DimOp>(user)))
      return false;
  }
  return true;
}

/// An input that result `number` may be written over, or null.
static Value inPlaceDestination(fused::NestOp nest, unsigned number) {
  for (unsigned input = 0; input < nest.getInputs().size(); ++input) {
    Value value = nest.getInputs()[input];
    if (value.getType() != nest.getResult(number).getType() ||
        !nest.canWriteInPlace(input, number) ||
        !isWritableHere(value, nest->getBlock()) || !isLastUse(value, nest))
      continue;
    // Read once, at the element that is written.
    if (llvm::count(nest.getInputs(), value) == 1)
      return value;
  }
  return {};
}

static Value sizeOf(OpBuilder &b, fused::NestOp nest, unsigned dim) {
  fused::SpaceSize source = nest.getSizeSource(dim);
  if (source.dim < 0)
    return source.value;
  return tensor::DimOp::create(b, nest.getLoc(), source.value, source.dim);
}

/// The array that `value` is, a part of, or another shape of.
static Value rootOf(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<array::SliceOp, array::ReshapeOp, tensor::CastOp,
             tensor::ExtractSliceOp, tensor::ExpandShapeOp,
             tensor::CollapseShapeOp>(op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

/// Whether a result goes into an array of which the nest reads parts: written
/// there at once, every part that it reads would have to be copied before.
static bool goesIntoWhatIsRead(fused::NestOp nest, Value result) {
  for (Operation *user : result.getUsers()) {
    Value target;
    if (auto insert = dyn_cast<array::InsertSliceOp>(user))
      target = insert.getDestination();
    else if (auto insert = dyn_cast<tensor::InsertSliceOp>(user))
      target = insert.getDest();
    if (target && llvm::any_of(nest.getInputs(), [&](Value input) {
          return rootOf(input) == rootOf(target);
        }))
      return true;
  }
  return false;
}

static Value emptyDestination(OpBuilder &b, fused::NestOp nest,
                              const fused::NestYield &yield) {
  auto type = cast<RankedTensorType>(nest.getResult(*yield.result).getType());
  SmallVector<Value> open;
  for (unsigned dim = 0; dim < nest.getRank(); ++dim)
    if (ShapedType::isDynamic(nest.getSpace()[dim]) &&
        !llvm::is_contained(yield.dims, int64_t(dim)))
      open.push_back(sizeOf(b, nest, dim));
  if (goesIntoWhatIsRead(nest, nest.getResult(*yield.result)))
    return bufferization::AllocTensorOp::create(b, nest.getLoc(), type, open);
  return tensor::EmptyOp::create(b, nest.getLoc(), type, open);
}

static void assignDestinations(fused::NestOp nest) {
  OpBuilder b(nest);
  SmallVector<Value> outs(nest.getNumResults());
  for (const fused::NestYield &yield : nest.getAllYields()) {
    if (!yield.result)
      continue;
    Value &out = outs[*yield.result];
    out = inPlaceDestination(nest, *yield.result);
    if (!out || llvm::count(outs, out) > 1)
      out = emptyDestination(b, nest, yield);
  }
  nest.getOutsMutable().assign(outs);
}

namespace {
struct AssignDestinationsPass
    : runmat::impl::AssignDestinationsBase<AssignDestinationsPass> {
  void runOnOperation() override {
    getOperation().walk([](fused::NestOp nest) {
      if (!nest.isOnBuffers() && nest.getOuts().empty())
        assignDestinations(nest);
    });
  }
};
} // namespace
