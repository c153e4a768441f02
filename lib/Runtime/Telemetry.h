// What a context did. Counters, times and the last launches and decisions, as
// JSON by docs/telemetry.schema.json. Later versions only add keys.

#ifndef RUNMAT_LIB_RUNTIME_TELEMETRY_H
#define RUNMAT_LIB_RUNTIME_TELEMETRY_H

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace runmat::runtime {

/// A unit on a device.
struct UnitPlace {
  std::string name;     ///< The op; "" for a kernel without a unit.
  std::string location; ///< "file.mlir:3:8" or "".
  std::string device;   ///< "cpu" or the GPU's name.
  bool operator<(const UnitPlace &other) const {
    return std::tie(name, location, device) <
           std::tie(other.name, other.location, other.device);
  }
};

/// One dispatch, with its time on the device.
struct Launch {
  std::string kernel;
  UnitPlace unit;
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
  /// Executions of a unit and the host's time for them. Device time comes by
  /// launch().
  void unit(const UnitPlace &unit, int64_t count, int64_t wallNs);
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
    std::map<UnitPlace, size_t> unitNumbers;        ///< Into `units`.
    std::vector<std::pair<UnitPlace, Total>> units; ///< As first seen.
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

  Total &totalOf(const UnitPlace &unit);

  mutable std::mutex mutex;
  Data data;
};

} // namespace runmat::runtime

#endif
