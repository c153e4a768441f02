// Conversions between elements in memory and the numbers of kernels.
#include "KernelCodec.h"

using namespace mlir;
using namespace runmat;

unsigned runmat::elementBytes(Type element) {
  return std::max(element.getIntOrFloatBitWidth() / 8, 1u);
}

Type runmat::computeType(Type element) {
  if (element.isF16() || element.isBF16())
    return Float32Type::get(element.getContext());
  if (element.isInteger(8) || element.isInteger(16))
    return IntegerType::get(element.getContext(), 32);
  return element;
}

Value KernelCodec::i32(int64_t value) {
  return arith::ConstantOp::create(
      b, b.getIntegerAttr(b.getI32Type(),
                          APInt(32, value, true, /*implicitTrunc=*/true)));
}

/// By a native conversion, which is exact; else by integers (the exponent is
/// moved, subnormals are a difference of two normal numbers: Giesen,
/// "half_to_float_fast5").
Value KernelCodec::halfToFloat(Value bits) {
  Type f32 = b.getF32Type();
  if (nativeHalf) {
    Value narrow = arith::TruncIOp::create(b, b.getI16Type(), bits);
    Value half = arith::BitcastOp::create(b, b.getF16Type(), narrow);
    return arith::ExtFOp::create(b, f32, half);
  }
  Value magnitude = arith::ShLIOp::create(
      b, arith::AndIOp::create(b, bits, i32(0x7fff)), i32(13));
  Value exponent = arith::AndIOp::create(b, magnitude, i32(0x7c00 << 13));
  Value moved = arith::AddIOp::create(b, magnitude, i32((127 - 15) << 23));
  Value isSpecial = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, exponent,
                                          i32(0x7c00 << 13));
  Value special = arith::AddIOp::create(b, moved, i32((128 - 16) << 23));
  Value isSmall =
      arith::CmpIOp::create(b, arith::CmpIPredicate::eq, exponent, i32(0));
  Value bump = arith::AddIOp::create(b, moved, i32(1 << 23));
  Value small =
      arith::SubFOp::create(b, arith::BitcastOp::create(b, f32, bump),
                            arith::BitcastOp::create(b, f32, i32(113 << 23)));
  Value result = arith::SelectOp::create(
      b, isSmall, arith::BitcastOp::create(b, b.getI32Type(), small),
      arith::SelectOp::create(b, isSpecial, special, moved));
  Value sign = arith::ShLIOp::create(
      b, arith::AndIOp::create(b, bits, i32(0x8000)), i32(16));
  return arith::BitcastOp::create(b, f32,
                                  arith::OrIOp::create(b, result, sign));
}

/// Round to nearest even (Giesen, "float_to_half_fast3_rtne").
Value KernelCodec::floatToHalf(Value value) {
  Type f32 = b.getF32Type(), i32Type = b.getI32Type();
  if (nativeHalf) {
    Value half = arith::TruncFOp::create(b, b.getF16Type(), value);
    Value narrow = arith::BitcastOp::create(b, b.getI16Type(), half);
    return arith::ExtUIOp::create(b, i32Type, narrow);
  }
  Value bits = arith::BitcastOp::create(b, i32Type, value);
  Value sign = arith::AndIOp::create(b, bits, i32(0x80000000));
  Value magnitude = arith::XOrIOp::create(b, bits, sign);
  auto compare = [&](arith::CmpIPredicate predicate, int64_t limit) -> Value {
    return arith::CmpIOp::create(b, predicate, magnitude, i32(limit));
  };
  // 65536 and above, and NaN.
  Value isLarge = compare(arith::CmpIPredicate::uge, (127 + 16) << 23);
  Value isNan = compare(arith::CmpIPredicate::ugt, 255 << 23);
  Value large = arith::SelectOp::create(b, isNan, i32(0x7e00), i32(0x7c00));
  Value isSmall = compare(arith::CmpIPredicate::ult, 113 << 23);
  Value magic = i32(((127 - 15) + (23 - 10) + 1) << 23);
  Value aligned =
      arith::AddFOp::create(b, arith::BitcastOp::create(b, f32, magnitude),
                            arith::BitcastOp::create(b, f32, magic));
  Value small = arith::SubIOp::create(
      b, arith::BitcastOp::create(b, i32Type, aligned), magic);
  Value odd = arith::AndIOp::create(
      b, arith::ShRUIOp::create(b, magnitude, i32(13)), i32(1));
  Value normal = arith::AddIOp::create(
      b, arith::AddIOp::create(b, magnitude, i32(-((127 - 15) << 23) + 0xfff)),
      odd);
  normal = arith::ShRUIOp::create(b, normal, i32(13));
  Value result = arith::SelectOp::create(
      b, isLarge, large, arith::SelectOp::create(b, isSmall, small, normal));
  return arith::OrIOp::create(b, result,
                              arith::ShRUIOp::create(b, sign, i32(16)));
}

Value KernelCodec::roundBf16(Value value) {
  Value bits = arith::BitcastOp::create(b, b.getI32Type(), value);
  Value tie = arith::AndIOp::create(b, arith::ShRUIOp::create(b, bits, i32(16)),
                                    i32(1));
  Value sum = arith::AddIOp::create(b, bits,
                                    arith::AddIOp::create(b, tie, i32(0x7fff)));
  Value isNan =
      arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, value, value);
  Value quiet = arith::OrIOp::create(b, bits, i32(0x400000));
  Value chosen = arith::SelectOp::create(b, isNan, quiet, sum);
  return arith::BitcastOp::create(
      b, b.getF32Type(), arith::AndIOp::create(b, chosen, i32(0xffff0000)));
}

Value KernelCodec::decode(Value word, Type element, unsigned lane) {
  unsigned bits = elementBytes(element) * 8;
  if (element.isInteger(1)) {
    Value byte = arith::AndIOp::create(b, word, i32(int64_t(0xff) << 8 * lane));
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, byte, i32(0));
  }
  if (element.isBF16()) {
    Value high = lane ? Value(arith::AndIOp::create(b, word, i32(0xffff0000)))
                      : Value(arith::ShLIOp::create(b, word, i32(16)));
    return arith::BitcastOp::create(b, b.getF32Type(), high);
  }
  if (element.isF16()) {
    if (lane)
      word = arith::ShRUIOp::create(b, word, i32(16));
    return halfToFloat(word);
  }
  unsigned above = 32 - bits * (lane + 1);
  if (above)
    word = arith::ShLIOp::create(b, word, i32(above));
  return arith::ShRSIOp::create(b, word, i32(32 - bits));
}

Value KernelCodec::encode(Value value, Type element) {
  if (element.isInteger(1))
    return arith::ExtUIOp::create(b, b.getI32Type(), value);
  if (element.isF16())
    return floatToHalf(value);
  if (element.isBF16())
    return arith::ShRUIOp::create(
        b, arith::BitcastOp::create(b, b.getI32Type(), value), i32(16));
  return arith::AndIOp::create(b, value,
                               i32(element.isInteger(8) ? 0xff : 0xffff));
}

Value KernelCodec::round(Value value, Type element) {
  if (element.isF16())
    return halfToFloat(floatToHalf(value));
  if (element.isBF16())
    return roundBf16(value);
  if (element.isInteger(8) || element.isInteger(16)) {
    Value shift = i32(32 - element.getIntOrFloatBitWidth());
    return arith::ShRSIOp::create(b, arith::ShLIOp::create(b, value, shift),
                                  shift);
  }
  return value;
}
