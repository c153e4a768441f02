// See the header. Two readings are compared, so that the first run, which
// fills caches, is left out.

#include "UnitTimes.h"

#include "Program.h"
#include "Timing.h"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace runmat::cli {

std::vector<UnitTime> unitTimes(rm_context *context) {
  std::vector<UnitTime> times;
  RuntimeText text(rm_telemetry_json(context));
  if (!text)
    return times;
  // Units keep their places in this list: new ones are added at its end.
  nlohmann::json telemetry = nlohmann::json::parse(text.get());
  for (const nlohmann::json &row : telemetry["unit_executions"]) {
    std::string location = row["location"];
    times.push_back({row["unit"].get<std::string>() +
                         (location.empty() ? "" : " at " + location) + " on " +
                         row["device"].get<std::string>(),
                     row["count"], row["total_wall_time_ns"]});
  }
  return times;
}

void printUnitTimes(const std::vector<UnitTime> &before,
                    const std::vector<UnitTime> &after, int runs) {
  for (size_t i = 0; i < after.size(); ++i) {
    UnitTime unit = after[i];
    if (i < before.size()) {
      unit.executions -= before[i].executions;
      unit.nanoseconds -= before[i].nanoseconds;
    }
    if (unit.executions == 0)
      continue;
    double each = double(unit.executions) / runs;
    printf("unit %s: mean %s a run, %g %s\n", unit.name.c_str(),
           millisecondsText(double(unit.nanoseconds) * 1e-6 / runs).c_str(),
           each, each == 1 ? "execution" : "executions");
  }
}

} // namespace runmat::cli
