// Scalars to and from types, attributes and bits: rounding, wrapping, and how
// each element type is stored.
#include "runmat/Dialect/Array/Array.h"
#include "runmat/Dialect/Array/ScalarEvaluation.h"

#include "llvm/ADT/bit.h"

#include <cmath>

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

/// Nearest even in a binary format of `precision` significant bits: the value
/// is scaled so that one unit in its last place there is 1, which loses
/// nothing.
static double roundToFormat(double value, int precision, int minExponent,
                            double largest) {
  if (value == 0 || !std::isfinite(value))
    return value;
  int exponent = std::max(std::ilogb(value), minExponent);
  int unit = exponent - precision + 1;
  double result = std::ldexp(std::nearbyint(std::ldexp(value, -unit)), unit);
  return std::fabs(result) > largest ? std::copysign(INFINITY, value) : result;
}

double array::roundToType(double value, Type type) {
  if (type.isF64() || std::isnan(value))
    return value;
  if (type.isF32())
    return static_cast<float>(value);
  if (type.isF16())
    return roundToFormat(value, 11, -14, 65504.0);
  assert(type.isBF16() && "an element type of the dialect");
  return roundToFormat(value, 8, -126, 0x1.FEp127);
}

int64_t array::wrapToType(int64_t value, Type type) {
  if (type.isIndex())
    return value;
  unsigned width = type.getIntOrFloatBitWidth();
  if (width == 1)
    return value & 1;
  unsigned unused = 64 - width;
  return static_cast<int64_t>(static_cast<uint64_t>(value) << unused) >> unused;
}

static uint64_t lowBits(uint64_t value, unsigned width) {
  return value & (~uint64_t(0) >> (64 - width));
}

/// Converts between formats as `bitcast` wants it: a signalling NaN, which the
/// conversion of IEEE 754 would quiet, keeps its bits.
static APFloat convertNumber(APFloat value, const llvm::fltSemantics &format) {
  bool signals = value.isSignaling(), lost;
  value.convert(format, APFloat::rmNearestTiesToEven, &lost);
  if (!signals)
    return value;
  APInt bits = value.bitcastToAPInt();
  bits.clearBit(APFloat::semanticsPrecision(format) - 2);
  APFloat signalling(format, bits);
  // A payload that does not fit leaves nothing to signal with.
  return signalling.isNaN() ? signalling : value;
}

static Scalar scalarFromFloat(const APFloat &value) {
  return Scalar::ofFloat(
      convertNumber(value, APFloat::IEEEdouble()).convertToDouble());
}
static Scalar scalarFromInt(const APInt &value) {
  return Scalar::ofInt(value.getBitWidth() == 1 ? int64_t(value.getZExtValue())
                                                : value.getSExtValue());
}
static APFloat floatFromScalar(Scalar value, Type type) {
  return convertNumber(APFloat(value.f),
                       cast<FloatType>(type).getFloatSemantics());
}
static APInt intFromScalar(Scalar value, Type type) {
  unsigned width = type.isIndex() ? 64 : type.getIntOrFloatBitWidth();
  return APInt(width, lowBits(uint64_t(value.i), width));
}

Scalar array::scalarFromAttribute(Attribute attribute) {
  if (auto number = dyn_cast<FloatAttr>(attribute))
    return scalarFromFloat(number.getValue());
  return scalarFromInt(cast<IntegerAttr>(attribute).getValue());
}

TypedAttr array::attributeFromScalar(Scalar value, Type type) {
  if (isa<FloatType>(type))
    return FloatAttr::get(type, floatFromScalar(value, type));
  return IntegerAttr::get(type, intFromScalar(value, type));
}

SmallVector<Scalar> array::elementsOf(DenseElementsAttr attribute,
                                      bool keepSplat) {
  SmallVector<Scalar> values;
  bool one = keepSplat && attribute.isSplat();
  values.reserve(one ? 1 : attribute.getNumElements());
  if (isa<FloatType>(attribute.getElementType())) {
    if (one)
      values.push_back(scalarFromFloat(attribute.getSplatValue<APFloat>()));
    else
      for (const APFloat &value : attribute.getValues<APFloat>())
        values.push_back(scalarFromFloat(value));
    return values;
  }
  if (one)
    values.push_back(scalarFromInt(attribute.getSplatValue<APInt>()));
  else
    for (const APInt &value : attribute.getValues<APInt>())
      values.push_back(scalarFromInt(value));
  return values;
}

DenseElementsAttr array::denseFromScalars(RankedTensorType type,
                                          ArrayRef<Scalar> values) {
  Type element = type.getElementType();
  if (isa<FloatType>(element))
    return DenseElementsAttr::get(
        type, llvm::map_to_vector(values, [&](Scalar value) {
          return floatFromScalar(value, element);
        }));
  return DenseElementsAttr::get(type,
                                llvm::map_to_vector(values, [&](Scalar value) {
                                  return intFromScalar(value, element);
                                }));
}

uint64_t array::bitsFromScalar(Scalar value, Type type) {
  if (type.isF64())
    return llvm::bit_cast<uint64_t>(value.f);
  if (type.isF32() && !std::isnan(value.f))
    return llvm::bit_cast<uint32_t>(static_cast<float>(value.f));
  if (isa<FloatType>(type))
    return floatFromScalar(value, type).bitcastToAPInt().getZExtValue();
  return lowBits(uint64_t(value.i),
                 type.isIndex() ? 64 : type.getIntOrFloatBitWidth());
}

Scalar array::scalarFromBits(uint64_t bits, Type type) {
  if (auto number = dyn_cast<FloatType>(type))
    return scalarFromFloat(
        APFloat(number.getFloatSemantics(), APInt(number.getWidth(), bits)));
  return Scalar::ofInt(wrapToType(static_cast<int64_t>(bits), type));
}
