// The exact remainder of f32 and f64. With a true fma (the CPU's) by division:
// a - b trunc(a / b) is exact where the quotient is, however large it is, so a
// few divisions are enough. Devices whose fma may round twice divide the
// significands as integers.
#include "Scalars.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

/// a modulo b (both not negative) up to its sign and one b, for quotients that
/// are not integers of the type's precision. The rounded quotient has as many
/// bits as the type, and so has what it leaves of a: each step takes that many
/// off. Steps whose quotient could overflow divide by a multiple of b.
static Value reduceByQuotients(Scalars &s, Value a, Value b) {
  Type type = a.getType();
  // Two factors between b and a, at most 2^277 and 2^2098 times b.
  Value factor = s.number(type, type.isF64() ? 0x1p700 : 0x1p93);
  Value larger = s.mul(b, factor), largest = s.mul(larger, factor);
  auto loop = scf::WhileOp::create(
      s.b, s.loc, TypeRange{type}, ValueRange{a},
      [&](OpBuilder &body, Location loc, ValueRange states) {
        Scalars inside{body, loc, s.settings};
        Value goesOn =
            inside.cmp(FloatPredicate::OGE, inside.abs(states[0]), b);
        scf::ConditionOp::create(body, loc, goesOn, states);
      },
      [&](OpBuilder &body, Location loc, ValueRange states) {
        Scalars inside{body, loc, s.settings};
        Value rest = states[0], size = inside.abs(rest);
        auto fits = [&](Value divisor) {
          return inside.cmp(FloatPredicate::OGE, size, divisor);
        };
        Value divisor = inside.select(fits(largest), largest,
                                      inside.select(fits(larger), larger, b));
        Value quotient = inside.trunc(inside.div(rest, divisor));
        Value next = inside.fma(inside.neg(quotient), divisor, rest);
        scf::YieldOp::create(body, loc, next);
      });
  return loop.getResult(0);
}

static Value remainderByQuotients(Scalars &s, Value x, Value y) {
  Type type = x.getType();
  Value a = s.abs(x), b = s.abs(y), zero = s.number(type, 0);
  Value infinity = s.number(type, std::numeric_limits<double>::infinity());
  Value quotient = s.div(a, b);
  Value rest = s.fma(s.neg(s.trunc(quotient)), b, a);
  // Infinite operands and zero divisors are chosen away below.
  Value some = s.andI(s.cmp(FloatPredicate::OLT, a, infinity),
                      s.cmp(FloatPredicate::OGT, b, zero));
  Value exact = s.number(type, type.isF64() ? 0x1p53 : 0x1p24);
  Value far = s.andI(some, s.cmp(FloatPredicate::OGE, quotient, exact));
  auto branch = scf::IfOp::create(s.b, s.loc, TypeRange{type}, far,
                                  /*withElseRegion=*/true);
  OpBuilder then = branch.getThenBodyBuilder(),
            otherwise = branch.getElseBodyBuilder();
  Scalars inside{then, s.loc, s.settings};
  // Other lanes than the far ones must not loop for ever.
  Value safe = inside.select(far, a, zero);
  scf::YieldOp::create(then, s.loc, reduceByQuotients(inside, safe, b));
  scf::YieldOp::create(otherwise, s.loc, rest);
  rest = branch.getResult(0);
  // A quotient that was rounded up to an integer took one b too many.
  rest = s.select(s.cmp(FloatPredicate::OLT, rest, zero), s.add(rest, b), rest);
  // A number leaves itself when divided by an infinity; an infinity, or a
  // division by zero, leaves nothing.
  rest = s.select(s.cmp(FloatPredicate::OLT, a, b), a, rest);
  return s.select(some, s.make<math::CopySignOp>(rest, x),
                  s.number(type, std::numeric_limits<double>::quiet_NaN()));
}

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

/// Long division of the significands, 8 bits of the quotient a step.
static Value remainderByIntegers(Scalars &s, Value x, Value y) {
  constexpr int64_t bitsAStep = 8;
  Value a = s.abs(x), b = s.abs(y);
  Parts over = partsOf(s, a), under = partsOf(s, b);
  // Never 0: what is divided by 0 is chosen away below.
  Value divisor = s.make<arith::MaxUIOp>(under.significand, s.i32(1));
  Value apart =
      s.make<arith::MaxSIOp>(s.subI(over.exponent, under.exponent), s.i32(0));
  Value rest = s.make<arith::RemUIOp>(over.significand, divisor);
  // Below 2^24 before the shift, below 2^32 behind it.
  Type i32 = s.b.getI32Type();
  auto loop = scf::WhileOp::create(
      s.b, s.loc, TypeRange{i32, i32}, ValueRange{rest, apart},
      [&](OpBuilder &body, Location loc, ValueRange states) {
        Scalars inside{body, loc, s.settings};
        Value goesOn =
            inside.cmp(IntPredicate::sge, states[1], inside.i32(bitsAStep));
        scf::ConditionOp::create(body, loc, goesOn, states);
      },
      [&](OpBuilder &body, Location loc, ValueRange states) {
        Scalars inside{body, loc, s.settings};
        Value shifted = inside.shl(states[0], inside.i32(bitsAStep));
        Value next = inside.make<arith::RemUIOp>(shifted, divisor);
        Value left = inside.subI(states[1], inside.i32(bitsAStep));
        scf::YieldOp::create(body, loc, ValueRange{next, left});
      });
  Value last = s.shl(loop.getResult(0), loop.getResult(1));
  rest = s.make<arith::RemUIOp>(last, divisor);
  Value result = scaled(s, s.make<arith::SIToFPOp>(s.b.getF32Type(), rest),
                        under.exponent);
  result = s.select(s.cmp(FloatPredicate::OLT, a, b), a, result);
  result = s.make<math::CopySignOp>(result, x);
  Value infinity = s.f32(std::numeric_limits<double>::infinity());
  Value some = s.andI(s.cmp(FloatPredicate::OLT, a, infinity),
                      s.cmp(FloatPredicate::OGT, b, s.f32(0)));
  return s.select(some, result,
                  s.f32(std::numeric_limits<double>::quiet_NaN()));
}

Value array::expandRemainder(Scalars &s, Value x, Value y) {
  if (!s.settings.gpu)
    return remainderByQuotients(s, x, y);
  return x.getType().isF32() ? remainderByIntegers(s, x, y)
                             : s.make<arith::RemFOp>(x, y);
}
