// log2 for pow, as high + low: log2 m = 2 / ln2 atanh(t) with t = (m - 1) / (m
// + 1) as high + low too, by one division and the exact remainder. The first
// terms of the series stand by themselves, so that the others' rounding is a
// small part.
#include "F32Coefficients.h"
#include "F64Coefficients.h"
#include "Reals.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

Log2 array::addExactly(Scalars &s, Value a, Value b) {
  Value sum = s.add(a, b);
  return {sum, s.add(s.sub(a, sum), b)};
}

namespace {
struct Quotient {
  Value high, low;
};
} // namespace

/// (m - 1) / (m + 1).
static Quotient quotientOf(Reals &r, Value m) {
  Value one = r.c(1);
  Value numerator = r.sub(m, one), denominator = r.add(m, one);
  Value dropped = r.sub(m, r.sub(denominator, one));
  Value reciprocal = r.div(one, denominator);
  Value t = r.mul(numerator, reciprocal), minusT = r.neg(t);
  Value remainder = r.fma(minusT, denominator, numerator);
  remainder = r.fma(minusT, dropped, remainder);
  return {t, r.mul(remainder, reciprocal)};
}

Log2 array::preciseLog2F32(Reals &r, Value x) {
  Split parts = splitFloat(r, x);
  auto [t, tLow] = quotientOf(r, parts.significand);
  Value t2 = r.mul(t, t);
  Value c = r.c(2 * r.format.perLn2);
  Value high = r.mul(t, c);
  Value low = r.fma(t, c, r.neg(high));
  low = r.fma(t, r.c(2 * r.format.perLn2Low), low);
  // The derivative of atanh is about 1 + t^2.
  low = r.fma(r.fma(tLow, t2, tLow), c, low);
  ArrayRef<double> terms(f32::atanhTerms);
  Value cube = r.mul(high, t2);
  low = r.fma(cube, r.mul(t2, r.horner(t2, terms.drop_front())), low);
  low = r.fma(cube, r.c(terms.front()), low);
  Log2 sum = addExactly(r, parts.exponent, high);
  return addExactly(r, sum.high, r.add(sum.low, low));
}

/// high + low times the constant c + cLow.
static Log2 multiply(Reals &r, Value high, Value low, double c, double cLow) {
  Value factor = r.c(c), product = r.mul(high, factor);
  Value rest = r.fma(high, factor, r.neg(product));
  rest = r.fma(high, r.c(cLow), rest);
  return {product, r.fma(low, factor, rest)};
}

Log2 array::preciseLog2F64(Reals &r, Value x) {
  Split parts = splitFloat(r, x);
  auto [t, tLow] = quotientOf(r, parts.significand);
  Value t2 = r.mul(t, t);
  Value t2Low = r.fma(t, t, r.neg(t2));
  t2Low = r.fma(r.mul(t, r.c(2)), tLow, t2Low);
  Value cube = r.mul(t2, t);
  Value cubeLow = r.fma(t2, t, r.neg(cube));
  cubeLow = r.fma(t2, tLow, cubeLow);
  cubeLow = r.fma(t2Low, t, cubeLow);
  Log2 linear =
      multiply(r, t, tLow, 2 * r.format.perLn2, 2 * r.format.perLn2Low);
  // 2 / (3 ln 2).
  Log2 cubic =
      multiply(r, cube, cubeLow, 0x1.ec709dc3a03fdp-1, 0x1.d27f05548af0cp-55);
  Value tail = r.mul(r.mul(cube, t2), r.horner(t2, f64::atanhTail));
  Value low =
      r.fma(tail, r.c(2 * r.format.perLn2), r.add(linear.low, cubic.low));
  Log2 sum = addExactly(r, parts.exponent, linear.high);
  low = r.add(low, sum.low);
  sum = addExactly(r, sum.high, cubic.high);
  return addExactly(r, sum.high, r.add(low, sum.low));
}
