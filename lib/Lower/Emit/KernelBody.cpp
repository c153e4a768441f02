// Narrow types in bodies: an operation on f16 computes in f32 and rounds its
// result, one on i8 computes in i32 and wraps it, so both mean what they mean
// on the narrow type. Three operations look at the width and are made by hand:
// cast, bitcast and shr_logical.
#include "KernelBody.h"

#include "runmat/Dialect/Array/Array.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"

#include <cmath>

using namespace mlir;
using namespace runmat;

Value runmat::emitConstant(KernelBuilder &k, TypedAttr value) {
  Type type = computeType(value.getType());
  if (auto number = dyn_cast<FloatAttr>(value)) {
    APFloat wide = number.getValue();
    bool lossy = false;
    wide.convert(cast<FloatType>(type).getFloatSemantics(),
                 APFloat::rmNearestTiesToEven, &lossy);
    return arith::ConstantOp::create(k.b, FloatAttr::get(type, wide));
  }
  APInt wide = cast<IntegerAttr>(value).getValue();
  unsigned width = type.getIntOrFloatBitWidth();
  return arith::ConstantOp::create(
      k.b, IntegerAttr::get(type, width == 1 ? wide : wide.sext(width)));
}

static bool isHalf(Type type) { return type.isF16() || type.isBF16(); }
static bool isNarrowInt(Type type) {
  return type.isInteger(8) || type.isInteger(16);
}

/// An integer of more bits than f32 holds, its low bits made one sticky bit:
/// rounded to a half by way of f32 it is rounded once.
static Value makeSticky(KernelBuilder &k, Value value) {
  ImplicitLocOpBuilder &b = k.b;
  Type type = value.getType();
  unsigned cut = type.isInteger(64) ? 40 : 8;
  auto number = [&](int64_t of) -> Value {
    return arith::ConstantOp::create(b, b.getIntegerAttr(type, of));
  };
  int64_t mask = (int64_t(1) << cut) - 1;
  Value low = arith::AndIOp::create(b, value, number(mask));
  Value top = arith::AndIOp::create(b, value, number(~mask));
  Value sticky = arith::OrIOp::create(b, top, number(int64_t(1) << (cut - 1)));
  Value reduced = k.select(k.equal(low, number(0)), top, sticky);
  int64_t exact = int64_t(1) << 24; // f32 holds integers below
  Value isExact =
      arith::CmpIOp::create(b, arith::CmpIPredicate::ule,
                            k.add(value, number(exact)), number(2 * exact));
  // Between, low bits that a half never sees are cut in f32's own width.
  if (type.isInteger(64)) {
    int64_t middle = int64_t(1) << 48, part = (int64_t(1) << 24) - 1;
    Value lowPart = arith::AndIOp::create(b, value, number(part));
    Value topPart = arith::AndIOp::create(b, value, number(~part));
    Value small =
        k.select(k.equal(lowPart, number(0)), topPart,
                 arith::OrIOp::create(b, topPart, number(int64_t(1) << 23)));
    Value isMiddle =
        arith::CmpIOp::create(b, arith::CmpIPredicate::ule,
                              k.add(value, number(middle)), number(2 * middle));
    reduced = k.select(isMiddle, small, reduced);
  }
  return k.select(isExact, value, reduced);
}

/// f64 to f32, rounded to odd: rounding that again to a half is as rounding
/// once (Boldo and Melquiond, "When double rounding is odd").
static Value toOddF32(KernelBuilder &k, Value value) {
  ImplicitLocOpBuilder &b = k.b;
  Value nearest = arith::TruncFOp::create(b, b.getF32Type(), value);
  Value back = arith::ExtFOp::create(b, b.getF64Type(), nearest);
  Value bits = arith::BitcastOp::create(b, b.getI32Type(), nearest);
  Value zero = k.constant(b.getF64Type(), 0);
  // Too far from zero: above a positive number, below a negative one.
  Value above = k.compare(arith::CmpFPredicate::OGT, back, value);
  Value below = k.compare(arith::CmpFPredicate::OLT, back, value);
  Value positive = k.compare(arith::CmpFPredicate::OGT, value, zero);
  Value tooFar = k.select(positive, above, below);
  Value inexact = k.compare(arith::CmpFPredicate::ONE, back, value);
  Value inward = k.select(tooFar, k.sub(bits, k.codec.i32(1)), bits);
  Value odd = arith::OrIOp::create(b, inward, k.codec.i32(1));
  return arith::BitcastOp::create(b, b.getF32Type(),
                                  k.select(inexact, odd, inward));
}

