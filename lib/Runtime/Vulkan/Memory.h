// Device memory. Allocating from the driver is slow and limited in number, so
// small buffers share large blocks, and freed buffers are kept, with their
// VkBuffer, for the next request of their size.

#ifndef RUNMAT_LIB_RUNTIME_VULKAN_MEMORY_H
#define RUNMAT_LIB_RUNTIME_VULKAN_MEMORY_H

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>
#include <volk.h>

namespace runmat::runtime::vulkan {

class Device;

/// One VkDeviceMemory. Small buffers share one, large ones have their own.
struct MemoryBlock {
  VkDeviceMemory memory = VK_NULL_HANDLE;
  uint64_t bytes = 0;
  uint32_t type = 0;
  char *mapped = nullptr;            ///< Once someone asked for it.
  std::map<uint64_t, uint64_t> free; ///< Offset to length, coalesced.
};

/// What the memory is for.
enum class Usage { Device, Upload, Readback };

class Buffer {
public:
  Device *device() const { return owner; }
  VkBuffer handle() const { return buffer; }
  /// Usable bytes: at least what was asked for, rounded up to 16.
  uint64_t bytes() const { return capacity; }
  /// What was asked for, rounded up to 16: what kernels bind as the whole
  /// buffer. The rest may be more than a binding can have.
  uint64_t wantedBytes() const { return wanted; }
  /// For a request that takes over a freed buffer.
  void setWantedBytes(uint64_t bytes) { wanted = (bytes + 15) / 16 * 16; }

private:
  friend class MemoryPool;
  Device *owner = nullptr;
  VkBuffer buffer = VK_NULL_HANDLE;
  MemoryBlock *block = nullptr;
  uint64_t offset = 0;
  uint64_t length = 0; ///< Of the block; at least capacity.
  uint64_t capacity = 0;
  uint64_t wanted = 0;
  Usage usage = Usage::Device;
};

/// Keeps the device open too.
using BufferRef = std::shared_ptr<Buffer>;

class MemoryPool {
public:
  explicit MemoryPool(Device &device);
  ~MemoryPool();

  /// Throws RM_ERROR_DEVICE_MEMORY. The buffer comes back to the pool when the
  /// last reference is gone; the device must not use it then any more.
  BufferRef allocate(uint64_t bytes, Usage usage);

  /// The capacity that a request of so many bytes gets.
  static uint64_t sizeClass(uint64_t bytes);
  /// Whether a freed buffer may serve a request of that capacity: it wastes at
  /// most an eighth.
  static bool fits(uint64_t available, uint64_t capacity) {
    return available >= capacity && available - capacity <= capacity / 8;
  }

  /// The buffer's memory as the host sees it (coherent); null if it cannot.
  char *map(Buffer &buffer);

  /// Device memory that the host can write directly.
  bool hostWritable() const;
  /// ... and read at the speed of its own memory.
  bool hostReadable() const;

private:
  Buffer *create(uint64_t capacity, Usage usage);
  MemoryBlock *allocateBlock(uint64_t bytes, uint32_t type);
  void destroy(Buffer *buffer);
  void giveBack(MemoryBlock &block, uint64_t offset, uint64_t length);
  void release(Buffer *buffer);
  void trim();
  uint32_t typeFor(Usage usage) const { return types[static_cast<int>(usage)]; }

  Device &device;
  std::mutex mutex;
  uint32_t types[3]; ///< Memory types, by Usage.
  uint32_t typeFlags[3];
  std::vector<std::unique_ptr<MemoryBlock>> blocks;
  std::multimap<uint64_t, Buffer *> kept[3]; ///< By capacity.
  uint64_t keptBytes = 0;
};

} // namespace runmat::runtime::vulkan

#endif
