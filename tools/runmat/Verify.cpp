// See the header.

#include "Verify.h"

#include "Number.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace runmat::cli {

namespace {
/// Binary interchange formats of IEEE 754, and bfloat16.
struct FloatFormat {
  int fractionBits, minExponent;
  double largest;
};
} // namespace

static FloatFormat formatOf(rm_dtype dtype) {
  switch (dtype) {
  case RM_F16:
    return {10, -14, 65504.0};
  case RM_BF16:
    return {7, -126, std::ldexp(255.0, 120)};
  case RM_F32:
    return {23, -126, std::ldexp(16777215.0, 104)};
  default:
    return {52, -1022, 0x1.fffffffffffffp1023};
  }
}

static bool isFloat(rm_dtype dtype) {
  return dtype == RM_F64 || dtype == RM_F32 || dtype == RM_F16 ||
         dtype == RM_BF16;
}

double defaultTolerance(rm_dtype dtype) {
  switch (dtype) {
  case RM_F64:
    return 1e-10;
  case RM_F32:
    return 1e-4;
  case RM_F16:
    return 4e-3;
  case RM_BF16:
    return 3e-2;
  default:
    return 0;
  }
}

std::string Difference::text(rm_dtype dtype) const {
  std::string text = "max abs " + shortText(absolute);
  if (isFloat(dtype))
    text += ", max rel " + shortText(relative) + ", max ulp " + shortText(ulps);
  return text;
}

static std::string positionText(const io::Tensor &tensor, int64_t index) {
  std::string text;
  for (size_t i = tensor.sizes().size(); i-- > 0;) {
    std::string part = std::to_string(index % tensor.sizes()[i]);
    text = text.empty() ? part : part + ", " + text;
    index /= tensor.sizes()[i];
  }
  return "[" + text + "]";
}

/// All digits of an f64, so that what rounding decided can be seen.
static std::string digits(double value) {
  if (std::isnan(value))
    return "nan"; // of either sign
  char text[64];
  snprintf(text, sizeof text, "%.17g", value);
  return text;
}

/// What rounding to the format gives for values beyond its largest one.
static double overflowed(double value, const FloatFormat &format) {
  double halfUnit =
      std::ldexp(1.0, std::ilogb(format.largest) - format.fractionBits - 1);
  return std::fabs(value) >= format.largest + halfUnit
             ? std::copysign(INFINITY, value)
             : value;
}

static Difference compareFloats(const io::Tensor &result,
                                const io::Tensor &reference, double tolerance) {
  FloatFormat format = formatOf(result.dtype());
  const double *expected = reference.data<double>();
  int64_t count = result.elements(), finite = 0;
  double squares = 0;
  for (int64_t i = 0; i < count; ++i)
    if (std::isfinite(expected[i])) {
      squares += expected[i] * expected[i];
      ++finite;
    }
  double scale = finite ? std::sqrt(squares / double(finite)) : 0;
  if (!std::isfinite(scale))
    scale = 0; // squares overflowed: judge each element by itself

  Difference difference;
  for (int64_t i = 0; i < count; ++i) {
    double got = result.element(i), want = overflowed(expected[i], format);
    bool pass;
    std::string distance;
    if (!std::isfinite(got) || !std::isfinite(want)) {
      pass = got == want || (std::isnan(got) && std::isnan(want));
      if (!pass)
        difference.absolute = difference.relative = difference.ulps = INFINITY;
    } else {
      double error = std::fabs(got - want), magnitude = std::fabs(want);
      int exponent = magnitude == 0
                         ? format.minExponent
                         : std::max(std::ilogb(magnitude), format.minExponent);
      double unit = std::ldexp(1.0, exponent - format.fractionBits);
      difference.absolute = std::max(difference.absolute, error);
      if (error > 0)
        difference.relative = std::max(difference.relative, error / magnitude);
      difference.ulps = std::max(difference.ulps, error / unit);
      distance = ", " + shortText(error / unit) + " ulp";
      // Numbers of the format lie no closer than its smallest one.
      double smallest =
          std::ldexp(1.0, format.minExponent - format.fractionBits);
      pass =
          error <= std::max(tolerance * std::max(magnitude, scale), smallest);
    }
    if (!pass && difference.beyond.empty())
      difference.beyond = "element " + positionText(result, i) + " is " +
                          digits(got) + ", expected " + digits(expected[i]) +
                          distance;
  }
  return difference;
}

template <typename Integer>
static Difference compareIntegers(const io::Tensor &result,
                                  const io::Tensor &reference) {
  Difference difference;
  for (int64_t i = 0; i < result.elements(); ++i) {
    Integer got = result.data<Integer>()[i];
    Integer want = reference.data<Integer>()[i];
    if (got == want)
      continue;
    difference.absolute =
        std::max(difference.absolute, std::fabs(double(got) - double(want)));
    if (difference.beyond.empty())
      difference.beyond = "element " + positionText(result, i) + " is " +
                          numberText(result, i) + ", expected " +
                          numberText(reference, i);
  }
  return difference;
}

Result<Difference> compare(const io::Tensor &result,
                           const io::Tensor &reference, double tolerance) {
  rm_dtype expected = isFloat(result.dtype()) ? RM_F64 : result.dtype();
  if (reference.dtype() != expected || reference.sizes() != result.sizes())
    return Error{"it is " + result.typeText() + ", the reference gives " +
                 reference.typeText()};
  switch (result.dtype()) {
  case RM_I1:
    return compareIntegers<uint8_t>(result, reference);
  case RM_I8:
    return compareIntegers<int8_t>(result, reference);
  case RM_I16:
    return compareIntegers<int16_t>(result, reference);
  case RM_I32:
    return compareIntegers<int32_t>(result, reference);
  case RM_I64:
    return compareIntegers<int64_t>(result, reference);
  default:
    return compareFloats(result, reference, tolerance);
  }
}

} // namespace runmat::cli
