// Conversions between element types: saturating, never poison, rounded once. No
// conversion here needs a compiler library call: bf16 is rounded by its bits,
// and f64 reaches the 16-bit types through an f32 rounded to odd.
#include "Scalars.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

static bool isHalf(Type type) { return isa<Float16Type, BFloat16Type>(type); }

/// f64 to f32, rounded to odd: rounding that again to a type of at most 22 bits
/// is as rounding the f64 once (Boldo and Melquiond, "When double rounding is
/// odd").
static Value toOddF32(Scalars &s, Value x) {
  Value nearest = s.make<arith::TruncFOp>(s.b.getF32Type(), x);
  Value back = s.make<arith::ExtFOp>(s.b.getF64Type(), nearest);
  Value bits = s.bits(nearest, s.b.getI32Type());
  Value tooFar = s.cmp(FloatPredicate::OGT, s.abs(back), s.abs(x));
  Value inexact = s.cmp(FloatPredicate::ONE, back, x);
  Value towardsZero = s.select(tooFar, s.subI(bits, s.i32(1)), bits);
  Value odd = s.orI(towardsZero, s.i32(1));
  return s.bits(s.select(inexact, odd, towardsZero), s.b.getF32Type());
}

static Value f32ToBf16(Scalars &s, Value x) {
  Value bits = s.bits(x, s.b.getI32Type());
  Value top = s.shrU(bits, s.i32(16));
  Value tie = s.andI(top, s.i32(1));
  Value rounded = s.shrU(s.addI(bits, s.addI(tie, s.i32(0x7fff))), s.i32(16));
  // A NaN stays one: quiet, its payload cut.
  Value chosen = s.select(s.isNan(x), s.orI(top, s.i32(0x40)), rounded);
  Value narrow = s.make<arith::TruncIOp>(s.b.getI16Type(), chosen);
  return s.bits(narrow, s.b.getBF16Type());
}

/// bf16 is the upper half of f32. By bits, because LLVM would move a floor or
/// trunc of an extension in front of it, into bf16, and then call the library
/// to round.
static Value bf16ToF32(Scalars &s, Value x) {
  Value bits =
      s.make<arith::ExtUIOp>(s.b.getI32Type(), s.bits(x, s.b.getI16Type()));
  return s.bits(s.shl(bits, s.i32(16)), s.b.getF32Type());
}

static Value halfToF32(Scalars &s, Value x) {
  return x.getType().isBF16() ? bf16ToF32(s, x)
                              : s.make<arith::ExtFOp>(s.b.getF32Type(), x);
}

static Value floatToFloat(Scalars &s, Value x, Type to) {
  Type from = x.getType();
  Type f32 = s.b.getF32Type();
  if (isHalf(from))
    x = halfToF32(s, x);
  if (to.isF64())
    return x.getType() == to ? x : s.make<arith::ExtFOp>(to, x);
  if (x.getType().isF64())
    x = isHalf(to) ? toOddF32(s, x) : s.make<arith::TruncFOp>(f32, x);
  if (to.isF16())
    return s.make<arith::TruncFOp>(to, x);
  return to.isBF16() ? f32ToBf16(s, x) : x;
}

static Value floatToInt(Scalars &s, Value x, Type to) {
  if (isHalf(x.getType()))
    x = halfToF32(s, x);
  Type from = x.getType();
  if (to.isInteger(1))
    return s.cmp(FloatPredicate::UNE, x, s.number(from, 0));
  unsigned width = to.getIntOrFloatBitWidth();
  double end = std::ldexp(1.0, width - 1);
  Value low = s.number(from, -end), high = s.number(from, end);
  Value tooHigh = s.cmp(FloatPredicate::OGE, x, high);
  Value tooLow = s.cmp(FloatPredicate::OLT, x, low);
  // Only what fits is converted: the rest, NaN too, converts as 0.
  Value fits = s.andI(s.cmp(FloatPredicate::OGE, x, low),
                      s.cmp(FloatPredicate::OLT, x, high));
  Value safe = s.select(fits, x, s.number(from, 0));
  Value number = s.make<arith::FPToSIOp>(to, safe);
  auto limit = [&](llvm::APInt value) {
    return s.make<arith::ConstantOp>(
        cast<TypedAttr>(s.b.getIntegerAttr(to, value)));
  };
  number =
      s.select(tooLow, limit(llvm::APInt::getSignedMinValue(width)), number);
  return s.select(tooHigh, limit(llvm::APInt::getSignedMaxValue(width)),
                  number);
}

static Value intToFloat(Scalars &s, Value x, Type to) {
  Type from = x.getType();
  if (from.isInteger(1)) {
    Value wide = s.make<arith::ExtUIOp>(s.b.getI32Type(), x);
    return intToFloat(s, wide, to);
  }
  if (!isHalf(to))
    return s.make<arith::SIToFPOp>(to, x);
  unsigned width = from.getIntOrFloatBitWidth();
  if (width <= 16)
    return floatToFloat(s, s.make<arith::SIToFPOp>(s.b.getF32Type(), x), to);
  // i64 beyond f64's 53 bits: the low 16 bits become one sticky bit first,
  // which rounding to 11 bits or fewer cannot tell apart.
  if (width == 64) {
    Value low = s.andI(x, s.integer(from, 0xffff));
    Value top = s.andI(x, s.integer(from, ~int64_t(0xffff)));
    Value sticky = s.orI(top, s.integer(from, 0x8000));
    Value large =
        s.cmp(IntPredicate::ugt, s.addI(x, s.integer(from, int64_t(1) << 52)),
              s.integer(from, int64_t(1) << 53));
    Value reduced = s.select(s.isZero(low), top, sticky);
    x = s.select(large, reduced, x);
  }
  return floatToFloat(s, s.make<arith::SIToFPOp>(s.b.getF64Type(), x), to);
}

Value Scalars::cast(Value x, Type to) {
  Type from = x.getType();
  if (from == to)
    return x;
  if (isa<FloatType>(from))
    return isa<FloatType>(to) ? floatToFloat(*this, x, to)
                              : floatToInt(*this, x, to);
  if (isa<FloatType>(to))
    return intToFloat(*this, x, to);
  if (to.isInteger(1))
    return cmp(IntPredicate::ne, x, integer(from, 0));
  if (from.isInteger(1))
    return make<arith::ExtUIOp>(to, x);
  if (from.getIntOrFloatBitWidth() < to.getIntOrFloatBitWidth())
    return make<arith::ExtSIOp>(to, x);
  return make<arith::TruncIOp>(to, x);
}
