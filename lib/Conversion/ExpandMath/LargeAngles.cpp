// Payne and Hanek's reduction: |x| 2 / pi modulo 4 by integers, from those bits
// of 2 / pi that are not multiples of 4 there. Every finite angle has a place
// between two multiples of pi / 2 that is known to the last bit but a few.
#include "Reals.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

namespace {
/// A number modulo 4: 2 bits before the point, then the rest of `high`, then
/// `low`.
struct Fraction {
  Value high, low;
};
} // namespace

/// The window of 2 / pi that begins `shift` bits into words[k].
static Value windowAt(Reals &r, ArrayRef<Value> words, int k, Value shift) {
  Value rest = r.shrU(r.shrU(words[k + 1], r.i(1)),
                      r.subI(r.i(r.format.width - 1), shift));
  return r.orI(r.shl(words[k], shift), rest);
}

static Value sumWithCarry(Reals &r, Value &low, Value addend) {
  low = r.addI(low, addend);
  return r.make<arith::ExtUIOp>(r.bitsType,
                                r.cmp(IntPredicate::ult, low, addend));
}

/// From the 96 bits of 2 / pi that count.
static Fraction multiplyF32(Reals &r, Value x) {
  Value bits = r.bitsOf(x);
  Value exponent = r.andI(r.shrU(bits, r.i(23)), r.i(255));
  // |x| = m 2^(t - 30), m with 32 bits.
  Value m = r.orI(r.shl(bits, r.i(8)), r.i(0x80000000));
  Value t = r.subI(exponent, r.i(128));
  Value word = r.shrU(t, r.i(5)), shift = r.andI(t, r.i(31));
  static constexpr uint32_t table[] = {0,          0xa2f9836e, 0x4e441529,
                                       0xfc2757d1, 0xf534ddc0, 0xdb629599,
                                       0x3c439041};
  SmallVector<Value> words;
  for (int offset : {0, 1, 2, 3}) {
    Value chosen = r.i(table[offset]);
    for (int k = 1; k <= 3; ++k)
      chosen = r.select(r.cmp(IntPredicate::eq, word, r.i(k)),
                        r.i(table[offset + k]), chosen);
    words.push_back(chosen);
  }
  auto product = [&](Value y) {
    return arith::MulUIExtendedOp::create(r.b, r.loc, m, y);
  };
  // Words 1 and 2 of the product; the others are below or multiples of 4.
  auto middle = product(windowAt(r, words, 1, shift));
  Value low = middle.getLow();
  Value carry =
      sumWithCarry(r, low, product(windowAt(r, words, 2, shift)).getHigh());
  Value high =
      r.addI(r.mulI(m, windowAt(r, words, 0, shift)), middle.getHigh());
  return {r.addI(high, carry), low};
}

/// The upper half of a product of 64 bits by 64, from products of 32 by 32.
static Value multiplyHigh(Reals &r, Value a, Value b) {
  Value half = r.i(32), mask = r.i(0xffffffff);
  Value a1 = r.shrU(a, half), a0 = r.andI(a, mask);
  Value b1 = r.shrU(b, half), b0 = r.andI(b, mask);
  Value middle = r.addI(r.mulI(a1, b0), r.shrU(r.mulI(a0, b0), half));
  Value other = r.addI(r.mulI(a0, b1), r.andI(middle, mask));
  return r.addI(r.addI(r.mulI(a1, b1), r.shrU(middle, half)),
                r.shrU(other, half));
}

