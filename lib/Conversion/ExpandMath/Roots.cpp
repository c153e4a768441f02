// cbrt and hypot.
#include "Reals.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

/// A third of the exponent gives a start within 4 %; Halley's step cubes that
/// twice, and Newton's, with an exact difference, removes the rounding.
Value array::expandCbrt(Reals &r, Value x) {
  const Format &f = r.format;
  Type i32 = r.b.getI32Type();
  Value a = r.abs(x);
  // Away from both ends: the steps add three cubes.
  Value small =
      r.cmp(FloatPredicate::OLT, a, r.c(std::ldexp(1.0, -f.cubeLimit)));
  Value large =
      r.cmp(FloatPredicate::OGT, a, r.c(std::ldexp(1.0, f.cubeLimit)));
  auto choose = [&](int64_t ifSmall, int64_t ifLarge) {
    return r.select(small, r.c(std::ldexp(1.0, ifSmall)),
                    r.select(large, r.c(std::ldexp(1.0, ifLarge)), r.c(1)));
  };
  a = r.mul(a, choose(f.cubeScale, -f.cubeScale));
  // 2/3 of the exponent's bias, less what balances the error over a binade; of
  // f64 the upper half is enough.
  Value y;
  if (r.isF64()) {
    Value upper = r.make<arith::TruncIOp>(i32, r.shrU(r.bitsOf(a), r.i(32)));
    Value third = r.make<arith::DivUIOp>(upper, r.i32(3));
    Value start = r.addI(third, r.i32(0x2a9f7af2));
    y = r.realOf(r.shl(r.make<arith::ExtUIOp>(r.bitsType, start), r.i(32)));
  } else {
    Value third = r.make<arith::DivUIOp>(r.bitsOf(a), r.i32(3));
    y = r.realOf(r.addI(third, r.i32(0x2a512ce3)));
  }
  for (int step = 0; step < 2; ++step) {
    Value cube = r.mul(r.mul(y, y), y);
    Value top = r.fma(a, r.c(2), cube);
    Value bottom = r.fma(cube, r.c(2), a);
    y = r.mul(y, r.div(top, bottom));
  }
  Value square = r.mul(y, y);
  Value lost = r.fma(square, y, r.neg(a));
  y = r.sub(y, r.div(lost, r.mul(square, r.c(3))));
  y = r.mul(y, choose(-f.cubeScale / 3, f.cubeScale / 3));
  // Zeros, infinities and NaN are their own cube roots.
  Value ordinary = r.andI(r.cmp(FloatPredicate::OGT, a, r.c(0)),
                          r.cmp(FloatPredicate::OLT, a, r.infinity()));
  return r.select(ordinary, r.withSignOf(y, x), x);
}

/// sqrt(a*a + b*b) with both scaled by a power of two where squares would
/// overflow or be subnormal.
Value array::expandHypot(Reals &r, Value a, Value b) {
  bool wide = r.isF64();
  a = r.abs(a);
  b = r.abs(b);
  Value larger = r.select(r.cmp(FloatPredicate::OGT, a, b), a, b);
  auto power = [&](int exponent) { return r.c(std::ldexp(1.0, exponent)); };
  Value large = r.cmp(FloatPredicate::OGT, larger, power(wide ? 500 : 60));
  Value small = r.cmp(FloatPredicate::OLT, larger, power(wide ? -450 : -50));
  int down = wide ? 600 : 70, up = wide ? 700 : 100;
  Value scale =
      r.select(large, power(-down), r.select(small, power(up), power(0)));
  Value back =
      r.select(large, power(down), r.select(small, power(-up), power(0)));
  Value x = r.mul(a, scale), y = r.mul(b, scale);
  Value root = r.mul(r.sqrt(r.fma(x, x, r.mul(y, y))), back);
  // An infinite side wins, against a NaN too.
  Value infinite = r.orI(r.cmp(FloatPredicate::OEQ, a, r.infinity()),
                         r.cmp(FloatPredicate::OEQ, b, r.infinity()));
  return r.select(infinite, r.infinity(), root);
}
