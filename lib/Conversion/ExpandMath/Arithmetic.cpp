// Everything that is not a transcendental function: the dialect's rules by
// compare and select, so that nothing traps, nothing is poison, and bodies
// vectorise.
#include "Scalars.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

std::optional<llvm::APFloat> array::constantValue(Value value) {
  FloatAttr attr;
  if (matchPattern(value, m_Constant(&attr)))
    return attr.getValue();
  return std::nullopt;
}

Value Scalars::trunc(Value x) {
  // SPIR-V's conversion in MLIR has no trunc.
  if (settings.gpu)
    return select(cmp(FloatPredicate::OLT, x, number(x.getType(), 0)),
                  make<math::CeilOp>(x), make<math::FloorOp>(x));
  return make<math::TruncOp>(x);
}

Value Scalars::horner(Value x, ArrayRef<double> coefficients) {
  Value result = number(x.getType(), coefficients.back());
  for (double c : llvm::reverse(coefficients.drop_back()))
    result = fma(result, x, number(x.getType(), c));
  return result;
}

static bool isFloat(Value x) { return isa<FloatType>(x.getType()); }

static bool isNumber(Value x) {
  std::optional<llvm::APFloat> value = constantValue(x);
  return value && !value->isNaN();
}

/// The smaller or larger of two floats. A constant needs no test of its own:
/// one compare and select then (x86's min and max instructions).
static Value extremum(Scalars &s, Value a, Value b, bool smaller,
                      NanMode mode) {
  if (!isFloat(a))
    return smaller ? s.make<arith::MinSIOp>(a, b)
                   : s.make<arith::MaxSIOp>(a, b);
  FloatPredicate better = smaller ? FloatPredicate::OLT : FloatPredicate::OGT;
  if (isNumber(a))
    std::swap(a, b);
  if (mode == NanMode::Number) {
    Value chosen = s.select(s.cmp(better, a, b), a, b);
    return isNumber(b) ? chosen : s.select(s.isNan(b), a, chosen);
  }
  Value chosen = s.select(s.cmp(better, b, a), b, a);
  return isNumber(b) ? chosen : s.select(s.isNan(b), b, chosen);
}

/// A divisor that cannot trap: 0 and -1 become 1.
static Value safeDivisor(Scalars &s, Value b) {
  Type type = b.getType();
  Value unsafe =
      s.orI(s.isZero(b), s.cmp(IntPredicate::eq, b, s.integer(type, -1)));
  return s.select(unsafe, s.integer(type, 1), b);
}

static Value divideInt(Scalars &s, Value a, Value b) {
  Type type = b.getType();
  Value quotient = s.make<arith::DivSIOp>(a, safeDivisor(s, b));
  Value minusOne = s.cmp(IntPredicate::eq, b, s.integer(type, -1));
  Value negated = s.subI(s.integer(type, 0), a);
  quotient = s.select(minusOne, negated, quotient);
  return s.select(s.isZero(b), s.integer(type, 0), quotient);
}

/// 0 for divisors 0, 1 and -1, which all divide by 1 here.
static Value remainderInt(Scalars &s, Value a, Value b) {
  return s.make<arith::RemSIOp>(a, safeDivisor(s, b));
}

static Value moduloInt(Scalars &s, Value a, Value b) {
  Value zero = s.integer(b.getType(), 0), r = remainderInt(s, a, b);
  // The signs differ where the exclusive or is negative.
  Value differ = s.cmp(IntPredicate::slt, s.xorI(r, b), zero);
  Value adjust = s.andI(differ, s.cmp(IntPredicate::ne, r, zero));
  return s.select(adjust, s.addI(r, b), r);
}

static Value moduloFloat(Scalars &s, Value a, Value b) {
  Value zero = s.number(b.getType(), 0), r = expandRemainder(s, a, b);
  Value differ = s.xorI(s.cmp(FloatPredicate::OLT, r, zero),
                        s.cmp(FloatPredicate::OLT, b, zero));
  Value adjusted = s.select(differ, s.add(r, b), r);
  Value exact = s.cmp(FloatPredicate::OEQ, r, zero);
  return s.select(exact, s.make<math::CopySignOp>(zero, b), adjusted);
}

