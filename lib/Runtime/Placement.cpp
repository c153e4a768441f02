// Which device a unit runs on, and what units took. By the context's policy
// alone: a unit whose kernels need a feature the device lacks is an error
// under "gpu" and goes to the CPU under "auto".

#include "Call.h"

#include <chrono>

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
      context.telemetry.fallback(std::string(unit.name) + ": " + lacking);
    }
  }
  int64_t now = std::chrono::duration_cast<std::chrono::milliseconds>(
                    std::chrono::system_clock::now().time_since_epoch())
                    .count();
  context.telemetry.decide({now, unit.name, gpu ? "gpu" : "cpu", reason});
  return gpu;
}
} // namespace
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
    constexpr char prefix[] = "fallback: ";
    std::string name = counter;
    Telemetry &telemetry = currentCall().context.telemetry;
    if (name.rfind(prefix, 0) == 0)
      telemetry.fallback(name.substr(sizeof(prefix) - 1));
    else
      telemetry.count(name, delta);
  });
}

void rm_unit_begin(const rm_program *program, int32_t unit) {
  protectGenerated([&] {
    Call &call = currentCall();
    call.unit = &unitOf(*program, unit);
    call.unitStartNs = nowNs();
    call.unitStartDispatches =
        call.context.stream ? call.context.stream->dispatches() : 0;
  });
}

void rm_unit_end(const rm_program *program, int32_t unit) {
  protectGenerated([&] {
    Call &call = currentCall();
    if (call.unit != &unitOf(*program, unit))
      throw Error(RM_ERROR_INTERNAL, "rm_unit_end without its rm_unit_begin");
    // A unit that dispatched is timed by the device.
    bool dispatched =
        call.context.stream &&
        call.context.stream->dispatches() != call.unitStartDispatches;
    call.context.telemetry.unit(call.unit->name,
                                dispatched ? 0 : nowNs() - call.unitStartNs);
    call.unit = nullptr;
  });
}
}
