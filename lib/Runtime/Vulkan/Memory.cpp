// Device memory. Device memory is host visible where the whole card is
// (resizable BAR, integrated and CPU-type devices); elsewhere transfers go
// through staging buffers.

#include "Memory.h"
#include "Device.h"
#include "Result.h"

#include <algorithm>

namespace runmat::runtime::vulkan {

/// Buffers up to this size share blocks of blockBytes.
static constexpr uint64_t sharedUpTo = uint64_t(4) << 20;
static constexpr uint64_t blockBytes = uint64_t(32) << 20;

static uint64_t roundUp(uint64_t value, uint64_t to) {
  return (value + to - 1) / to * to;
}

/// The first type that has all of `flags`, from a heap of at least minHeap
/// bytes, or UINT32_MAX.
static uint32_t findType(const VkPhysicalDeviceMemoryProperties &memory,
                         uint32_t allowed, VkMemoryPropertyFlags flags,
                         uint64_t minHeap = 0) {
  for (uint32_t i = 0; i < memory.memoryTypeCount; ++i)
    if ((allowed >> i & 1) &&
        (memory.memoryTypes[i].propertyFlags & flags) == flags &&
        memory.memoryHeaps[memory.memoryTypes[i].heapIndex].size >= minHeap)
      return i;
  return UINT32_MAX;
}

static VkBufferCreateInfo bufferInfo(uint64_t bytes) {
  VkBufferCreateInfo info{VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO};
  info.size = bytes;
  info.usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT |
               VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
               VK_BUFFER_USAGE_TRANSFER_DST_BIT;
  return info;
}

MemoryPool::MemoryPool(Device &device) : device(device) {
  constexpr VkMemoryPropertyFlags local = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
  constexpr VkMemoryPropertyFlags visible =
      VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
      VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
  constexpr VkMemoryPropertyFlags cached = VK_MEMORY_PROPERTY_HOST_CACHED_BIT;

  // All buffers have the same usage, so one probe tells the types they allow.
  VkBufferCreateInfo info = bufferInfo(256);
  VkBuffer probe;
  check(device.vk.vkCreateBuffer(device.handle, &info, nullptr, &probe),
        "vkCreateBuffer");
  VkMemoryRequirements requirements;
  device.vk.vkGetBufferMemoryRequirements(device.handle, probe, &requirements);
  device.vk.vkDestroyBuffer(device.handle, probe, nullptr);
  uint32_t allowed = requirements.memoryTypeBits;

  const VkPhysicalDeviceMemoryProperties &memory = device.profile.memory;
  // A small window of visible memory (no resizable BAR) is not worth it.
  uint64_t mostOfIt = device.profile.deviceLocalBytes() / 4 * 3;
  auto first = [&](std::initializer_list<VkMemoryPropertyFlags> wishes,
                   uint64_t minHeap) {
    for (VkMemoryPropertyFlags flags : wishes)
      if (uint32_t type = findType(memory, allowed, flags, minHeap);
          type != UINT32_MAX)
        return type;
    return UINT32_MAX;
  };
  types[0] =
      first({local | visible | cached, local | visible, local}, mostOfIt);
  if (types[0] == UINT32_MAX)
    types[0] = first({local, 0}, 0);
  types[1] = first({visible}, 0);
  types[2] = first({visible | cached, visible}, 0);
  for (int i = 0; i < 3; ++i) {
    if (types[i] == UINT32_MAX)
      throw Error(RM_ERROR_NO_DEVICE,
                  device.name() + " has no memory for buffers");
    typeFlags[i] = memory.memoryTypes[types[i]].propertyFlags;
  }
}

MemoryPool::~MemoryPool() {
  trim();
  for (auto &block : blocks)
    device.vk.vkFreeMemory(device.handle, block->memory, nullptr);
}

bool MemoryPool::hostWritable() const {
  constexpr VkMemoryPropertyFlags coherent =
      VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
      VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
  return (typeFlags[0] & coherent) == coherent;
}

bool MemoryPool::hostReadable() const {
  return hostWritable() && (typeFlags[0] & VK_MEMORY_PROPERTY_HOST_CACHED_BIT);
}

uint64_t MemoryPool::sizeClass(uint64_t bytes) {
  if (bytes <= 256)
    return 256;
  // Large buffers have memory of their own, which drivers give in such pages.
  if (bytes > sharedUpTo)
    return roundUp(bytes, uint64_t(2) << 20);
  // Eighths of a power of two: at most an eighth is wasted.
  uint64_t step = uint64_t(1) << (63 - __builtin_clzll(bytes));
  return roundUp(bytes, std::max<uint64_t>(step / 8, 256));
}

BufferRef MemoryPool::allocate(uint64_t bytes, Usage usage) {
  if (bytes > device.profile.maxBufferSize)
    throw Error(RM_ERROR_DEVICE_MEMORY,
                std::to_string(bytes) +
                    " bytes are more than a buffer of this device can have (" +
                    std::to_string(device.profile.maxBufferSize) + ")");
  uint64_t capacity =
      std::min(sizeClass(bytes), device.profile.maxBufferSize / 16 * 16);
  capacity = std::max(capacity, roundUp(bytes, 16));
  Buffer *buffer = nullptr;
  {
    std::lock_guard<std::mutex> lock(mutex);
    auto &free = kept[static_cast<int>(usage)];
    if (auto found = free.lower_bound(capacity);
        found != free.end() && fits(found->first, capacity)) {
      buffer = found->second;
      keptBytes -= found->first;
      free.erase(found);
    } else {
      try {
        buffer = create(capacity, usage);
      } catch (const Error &error) {
        if (error.code != RM_ERROR_DEVICE_MEMORY)
          throw;
        trim(); // Kept buffers of other sizes may be what is missing.
        try {
          buffer = create(capacity, usage);
        } catch (const Error &) {
          throw Error(RM_ERROR_DEVICE_MEMORY,
                      "out of device memory: " + std::to_string(bytes) +
                          " bytes were asked for on " + device.name());
        }
      }
    }
  }
  buffer->setWantedBytes(bytes);
  return BufferRef(buffer, [keep = device.shared_from_this()](Buffer *freed) {
    keep->memory->release(freed);
  });
}

Buffer *MemoryPool::create(uint64_t capacity, Usage usage) {
  auto buffer = std::make_unique<Buffer>();
  buffer->owner = &device;
  buffer->capacity = capacity;
  buffer->usage = usage;
  VkBufferCreateInfo info = bufferInfo(capacity);
  check(
      device.vk.vkCreateBuffer(device.handle, &info, nullptr, &buffer->buffer),
      "vkCreateBuffer");
  try {
    VkMemoryRequirements needs;
    device.vk.vkGetBufferMemoryRequirements(device.handle, buffer->buffer,
                                            &needs);
    uint32_t type = typeFor(usage);
    buffer->length = needs.size;
    if (needs.size > sharedUpTo) {
      buffer->block = allocateBlock(needs.size, type);
      buffer->block->free.clear();
    } else {
      uint64_t align = needs.alignment, size = needs.size;
      auto place = [&](MemoryBlock &block) {
        for (auto &[offset, length] : block.free) {
          uint64_t start = roundUp(offset, align);
          if (start + size > offset + length)
            continue;
          uint64_t from = offset, to = offset + length;
          block.free.erase(offset);
          if (start > from)
            block.free[from] = start - from;
          if (start + size < to)
            block.free[start + size] = to - start - size;
          buffer->block = &block;
          buffer->offset = start;
          return true;
        }
        return false;
      };
      bool placed = false;
      for (auto &block : blocks)
        if (!placed && block->type == type)
          placed = place(*block);
      if (!placed)
        place(*allocateBlock(blockBytes, type));
    }
    check(device.vk.vkBindBufferMemory(device.handle, buffer->buffer,
                                       buffer->block->memory, buffer->offset),
          "vkBindBufferMemory");
  } catch (...) {
    device.vk.vkDestroyBuffer(device.handle, buffer->buffer, nullptr);
    if (buffer->block)
      giveBack(*buffer->block, buffer->offset, buffer->length);
    throw;
  }
  return buffer.release();
}

MemoryBlock *MemoryPool::allocateBlock(uint64_t bytes, uint32_t type) {
  auto block = std::make_unique<MemoryBlock>();
  block->bytes = bytes;
  block->type = type;
  block->free[0] = bytes;
  VkMemoryAllocateInfo info{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
  info.allocationSize = bytes;
  info.memoryTypeIndex = type;
  check(
      device.vk.vkAllocateMemory(device.handle, &info, nullptr, &block->memory),
      "vkAllocateMemory");
  blocks.push_back(std::move(block));
  return blocks.back().get();
}

void MemoryPool::destroy(Buffer *buffer) {
  device.vk.vkDestroyBuffer(device.handle, buffer->buffer, nullptr);
  giveBack(*buffer->block, buffer->offset, buffer->length);
  delete buffer;
}

void MemoryPool::giveBack(MemoryBlock &block, uint64_t start, uint64_t length) {
  auto next = block.free.lower_bound(start);
  if (next != block.free.end() && next->first == start + length) {
    length += next->second;
    next = block.free.erase(next);
  }
  if (next != block.free.begin()) {
    auto before = std::prev(next);
    if (before->first + before->second == start) {
      start = before->first;
      length += before->second;
      block.free.erase(before);
    }
  }
  block.free[start] = length;
  if (length != block.bytes)
    return;
  device.vk.vkFreeMemory(device.handle, block.memory, nullptr);
  blocks.erase(std::find_if(blocks.begin(), blocks.end(),
                            [&](const auto &b) { return b.get() == &block; }));
}

void MemoryPool::release(Buffer *buffer) {
  if (device.lost) {
    delete buffer;
    return;
  }
  std::lock_guard<std::mutex> lock(mutex);
  // A quarter of the card may lie idle here; other processes want some too.
  if (keptBytes + buffer->capacity > device.profile.deviceLocalBytes() / 4) {
    destroy(buffer);
    return;
  }
  keptBytes += buffer->capacity;
  kept[static_cast<int>(buffer->usage)].emplace(buffer->capacity, buffer);
}

void MemoryPool::trim() {
  for (auto &free : kept) {
    for (auto &[capacity, buffer] : free)
      destroy(buffer);
    free.clear();
  }
  keptBytes = 0;
}

char *MemoryPool::map(Buffer &buffer) {
  if (!(typeFlags[static_cast<int>(buffer.usage)] &
        VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT))
    return nullptr;
  std::lock_guard<std::mutex> lock(mutex);
  MemoryBlock &block = *buffer.block;
  if (!block.mapped) {
    void *mapped = nullptr;
    check(device.vk.vkMapMemory(device.handle, block.memory, 0, VK_WHOLE_SIZE,
                                0, &mapped),
          "vkMapMemory");
    block.mapped = static_cast<char *>(mapped);
  }
  return block.mapped + buffer.offset;
}

} // namespace runmat::runtime::vulkan
