// Compares what two implementations of one program gave.
#ifndef RUNMAT_TEST_DIFFERENTIAL_COMPARE_H
#define RUNMAT_TEST_DIFFERENTIAL_COMPARE_H

#include "runmat/IO/Tensor.h"

#include <cmath>
#include <cstdio>
#include <string>

namespace runmat::differential {

/// Distance between 1 and the next value.
inline double epsilonOf(rm_dtype dtype) {
  switch (dtype) {
  case RM_F32:
    return 0x1p-23;
  case RM_F16:
    return 0x1p-10;
  case RM_BF16:
    return 0x1p-7;
  default:
    return 0x1p-52;
  }
}

inline std::string digits(const io::Tensor &tensor, int64_t k) {
  if (tensor.dtype() == RM_I64)
    return std::to_string(tensor.data<int64_t>()[k]);
  char text[64];
  snprintf(text, sizeof text, "%.17g", tensor.element(k));
  return text;
}

/// ", 3 ulp": of the dtype, at the wanted element; empty where there are none.
inline std::string distance(const io::Tensor &got, const io::Tensor &wanted,
                            int64_t k, rm_dtype dtype) {
  double a = got.element(k), b = wanted.element(k);
  bool isFloat = wanted.dtype() == RM_F64;
  if (!isFloat || b == 0 || !std::isfinite(a - b))
    return "";
  char text[64];
  snprintf(text, sizeof text, ", %.3g ulp",
           std::fabs(a - b) / std::ldexp(epsilonOf(dtype), std::ilogb(b)));
  return text;
}

/// "" or how they differ. `wanted` holds floats as f64, `got` in the program's
/// own `dtype` or as f64. The sign of a zero does not count. `ulps` near 1 is
/// the least distance: functions may go through zero.
inline std::string difference(const io::Tensor &got, const io::Tensor &wanted,
                              rm_dtype dtype, double ulps) {
  if (got.sizes() != wanted.sizes())
    return "result is " + got.typeText() + ", expected " + wanted.typeText();
  for (int64_t k = 0; k < got.elements(); ++k) {
    bool same;
    if (got.dtype() == RM_I64) {
      same = got.data<int64_t>()[k] == wanted.data<int64_t>()[k];
    } else {
      double a = got.element(k), b = wanted.element(k);
      double tolerance = ulps * epsilonOf(dtype) * std::fmax(1, std::fabs(b));
      same = (std::isnan(a) && std::isnan(b)) || a == b ||
             (ulps > 0 && std::fabs(a - b) <= tolerance);
    }
    if (!same)
      return "element " + std::to_string(k) + " of " + got.typeText() + " is " +
             digits(got, k) + ", expected " + digits(wanted, k) +
             distance(got, wanted, k, dtype);
  }
  return "";
}

} // namespace runmat::differential

#endif // RUNMAT_TEST_DIFFERENTIAL_COMPARE_H
