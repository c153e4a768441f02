// Device memory and launches for generated code. Checks what the driver would
// not: handles, ranges and the device's limits. Everything here is cheap
// beside a launch.

#include "Call.h"

#include <algorithm>

namespace runmat::runtime {

namespace {
[[noreturn]] void unsupported(const std::string &what, const char *location) {
  throw Error(RM_ERROR_UNSUPPORTED, what, location ? location : "");
}

void checkRange(const vulkan::Buffer &buffer, int64_t offset, int64_t bytes) {
  if (offset < 0 || bytes < 0 ||
      static_cast<uint64_t>(offset) > buffer.bytes() ||
      static_cast<uint64_t>(bytes) > buffer.bytes() - offset)
    throw Error(RM_ERROR_INTERNAL,
                "bytes " + std::to_string(offset) + " to " +
                    std::to_string(offset + bytes) + " of device memory with " +
                    std::to_string(buffer.bytes()) + " bytes");
}

const char *unitName(const rm_program &program, const rm_kernel &kernel) {
  return kernel.unit >= 0 && kernel.unit < program.num_units
             ? program.units[kernel.unit].name
             : kernel.entry_point;
}

vulkan::Binding makeBinding(Call &call, const VkPhysicalDeviceLimits &limits,
                            const char *unit, const rm_gpu_binding &given,
                            const char *location) {
  vulkan::Buffer &buffer = *call.buffer(given.handle);
  uint64_t bytes = given.bytes;
  checkRange(buffer, given.offset, given.bytes);
  if (given.bytes == 0)
    bytes = buffer.wantedBytes() - given.offset;
  else // Kernels read whole vec4s; allocations are multiples of 16.
    bytes = std::min((bytes + 15) / 16 * 16, buffer.bytes() - given.offset);
  if (given.offset % limits.minStorageBufferOffsetAlignment != 0)
    unsupported(std::string(unit) + ": offset " + std::to_string(given.offset) +
                    " of a buffer is not a multiple of " +
                    std::to_string(limits.minStorageBufferOffsetAlignment),
                location);
  if (bytes > limits.maxStorageBufferRange) {
    // The rounding above must not be what breaks the limit.
    if (given.bytes == 0 ||
        uint64_t(given.bytes) > limits.maxStorageBufferRange)
      unsupported(std::string(unit) + ": a buffer of " + std::to_string(bytes) +
                      " bytes is beyond the device's limit of " +
                      std::to_string(limits.maxStorageBufferRange),
                  location);
    bytes = given.bytes;
  }
  return {&buffer, static_cast<uint64_t>(given.offset), bytes};
}

void dispatch(const rm_program &program, int32_t index,
              const rm_gpu_binding *bindings, int32_t numBindings,
              const void *push, int32_t pushBytes, const uint32_t grid[3],
              const char *location) {
  Call &call = currentCall();
  vulkan::Stream &stream = call.stream();
  if (index < 0 || index >= program.num_kernels)
    throw Error(RM_ERROR_PROGRAM,
                "the program has no kernel " + std::to_string(index));
  const rm_kernel &kernel = program.kernels[index];
  if (numBindings != kernel.num_bindings || pushBytes != kernel.push_bytes)
    throw Error(RM_ERROR_PROGRAM,
                std::string("kernel ") + kernel.entry_point + " takes " +
                    std::to_string(kernel.num_bindings) + " buffers and " +
                    std::to_string(kernel.push_bytes) +
                    " bytes of push constants, got " +
                    std::to_string(numBindings) + " and " +
                    std::to_string(pushBytes));
  const vulkan::Profile &profile = stream.device().profile;
  const VkPhysicalDeviceLimits &limits = profile.properties.limits;
  const char *unit = unitName(program, kernel);
  std::string lacking = profile.lacking(kernel);
  if (!lacking.empty())
    unsupported(std::string(unit) + " cannot run on " + stream.device().name() +
                    ": " + lacking,
                location);
  for (int i = 0; i < 3; ++i)
    if (grid[i] > limits.maxComputeWorkGroupCount[i])
      unsupported(std::string(unit) + ": " + std::to_string(grid[i]) +
                      " workgroups along " + "xyz"[i] +
                      " are beyond the device's limit of " +
                      std::to_string(limits.maxComputeWorkGroupCount[i]),
                  location);
  if (grid[0] == 0 || grid[1] == 0 || grid[2] == 0)
    return;
  std::vector<vulkan::Binding> bound(numBindings);
  for (int32_t i = 0; i < numBindings; ++i)
    bound[i] = makeBinding(call, limits, unit, bindings[i], location);
  stream.dispatch(program, index, bound, push, grid, location);
}
} // namespace
} // namespace runmat::runtime

