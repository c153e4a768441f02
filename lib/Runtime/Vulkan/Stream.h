// A context's queue of device work. Commands are recorded in order into
// batches; a batch goes to the device when its results are wanted or when it
// is full. A barrier is recorded only where a command touches what an earlier
// one of the batch wrote (or writes what it read).

#ifndef RUNMAT_LIB_RUNTIME_VULKAN_STREAM_H
#define RUNMAT_LIB_RUNTIME_VULKAN_STREAM_H

#include "../Telemetry.h"
#include "Device.h"

#include <deque>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace runmat::runtime::vulkan {

/// A part of a buffer, as a kernel binds it.
struct Binding {
  Buffer *buffer;
  uint64_t offset;
  uint64_t bytes;
};

/// Not thread-safe: it belongs to one context, whose calls run one at a time.
class Stream {
public:
  Stream(std::shared_ptr<Device> device, Telemetry &telemetry, int timeoutMs);
  ~Stream();
  Stream(const Stream &) = delete;

  BufferRef allocate(uint64_t bytes);
  /// The memory is used again only by this stream until its work is done. When
  /// memory runs out, allocate() waits for that.
  void free(BufferRef buffer);

  void upload(Buffer &to, const void *from, uint64_t bytes);
  void download(Buffer &from, void *to, uint64_t bytes);
  void fill(Buffer &buffer, uint32_t pattern, uint64_t bytes);
  void copy(Buffer &to, uint64_t toOffset, Buffer &from, uint64_t fromOffset,
            uint64_t bytes);
  void dispatch(const rm_program &program, int32_t kernel,
                const std::vector<Binding> &bindings, const void *push,
                const uint32_t grid[3], const char *location);

  /// Waits for everything. Ends a call.
  void finish();
  /// Drops what is not submitted, waits for the rest, ignores its failures.
  void abandon() noexcept;
  /// Forgets the device times of the last call. Begins a call.
  void begin();

  int64_t dispatches() const { return dispatchCount; }
  int64_t spanNs() const;
  int64_t sumNs() const { return deviceSumNs; }
  Device &device() { return *dev; }

private:
  struct Batch {
    VkCommandBuffer commands = VK_NULL_HANDLE;
    VkFence fence = VK_NULL_HANDLE;
    VkQueryPool queries = VK_NULL_HANDLE;
    VkDescriptorPool descriptors =
        VK_NULL_HANDLE; ///< Without push descriptors.
    uint64_t serial = 0;
    std::vector<Launch> launches;
    std::string lastLocation;
  };
  /// A host-visible buffer for transfers, free when batch `serial` is done.
  struct Staging {
    BufferRef buffer;
    char *mapped = nullptr;
    uint64_t serial = 0;
  };

  Batch &recording();
  void barrierFor(std::initializer_list<VkBuffer> reads,
                  std::initializer_list<VkBuffer> writes);
  bool needsBarrier(VkBuffer buffer, bool writes) const;
  void noteAccess(VkBuffer buffer, bool writes);
  void recordBarrier();
  void submit();
  void waitUpTo(uint64_t serial);
  void waitFor(Batch &batch);
  void readTimestamps(Batch &batch);
  void recycle(std::unique_ptr<Batch> batch);
  std::unique_ptr<Batch> makeBatch();
  void bind(Batch &batch, const Pipeline &pipeline,
            const std::vector<Binding> &bindings);
  Staging &nextStaging(std::vector<Staging> &ring, Usage usage);
  bool inUse(const Buffer &buffer) const { return used.count(buffer.handle()); }

  std::shared_ptr<Device> dev;
  Telemetry &telemetry;
  const uint64_t timeoutNs;
  VkCommandPool pool = VK_NULL_HANDLE;

  std::unique_ptr<Batch> current;             ///< Being recorded, or null.
  std::deque<std::unique_ptr<Batch>> running; ///< Submitted, oldest first.
  std::vector<std::unique_ptr<Batch>> idle;
  uint64_t lastSerial = 0; ///< Of the last batch begun.
  uint64_t doneSerial = 0; ///< Batches up to this one are done.

  std::unordered_set<VkBuffer> reads, writes; ///< Since the last barrier.
  std::unordered_set<VkBuffer> used;          ///< Since the last wait for all.
  std::vector<BufferRef> freed;               ///< Until the next wait for all.
  std::vector<Staging> uploadRing, readbackRing;
  size_t uploadNext = 0, readbackNext = 0;

  /// Of the current call: pipelines by table row.
  std::unordered_map<const rm_kernel *, const Pipeline *> callPipelines;

  int64_t dispatchCount = 0;
  uint64_t firstTick = 0, lastTick = 0;
  int64_t deviceSumNs = 0;
};

} // namespace runmat::runtime::vulkan

#endif
