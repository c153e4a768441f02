// Which device a unit runs on, and what units took. By the context's policy
// alone: a unit whose kernels need a feature the device lacks is an error
// under "gpu" and goes to the CPU under "auto".

#include "Call.h"

#include <algorithm>
#include <chrono>
#include <string_view>

namespace runmat::runtime {

namespace {
const rm_unit &unitOf(const rm_program &program, int32_t unit) {
  if (unit < 0 || unit >= program.num_units)
    throw Error(RM_ERROR_PROGRAM,
                "the program has no unit " + std::to_string(unit));
  return program.units[unit];
}

bool decide(Call &call, const rm_program &program, int32_t index) {
  const rm_unit &unit = unitOf(program, index);
  rm_context &context = call.context;
  bool gpu = false;
  std::string reason = "policy";
  if (context.policy != Policy::CPU && !context.stream) {
    reason = "no-device";
  } else if (!call.useGpu && context.policy == Policy::Auto) {
    reason = "device-failure";
  } else if (call.useGpu) {
    gpu = true;
    for (int32_t k = 0; gpu && k < program.num_kernels; ++k) {
      if (program.kernels[k].unit != index)
        continue;
      std::string lacking = context.device->profile.lacking(program.kernels[k]);
      if (lacking.empty())
        continue;
      if (context.policy == Policy::GPU)
        throw Error(RM_ERROR_UNSUPPORTED,
                    std::string(unit.name) + " cannot run on " +
                        context.deviceName + ": " + lacking,
                    unit.location ? unit.location : "");
      gpu = false;
      reason = "unsupported";
      call.saidWhyOnCpu = true;
      context.telemetry.fallback(std::string(unit.name) + ": " + lacking);
      context.note = std::string(unit.name) + " ran on the CPU, because " +
                     context.deviceName + " cannot run it: " + lacking;
    }
  }
  int64_t now = std::chrono::duration_cast<std::chrono::milliseconds>(
                    std::chrono::system_clock::now().time_since_epoch())
                    .count();
  context.telemetry.decide({now, unit.name, gpu ? "gpu" : "cpu", reason});
  return gpu;
}
} // namespace

bool Call::runsOnGpu(const rm_program &program, int32_t unit) const {
  if (!useGpu)
    return false;
  if (!places.empty() && places[unit] >= 0)
    return places[unit] != 0;
  const rm_kernel *end = program.kernels + program.num_kernels;
  return std::any_of(program.kernels, end,
                     [&](const rm_kernel &k) { return k.unit == unit; });
}

void Call::count(const char *counter, int64_t delta) {
  for (auto &[name, sum] : counted)
    if (name == counter) {
      sum += delta;
      return;
    }
  counted.emplace_back(counter, delta);
}

void Call::reportUnits(const rm_program &program) const {
  for (const auto &[name, sum] : counted)
    context.telemetry.count(name, sum);
  for (size_t i = 0; i < unitRuns.size(); ++i) {
    const UnitRuns &runs = unitRuns[i];
    if (runs.count == 0)
      continue;
    // On the GPU the device times its work itself.
    const rm_unit &unit = program.units[i];
    bool gpu = runsOnGpu(program, static_cast<int32_t>(i));
    context.telemetry.unit({unit.name, unit.location ? unit.location : "",
                            gpu ? context.deviceName : "cpu"},
                           runs.count, gpu ? 0 : runs.wallNs);
  }
}

void Call::reportNoGpuCode(const rm_program &program) const {
  if (!useGpu || saidWhyOnCpu || program.num_kernels > 0)
    return;
  context.telemetry.fallback("no-gpu-code: the program has none");
  context.note = "ran on the CPU, because the program has no GPU code";
}
} // namespace runmat::runtime

using namespace runmat::runtime;

extern "C" {

int32_t rm_place(const rm_program *program, int32_t unit) {
  bool gpu = false;
  protectGenerated([&] {
    Call &call = currentCall();
    unitOf(*program, unit);
    if (call.places.empty())
      call.places.assign(program->num_units, -1);
    if (call.places[unit] < 0)
      call.places[unit] = decide(call, *program, unit);
    gpu = call.places[unit] != 0;
  });
  return gpu;
}

void rm_count(const char *counter, int64_t delta) {
  protectGenerated([&] {
    constexpr std::string_view prefix = "fallback: ";
    Call &call = currentCall();
    std::string_view name = counter;
    if (name.substr(0, prefix.size()) != prefix) {
      call.count(counter, delta);
      return;
    }
    // Where the CPU was asked for, nothing falls back to it.
    if (call.context.policy == Policy::CPU)
      return;
    call.saidWhyOnCpu = true;
    call.context.telemetry.fallback(std::string(name.substr(prefix.size())));
  });
}

void rm_unit_begin(const rm_program *program, int32_t unit) {
  protectGenerated([&] {
    Call &call = currentCall();
    call.unit = &unitOf(*program, unit);
    if (call.unitRuns.empty())
      call.unitRuns.resize(program->num_units);
    call.unitStartNs = nowNs();
  });
}

void rm_unit_end(const rm_program *program, int32_t unit) {
  protectGenerated([&] {
    Call &call = currentCall();
    if (call.unit != &unitOf(*program, unit))
      throw Error(RM_ERROR_INTERNAL, "rm_unit_end without its rm_unit_begin");
    Call::UnitRuns &runs = call.unitRuns[unit];
    ++runs.count;
    runs.wallNs += nowNs() - call.unitStartNs;
    call.unit = nullptr;
  });
}
}
