// std::from_chars and std::to_chars: the same in every locale.

#include "Number.h"

#include <cassert>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace runmat::cli {

static bool parseDouble(const std::string &text, double &value) {
  const char *start = text.c_str(), *end = start + text.size();
  if (*start == '+' && start[1] != '-')
    ++start;
  auto [stop, error] = std::from_chars(start, end, value);
  if (error == std::errc::result_out_of_range) {
    // Beyond f64: strtod gives the infinity or zero that rounding gives.
    value = strtod(start, nullptr);
    error = std::errc();
  }
  return error == std::errc() && stop == end && start != end;
}

bool isNumber(const std::string &text) {
  double ignored;
  return text == "true" || text == "false" || parseDouble(text, ignored);
}

/// Rounds to a float format of `mantissa` stored bits and `exponent` bits,
/// nearest even, straight from f64 (through f32 it would round twice).
static uint16_t toSixteenBits(double value, int mantissa, int exponentBits) {
  uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  int bias = (1 << (exponentBits - 1)) - 1;
  uint16_t infinity = uint16_t(((1 << exponentBits) - 1) << mantissa);
  if (std::isnan(value))
    return sign | infinity | uint16_t(1 << (mantissa - 1));
  double magnitude = std::fabs(value);
  if (std::isinf(magnitude))
    return sign | infinity;
  int exponent = magnitude == 0 ? 1 - bias : std::ilogb(magnitude);
  if (exponent < 1 - bias)
    exponent = 1 - bias;
  // The value in units of its last place; nearbyint rounds to even.
  double units = std::nearbyint(std::ldexp(magnitude, mantissa - exponent));
  // Units of a normal number hold the implicit bit, which adds one to the
  // exponent field; a carry does the same.
  double bits = units + std::ldexp(double(exponent + bias - 1), mantissa);
  return sign | (bits >= infinity ? infinity : uint16_t(bits));
}

template <typename Integer>
static Status storeInteger(const std::string &text, io::Tensor &tensor) {
  const char *start = text.c_str(), *end = start + text.size();
  if (*start == '+')
    ++start;
  Integer value = 0;
  auto [stop, error] = std::from_chars(start, end, value);
  if (error != std::errc() || stop != end)
    return Error{"'" + text + "' is not a whole number from " +
                 std::to_string(std::numeric_limits<Integer>::min()) + " to " +
                 std::to_string(std::numeric_limits<Integer>::max())};
  *tensor.data<Integer>() = value;
  return {};
}

static Status storeTruth(const std::string &text, io::Tensor &tensor) {
  bool yes = text == "true" || text == "1";
  if (!yes && text != "false" && text != "0")
    return Error{"'" + text + "' is not true, false, 1 or 0"};
  *tensor.data<uint8_t>() = yes;
  return {};
}

static Status store(const std::string &text, io::Tensor &tensor) {
  switch (tensor.dtype()) {
  case RM_I1:
    return storeTruth(text, tensor);
  case RM_I8:
    return storeInteger<int8_t>(text, tensor);
  case RM_I16:
    return storeInteger<int16_t>(text, tensor);
  case RM_I32:
    return storeInteger<int32_t>(text, tensor);
  case RM_I64:
    return storeInteger<int64_t>(text, tensor);
  default:
    break;
  }
  double value;
  if (!parseDouble(text, value))
    return Error{"'" + text + "' is not a number"};
  if (tensor.dtype() == RM_F64)
    *tensor.data<double>() = value;
  else if (tensor.dtype() == RM_F32)
    *tensor.data<float>() = float(value);
  else
    *tensor.data<uint16_t>() = tensor.dtype() == RM_F16
                                   ? toSixteenBits(value, 10, 5)
                                   : toSixteenBits(value, 7, 8);
  return {};
}

Result<io::Tensor> parseNumber(const std::string &text, rm_dtype dtype) {
  Result<io::Tensor> tensor = io::Tensor::allocate(dtype, {});
  if (!tensor)
    return tensor;
  if (Status stored = store(text, *tensor); !stored)
    return stored.error();
  return tensor;
}

template <typename Number> static std::string shortest(Number value) {
  if constexpr (std::is_floating_point_v<Number>)
    if (std::isnan(value))
      return "nan";
  char text[64];
  auto [end, error] = std::to_chars(text, text + sizeof text, value);
  assert(error == std::errc() && "64 characters hold any number");
  return std::string(text, end);
}

std::string numberText(const io::Tensor &tensor, int64_t index) {
  switch (tensor.dtype()) {
  case RM_F64:
    return shortest(tensor.data<double>()[index]);
  case RM_F32:
  case RM_F16:
  case RM_BF16:
    return shortest(float(tensor.element(index)));
  case RM_I1:
    return tensor.data<uint8_t>()[index] ? "true" : "false";
  case RM_I64:
    return std::to_string(tensor.data<int64_t>()[index]);
  default:
    return std::to_string(int64_t(tensor.element(index)));
  }
}

std::string shortText(double value) {
  if (std::isnan(value))
    return "nan";
  char text[64];
  snprintf(text, sizeof text, "%.6g", value);
  return text;
}

} // namespace runmat::cli