using namespace runmat::runtime;

extern "C" {

int64_t rm_gpu_alloc(int64_t bytes) {
  int64_t handle = 0;
  protectGenerated([&] {
    Call &call = currentCall();
    if (bytes < 0)
      throw Error(RM_ERROR_DEVICE_MEMORY,
                  std::to_string(bytes) + " bytes of device memory asked for");
    handle = call.addBuffer(call.stream().allocate(bytes));
  });
  return handle;
}

void rm_gpu_free(int64_t handle) {
  protectGenerated([&] {
    Call &call = currentCall();
    vulkan::BufferRef &buffer = call.buffer(handle);
    if (call.isArgument(handle))
      throw Error(RM_ERROR_INTERNAL, "rm_gpu_free of an argument");
    // A buffer that also is a result must not be given out again.
    if (buffer.use_count() == 1)
      call.stream().free(std::move(buffer));
    buffer.reset();
    call.freeHandles.push_back(handle);
  });
}

void rm_gpu_upload(int64_t handle, const void *host, int64_t bytes) {
  protectGenerated([&] {
    Call &call = currentCall();
    vulkan::Buffer &buffer = *call.buffer(handle);
    checkRange(buffer, 0, bytes);
    call.stream().upload(buffer, host, bytes);
  });
}

void rm_gpu_download(int64_t handle, void *host, int64_t bytes) {
  protectGenerated([&] {
    Call &call = currentCall();
    vulkan::Buffer &buffer = *call.buffer(handle);
    checkRange(buffer, 0, bytes);
    call.stream().download(buffer, host, bytes);
  });
}

void rm_gpu_fill(int64_t handle, uint32_t pattern, int64_t bytes) {
  protectGenerated([&] {
    Call &call = currentCall();
    vulkan::Buffer &buffer = *call.buffer(handle);
    checkRange(buffer, 0, bytes);
    if (bytes % 4 != 0)
      throw Error(RM_ERROR_INTERNAL, "a fill is not a multiple of 4 bytes");
    if (bytes > 0)
      call.stream().fill(buffer, pattern, bytes);
  });
}

void rm_gpu_copy(int64_t destination, int64_t destination_offset,
                 int64_t source, int64_t source_offset, int64_t bytes) {
  protectGenerated([&] {
    Call &call = currentCall();
    vulkan::Buffer &to = *call.buffer(destination);
    vulkan::Buffer &from = *call.buffer(source);
    checkRange(to, destination_offset, bytes);
    checkRange(from, source_offset, bytes);
    if (bytes > 0)
      call.stream().copy(to, destination_offset, from, source_offset, bytes);
  });
}

void rm_gpu_dispatch(const rm_program *program, int32_t kernel,
                     const rm_gpu_binding *bindings, int32_t num_bindings,
                     const void *push, int32_t push_bytes,
                     const uint32_t grid[3], const char *location) {
  protectGenerated([&] {
    dispatch(*program, kernel, bindings, num_bindings, push, push_bytes, grid,
             location);
  });
}

int64_t rm_gpu_limit(int32_t limit) {
  int64_t value = 0;
  protectGenerated([&] {
    rm_context &context = currentCall().context;
    if (!context.device)
      return;
    const vulkan::Profile &profile = context.device->profile;
    const VkPhysicalDeviceLimits &limits = profile.properties.limits;
    switch (limit) {
    case RM_LIMIT_STORAGE_RANGE:
      value = limits.maxStorageBufferRange;
      break;
    case RM_LIMIT_GRID_X:
      value = limits.maxComputeWorkGroupCount[0];
      break;
    case RM_LIMIT_SUBGROUP:
      value = profile.subgroup.subgroupSize;
      break;
    case RM_LIMIT_SHARED_BYTES:
      value = limits.maxComputeSharedMemorySize;
      break;
    case RM_LIMIT_BINDINGS:
      value = std::min({limits.maxPerStageDescriptorStorageBuffers,
                        limits.maxDescriptorSetStorageBuffers,
                        uint32_t(RM_MAX_BINDINGS)});
      break;
    case RM_LIMIT_WORKGROUP:
      value = limits.maxComputeWorkGroupInvocations;
      break;
    case RM_LIMIT_OFFSET_ALIGNMENT:
      value = static_cast<int64_t>(limits.minStorageBufferOffsetAlignment);
      break;
    case RM_LIMIT_HEAP_BYTES:
      value = static_cast<int64_t>(profile.deviceLocalBytes());
      break;
    default:
      throw Error(RM_ERROR_INTERNAL, "unknown limit " + std::to_string(limit));
    }
  });
  return value;
}
}
