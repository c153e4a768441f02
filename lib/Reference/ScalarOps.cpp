// Upstream operations beside arrays: arith on index, integers and floats, and
// tensor.{dim, extract, from_elements, cast}.
#include "Evaluator.h"

#include "runmat/Dialect/Array/CheckMessages.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace runmat;
using namespace runmat::reference;
namespace check = runmat::array::check;

static unsigned widthOf(Type type) {
  return type.isIndex() ? 64 : type.getIntOrFloatBitWidth();
}

/// Integers of the program as LLVM's own of their width: every arith operation
/// on integers is a method of these.
static APInt intOf(Evaluator &e, Value value) {
  unsigned width = widthOf(value.getType());
  return APInt(64, uint64_t(e.indexOf(value))).trunc(width);
}
static int64_t fromInt(const APInt &value) {
  return value.getBitWidth() == 1 ? int64_t(value.getZExtValue())
                                  : value.getSExtValue();
}

static bool compares(arith::CmpFPredicate predicate, double a, double b) {
  // The predicate's number is a set of allowed outcomes: equal 1, greater 2,
  // less 4, unordered 8.
  unsigned outcome = std::isnan(a) || std::isnan(b) ? 8
                     : a < b                        ? 4
                     : a > b                        ? 2
                                                    : 1;
  return static_cast<unsigned>(predicate) & outcome;
}

static LogicalResult setInt(Evaluator &e, Operation *op, int64_t value) {
  Value result = op->getResult(0);
  e.setScalar(result,
              Scalar::ofInt(array::wrapToType(value, result.getType())));
  return success();
}
static LogicalResult setFloat(Evaluator &e, Operation *op, double value,
                              bool always = false) {
  Type type = op->getResult(0).getType();
  double result = always ? array::roundToType(value, type) : value;
  e.setScalar(op->getResult(0), e.finish(Scalar::ofFloat(result), type));
  return success();
}

/// Binary operations on integers.
static Evaluated evaluateInts(Evaluator &e, Operation *op) {
  APInt a = intOf(e, op->getOperand(0)), b = intOf(e, op->getOperand(1));
  bool isSigned = isa<arith::DivSIOp, arith::RemSIOp, arith::CeilDivSIOp,
                      arith::FloorDivSIOp>(op);
  if ((isSigned ||
       isa<arith::DivUIOp, arith::RemUIOp, arith::CeilDivUIOp>(op)) &&
      b.isZero())
    return e.fail(op, check::divisionByZero());
  if (isSigned && a.isMinSignedValue() && b.isAllOnes())
    return e.fail(op,
                  check::fillIn(check::divisionOverflow(), {a.getSExtValue()}));
  if (isa<arith::ShLIOp, arith::ShRSIOp, arith::ShRUIOp>(op) &&
      b.uge(b.getBitWidth()))
    return e.fail(op, check::fillIn(check::shiftAmount(b.getBitWidth()),
                                    {b.getSExtValue()}));
  using R = std::optional<APInt>;
  R result =
      TypeSwitch<Operation *, R>(op)
          .Case<arith::AddIOp>([&](auto) { return a + b; })
          .Case<arith::SubIOp>([&](auto) { return a - b; })
          .Case<arith::MulIOp>([&](auto) { return a * b; })
          .Case<arith::DivSIOp>([&](auto) { return a.sdiv(b); })
          .Case<arith::DivUIOp>([&](auto) { return a.udiv(b); })
          .Case<arith::RemSIOp>([&](auto) { return a.srem(b); })
          .Case<arith::RemUIOp>([&](auto) { return a.urem(b); })
          .Case<arith::CeilDivSIOp>([&](auto) {
            return llvm::APIntOps::RoundingSDiv(a, b, APInt::Rounding::UP);
          })
          .Case<arith::CeilDivUIOp>([&](auto) {
            return llvm::APIntOps::RoundingUDiv(a, b, APInt::Rounding::UP);
          })
          .Case<arith::FloorDivSIOp>([&](auto) {
            return llvm::APIntOps::RoundingSDiv(a, b, APInt::Rounding::DOWN);
          })
          .Case<arith::AndIOp>([&](auto) { return a & b; })
          .Case<arith::OrIOp>([&](auto) { return a | b; })
          .Case<arith::XOrIOp>([&](auto) { return a ^ b; })
          .Case<arith::ShLIOp>([&](auto) { return a.shl(b); })
          .Case<arith::ShRSIOp>([&](auto) { return a.ashr(b); })
          .Case<arith::ShRUIOp>([&](auto) { return a.lshr(b); })
          .Case<arith::MinSIOp>(
              [&](auto) { return llvm::APIntOps::smin(a, b); })
          .Case<arith::MaxSIOp>(
              [&](auto) { return llvm::APIntOps::smax(a, b); })
          .Case<arith::MinUIOp>(
              [&](auto) { return llvm::APIntOps::umin(a, b); })
          .Case<arith::MaxUIOp>(
              [&](auto) { return llvm::APIntOps::umax(a, b); })
          .Case<arith::CmpIOp>([&](arith::CmpIOp compare) {
            return APInt(
                1, arith::applyCmpPredicate(compare.getPredicate(), a, b));
          })
          .Default([](Operation *) { return R(); });
  if (!result)
    return std::nullopt;
  return setInt(e, op, fromInt(*result));
}

