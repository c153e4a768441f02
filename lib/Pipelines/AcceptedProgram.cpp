// One walk over the operations of a program, before any stage: what comes after
// may rely on it, and what it refuses never reaches a pass that would say
// something unclear about it, or read memory that it should not.
#include "runmat/Dialect/Array/Array.h"
#include "runmat/Dialect/Fused/Fused.h"
#include "runmat/Pipelines.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace runmat;

/// Operations of arith that the interpreter evaluates too: a program that
/// `--verify` cannot check would only be found by its users.
static bool isScalarArith(Operation *op) {
  return isa<arith::AddFOp, arith::AddIOp, arith::AndIOp, arith::CeilDivSIOp,
             arith::CeilDivUIOp, arith::CmpFOp, arith::CmpIOp, arith::DivFOp,
             arith::DivSIOp, arith::DivUIOp, arith::ExtFOp, arith::ExtSIOp,
             arith::ExtUIOp, arith::FloorDivSIOp, arith::IndexCastOp,
             arith::IndexCastUIOp, arith::MaxSIOp, arith::MaxUIOp,
             arith::MinSIOp, arith::MinUIOp, arith::MulFOp, arith::MulIOp,
             arith::NegFOp, arith::OrIOp, arith::RemSIOp, arith::RemUIOp,
             arith::SIToFPOp, arith::ShLIOp, arith::ShRSIOp, arith::ShRUIOp,
             arith::SubFOp, arith::SubIOp, arith::TruncFOp, arith::TruncIOp,
             arith::XOrIOp>(op);
}

static bool isShaped(Type type) { return isa<ShapedType>(type); }

static LogicalResult refuse(Operation *op) {
  return op->emitOpError("is not accepted in a program; expected operations "
                         "of array and fused, functions and calls of "
                         "func, scf.for, scf.while and scf.if, arith on "
                         "scalars, or tensor.cast, tensor.dim, tensor.extract "
                         "and tensor.from_elements");
}

static LogicalResult checkFunction(func::FuncOp function) {
  StringRef name = function.getName();
  if (name.starts_with("rm_"))
    return function.emitError()
           << "@" << name
           << ": names that start with rm_ are the runtime library's";
  if (name.contains('\0'))
    return function.emitError("a function's name holds a NUL character");
  // Nothing says what it would be linked with.
  if (function.isDeclaration())
    return function.emitError() << "@" << name
                                << " has no body; expected one for every "
                                   "function of a program";
  return success();
}

static LogicalResult checkOperation(Operation *op) {
  if (auto function = dyn_cast<func::FuncOp>(op))
    return checkFunction(function);
  // Expansion of functions makes branches in a unit's body, but a program's
  // unit has a meaning in array operations, which have none.
  if (Operation *parent = op->getParentOp();
      op->getNumRegions() != 0 && parent &&
      isa_and_nonnull<fused::FusedDialect>(parent->getDialect()))
    return op->emitOpError()
           << "is not accepted in the body of " << parent->getName()
           << "; expected operations on scalars";
  // Not offload: the compiler's own, whose operands are addresses and handles.
  if (isa<array::ArrayDialect, fused::FusedDialect>(op->getDialect()))
    return success();
  if (isa<func::CallOp, func::ReturnOp, scf::ForOp, scf::WhileOp, scf::IfOp,
          scf::YieldOp, scf::ConditionOp, tensor::DimOp, tensor::ExtractOp,
          tensor::FromElementsOp>(op))
    return success();
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    if (isShaped(constant.getType()) &&
        !isa<DenseElementsAttr>(constant.getValue()))
      return constant.emitOpError("value is not accepted in a program; "
                                  "expected a number or dense<...>");
    return success();
  }
  if (auto cast = dyn_cast<tensor::CastOp>(op);
      cast && isa<RankedTensorType>(cast.getSource().getType()) &&
      isa<RankedTensorType>(cast.getType()))
    return success();
  // What canonicalisation makes of an scf.if.
  if (auto select = dyn_cast<arith::SelectOp>(op);
      select && !isShaped(select.getCondition().getType()))
    return success();
  if (isScalarArith(op) && llvm::none_of(op->getOperandTypes(), isShaped))
    return success();
  return refuse(op);
}

LogicalResult runmat::checkAccepted(ModuleOp module) {
  WalkResult walked = module->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op == module || succeeded(checkOperation(op)))
      return WalkResult::advance();
    return WalkResult::interrupt();
  });
  return failure(walked.wasInterrupted());
}
