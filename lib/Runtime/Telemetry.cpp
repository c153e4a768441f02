// What a context did. A counter that programs name appears under "counters"
// as it is; the names listed here appear even at zero, so that a reader can
// tell "none" from "not measured".

#include "Telemetry.h"

#include <nlohmann/json.hpp>

namespace runmat::runtime {

namespace {
/// Units whose totals have a key of their own at the top.
struct UnitClass {
  const char *key;
  const char *unit;
};
constexpr UnitClass unitClasses[] = {
    {"fused_elementwise", "fused.map"}, {"fused_reduction", "fused.reduce"},
    {"matmul", "fused.matmul"},         {"linsolve", "linsolve"},
    {"mldivide", "mldivide"},           {"mrdivide", "mrdivide"}};

constexpr const char *unitKinds[] = {
    "map",           "reduce",     "image_normalize",    "matmul",
    "centered_gram", "power_step", "explained_variance", "iterate"};

constexpr const char *listedCounters[] = {"logical_transposes", "bytes_moved",
                                          "bytes_saved"};

nlohmann::json
pairs(const std::vector<std::pair<std::string, int64_t>> &entries) {
  nlohmann::json list = nlohmann::json::array();
  for (const auto &[key, value] : entries)
    list.push_back({{"key", key}, {"value", value}});
  return list;
}
} // namespace

void Telemetry::count(const std::string &counter, int64_t delta) {
  std::lock_guard<std::mutex> lock(mutex);
  data.counters[counter] += delta;
}

void Telemetry::fallback(const std::string &reason) {
  std::lock_guard<std::mutex> lock(mutex);
  ++data.fallbacks[reason];
}

Telemetry::Total &Telemetry::totalOf(const UnitPlace &unit) {
  auto [found, isNew] = data.unitNumbers.emplace(unit, data.units.size());
  if (isNew)
    data.units.emplace_back(unit, Total());
  return data.units[found->second].second;
}

void Telemetry::unit(const UnitPlace &unit, int64_t count, int64_t wallNs) {
  std::lock_guard<std::mutex> lock(mutex);
  Total &total = totalOf(unit);
  total.count += count;
  total.wallNs += wallNs;
}

void Telemetry::launch(Launch launch) {
  std::lock_guard<std::mutex> lock(mutex);
  ++data.launchTotal;
  data.vec4Launches += launch.vec4;
  if (!launch.unit.name.empty())
    totalOf(launch.unit).deviceNs += launch.deviceTimeNs;
  if (data.launches.size() == maxLaunches)
    data.launches.pop_front();
  data.launches.push_back(std::move(launch));
}

void Telemetry::decide(Decision decision) {
  std::lock_guard<std::mutex> lock(mutex);
  ++data.decisionTotal;
  if (data.decisions.size() == maxDecisions)
    data.decisions.pop_front();
  data.decisions.push_back(std::move(decision));
}

void Telemetry::uploaded(int64_t bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  data.uploadBytes += bytes;
}

void Telemetry::downloaded(int64_t bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  data.downloadBytes += bytes;
}

void Telemetry::pipelineLookup(bool hit) {
  std::lock_guard<std::mutex> lock(mutex);
  ++(hit ? data.pipelineHits : data.pipelineMisses);
}

void Telemetry::layoutLookup(bool hit) {
  std::lock_guard<std::mutex> lock(mutex);
  ++(hit ? data.layoutHits : data.layoutMisses);
}

void Telemetry::reset() {
  std::lock_guard<std::mutex> lock(mutex);
  data = Data();
}

std::string Telemetry::json(const std::string &device) const {
  std::lock_guard<std::mutex> lock(mutex);
  std::map<std::string, Total> byName;
  for (const auto &[unit, t] : data.units) {
    Total &sum = byName[unit.name];
    sum.count += t.count;
    sum.wallNs += t.wallNs;
    sum.deviceNs += t.deviceNs;
  }
  auto total = [&](const std::string &unit) {
    auto found = byName.find(unit);
    return found == byName.end() ? Total() : found->second;
  };
  nlohmann::json out;
  out["schema_version"] = schemaVersion;
  out["device"] = device.empty()
                      ? nlohmann::json{{"name", "cpu"}, {"type", "cpu"}}
                      : nlohmann::json::parse(device);
  for (const UnitClass &entry : unitClasses) {
    Total t = total(entry.unit);
    out[entry.key] = {{"count", t.count},
                      {"total_wall_time_ns", t.wallNs + t.deviceNs}};
  }
  out["upload_bytes"] = data.uploadBytes;
  out["download_bytes"] = data.downloadBytes;
  out["solve_fallbacks"] = nlohmann::json::array();
  out["fusion_cache_hits"] = data.pipelineHits;
  out["fusion_cache_misses"] = data.pipelineMisses;
  out["bind_group_cache_hits"] = data.layoutHits;
  out["bind_group_cache_misses"] = data.layoutMisses;

  auto &units = out["units"] = nlohmann::json::object();
  for (const auto &[name, t] : byName)
    units[name] = {{"count", t.count},
                   {"total_wall_time_ns", t.wallNs + t.deviceNs},
                   {"device_time_ns", t.deviceNs}};

  auto &executions = out["unit_executions"] = nlohmann::json::array();
  for (const auto &[unit, t] : data.units)
    executions.push_back({{"unit", unit.name},
                          {"location", unit.location},
                          {"device", unit.device},
                          {"count", t.count},
                          {"total_wall_time_ns", t.wallNs + t.deviceNs},
                          {"device_time_ns", t.deviceNs}});

  auto &counters = out["counters"] = nlohmann::json::object();
  for (const char *kind : unitKinds)
    counters[kind] = total(std::string("fused.") + kind).count;
  for (const char *name : listedCounters)
    counters[name] = 0;
  counters["vec4_kernels"] = data.vec4Launches;
  for (const auto &[name, value] : data.counters)
    counters[name] = counters.value(name, int64_t(0)) + value;

  auto &fallbacks = out["fallbacks"] = nlohmann::json::array();
  for (const auto &[reason, count] : data.fallbacks)
    fallbacks.push_back({{"reason", reason}, {"count", count}});

  out["kernel_launches_total"] = data.launchTotal;
  auto &launches = out["kernel_launches"] = nlohmann::json::array();
  for (const Launch &launch : data.launches)
    launches.push_back({{"kernel", launch.kernel},
                        {"unit", launch.unit.name},
                        {"precision", launch.precision},
                        {"shape", pairs(launch.shape)},
                        {"tuning", pairs(launch.tuning)},
                        {"device_time_ns", launch.deviceTimeNs}});

  out["decisions_total"] = data.decisionTotal;
  auto &decisions = out["decisions"] = nlohmann::json::array();
  for (const Decision &decision : data.decisions)
    decisions.push_back({{"timestamp_ms", decision.timestampMs},
                         {"unit", decision.unit},
                         {"decision", decision.decision},
                         {"reason", decision.reason}});
  return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace runmat::runtime
