// Making contexts and asking them. The device policy is settled here, once:
// "gpu" fails with a reason, only "auto" falls back, and says so in a note
// and in the telemetry.

#include "Context.h"
#include "Environment.h"
#include "Error.h"
#include "Tensor.h"

#include <cstring>

namespace runmat::runtime {

void writeError(char *buffer, size_t size, const char *text) {
  if (!buffer || size == 0)
    return;
  size_t length = std::min(std::strlen(text), size - 1);
  std::memcpy(buffer, text, length);
  buffer[length] = '\0';
}

namespace {
void chooseDevice(rm_context &context, const std::string &wanted,
                  const rm_context_options &options) {
  if (wanted == "cpu") {
    context.policy = Policy::CPU;
    return;
  }
  std::string kind = wanted.substr(0, wanted.find('='));
  bool named = kind != wanted;
  if (kind != "gpu" && kind != "auto")
    throw Error(RM_ERROR_ARGUMENT,
                "unknown device '" + wanted +
                    "': expected cpu, gpu, gpu=NAME, auto or auto=NAME");
  context.policy = kind == "auto" ? Policy::Auto : Policy::GPU;
  vulkan::DeviceRequest request;
  request.name = named ? wanted.substr(kind.size() + 1) : "";
  request.allowCpuType = context.policy == Policy::GPU || named;
  request.validation = options.validation != 0;
  request.cacheFolder =
      options.cache_dir ? options.cache_dir : userCacheFolder();
  try {
    context.device = vulkan::Device::open(request);
    context.stream = std::make_unique<vulkan::Stream>(
        context.device, context.telemetry,
        options.timeout_ms > 0 ? options.timeout_ms : 60000);
    context.deviceName = context.device->name();
  } catch (const Error &error) {
    if (context.policy == Policy::GPU)
      throw Error(error.code,
                  "no usable GPU for '" + wanted + "': " + error.what());
    context.device.reset();
    context.deviceNote = std::string("using the CPU: ") + error.what();
    context.note = context.deviceNote;
    context.telemetry.fallback(error.what());
  }
}

rm_context_options readOptions(const rm_context_options *given) {
  rm_context_options options;
  rm_context_options_init(&options);
  if (given) {
    if (given->struct_size < static_cast<int32_t>(sizeof(int32_t) * 2))
      throw Error(RM_ERROR_ARGUMENT,
                  "the options were not made by rm_context_options_init");
    std::memcpy(&options, given,
                std::min<size_t>(given->struct_size, sizeof(options)));
  }
  return options;
}
} // namespace
} // namespace runmat::runtime

using namespace runmat::runtime;

extern "C" {

const char *rm_status_name(int32_t status) {
  static const char *const names[] = {
      "ok",          "argument",      "shape",       "value",  "memory",
      "no-device",   "device-memory", "device-lost", "device", "timeout",
      "unsupported", "program",       "internal"};
  return status >= 0 && status <= RM_ERROR_INTERNAL ? names[status] : "?";
}

void rm_context_options_init(rm_context_options *options) {
  *options = rm_context_options{};
  options->struct_size = sizeof(rm_context_options);
  options->device = "auto";
}

rm_context *rm_context_create(const rm_context_options *given, char *error,
                              size_t error_size) {
  try {
    rm_context_options options = readOptions(given);
    auto context = std::make_unique<rm_context>();
    context->threadLimit = std::max(0, options.num_threads);
    context->resultsOnDevice = options.results_on_device != 0;
    context->memory = std::make_shared<HostMemory>(
        options.host_cache_bytes > 0 ? size_t(options.host_cache_bytes)
                                     : defaultHostCacheBytes());
    chooseDevice(*context, options.device ? options.device : "auto", options);
    return context.release();
  } catch (const std::exception &e) {
    writeError(error, error_size, e.what());
    return nullptr;
  }
}

void rm_context_destroy(rm_context *context) { delete context; }

rm_error rm_context_error(const rm_context *context) {
  return {context->errorCode, context->errorText.c_str(),
          context->errorLocation.c_str()};
}

const char *rm_context_note(const rm_context *context) {
  return context->note.c_str();
}

const char *rm_context_device(const rm_context *context) {
  return context->deviceName.c_str();
}

int32_t rm_context_has_gpu(const rm_context *context) {
  return context->device != nullptr;
}

int64_t rm_last_device_time_ns(const rm_context *context,
                               int64_t *sum_of_dispatches) {
  if (sum_of_dispatches)
    *sum_of_dispatches = context->deviceSumNs;
  return context->deviceSpanNs;
}

int32_t rm_tensor_create(rm_context *context, int32_t dtype, int32_t rank,
                         const int64_t *sizes, rm_tensor *tensor) {
  try {
    *tensor = makeHostTensor(context->memory, dtype, rank, sizes);
    return RM_OK;
  } catch (const Error &error) {
    context->setError(error.code, error.what());
  } catch (const std::bad_alloc &) {
    context->setError(RM_ERROR_MEMORY, "out of host memory");
  }
  return context->errorCode;
}

char *rm_telemetry_json(rm_context *context) {
  try {
    std::string device = context->device ? context->device->profile.json() : "";
    return strdup(context->telemetry.json(device).c_str());
  } catch (const std::exception &) {
    return nullptr;
  }
}

void rm_telemetry_reset(rm_context *context) { context->telemetry.reset(); }

char *rm_device_info_json(rm_context *context) {
  try {
    return strdup(context->device ? context->device->profile.json().c_str()
                                  : "{\"name\": \"cpu\", \"type\": \"cpu\"}");
  } catch (const std::exception &) {
    return nullptr;
  }
}

void rm_string_free(char *text) { free(text); }
}
