// The exact remainder of f32 for devices that state no error for theirs: long
// division of the significands as integers, 8 bits of the quotient a step.
#include "Scalars.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

static constexpr int64_t bitsAStep = 8;

namespace {
/// A positive float as significand * 2^(exponent - 150), exponent >= 1.
struct Parts {
  Value significand, exponent;
};
} // namespace

static Parts partsOf(Scalars &s, Value x) {
  Value bits = s.bits(x, s.b.getI32Type());
  Value field = s.shrU(bits, s.i32(23));
  Value hidden = s.select(s.isZero(field), s.i32(0), s.i32(1 << 23));
  return {s.orI(s.andI(bits, s.i32((1 << 23) - 1)), hidden),
          s.make<arith::MaxSIOp>(field, s.i32(1))};
}

/// x * 2^(exponent - 150) in two steps, so that both powers are numbers.
static Value scaled(Scalars &s, Value x, Value exponent) {
  Value power = s.subI(exponent, s.i32(150));
  Value half = s.shrS(power, s.i32(1)), other = s.subI(power, half);
  auto powerOfTwo = [&](Value e) {
    return s.bits(s.shl(s.addI(e, s.i32(127)), s.i32(23)), s.b.getF32Type());
  };
  return s.mul(s.mul(x, powerOfTwo(half)), powerOfTwo(other));
}

Value array::expandRemainder(Scalars &s, Value x, Value y) {
  Value a = s.abs(x), b = s.abs(y);
  Parts over = partsOf(s, a), under = partsOf(s, b);
  // Never 0: what is divided by 0 is chosen away below.
  Value divisor = s.make<arith::MaxUIOp>(under.significand, s.i32(1));
  Value apart =
      s.make<arith::MaxSIOp>(s.subI(over.exponent, under.exponent), s.i32(0));
  auto asIndex = [&](Value v) {
    return s.make<arith::IndexCastOp>(s.b.getIndexType(), v);
  };
  Value zero = s.make<arith::ConstantIndexOp>(0),
        one = s.make<arith::ConstantIndexOp>(1);
  Value rest = s.make<arith::RemUIOp>(over.significand, divisor);
  // Below 2^24 before the shift, below 2^32 behind it.
  auto loop = scf::ForOp::create(
      s.b, s.loc, zero, asIndex(s.shrU(apart, s.i32(3))), one, ValueRange{rest},
      [&](OpBuilder &body, Location loc, Value, ValueRange carried) {
        Scalars inside{body, loc, s.settings};
        Value shifted = inside.shl(carried[0], inside.i32(bitsAStep));
        Value next = inside.make<arith::RemUIOp>(shifted, divisor);
        scf::YieldOp::create(body, loc, next);
      });
  Value last = s.shl(loop.getResult(0), s.andI(apart, s.i32(bitsAStep - 1)));
  rest = s.make<arith::RemUIOp>(last, divisor);
  Value result = scaled(s, s.make<arith::SIToFPOp>(s.b.getF32Type(), rest),
                        under.exponent);
  result = s.select(s.cmp(FloatPredicate::OLT, a, b), a, result);
  result = s.make<math::CopySignOp>(result, x);
  // A number leaves itself when divided by an infinity; an infinity, or a
  // division by zero, leaves nothing.
  Value infinity = s.f32(std::numeric_limits<double>::infinity());
  Value some = s.andI(s.cmp(FloatPredicate::OLT, a, infinity),
                      s.cmp(FloatPredicate::OGT, b, s.f32(0)));
  return s.select(some, result,
                  s.f32(std::numeric_limits<double>::quiet_NaN()));
}