/// From the 192 bits of 2 / pi that count.
static Fraction multiplyF64(Reals &r, Value x) {
  Value bits = r.bitsOf(x);
  Value exponent = r.andI(r.shrU(bits, r.i(52)), r.i(2047));
  // |x| = m 2^(t - 62), m with 64 bits.
  Value m =
      r.orI(r.shl(bits, r.i(11)), r.i(std::numeric_limits<int64_t>::min()));
  Value t = r.subI(exponent, r.i(1024));
  Value word = r.shrU(t, r.i(6)), shift = r.andI(t, r.i(63));
  static constexpr uint64_t table[] = {0,
                                       0xa2f9836e4e441529,
                                       0xfc2757d1f534ddc0,
                                       0xdb6295993c439041,
                                       0xfe5163abdebbc561,
                                       0xb7246e3a424dd2e0,
                                       0x06492eea09d1921c,
                                       0xfe1deb1cb129a73e,
                                       0xe88235f52ebb4484,
                                       0xe99c7026b45f7e41,
                                       0x3991d639835339f4,
                                       0x9c845f8bbdf9283b,
                                       0x1ff897ffde05980f,
                                       0xef2f118b5a0a6d1f,
                                       0x6d367ecf27cb09b7,
                                       0x4f463f669e5fea2d,
                                       0x7527bac7ebe5f17b,
                                       0x3d0739f78a5292ea,
                                       0x6bfb5fb11f8d5d08};
  // Words `word` to `word` + 3, a bit of `word` a step.
  SmallVector<Value> words;
  for (uint64_t entry : table)
    words.push_back(r.i(static_cast<int64_t>(entry)));
  for (int step : {8, 4, 2, 1}) {
    Value skips = r.cmp(IntPredicate::ne, r.andI(word, r.i(step)), r.i(0));
    // What the later steps may reach: step - 1 words beyond four.
    SmallVector<Value> next;
    for (int k = 0; k < step + 3; ++k)
      next.push_back(r.select(skips, words[k + step], words[k]));
    words = std::move(next);
  }
  Value first = windowAt(r, words, 0, shift),
        second = windowAt(r, words, 1, shift),
        third = windowAt(r, words, 2, shift);
  Value low = r.mulI(m, second);
  Value carry = sumWithCarry(r, low, multiplyHigh(r, m, third));
  Value high = r.addI(r.mulI(m, first), multiplyHigh(r, m, second));
  return {r.addI(high, carry), low};
}

Angle array::reduceLargeAngle(Reals &r, Value x, Turn turn) {
  const Format &f = r.format;
  int64_t width = f.width;
  auto [high, low] = r.isF64() ? multiplyF64(r, x) : multiplyF32(r, x);
  if (turn == Turn::OddHalf)
    high = r.subI(high, r.i(int64_t(1) << (width - 2)));
  // To the nearest multiple: the rest becomes one of both signs.
  int64_t point = turn == Turn::Quarter ? width - 2 : width - 1;
  Value k = r.shrU(r.addI(high, r.i(int64_t(1) << (point - 1))), r.i(point));
  Value top = r.subI(high, r.shl(k, r.i(point)));
  Value below = r.cmp(IntPredicate::slt, top, r.i(0));
  Value minusLow = r.subI(r.i(0), low);
  Value borrow = r.make<arith::ExtUIOp>(r.bitsType, r.isZero(low));
  Value minusTop = r.addI(r.xorI(top, r.i(-1)), borrow);
  top = r.select(below, minusTop, top);
  low = r.select(below, minusLow, low);
  // As many bits as a float has behind the first one that is set, whatever
  // that one is.
  int64_t cut = width - (f.mantissa + 1);
  Value first = r.make<arith::SIToFPOp>(r.type, r.shrU(top, r.i(cut)));
  Value second = r.make<arith::UIToFPOp>(
      r.type, r.orI(r.shl(top, r.i(width - cut)), r.shrU(low, r.i(cut))));
  double unit = std::ldexp(1.0, cut + 2 - width);
  double secondUnit = std::ldexp(unit, -width);
  Value tail = r.fma(second, r.c(f.halfPi * secondUnit),
                     r.mul(first, r.c(f.halfPiLow * unit)));
  Value rest = r.fma(first, r.c(f.halfPi * unit), tail);
  Value flip = below;
  if (turn != Turn::OddHalf)
    flip = r.xorI(flip, r.isNegative(x));
  return {r.select(flip, r.neg(rest), rest), k};
}
