// Compares results with those of the reference interpreter.

#ifndef RUNMAT_TOOLS_RUNMAT_VERIFY_H
#define RUNMAT_TOOLS_RUNMAT_VERIFY_H

#include "runmat/IO/Tensor.h"

#include <string>

namespace runmat::cli {

/// The largest differences of one result. Floats: absolute, relative to the
/// reference's element, and in units of the last place of the result's dtype at
/// the reference's element. Others: absolute only.
struct Difference {
  double absolute = 0;
  double relative = 0;
  double ulps = 0;
  /// Empty, or the first element beyond the tolerance: "element [1, 2] is 3,
  /// expected 4". Floats have all their digits, and the units in the last place
  /// between them.
  std::string beyond;

  std::string text(rm_dtype dtype) const;
};

/// Default tolerance T of a dtype: 1e-10 f64, 1e-4 f32, 4e-3 f16, 3e-2 bf16
/// (four units in the last place or, for the wide ones, room for reductions of
/// 10^7 elements); 0 for integers and i1.
double defaultTolerance(rm_dtype dtype);

/// An element g passes against the reference r if |g - r| <= T max(|r|, s), s
/// the root mean square of the reference's finite elements: elements that
/// cancel to near zero are judged by the scale of their array. The dtype's
/// smallest number is always allowed. NaN only passes against NaN, an infinity
/// only against what rounds to the same one.
/// `reference` has f64 for floating-point results, else the result's dtype.
/// Errors: shapes that differ.
Result<Difference> compare(const io::Tensor &result,
                           const io::Tensor &reference, double tolerance);

} // namespace runmat::cli

#endif // RUNMAT_TOOLS_RUNMAT_VERIFY_H