static Value emitCast(KernelBuilder &k, Type from, Type to, Value value) {
  ImplicitLocOpBuilder &b = k.b;
  Type wide = computeType(to);
  if (isHalf(to) && from.isF64())
    value = toOddF32(k, value);
  else if (isHalf(to) && (from.isInteger(32) || from.isInteger(64)))
    value = makeSticky(k, value);
  if (value.getType() != wide)
    value = array::CastOp::create(b, wide, value);
  if (!isNarrowInt(to))
    return k.codec.round(value, to);
  if (!isa<FloatType>(from))
    return k.codec.round(value, to);
  // Saturates at the narrow type's ends, not at those of i32.
  int64_t end = int64_t(1) << (to.getIntOrFloatBitWidth() - 1);
  value = arith::MaxSIOp::create(b, value, k.codec.i32(-end));
  return arith::MinSIOp::create(b, value, k.codec.i32(end - 1));
}

static Value emitBitcast(KernelBuilder &k, Type from, Type to, Value value) {
  if (from.getIntOrFloatBitWidth() != 16)
    return from == to ? value
                      : array::BitcastOp::create(k.b, computeType(to), value)
                            .getResult();
  return k.codec.decode(k.codec.encode(value, from), to, 0);
}

/// A power of what a constant of at least +0 bounds below: the base is neither
/// negative nor -0.
static bool isOfClamped(array::PowOp op) {
  auto clamp = op->getOperand(0).getDefiningOp<array::MaxOp>();
  if (!clamp || !op.getType().isF32())
    return false;
  return llvm::any_of(clamp->getOperands(), [](Value operand) {
    auto constant = operand.getDefiningOp<array::ConstantOp>();
    auto number =
        constant ? dyn_cast<FloatAttr>(constant.getValue()) : FloatAttr();
    return number && !number.getValue().isNegative() &&
           !number.getValue().isNaN();
  });
}

/// exp2(y log2(x)) by the device's own functions, 41 units in the last place on
/// an H200 for x in [0, 1] (docs/numerics.md), where the exact form would make
/// a kernel slower than memory. log2 of 0 is undefined in SPIR-V, so that the
/// power of 0 is selected; so are pow(x, 0) = pow(1, y) = 1. Infinities and NaN
/// come out as pow's.
static Value emitNativePow(KernelBuilder &k, Value x, Value y,
                           std::optional<double> exponent) {
  using P = arith::CmpFPredicate;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  auto number = [&](double value) { return k.constant(x.getType(), value); };
  Value log = math::Log2Op::create(k.b, x);
  Value result = math::Exp2Op::create(k.b, k.mul(y, log));
  bool plain = exponent && std::isfinite(*exponent) && *exponent != 0;
  // An exponent that is NaN stays NaN; one of 0 is taken out below.
  Value ofZero =
      plain ? number(*exponent > 0 ? 0 : infinity)
            : k.select(k.compare(P::OLT, y, number(0)), number(infinity),
                       k.select(k.compare(P::OGT, y, number(0)), number(0), y));
  result = k.select(k.equalFloat(x, 0), ofZero, result);
  if (plain)
    return result;
  Value isOne =
      arith::OrIOp::create(k.b, k.equalFloat(y, 0), k.equalFloat(x, 1));
  return k.select(isOne, number(1), result);
}

Value runmat::emitScalarOp(KernelBuilder &k, Operation *op,
                           ValueRange operands) {
  if (auto constant = dyn_cast<array::ConstantOp>(op))
    return emitConstant(k, cast<TypedAttr>(constant.getValue()));
  Type result = op->getResult(0).getType();
  if (isa<array::CastOp>(op))
    return emitCast(k, op->getOperand(0).getType(), result, operands[0]);
  if (isa<array::BitcastOp>(op))
    return emitBitcast(k, op->getOperand(0).getType(), result, operands[0]);
  if (auto pow = dyn_cast<array::PowOp>(op); pow && isOfClamped(pow)) {
    std::optional<double> exponent;
    if (auto constant = op->getOperand(1).getDefiningOp<array::ConstantOp>())
      if (auto number = dyn_cast<FloatAttr>(constant.getValue()))
        exponent = number.getValueAsDouble();
    return emitNativePow(k, operands[0], operands[1], exponent);
  }
  IRMapping mapping;
  for (auto [operand, value] : llvm::zip_equal(op->getOperands(), operands)) {
    // The bits above a narrow number are its sign's; a logical shift must not
    // bring them down.
    if (isa<array::ShrLogicalOp>(op) && operand == op->getOperand(0) &&
        isNarrowInt(result))
      value = k.codec.encode(value, result);
    mapping.map(operand, value);
  }
  Operation *made = k.b.clone(*op, mapping);
  made->getResult(0).setType(computeType(result));
  if (isa<array::SelectOp>(op))
    return made->getResult(0);
  return k.codec.round(made->getResult(0), result);
}
