// The exact remainder of f32 and f64. With a true fma (the CPU's) by division:
// a - b trunc(a / b) is exact where the quotient is, however large it is, so a
// few divisions are enough. Devices whose fma may round twice divide the
// significands as integers.
#include "Reals.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

/// a modulo b (both not negative) up to its sign and one b, for quotients that
/// are not integers of the type's precision. The rounded quotient has as many
/// bits as the type, and so has what it leaves of a: each step takes that many
/// off. Steps whose quotient could overflow divide by a multiple of b.
static Value reduceByQuotients(Reals &r, Value a, Value b) {
  // Two factors between b and a, at most 2^277 and 2^2098 times b.
  Value factor = r.c(r.isF64() ? 0x1p700 : 0x1p93);
  Value larger = r.mul(b, factor), largest = r.mul(larger, factor);
  auto loop = scf::WhileOp::create(
      r.b, r.loc, TypeRange{r.type}, ValueRange{a},
      [&](OpBuilder &body, Location loc, ValueRange states) {
        Reals inside(Scalars{body, loc, r.settings}, r.type);
        Value goesOn =
            inside.cmp(FloatPredicate::OGE, inside.abs(states[0]), b);
        scf::ConditionOp::create(body, loc, goesOn, states);
      },
      [&](OpBuilder &body, Location loc, ValueRange states) {
        Reals inside(Scalars{body, loc, r.settings}, r.type);
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

static Value remainderByQuotients(Reals &r, Value x, Value y) {
  Value a = r.abs(x), b = r.abs(y), zero = r.c(0);
  Value quotient = r.div(a, b);
  Value rest = r.fma(r.neg(r.trunc(quotient)), b, a);
  // Infinite operands and zero divisors are chosen away below.
  Value some = r.andI(r.cmp(FloatPredicate::OLT, a, r.infinity()),
                      r.cmp(FloatPredicate::OGT, b, zero));
  Value exact = r.c(r.isF64() ? 0x1p53 : 0x1p24);
  Value far = r.andI(some, r.cmp(FloatPredicate::OGE, quotient, exact));
  auto branch = scf::IfOp::create(r.b, r.loc, TypeRange{r.type}, far,
                                  /*withElseRegion=*/true);
  OpBuilder then = branch.getThenBodyBuilder(),
            otherwise = branch.getElseBodyBuilder();
  Reals inside(Scalars{then, r.loc, r.settings}, r.type);
  // Other lanes than the far ones must not loop for ever: 0 is at least 0.
  Value dividend = inside.select(far, a, zero),
        divisor = inside.select(far, b, inside.c(1));
  Value reduced = reduceByQuotients(inside, dividend, divisor);
  scf::YieldOp::create(then, r.loc, inside.select(far, reduced, rest));
  scf::YieldOp::create(otherwise, r.loc, rest);
  rest = branch.getResult(0);
  // A quotient that was rounded up to an integer took one b too many.
  rest = r.select(r.cmp(FloatPredicate::OLT, rest, zero), r.add(rest, b), rest);
  // A number leaves itself when divided by an infinity; an infinity, or a
  // division by zero, leaves nothing.
  rest = r.select(r.cmp(FloatPredicate::OLT, a, b), a, rest);
  return r.select(some, r.withSignOf(rest, x), r.nan());
}

namespace {
/// A positive float as significand * 2^(exponent - bias - mantissa), exponent
/// >= 1.
struct Parts {
  Value significand, exponent;
};
} // namespace

static Parts partsOf(Reals &r, Value x) {
  int64_t mantissa = r.format.mantissa, one = int64_t(1) << mantissa;
  Value bits = r.bitsOf(x);
  Value field = r.shrU(bits, r.i(mantissa));
  Value hidden = r.select(r.isZero(field), r.i(0), r.i(one));
  return {r.orI(r.andI(bits, r.i(one - 1)), hidden),
          r.make<arith::MaxSIOp>(field, r.i(1))};
}

/// x * 2^(exponent - bias - mantissa) in two steps, so that both powers are
/// numbers.
static Value scaled(Reals &r, Value x, Value exponent) {
  const Format &f = r.format;
  Value power = r.subI(exponent, r.i(f.bias + f.mantissa));
  Value half = r.shrS(power, r.i(1)), other = r.subI(power, half);
  auto powerOfTwo = [&](Value e) {
    return r.realOf(r.shl(r.addI(e, r.i(f.bias)), r.i(f.mantissa)));
  };
  return r.mul(r.mul(x, powerOfTwo(half)), powerOfTwo(other));
}

/// Long division of the significands, 8 bits of the quotient a step.
static Value remainderByIntegers(Reals &r, Value x, Value y) {
  constexpr int64_t bitsAStep = 8;
  Value a = r.abs(x), b = r.abs(y);
  Parts over = partsOf(r, a), under = partsOf(r, b);
  // Never 0: what is divided by 0 is chosen away below.
  Value divisor = r.make<arith::MaxUIOp>(under.significand, r.i(1));
  Value apart =
      r.make<arith::MaxSIOp>(r.subI(over.exponent, under.exponent), r.i(0));
  Value rest = r.make<arith::RemUIOp>(over.significand, divisor);
  // Below 2^24 or 2^53 before the shift, below 2^32 or 2^61 behind it.
  auto loop = scf::WhileOp::create(
      r.b, r.loc, TypeRange{r.bitsType, r.bitsType}, ValueRange{rest, apart},
      [&](OpBuilder &body, Location loc, ValueRange states) {
        Reals inside(Scalars{body, loc, r.settings}, r.type);
        Value goesOn =
            inside.cmp(IntPredicate::sge, states[1], inside.i(bitsAStep));
        scf::ConditionOp::create(body, loc, goesOn, states);
      },
      [&](OpBuilder &body, Location loc, ValueRange states) {
        Reals inside(Scalars{body, loc, r.settings}, r.type);
        Value shifted = inside.shl(states[0], inside.i(bitsAStep));
        Value next = inside.make<arith::RemUIOp>(shifted, divisor);
        Value left = inside.subI(states[1], inside.i(bitsAStep));
        scf::YieldOp::create(body, loc, ValueRange{next, left});
      });
  Value last = r.shl(loop.getResult(0), loop.getResult(1));
  rest = r.make<arith::RemUIOp>(last, divisor);
  Value result =
      scaled(r, r.make<arith::SIToFPOp>(r.type, rest), under.exponent);
  result = r.select(r.cmp(FloatPredicate::OLT, a, b), a, result);
  Value some = r.andI(r.cmp(FloatPredicate::OLT, a, r.infinity()),
                      r.cmp(FloatPredicate::OGT, b, r.c(0)));
  return r.select(some, r.withSignOf(result, x), r.nan());
}

Value array::expandRemainder(Scalars &s, Value x, Value y) {
  Reals r(s, x.getType());
  return s.settings.gpu ? remainderByIntegers(r, x, y)
                        : remainderByQuotients(r, x, y);
}
