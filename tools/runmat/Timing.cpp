// See the header.

#include "Timing.h"

#include <algorithm>
#include <cstdio>

namespace runmat::cli {

Spread spreadOf(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  auto quantile = [&](double q) {
    double at = q * double(samples.size() - 1);
    size_t below = size_t(at);
    size_t above = std::min(below + 1, samples.size() - 1);
    return samples[below] +
           (at - double(below)) * (samples[above] - samples[below]);
  };
  return {quantile(0.5), quantile(0.25), quantile(0.75), samples.front(),
          samples.back()};
}

std::string millisecondsText(double milliseconds) {
  char text[64];
  int decimals = milliseconds >= 100 ? 1 : milliseconds >= 10 ? 2 : 3;
  snprintf(text, sizeof text, "%.*f ms", decimals, milliseconds);
  return text;
}

} // namespace runmat::cli
