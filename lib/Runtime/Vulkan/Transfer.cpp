// Between host and device memory. Where device memory is the host's own it is
// read and written in place, by several threads. Elsewhere a ring of staging
// buffers keeps the host's copy of one chunk and the device's of another
// going at once. Reading uncached device memory over the bus would be slower
// by orders of magnitude.

#include "../ThreadPool.h"
#include "Result.h"
#include "Stream.h"

#include <algorithm>
#include <cstring>

namespace runmat::runtime::vulkan {

/// Large enough that a submission's cost (about 10 us) is small beside it.
static constexpr uint64_t chunkBytes = uint64_t(16) << 20;
static constexpr size_t ringSize = 4;
/// vkCmdUpdateBuffer's limit is 64 KiB; its data travel in the command buffer.
static constexpr uint64_t inlineBytes = 4096;
/// Up to here the host writes device memory over the bus itself. Beyond,
/// staging is faster: 46 against 32 GB/s for 2 GB on an H200, with 16 MiB
/// chunks (4 MiB: 29, 64 MiB: 33).
static constexpr uint64_t inPlaceBytes = uint64_t(256) << 10;

Stream::Staging &Stream::nextStaging(std::vector<Staging> &ring, Usage usage) {
  if (ring.empty())
    ring.resize(ringSize);
  size_t &next = usage == Usage::Upload ? uploadNext : readbackNext;
  Staging &staging = ring[next];
  next = (next + 1) % ringSize;
  if (!staging.buffer) {
    staging.buffer = dev->memory->allocate(chunkBytes, usage);
    staging.mapped = dev->memory->map(*staging.buffer);
  } else if (staging.serial > doneSerial) {
    waitUpTo(staging.serial);
  }
  return staging;
}

void Stream::upload(Buffer &to, const void *from, uint64_t bytes) {
  telemetry.uploaded(static_cast<int64_t>(bytes));
  if (bytes == 0)
    return;
  if (dev->lost)
    throw Error(RM_ERROR_DEVICE_LOST, dev->name() + " was lost earlier");
  // In place, unless a command that is not done yet may touch the buffer.
  if (dev->memory->hostWritable() && !inUse(to) &&
      (dev->memory->hostReadable() || bytes <= inPlaceBytes)) {
    copyBytes(dev->memory->map(to), from, static_cast<int64_t>(bytes));
    return;
  }
  if (bytes <= inlineBytes) {
    char padded[inlineBytes] = {};
    std::memcpy(padded, from, bytes);
    Batch &batch = recording();
    barrierFor({}, {to.handle()});
    dev->vk.vkCmdUpdateBuffer(batch.commands, to.handle(), 0,
                              (bytes + 3) / 4 * 4, padded);
    return;
  }
  auto *data = static_cast<const char *>(from);
  for (uint64_t at = 0; at < bytes; at += chunkBytes) {
    uint64_t length = std::min(chunkBytes, bytes - at);
    Staging &staging = nextStaging(uploadRing, Usage::Upload);
    copyBytes(staging.mapped, data + at, static_cast<int64_t>(length));
    copy(to, at, *staging.buffer, 0, length);
    staging.serial = current->serial;
    submit();
  }
}

void Stream::download(Buffer &from, void *to, uint64_t bytes) {
  telemetry.downloaded(static_cast<int64_t>(bytes));
  if (bytes == 0)
    return;
  if (dev->lost)
    throw Error(RM_ERROR_DEVICE_LOST, dev->name() + " was lost earlier");
  auto *data = static_cast<char *>(to);
  if (dev->memory->hostReadable()) {
    if (inUse(from))
      waitUpTo(lastSerial);
    copyBytes(data, dev->memory->map(from), static_cast<int64_t>(bytes));
    return;
  }
  // Chunks are asked for up to ringSize ahead of the one being copied out.
  struct Pending {
    Staging *staging;
    uint64_t at, length;
  };
  std::deque<Pending> pending;
  auto drainOne = [&] {
    Pending chunk = pending.front();
    pending.pop_front();
    waitUpTo(chunk.staging->serial);
    copyBytes(data + chunk.at, chunk.staging->mapped,
              static_cast<int64_t>(chunk.length));
  };
  for (uint64_t at = 0; at < bytes; at += chunkBytes) {
    if (pending.size() == ringSize)
      drainOne();
    uint64_t length = std::min(chunkBytes, bytes - at);
    Staging &staging = nextStaging(readbackRing, Usage::Readback);
    copy(*staging.buffer, 0, from, at, length);
    staging.serial = current->serial;
    submit();
    pending.push_back({&staging, at, length});
  }
  while (!pending.empty())
    drainOne();
}

} // namespace runmat::runtime::vulkan
