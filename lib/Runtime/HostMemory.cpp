// Host memory that is kept for the next call. Small blocks go to malloc.
// Under AddressSanitizer all do, so that it sees every bound.

#include "HostMemory.h"

#include "runmat/IO/AvailableMemory.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <new>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RUNMAT_ASAN 1
#endif
#endif

namespace runmat::runtime {

static constexpr size_t hugePage = size_t(2) << 20;
static constexpr size_t smallPage = 4096;
/// glibc's malloc maps and unmaps blocks above 128 KiB (M_MMAP_THRESHOLD) each
/// time; from there on keeping them pays.
[[maybe_unused]] static constexpr size_t mapFrom = size_t(128) << 10;
static constexpr size_t minAlign = 64;
/// Half of what a process can address on x86-64 and arm64: sizes beyond are
/// refused here, so that no rounding overflows.
static constexpr size_t addressSpace = size_t(1) << 46;

/// Blocks from here on are worth a look at what the system has left.
static constexpr size_t largeBlock = size_t(1) << 30;

static size_t roundUp(size_t value, size_t to) {
  return (value + to - 1) / to * to;
}

/// Maps memory aligned to a huge page if it has one, so that the kernel can use
/// huge pages from the first byte.
[[maybe_unused]] static void *mapBlock(size_t bytes, size_t align) {
  size_t slack = align > smallPage ? align : 0;
  void *base = mmap(nullptr, bytes + slack, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED)
    return nullptr;
  auto start = reinterpret_cast<uintptr_t>(base);
  uintptr_t data = slack ? roundUp(start, align) : start;
  if (data != start)
    munmap(base, data - start);
  if (size_t tail = start + bytes + slack - (data + bytes))
    munmap(reinterpret_cast<void *>(data + bytes), tail);
  void *block = reinterpret_cast<void *>(data);
  if (bytes >= hugePage)
    madvise(block, bytes,
            MADV_HUGEPAGE); // Advice: its failure changes speed only.
  return block;
}

size_t defaultHostCacheBytes() {
  long pages = sysconf(_SC_PHYS_PAGES);
  return pages > 0 ? size_t(pages) * smallPage / 8 : size_t(1) << 30;
}

bool HostMemory::roomFor(size_t bytes) noexcept {
  if (io::availableMemory() >= bytes)
    return true;
  trim();
  return io::availableMemory() >= bytes;
}

HostMemory::HostMemory(size_t cacheBytes) : cacheBytes(cacheBytes) {}

HostMemory::~HostMemory() { trim(); }

HostBlock HostMemory::allocate(size_t bytes, size_t align) {
  align = std::max(align, minAlign);
  // A system that promises more than it has ends the process at first touch.
  if (bytes > addressSpace || (bytes >= largeBlock && !roomFor(bytes)))
    throw std::bad_alloc();
#ifndef RUNMAT_ASAN
  if (bytes >= mapFrom) {
    size_t unit = bytes >= hugePage ? hugePage : smallPage;
    size_t rounded = roundUp(bytes, unit);
    {
      std::lock_guard<std::mutex> lock(mutex);
      auto best = kept.end();
      // Best fit that wastes at most a quarter.
      for (auto it = kept.begin(); it != kept.end(); ++it)
        if (it->bytes >= rounded && it->bytes <= rounded + rounded / 4 &&
            reinterpret_cast<uintptr_t>(it->data) % align == 0 &&
            (best == kept.end() || it->bytes < best->bytes))
          best = it;
      if (best != kept.end()) {
        HostBlock block = *best;
        keptBytes -= block.bytes;
        kept.erase(best);
        return block;
      }
    }
    size_t mapAlign = std::max(align, unit);
    void *data = mapBlock(rounded, mapAlign);
    if (!data) {
      trim(); // Kept blocks of other sizes may be what is missing.
      data = mapBlock(rounded, mapAlign);
    }
    if (!data)
      throw std::bad_alloc();
    return {data, rounded, true};
  }
#endif
  size_t rounded = roundUp(std::max<size_t>(bytes, 1), align);
  void *data = nullptr;
  if (posix_memalign(&data, align, rounded) != 0)
    throw std::bad_alloc();
  return {data, rounded, false};
}

void HostMemory::release(HostBlock block) noexcept {
  if (!block.mapped) {
    std::free(block.data);
    return;
  }
  if (block.bytes > cacheBytes) {
    munmap(block.data, block.bytes);
    return;
  }
  std::list<HostBlock> node, dropped;
  try {
    node.push_back(block);
  } catch (...) {
    munmap(block.data, block.bytes);
    return;
  }
  {
    std::lock_guard<std::mutex> lock(mutex);
    kept.splice(kept.end(), node);
    keptBytes += block.bytes;
    while (keptBytes > cacheBytes) {
      keptBytes -= kept.front().bytes;
      dropped.splice(dropped.end(), kept, kept.begin());
    }
  }
  for (const HostBlock &old : dropped)
    munmap(old.data, old.bytes);
}

void HostMemory::trim() noexcept {
  std::list<HostBlock> dropped;
  {
    std::lock_guard<std::mutex> lock(mutex);
    dropped.swap(kept);
    keptBytes = 0;
  }
  for (const HostBlock &block : dropped)
    munmap(block.data, block.bytes);
}

size_t HostMemory::cachedBytes() const {
  std::lock_guard<std::mutex> lock(mutex);
  return keptBytes;
}

} // namespace runmat::runtime
