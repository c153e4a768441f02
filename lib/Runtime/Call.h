// One run of a program. Owns everything generated code obtains: what is still
// here when the call ends, for whatever reason, is freed. That is what makes
// a jump out of generated code safe.

#ifndef RUNMAT_LIB_RUNTIME_CALL_H
#define RUNMAT_LIB_RUNTIME_CALL_H

#include "Context.h"
#include "Error.h"
#include "Owner.h"
#include "ThreadState.h"

#include <unordered_map>
#include <vector>

namespace runmat::runtime {

struct Call {
  Call(rm_context &context, const rm_tensor *args, int32_t numArgs,
       bool useGpu);
  ~Call();
  Call(const Call &) = delete;

  rm_context &context;
  const bool useGpu; ///< False in the second run of an auto call.
  const rm_tensor *const args;
  const int32_t numArgs;

  /// Guards what follows: parallel bodies may allocate and fail.
  std::mutex mutex;
  int32_t errorCode = RM_OK;
  std::string errorText;
  std::string errorLocation;

  /// Blocks of rm_alloc, by address. A block that became a result stays in
  /// `handedOver`, so that it may serve another result.
  std::unordered_map<void *, HostBlock> blocks;
  std::unordered_map<void *, HostOwner *> handedOver;

  /// Device memory by handle - 1; null where freed.
  std::vector<vulkan::BufferRef> buffers;
  std::vector<int64_t> freeHandles;

  /// Copies of arguments on the other side, made on demand.
  struct ArgumentCopies {
    int64_t handle = 0;
    void *host = nullptr;
  };
  std::vector<ArgumentCopies> copies;

  /// rm_place's answers: -1 unknown. One program a call.
  std::vector<int8_t> places;

  /// Executions of units in this call, by unit; they go to telemetry together,
  /// at the end, so that a unit in a loop costs two clock readings.
  struct UnitRuns {
    int64_t count = 0;
    int64_t wallNs = 0;
  };
  std::vector<UnitRuns> unitRuns;
  /// What the program's counters got in this call, by the texts that name them,
  /// which are constants of its code; to telemetry together too.
  std::vector<std::pair<const char *, int64_t>> counted;
  void count(const char *counter, int64_t delta);

  /// A fallback has said why something of this call ran on the CPU.
  bool saidWhyOnCpu = false;
  const rm_unit *unit = nullptr; ///< Between rm_unit_begin and rm_unit_end.
  int64_t unitStartNs = 0;

  /// Whether a unit of `program` runs on the GPU in this call: rm_place's
  /// answer; where it was not asked, whether the program has kernels for it.
  bool runsOnGpu(const rm_program &program, int32_t unit) const;
  void reportUnits(const rm_program &program) const;
  /// Notes a call under a GPU's policy that nothing on the GPU answered.
  void reportNoGpuCode(const rm_program &program) const;

  void *allocate(int64_t bytes, int64_t align);
  void free(void *pointer);
  /// The index of an argument; throws if the pointer is not into args.
  int32_t indexOf(const rm_tensor *argument) const;

  int64_t addBuffer(vulkan::BufferRef buffer);
  vulkan::BufferRef &buffer(int64_t handle);
  /// Whether a handle came from rm_gpu_argument.
  bool isArgument(int64_t handle) const;
  /// Of a call that runs on the GPU; throws in others.
  vulkan::Stream &stream();
  /// Moves what is on the device, whatever this call runs on.
  vulkan::Stream &transfers();
};

/// The calling thread's call; throws if there is none.
Call &currentCall();

int64_t nowNs();

} // namespace runmat::runtime

#endif
