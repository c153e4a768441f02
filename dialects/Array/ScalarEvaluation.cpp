// The definition of every elementwise operation on scalars, one entry each.
// Entries compute in f64 or in wrapping 64-bit integers; one common step then
// rounds or wraps to the declared type.
#include "runmat/Dialect/Array/ScalarEvaluation.h"

#include "runmat/Dialect/Array/Array.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

using Loop = ScalarFunction::Loop;

namespace {

/// Runs `f` on `N` scalars an element. The two frequent layouts, all operands
/// dense or one of two repeated, get loops that a compiler can vectorise.
template <unsigned N, typename F> Loop elementLoop(F f) {
  return [f](Scalar *out, const Scalar *const *in, const int64_t *steps,
             int64_t count) {
    if constexpr (N == 1) {
      const Scalar *a = in[0];
      if (steps[0] == 1) {
        for (int64_t k = 0; k < count; ++k)
          out[k] = f(a[k]);
        return;
      }
      for (int64_t k = 0, s = steps[0]; k < count; ++k)
        out[k] = f(a[k * s]);
    } else if constexpr (N == 2) {
      const Scalar *a = in[0], *b = in[1];
      int64_t s = steps[0], t = steps[1];
      if (s == 1 && t == 1) {
        for (int64_t k = 0; k < count; ++k)
          out[k] = f(a[k], b[k]);
        return;
      }
      for (int64_t k = 0; k < count; ++k)
        out[k] = f(a[k * s], b[k * t]);
    } else {
      const Scalar *a = in[0], *b = in[1], *c = in[2];
      int64_t s = steps[0], t = steps[1], u = steps[2];
      for (int64_t k = 0; k < count; ++k)
        out[k] = f(a[k * s], b[k * t], c[k * u]);
    }
  };
}

/// Results are told apart by their type: double, or an integer (bool too).
Scalar fromResult(double value) { return Scalar::ofFloat(value); }
Scalar fromResult(int64_t value) { return Scalar::ofInt(value); }
Scalar fromResult(bool value) { return Scalar::ofInt(value); }

template <typename F> Loop floatUnary(F f) {
  return elementLoop<1>([f](Scalar a) { return fromResult(f(a.f)); });
}
template <typename F> Loop floatBinary(F f) {
  return elementLoop<2>(
      [f](Scalar a, Scalar b) { return fromResult(f(a.f, b.f)); });
}
template <typename F> Loop intUnary(F f) {
  return elementLoop<1>([f](Scalar a) { return fromResult(f(a.i)); });
}
template <typename F> Loop intBinary(F f) {
  return elementLoop<2>(
      [f](Scalar a, Scalar b) { return fromResult(f(a.i, b.i)); });
}
/// One definition for floats, one for integers.
template <typename F, typename I> Loop unary(Type element, F f, I i) {
  return isa<FloatType>(element) ? floatUnary(f) : intUnary(i);
}
template <typename F, typename I> Loop binary(Type element, F f, I i) {
  return isa<FloatType>(element) ? floatBinary(f) : intBinary(i);
}

int64_t wrapAdd(int64_t a, int64_t b) { return uint64_t(a) + uint64_t(b); }
int64_t wrapSub(int64_t a, int64_t b) { return uint64_t(a) - uint64_t(b); }
int64_t wrapMul(int64_t a, int64_t b) { return uint64_t(a) * uint64_t(b); }

int64_t divide(int64_t a, int64_t b) {
  return b == 0 ? 0 : b == -1 ? wrapSub(0, a) : a / b;
}
int64_t remainderOf(int64_t a, int64_t b) {
  return b == 0 || b == -1 ? 0 : a % b;
}
int64_t moduloOf(int64_t a, int64_t b) {
  int64_t r = remainderOf(a, b);
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
/// A zero takes the divisor's sign too.
double moduloOf(double a, double b) {
  double r = std::fmod(a, b);
  if (r == 0)
    return std::copysign(0.0, b);
  return (r < 0) != (b < 0) ? r + b : r;
}
int64_t power(int64_t base, int64_t exponent) {
  if (exponent < 0)
    return base == 1 ? 1 : base == -1 ? (exponent % 2 ? -1 : 1) : 0;
  int64_t result = 1;
  for (; exponent; exponent >>= 1, base = wrapMul(base, base))
    if (exponent & 1)
      result = wrapMul(result, base);
  return result;
}

double smaller(double a, double b, NanMode mode) {
  if (mode == NanMode::Propagate && (std::isnan(a) || std::isnan(b)))
    return std::numeric_limits<double>::quiet_NaN();
  return std::fmin(a, b);
}
double larger(double a, double b, NanMode mode) {
  if (mode == NanMode::Propagate && (std::isnan(a) || std::isnan(b)))
    return std::numeric_limits<double>::quiet_NaN();
  return std::fmax(a, b);
}

template <typename T> bool holds(Predicate predicate, T a, T b) {
  switch (predicate) {
  case Predicate::Eq:
    return a == b;
  case Predicate::Ne:
    return a != b;
  case Predicate::Lt:
    return a < b;
  case Predicate::Le:
    return a <= b;
  case Predicate::Gt:
    return a > b;
  case Predicate::Ge:
    return a >= b;
  }
  llvm_unreachable("a predicate");
}

/// Truncates, saturates at the type's ends; NaN gives 0.
int64_t saturate(double value, unsigned width) {
  if (std::isnan(value))
    return 0;
  double end = std::ldexp(1.0, width - 1); // one above the maximum
  if (value >= end)
    return width == 64 ? INT64_MAX : (int64_t(1) << (width - 1)) - 1;
  if (value < -end)
    return width == 64 ? INT64_MIN : -(int64_t(1) << (width - 1));
  return static_cast<int64_t>(value);
}

/// The integer as f64, rounded to odd: rounding that again to a type of at most
/// 50 bits is as rounding once.
double toOdd(int64_t value) {
  uint64_t magnitude = value < 0 ? 0 - uint64_t(value) : uint64_t(value);
  if (magnitude >> 53)
    magnitude = (magnitude & ~uint64_t(0x7ff)) |
                (magnitude & 0x7ff ? uint64_t(0x800) : 0);
  double result = static_cast<double>(magnitude);
  return value < 0 ? -result : result;
}

Loop castLoop(Type from, Type to) {
  if (isa<FloatType>(from)) {
    if (isa<FloatType>(to))
      return from == to
                 ? floatUnary([](double x) { return x; })
                 : floatUnary([to](double x) { return roundToType(x, to); });
    if (to.isInteger(1))
      return floatUnary([](double x) { return x != 0; });
    return floatUnary([width = to.getIntOrFloatBitWidth()](double x) {
      return saturate(x, width);
    });
  }
  if (to.isF64())
    return intUnary([](int64_t x) { return static_cast<double>(x); });
  if (isa<FloatType>(to))
    return intUnary([to](int64_t x) { return roundToType(toOdd(x), to); });
  if (to.isInteger(1))
    return intUnary([](int64_t x) { return x != 0; });
  return intUnary([](int64_t x) { return x; }); // wrapped afterwards
}

Loop definition(Operation *op) {
  Type type = elementTypeOf(op->getOperand(0).getType());
  Type resultType = elementTypeOf(op->getResult(0).getType());
  unsigned width = type.getIntOrFloatBitWidth();
#define RUNMAT_FLOAT_UNARY(OP, FUNCTION)                                       \
  Case<OP>([](OP) { return floatUnary([](double x) { return FUNCTION; }); })
#define RUNMAT_BITS(OP, OPERATOR)                                              \
  Case<OP>([](OP) {                                                            \
    return intBinary([](int64_t a, int64_t b) { return a OPERATOR b; });       \
  })
  return TypeSwitch<Operation *, Loop>(op)
      .Case<NegOp>([&](auto) {
        return unary(
            type, [](double x) { return -x; },
            [](int64_t x) { return wrapSub(0, x); });
      })
      .Case<AbsOp>([&](auto) {
        return unary(
            type, [](double x) { return std::fabs(x); },
            [](int64_t x) { return x < 0 ? wrapSub(0, x) : x; });
      })
      .Case<SignOp>([&](auto) {
        return unary(
            type, [](double x) { return x > 0   ? 1.0
                                        : x < 0 ? -1.0
                                                : x; },
            [](int64_t x) { return int64_t(x > 0) - int64_t(x < 0); });
      })
      .RUNMAT_FLOAT_UNARY(SqrtOp, std::sqrt(x))
      .RUNMAT_FLOAT_UNARY(RsqrtOp, 1 / std::sqrt(x))
      .RUNMAT_FLOAT_UNARY(CbrtOp, std::cbrt(x))
      .RUNMAT_FLOAT_UNARY(ExpOp, std::exp(x))
      .RUNMAT_FLOAT_UNARY(Exp2Op, std::exp2(x))
      .RUNMAT_FLOAT_UNARY(Expm1Op, std::expm1(x))
      .RUNMAT_FLOAT_UNARY(LogOp, std::log(x))
      .RUNMAT_FLOAT_UNARY(Log2Op, std::log2(x))
      .RUNMAT_FLOAT_UNARY(Log10Op, std::log10(x))
      .RUNMAT_FLOAT_UNARY(Log1pOp, std::log1p(x))
      .RUNMAT_FLOAT_UNARY(SinOp, std::sin(x))
      .RUNMAT_FLOAT_UNARY(CosOp, std::cos(x))
      .RUNMAT_FLOAT_UNARY(TanOp, std::tan(x))
      .RUNMAT_FLOAT_UNARY(AsinOp, std::asin(x))
      .RUNMAT_FLOAT_UNARY(AcosOp, std::acos(x))
      .RUNMAT_FLOAT_UNARY(AtanOp, std::atan(x))
      .RUNMAT_FLOAT_UNARY(SinhOp, std::sinh(x))
      .RUNMAT_FLOAT_UNARY(CoshOp, std::cosh(x))
      .RUNMAT_FLOAT_UNARY(TanhOp, std::tanh(x))
      .RUNMAT_FLOAT_UNARY(AsinhOp, std::asinh(x))
      .RUNMAT_FLOAT_UNARY(AcoshOp, std::acosh(x))
      .RUNMAT_FLOAT_UNARY(AtanhOp, std::atanh(x))
      .RUNMAT_FLOAT_UNARY(ErfOp, std::erf(x))
      .RUNMAT_FLOAT_UNARY(FloorOp, std::floor(x))
      .RUNMAT_FLOAT_UNARY(CeilOp, std::ceil(x))
      .RUNMAT_FLOAT_UNARY(RoundOp, std::round(x))
      .RUNMAT_FLOAT_UNARY(RoundEvenOp, std::nearbyint(x))
      .RUNMAT_FLOAT_UNARY(TruncOp, std::trunc(x))
      .RUNMAT_FLOAT_UNARY(IsNanOp, bool(std::isnan(x)))
      .RUNMAT_FLOAT_UNARY(IsInfOp, bool(std::isinf(x)))
      .RUNMAT_FLOAT_UNARY(IsFiniteOp, bool(std::isfinite(x)))
      .Case<NotOp>([](auto) { return intUnary([](int64_t x) { return ~x; }); })
      .Case<AddOp>([&](auto) {
        return binary(type, [](double a, double b) { return a + b; }, wrapAdd);
      })
      .Case<SubOp>([&](auto) {
        return binary(type, [](double a, double b) { return a - b; }, wrapSub);
      })
      .Case<MulOp>([&](auto) {
        return binary(type, [](double a, double b) { return a * b; }, wrapMul);
      })
      .Case<DivOp>([&](auto) {
        return binary(type, [](double a, double b) { return a / b; }, divide);
      })
      .Case<PowOp>([&](auto) {
        return binary(
            type, [](double a, double b) { return std::pow(a, b); }, power);
      })
      .Case<ModOp>([&](auto) {
        return binary(
            type, [](double a, double b) { return moduloOf(a, b); },
            [](int64_t a, int64_t b) { return moduloOf(a, b); });
      })
      .Case<RemOp>([&](auto) {
        return binary(
            type, [](double a, double b) { return std::fmod(a, b); },
            remainderOf);
      })
      .Case<Atan2Op>([](auto) {
        return floatBinary([](double a, double b) { return std::atan2(a, b); });
      })
      .Case<HypotOp>([](auto) {
        return floatBinary([](double a, double b) { return std::hypot(a, b); });
      })
      .RUNMAT_BITS(AndOp, &)
      .RUNMAT_BITS(OrOp, |)
      .RUNMAT_BITS(XorOp, ^)
      .Case<ShlOp>([&](auto) {
        return intBinary([width](int64_t a, int64_t b) {
          return int64_t(uint64_t(a) << (b & (width - 1)));
        });
      })
      .Case<ShrArithOp>([&](auto) {
        return intBinary(
            [width](int64_t a, int64_t b) { return a >> (b & (width - 1)); });
      })
      .Case<ShrLogicalOp>([&](auto) {
        return intBinary([width](int64_t a, int64_t b) {
          uint64_t bits = uint64_t(a) & (~uint64_t(0) >> (64 - width));
          return int64_t(bits >> (b & (width - 1)));
        });
      })
      .Case<MinOp>([&](MinOp min) {
        return binary(
            type,
            [mode = min.getNan()](double a, double b) {
              return smaller(a, b, mode);
            },
            [](int64_t a, int64_t b) { return std::min(a, b); });
      })
      .Case<MaxOp>([&](MaxOp max) {
        return binary(
            type,
            [mode = max.getNan()](double a, double b) {
              return larger(a, b, mode);
            },
            [](int64_t a, int64_t b) { return std::max(a, b); });
      })
      .Case<CompareOp>([&](CompareOp compare) {
        Predicate p = compare.getPredicate();
        return binary(
            type, [p](double a, double b) { return holds(p, a, b); },
            [p](int64_t a, int64_t b) { return holds(p, a, b); });
      })
      .Case<SelectOp>([](auto) {
        return elementLoop<3>(
            [](Scalar c, Scalar a, Scalar b) { return c.i ? a : b; });
      })
      .Case<ClampOp>([&](ClampOp clamp) -> Loop {
        NanMode mode = clamp.getNan();
        if (isa<FloatType>(type))
          return elementLoop<3>([mode](Scalar x, Scalar low, Scalar high) {
            return Scalar::ofFloat(
                smaller(larger(x.f, low.f, mode), high.f, mode));
          });
        return elementLoop<3>([](Scalar x, Scalar low, Scalar high) {
          return Scalar::ofInt(std::min(std::max(x.i, low.i), high.i));
        });
      })
      .Case<CastOp>([&](auto) { return castLoop(type, resultType); })
      .Case<BitcastOp>([&](auto) {
        return elementLoop<1>([type, resultType](Scalar x) {
          return scalarFromBits(bitsFromScalar(x, type), resultType);
        });
      })
      .Default([](Operation *) { return Loop(); });
#undef RUNMAT_FLOAT_UNARY
#undef RUNMAT_BITS
}

} // namespace

ScalarFunction ScalarFunction::get(Operation *op, Rounding rounding) {
  ScalarFunction function;
  if (!isa<Elementwise>(op))
    return function;
  function.loop = definition(op);
  function.element = elementTypeOf(op->getResult(0).getType());
  function.finish =
      isa<FloatType>(function.element)
          ? rounding == Rounding::Declared && !function.element.isF64()
          : function.element.getIntOrFloatBitWidth() < 64;
  return function;
}

Scalar ScalarFunction::operator()(ArrayRef<Scalar> operands) const {
  const Scalar *pointers[3];
  const int64_t steps[3] = {0, 0, 0};
  assert(operands.size() <= 3 && "elementwise operations are at most ternary");
  for (auto [k, operand] : llvm::enumerate(operands))
    pointers[k] = &operand;
  Scalar result;
  run(&result, ArrayRef(pointers, operands.size()),
      ArrayRef(steps, operands.size()), 1);
  return result;
}

void ScalarFunction::run(Scalar *result, ArrayRef<const Scalar *> operands,
                         ArrayRef<int64_t> steps, int64_t count) const {
  // Blocks stay in the first cache level between the two loops.
  constexpr int64_t block = 1024;
  const Scalar *in[3];
  bool isFloat = isa<FloatType>(element), isF32 = element.isF32();
  for (int64_t start = 0; start < count; start += block) {
    int64_t n = std::min(block, count - start);
    for (size_t k = 0; k < operands.size(); ++k)
      in[k] = operands[k] + start * steps[k];
    Scalar *out = result + start;
    loop(out, in, steps.data(), n);
    if (!finish)
      continue;
    if (isF32)
      for (int64_t k = 0; k < n; ++k)
        // A NaN keeps its bits, which the conversion would quiet.
        out[k].f = std::isnan(out[k].f) ? out[k].f
                                        : double(static_cast<float>(out[k].f));
    else if (isFloat)
      for (int64_t k = 0; k < n; ++k)
        out[k].f = roundToType(out[k].f, element);
    else
      for (int64_t k = 0; k < n; ++k)
        out[k].i = wrapToType(out[k].i, element);
  }
}
