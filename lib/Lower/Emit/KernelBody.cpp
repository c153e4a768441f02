// Narrow types in bodies: an operation on f16 computes in f32 and rounds its
// result, one on i8 computes in i32 and wraps it, so both mean what they mean
// on the narrow type. Three operations look at the width and are made by hand:
// cast, bitcast and shr_logical.
#include "KernelBody.h"

#include "runmat/Dialect/Array/Array.h"

#include "mlir/IR/IRMapping.h"

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

Value runmat::emitScalarOp(KernelBuilder &k, Operation *op,
                           ValueRange operands) {
  if (auto constant = dyn_cast<array::ConstantOp>(op))
    return emitConstant(k, cast<TypedAttr>(constant.getValue()));
  Type result = op->getResult(0).getType();
  if (isa<array::CastOp>(op))
    return emitCast(k, op->getOperand(0).getType(), result, operands[0]);
  if (isa<array::BitcastOp>(op))
    return emitBitcast(k, op->getOperand(0).getType(), result, operands[0]);
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