/// By repeated squaring, unrolled over the exponent's bits.
static Value powInt(Scalars &s, Value base, Value exponent) {
  Type type = base.getType();
  Value one = s.integer(type, 1), zero = s.integer(type, 0);
  Value result = one, square = base;
  unsigned bits = type.getIntOrFloatBitWidth() - 1;
  for (unsigned bit = 0; bit < bits; ++bit) {
    Value set =
        s.cmp(IntPredicate::ne,
              s.andI(exponent, s.integer(type, int64_t(1) << bit)), zero);
    result = s.mulI(result, s.select(set, square, one));
    if (bit + 1 < bits)
      square = s.mulI(square, square);
  }
  // A negative exponent: 1 to any power is 1, -1 alternates, else 0. Two's
  // complement keeps the parity bit.
  Value odd = s.cmp(IntPredicate::ne, s.andI(exponent, one), zero);
  Value minusOne = s.integer(type, -1);
  Value alternating = s.select(odd, minusOne, one);
  Value reciprocal = s.select(
      s.cmp(IntPredicate::eq, base, one), one,
      s.select(s.cmp(IntPredicate::eq, base, minusOne), alternating, zero));
  return s.select(s.cmp(IntPredicate::slt, exponent, zero), reciprocal, result);
}

static Value signOf(Scalars &s, Value x) {
  Type type = x.getType();
  if (!isFloat(x)) {
    Value zero = s.integer(type, 0);
    Value positive =
        s.make<arith::ExtUIOp>(type, s.cmp(IntPredicate::sgt, x, zero));
    Value negative =
        s.make<arith::ExtUIOp>(type, s.cmp(IntPredicate::slt, x, zero));
    return s.subI(positive, negative);
  }
  Value zero = s.number(type, 0);
  Value notPositive =
      s.select(s.cmp(FloatPredicate::OLT, x, zero), s.number(type, -1), x);
  return s.select(s.cmp(FloatPredicate::OGT, x, zero), s.number(type, 1),
                  notPositive);
}

/// Halves away from zero: x - trunc(x) is exact.
static Value roundAway(Scalars &s, Value x) {
  Type type = x.getType();
  Value whole = s.trunc(x);
  Value rest = s.abs(s.sub(x, whole));
  Value up = s.cmp(FloatPredicate::OGE, rest, s.number(type, 0.5));
  Value step = s.make<math::CopySignOp>(s.number(type, 1), x);
  return s.select(up, s.add(whole, step), whole);
}

static Value compare(Scalars &s, Predicate predicate, Value a, Value b) {
  static constexpr FloatPredicate floats[] = {
      FloatPredicate::OEQ, FloatPredicate::UNE, FloatPredicate::OLT,
      FloatPredicate::OLE, FloatPredicate::OGT, FloatPredicate::OGE};
  static constexpr IntPredicate ints[] = {IntPredicate::eq,  IntPredicate::ne,
                                          IntPredicate::slt, IntPredicate::sle,
                                          IntPredicate::sgt, IntPredicate::sge};
  // i1: false below true.
  static constexpr IntPredicate bools[] = {
      IntPredicate::eq,  IntPredicate::ne,  IntPredicate::ult,
      IntPredicate::ule, IntPredicate::ugt, IntPredicate::uge};
  auto which = static_cast<unsigned>(predicate);
  if (isFloat(a))
    return s.cmp(floats[which], a, b);
  return s.cmp(a.getType().isInteger(1) ? bools[which] : ints[which], a, b);
}

