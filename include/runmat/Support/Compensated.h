// A sum that carries its rounding error (Neumaier's variant of Kahan's): the
// error is about one rounding of the result, whatever the number of terms.
#ifndef RUNMAT_SUPPORT_COMPENSATED_H
#define RUNMAT_SUPPORT_COMPENSATED_H

#include <cmath>

namespace runmat {

struct CompensatedSum {
  double sum = 0, lost = 0;

  void add(double x) {
    double next = sum + x;
    lost +=
        std::fabs(sum) >= std::fabs(x) ? (sum - next) + x : (x - next) + sum;
    sum = next;
  }
  /// Infinities and NaN are the plain sum's: what they lose means nothing.
  double value() const { return std::isfinite(sum) ? sum + lost : sum; }
};

} // namespace runmat

#endif // RUNMAT_SUPPORT_COMPENSATED_H
