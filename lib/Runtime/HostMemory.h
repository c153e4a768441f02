// Host memory that is kept for the next call. A fresh large block costs a
// page fault per page at first touch, which is more than the work of a
// streaming kernel. So freed large blocks are kept, up to a bound, and mapped
// with huge pages.

#ifndef RUNMAT_LIB_RUNTIME_HOSTMEMORY_H
#define RUNMAT_LIB_RUNTIME_HOSTMEMORY_H

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>

namespace runmat::runtime {

struct HostBlock {
  void *data = nullptr;
  size_t bytes = 0;    ///< Usable bytes.
  bool mapped = false; ///< Came from mmap, so it can be kept.
};

/// Thread-safe. Shared by a context and the tensors it made, so that a tensor
/// can be released after its context is gone.
class HostMemory {
public:
  explicit HostMemory(size_t cacheBytes);
  ~HostMemory();
  HostMemory(const HostMemory &) = delete;

  /// At least 64-byte aligned; throws std::bad_alloc.
  HostBlock allocate(size_t bytes, size_t align);
  void release(HostBlock block) noexcept;
  /// Gives kept blocks back to the system.
  void trim() noexcept;

  size_t cachedBytes() const;

private:
  /// Whether the system has so much left, kept blocks counted as free.
  bool roomFor(size_t bytes) noexcept;

  mutable std::mutex mutex;
  std::list<HostBlock> kept; ///< Oldest first.
  size_t keptBytes = 0;
  const size_t cacheBytes;
};

/// An eighth of the machine's memory.
size_t defaultHostCacheBytes();

} // namespace runmat::runtime

#endif
