// The statistics that --time prints.

#ifndef RUNMAT_TOOLS_RUNMAT_TIMING_H
#define RUNMAT_TOOLS_RUNMAT_TIMING_H

#include <string>
#include <vector>

namespace runmat::cli {

/// Median and quartiles (linear interpolation between order statistics) and
/// extremes of at least one sample.
struct Spread {
  double median, lower, upper, least, most;
};
Spread spreadOf(std::vector<double> samples);

/// "8.12 ms".
std::string millisecondsText(double milliseconds);

} // namespace runmat::cli

#endif // RUNMAT_TOOLS_RUNMAT_TIMING_H
