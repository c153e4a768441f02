// Philox 4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy
// as 1, 2, 3", SC 2011), computed for each element from its row-major place, so
// that any order and device gives the same.
#include "runmat/Conversion/RandomElement.h"

#include "runmat/Dialect/Array/Array.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace runmat;

namespace {

/// Integer arithmetic on scalars at one location.
struct Words {
  OpBuilder &b;
  Location loc;
  Type i32 = b.getI32Type(), i64 = b.getI64Type();

  Value c32(uint32_t value) {
    return arith::ConstantOp::create(
        b, loc, b.getI32IntegerAttr(static_cast<int32_t>(value)));
  }
  Value c64(int64_t value) {
    return arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(value));
  }
  Value low(Value x) { return arith::TruncIOp::create(b, loc, i32, x); }
  Value high(Value x) {
    return low(arith::ShRUIOp::create(b, loc, x, c64(32)));
  }
  Value wide(Value x) { return arith::ExtUIOp::create(b, loc, i64, x); }
  Value bxor(Value x, Value y) { return arith::XOrIOp::create(b, loc, x, y); }

  /// The four words of one counter (words 2 and 3 of it are 0).
  std::array<Value, 4> philox(Value counter, Value key) {
    std::array<Value, 4> c{low(counter), high(counter), c32(0), c32(0)};
    Value k0 = low(key), k1 = high(key);
    // Multipliers and Weyl constants of the paper.
    Value m0 = c64(0xD2511F53), m1 = c64(0xCD9E8D57);
    Value w0 = c32(0x9E3779B9), w1 = c32(0xBB67AE85);
    for (int round = 0; round < 10; ++round) {
      if (round) {
        k0 = arith::AddIOp::create(b, loc, k0, w0);
        k1 = arith::AddIOp::create(b, loc, k1, w1);
      }
      Value p0 = arith::MulIOp::create(b, loc, wide(c[0]), m0);
      Value p1 = arith::MulIOp::create(b, loc, wide(c[2]), m1);
      c = {bxor(bxor(high(p1), c[1]), k0), low(p1),
           bxor(bxor(high(p0), c[3]), k1), low(p0)};
    }
    return c;
  }

  Value select(Value on, Value x, Value y) {
    return arith::SelectOp::create(b, loc, on, x, y);
  }
  Value isBit(Value x, int64_t bit) {
    Value masked = arith::AndIOp::create(b, loc, x, c64(1ll << bit));
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, masked,
                                 c64(0));
  }
  /// Top 24 bits of a word as f32 in [0, 1).
  Value uniform32(Value word) {
    Value top = arith::ShRUIOp::create(b, loc, word, c32(8));
    Value number = arith::SIToFPOp::create(b, loc, b.getF32Type(), top);
    return arith::MulFOp::create(
        b, loc, number,
        arith::ConstantOp::create(b, loc, b.getF32FloatAttr(0x1p-24f)));
  }
  /// Top 53 bits of two words as f64 in [0, 1).
  Value uniform64(Value lowWord, Value highWord) {
    Value bits = arith::OrIOp::create(
        b, loc, arith::ShLIOp::create(b, loc, wide(highWord), c64(32)),
        wide(lowWord));
    Value top = arith::ShRUIOp::create(b, loc, bits, c64(11));
    Value number = arith::SIToFPOp::create(b, loc, b.getF64Type(), top);
    return arith::MulFOp::create(
        b, loc, number,
        arith::ConstantOp::create(b, loc, b.getF64FloatAttr(0x1p-53)));
  }
  /// The f32 value cut to the bits that `narrow` (f16, bf16) keeps below 1, so
  /// that rounding never reaches 1.
  Value cut(Value f, Type narrow) {
    // f16 subnormals have a fixed spacing of 2^-24, which every multiple of
    // 2^-24 already keeps, so cutting the significand is exact there as well.
    unsigned keep = narrow.isF16() ? 10 : 7;
    Value bits = arith::BitcastOp::create(b, loc, i32, f);
    Value mask = c32(~((1u << (23 - keep)) - 1));
    Value kept = arith::BitcastOp::create(
        b, loc, b.getF32Type(), arith::AndIOp::create(b, loc, bits, mask));
    return kept;
  }
};

} // namespace

static Value castTo(Words &w, Value value, Type type) {
  return value.getType() == type
             ? value
             : Value(array::CastOp::create(w.b, w.loc, type, value));
}

static Value uniform(Words &w, Type type, Value key, Value position) {
  bool isDouble = type.isF64();
  Value counter =
      arith::ShRUIOp::create(w.b, w.loc, position, w.c64(isDouble ? 1 : 2));
  std::array<Value, 4> words = w.philox(counter, key);
  Value odd = w.isBit(position, 0);
  if (isDouble)
    return w.uniform64(w.select(odd, words[2], words[0]),
                       w.select(odd, words[3], words[1]));
  Value word = w.select(w.isBit(position, 1), w.select(odd, words[3], words[2]),
                        w.select(odd, words[1], words[0]));
  Value u = w.uniform32(word);
  if (type.isF32())
    return u;
  return castTo(w, w.cut(u, type), type);
}

static Value normalOf(Words &w, Type type, Value key, Value position) {
  bool isDouble = type.isF64();
  Type wide = isDouble ? type : Type(w.b.getF32Type());
  Value counter =
      arith::ShRUIOp::create(w.b, w.loc, position, w.c64(isDouble ? 1 : 2));
  std::array<Value, 4> words = w.philox(counter, key);
  Value u1, u2;
  if (isDouble) {
    u1 = w.uniform64(words[0], words[1]);
    u2 = w.uniform64(words[2], words[3]);
  } else {
    Value second = w.isBit(position, 1);
    u1 = w.uniform32(w.select(second, words[2], words[0]));
    u2 = w.uniform32(w.select(second, words[3], words[1]));
  }
  // Box-Muller: sqrt(-2 log(1 - u1)) times cos or sin of 2 pi u2.
  auto number = [&](double value) {
    return Value(
        arith::ConstantOp::create(w.b, w.loc, w.b.getFloatAttr(wide, value)));
  };
  Value rest = arith::SubFOp::create(w.b, w.loc, number(1), u1);
  Value log = array::LogOp::create(w.b, w.loc, rest);
  Value radius = array::SqrtOp::create(
      w.b, w.loc, arith::MulFOp::create(w.b, w.loc, number(-2), log));
  Value angle =
      arith::MulFOp::create(w.b, w.loc, number(6.283185307179586), u2);
  Value turn =
      w.select(w.isBit(position, 0), array::SinOp::create(w.b, w.loc, angle),
               array::CosOp::create(w.b, w.loc, angle));
  Value normal = arith::MulFOp::create(w.b, w.loc, radius, turn);
  return castTo(w, normal, type);
}

Value runmat::randomElement(OpBuilder &b, Location loc, Type type, bool normal,
                            Value key, Value position) {
  Words words{b, loc};
  return normal ? normalOf(words, type, key, position)
                : uniform(words, type, key, position);
}