Value array::expandArithmetic(Operation *op, ValueRange operands, Scalars &s) {
  Value a = operands[0], b = operands.size() > 1 ? operands[1] : Value(),
        c = operands.size() > 2 ? operands[2] : Value();
  Type type = a.getType();
  bool floats = isFloat(a);
  auto infinity = [&] {
    return s.number(type, std::numeric_limits<double>::infinity());
  };
  auto countOf = [&](Value shift) {
    return s.andI(shift, s.integer(type, type.getIntOrFloatBitWidth() - 1));
  };
  return TypeSwitch<Operation *, Value>(op)
      .Case([&](NegOp) {
        return floats ? s.neg(a) : s.subI(s.integer(type, 0), a);
      })
      .Case([&](AbsOp) {
        if (floats)
          return s.abs(a);
        Value zero = s.integer(type, 0);
        return s.select(s.cmp(IntPredicate::slt, a, zero), s.subI(zero, a), a);
      })
      .Case([&](SignOp) { return signOf(s, a); })
      .Case([&](FloorOp) { return s.make<math::FloorOp>(a); })
      .Case([&](CeilOp) { return s.make<math::CeilOp>(a); })
      .Case([&](TruncOp) { return s.trunc(a); })
      .Case([&](RoundOp) { return roundAway(s, a); })
      .Case([&](RoundEvenOp) { return s.make<math::RoundEvenOp>(a); })
      .Case([&](IsNanOp) { return s.isNan(a); })
      .Case([&](IsInfOp) {
        return s.cmp(FloatPredicate::OEQ, s.abs(a), infinity());
      })
      .Case([&](IsFiniteOp) {
        return s.cmp(FloatPredicate::OLT, s.abs(a), infinity());
      })
      .Case([&](NotOp) { return s.xorI(a, s.integer(type, -1)); })
      .Case([&](AddOp) { return floats ? s.add(a, b) : s.addI(a, b); })
      .Case([&](SubOp) { return floats ? s.sub(a, b) : s.subI(a, b); })
      .Case([&](MulOp) { return floats ? s.mul(a, b) : s.mulI(a, b); })
      .Case([&](DivOp) { return floats ? s.div(a, b) : divideInt(s, a, b); })
      .Case([&](RemOp) {
        return floats ? expandRemainder(s, a, b) : remainderInt(s, a, b);
      })
      .Case([&](ModOp) {
        return floats ? moduloFloat(s, a, b) : moduloInt(s, a, b);
      })
      .Case([&](PowOp) { return floats ? Value() : powInt(s, a, b); })
      .Case([&](AndOp) { return s.andI(a, b); })
      .Case([&](OrOp) { return s.orI(a, b); })
      .Case([&](XorOp) { return s.xorI(a, b); })
      .Case([&](ShlOp) { return s.shl(a, countOf(b)); })
      .Case([&](ShrArithOp) { return s.shrS(a, countOf(b)); })
      .Case([&](ShrLogicalOp) { return s.shrU(a, countOf(b)); })
      .Case([&](MinOp min) { return extremum(s, a, b, true, min.getNan()); })
      .Case([&](MaxOp max) { return extremum(s, a, b, false, max.getNan()); })
      .Case([&](ClampOp clamp) {
        Value raised = extremum(s, a, b, false, clamp.getNan());
        return extremum(s, raised, c, true, clamp.getNan());
      })
      .Case([&](CompareOp compareOp) {
        return compare(s, compareOp.getPredicate(), a, b);
      })
      .Case([&](SelectOp) {
        // Not of bf16 itself: LLVM would do it in f32 and call the library to
        // round back.
        Type chosen = b.getType(), i16 = s.b.getI16Type();
        if (!chosen.isBF16())
          return s.select(a, b, c);
        return s.bits(s.select(a, s.bits(b, i16), s.bits(c, i16)), chosen);
      })
      .Case([&](CastOp castOp) {
        return s.cast(a, castOp.getResult().getType());
      })
      .Case([&](BitcastOp bitcast) {
        Type to = bitcast.getResult().getType();
        return to == type ? a : s.bits(a, to);
      })
      .Default(Value());
}