static Evaluated evaluateFloats(Evaluator &e, Operation *op) {
  double a = e.get(op->getOperand(0)).data()->f,
         b = e.get(op->getOperand(op->getNumOperands() - 1)).data()->f;
  if (auto compare = dyn_cast<arith::CmpFOp>(op))
    return setInt(e, op, compares(compare.getPredicate(), a, b));
  using R = std::optional<double>;
  R result = TypeSwitch<Operation *, R>(op)
                 .Case<arith::AddFOp>([&](auto) { return a + b; })
                 .Case<arith::SubFOp>([&](auto) { return a - b; })
                 .Case<arith::MulFOp>([&](auto) { return a * b; })
                 .Case<arith::DivFOp>([&](auto) { return a / b; })
                 .Case<arith::NegFOp>([&](auto) { return -a; })
                 .Default([](Operation *) { return R(); });
  if (!result)
    return std::nullopt;
  return setFloat(e, op, *result);
}

static Evaluated evaluateConversion(Evaluator &e, Operation *op) {
  Value x = op->getOperand(0);
  if (isa<arith::ExtSIOp, arith::IndexCastOp>(op)) {
    // i1 is kept as 0 or 1; its sign extension is 0 or -1.
    APInt value = intOf(e, x);
    return setInt(e, op, value.getSExtValue());
  }
  if (isa<arith::ExtUIOp, arith::IndexCastUIOp>(op))
    return setInt(e, op, int64_t(intOf(e, x).getZExtValue()));
  if (isa<arith::TruncIOp>(op))
    return setInt(e, op, e.indexOf(x));
  if (isa<arith::SIToFPOp>(op))
    return setFloat(e, op, double(intOf(e, x).getSExtValue()), true);
  if (isa<arith::ExtFOp, arith::TruncFOp>(op))
    return setFloat(e, op, e.get(x).data()->f, true);
  return std::nullopt;
}

Evaluated reference::evaluateArith(Evaluator &e, Operation *op) {
  // Canonicalisation makes this of scf.if: one scalar chooses between tensors.
  if (auto select = dyn_cast<arith::SelectOp>(op);
      select && !isa<ShapedType>(select.getCondition().getType())) {
    TensorValue chosen =
        e.get(e.indexOf(select.getCondition()) ? select.getTrueValue()
                                               : select.getFalseValue());
    e.set(select.getResult(), std::move(chosen));
    return success();
  }
  if (!isa<arith::ArithDialect>(op->getDialect()) ||
      llvm::any_of(op->getOperandTypes(),
                   [](Type type) { return isa<ShapedType>(type); }))
    return std::nullopt;
  if (Evaluated done = evaluateConversion(e, op))
    return done;
  bool isFloat = isa<FloatType>(op->getOperand(0).getType());
  if (isFloat)
    return evaluateFloats(e, op);
  return op->getNumOperands() == 2 ? evaluateInts(e, op) : std::nullopt;
}

static LogicalResult evaluateCast(Evaluator &e, tensor::CastOp op) {
  TensorValue x = e.get(op.getSource());
  auto type = dyn_cast<RankedTensorType>(op.getType());
  if (!type || type.getRank() != int64_t(x.sizes.size()))
    return e.fail(op, "only casts between ranked tensors are interpreted");
  for (auto [d, size] : llvm::enumerate(type.getShape()))
    if (!ShapedType::isDynamic(size) && size != x.sizes[d])
      return e.fail(op, check::fillIn(check::castSize(d), {x.sizes[d], size}));
  e.set(op.getDest(), std::move(x));
  return success();
}

Evaluated reference::evaluateTensorOp(Evaluator &e, Operation *op) {
  if (auto cast = dyn_cast<tensor::CastOp>(op))
    return evaluateCast(e, cast);
  if (auto dim = dyn_cast<tensor::DimOp>(op)) {
    const TensorValue &x = e.get(dim.getSource());
    int64_t index = e.indexOf(dim.getIndex()), rank = int64_t(x.sizes.size());
    if (index < 0 || index >= rank)
      return e.fail(op, check::fillIn(check::dimIndex(rank), {index}));
    return setInt(e, op, x.sizes[index]);
  }
  if (auto extract = dyn_cast<tensor::ExtractOp>(op)) {
    TensorValue x = e.get(extract.getTensor());
    Sizes strides = rowMajorStrides(x.sizes);
    int64_t offset = 0;
    for (auto [d, operand] : llvm::enumerate(extract.getIndices())) {
      int64_t index = e.indexOf(operand);
      if (index < 0 || index >= x.sizes[d])
        return e.fail(
            op, check::fillIn(check::indexBounds(d), {index, x.sizes[d]}));
      offset += index * strides[d];
    }
    e.setScalar(extract.getResult(), x.data()[offset]);
    return success();
  }
  if (auto from = dyn_cast<tensor::FromElementsOp>(op)) {
    RankedTensorType type = from.getType();
    FailureOr<TensorValue> result =
        e.make(op, type.getElementType(), type.getShape());
    if (failed(result))
      return failure();
    for (auto [k, element] : llvm::enumerate(from.getElements()))
      result->data()[k] = *e.get(element).data();
    e.set(from.getResult(), std::move(*result));
    return success();
  }
  return std::nullopt;
}
