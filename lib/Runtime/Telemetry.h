// What a context did. Counters, times and the last launches and decisions, as
// JSON by docs/telemetry.schema.json. Later versions only add keys.

#ifndef RUNMAT_LIB_RUNTIME_TELEMETRY_H
#define RUNMAT_LIB_RUNTIME_TELEMETRY_H

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace runmat::runtime {

/// One dispatch, with its time on the device.
struct Launch {
  std::string kernel;
  std::string unit;
  std::string precision;
  std::vector<std::pair<std::string, int64_t>> shape;
  std::vector<std::pair<std::string, int64_t>> tuning;
  bool vec4 = false;
  int64_t deviceTimeNs = 0;
};

/// One placement.
struct Decision {
  int64_t timestampMs = 0;
  std::string unit;
  std::string decision; ///< "gpu" or "cpu".
  std::string reason;   ///< Kebab-case.
};

/// Thread-safe.
class Telemetry {
public:
  static constexpr int schemaVersion = 1;
  static constexpr size_t maxLaunches = 64;
  static constexpr size_t maxDecisions = 128;

  void count(const std::string &counter, int64_t delta);
  void fallback(const std::string &reason);
  /// One execution of a unit. Device time comes later, by launch().
  void unit(const std::string &name, int64_t wallNs);
  void launch(Launch launch);
  void decide(Decision decision);
  void uploaded(int64_t bytes);
  void downloaded(int64_t bytes);
  void pipelineLookup(bool hit);
  void layoutLookup(bool hit);
  void reset();

  /// `device` is a JSON text, or empty for the CPU.
  std::string json(const std::string &device) const;

private:
  struct Total {
    int64_t count = 0;
    int64_t wallNs = 0;
    int64_t deviceNs = 0;
  };
  struct Data {
    std::map<std::string, int64_t> counters;
    std::map<std::string, int64_t> fallbacks;
    std::map<std::string, Total> units;
    std::deque<Launch> launches;
    std::deque<Decision> decisions;
    int64_t launchTotal = 0;
    int64_t vec4Launches = 0;
    int64_t decisionTotal = 0;
    int64_t uploadBytes = 0;
    int64_t downloadBytes = 0;
    int64_t pipelineHits = 0;
    int64_t pipelineMisses = 0;
    int64_t layoutHits = 0;
    int64_t layoutMisses = 0;
  };

  mutable std::mutex mutex;
  Data data;
};

} // namespace runmat::runtime

#endif
