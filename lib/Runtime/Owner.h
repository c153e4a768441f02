// Who owns a tensor's memory. rm_tensor.owner points to one of these. It
// holds the pool its memory came from, so a tensor outlives its context.

#ifndef RUNMAT_LIB_RUNTIME_OWNER_H
#define RUNMAT_LIB_RUNTIME_OWNER_H

#include "HostMemory.h"
#include "Vulkan/Memory.h"
#include "runmat/Runtime/Runtime.h"

#include <atomic>
#include <memory>

namespace runmat::runtime {

struct Owner {
  std::atomic<int64_t> references{1};
  virtual ~Owner() = default;

  void retain() { references.fetch_add(1, std::memory_order_relaxed); }
  void release() {
    if (references.fetch_sub(1, std::memory_order_acq_rel) == 1)
      delete this;
  }
};

struct HostOwner final : Owner {
  HostOwner(std::shared_ptr<HostMemory> memory, HostBlock block)
      : memory(std::move(memory)), block(block) {}
  ~HostOwner() override { memory->release(block); }

  std::shared_ptr<HostMemory> memory;
  HostBlock block;
};

struct DeviceOwner final : Owner {
  explicit DeviceOwner(vulkan::BufferRef buffer) : buffer(std::move(buffer)) {}

  vulkan::BufferRef buffer;
};

/// The device memory of a tensor with place RM_DEVICE, or null.
inline DeviceOwner *deviceOwner(const rm_tensor &tensor) {
  return tensor.place == RM_DEVICE
             ? static_cast<DeviceOwner *>(static_cast<Owner *>(tensor.owner))
             : nullptr;
}

} // namespace runmat::runtime

#endif
