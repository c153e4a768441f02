// One run of a program. Lookup by address, not by a header in front of each
// block: a program may offer as a result memory that this library never gave
// it, and reading in front of that is not safe.

#include "Call.h"
#include "Tensor.h"
#include "ThreadPool.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace runmat::runtime {

ThreadState &threadState() {
  static thread_local ThreadState state;
  return state;
}

int64_t nowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Call &currentCall() {
  Call *call = threadState().call;
  if (!call)
    throw Error(RM_ERROR_INTERNAL,
                "a function for generated code was called outside rm_invoke");
  return *call;
}

void recordFailure(int32_t code, const char *text,
                   const char *location) noexcept {
  Call *call = threadState().call;
  if (!call) {
    std::fprintf(stderr, "error: %s\n", text);
    std::abort();
  }
  std::lock_guard<std::mutex> lock(call->mutex);
  if (call->errorCode != RM_OK)
    return;
  call->errorCode = code;
  try {
    call->errorText = text ? text : "";
    call->errorLocation = location ? location : "";
    // Whose memory or launch it was, where the driver's text does not say.
    const rm_unit *unit = isDeviceFailure(code) ? call->unit : nullptr;
    if (unit && call->errorText.find(unit->name) == std::string::npos)
      call->errorText = std::string(unit->name) + ": " + call->errorText;
    if (unit && call->errorLocation.empty() && unit->location)
      call->errorLocation = unit->location;
  } catch (...) {
    // Out of memory for the text: the code is what remains.
  }
}

void jumpOut() {
  jmp_buf *jump = threadState().jump;
  if (!jump)
    std::abort();
  _longjmp(*jump, 1);
}

Call::Call(rm_context &context, const rm_tensor *args, int32_t numArgs,
           bool useGpu)
    : context(context), useGpu(useGpu), args(args), numArgs(numArgs),
      copies(numArgs) {}

Call::~Call() {
  for (auto &[pointer, block] : blocks)
    context.memory->release(block);
  for (auto &[pointer, owner] : handedOver)
    owner->release();
}

void *Call::allocate(int64_t bytes, int64_t align) {
  if (bytes < 0)
    throw Error(RM_ERROR_MEMORY,
                "a size of " + std::to_string(bytes) + " bytes was asked for");
  HostBlock block;
  try {
    block = context.memory->allocate(static_cast<size_t>(bytes),
                                     static_cast<size_t>(align));
  } catch (const std::bad_alloc &) {
    throw Error(RM_ERROR_MEMORY,
                "out of host memory: " + std::to_string(bytes) +
                    " bytes were asked for");
  }
  std::lock_guard<std::mutex> lock(mutex);
  blocks.emplace(block.data, block);
  return block.data;
}

void Call::free(void *pointer) {
  HostBlock block;
  {
    std::lock_guard<std::mutex> lock(mutex);
    auto found = blocks.find(pointer);
    if (found == blocks.end())
      throw Error(RM_ERROR_INTERNAL,
                  "rm_free of memory that rm_alloc did not give in this call");
    block = found->second;
    blocks.erase(found);
  }
  context.memory->release(block);
}

int32_t Call::indexOf(const rm_tensor *argument) const {
  auto offset =
      reinterpret_cast<intptr_t>(argument) - reinterpret_cast<intptr_t>(args);
  int64_t index = offset / static_cast<int64_t>(sizeof(rm_tensor));
  if (offset < 0 || index >= numArgs)
    throw Error(RM_ERROR_INTERNAL, "not an argument of this call");
  return static_cast<int32_t>(index);
}

int64_t Call::addBuffer(vulkan::BufferRef buffer) {
  if (!freeHandles.empty()) {
    int64_t handle = freeHandles.back();
    freeHandles.pop_back();
    buffers[handle - 1] = std::move(buffer);
    return handle;
  }
  buffers.push_back(std::move(buffer));
  return static_cast<int64_t>(buffers.size());
}

vulkan::BufferRef &Call::buffer(int64_t handle) {
  if (handle < 1 || handle > static_cast<int64_t>(buffers.size()) ||
      !buffers[handle - 1])
    throw Error(RM_ERROR_INTERNAL,
                std::to_string(handle) + " is not a handle of device memory");
  return buffers[handle - 1];
}

bool Call::isArgument(int64_t handle) const {
  for (const ArgumentCopies &copy : copies)
    if (copy.handle == handle)
      return true;
  return false;
}

static const rm_unit *firstGpuUnit(const rm_program *program) {
  for (int32_t k = 0; program && k < program->num_kernels; ++k)
    if (int32_t unit = program->kernels[k].unit;
        unit >= 0 && unit < program->num_units)
      return &program->units[unit];
  return nullptr;
}

static void refuseInLoop() {
  if (threadState().inLoop)
    throw Error(RM_ERROR_INTERNAL, "the GPU was used inside a parallel loop");
}

vulkan::Stream &Call::transfers() {
  refuseInLoop();
  return context.stream ? *context.stream : stream();
}

vulkan::Stream &Call::stream() {
  refuseInLoop();
  if (context.stream && useGpu)
    return *context.stream;
  // Code for both asks rm_place first, so this program has none for the CPU.
  const rm_unit *needed = unit ? unit : firstGpuUnit(context.checkedProgram);
  if (!needed)
    throw Error(RM_ERROR_NO_DEVICE, "this call has no GPU");
  throw Error(RM_ERROR_NO_DEVICE,
              std::string(needed->name) +
                  " was compiled for a GPU only, and this call has none; "
                  "compile for auto or cpu, or use a device gpu",
              needed->location ? needed->location : "");
}

} // namespace runmat::runtime

using namespace runmat::runtime;

extern "C" {

void rm_fail(int32_t code, const char *text, const char *location) {
  recordFailure(code, text, location);
  jumpOut();
}

void rm_fail_values(int32_t code, const char *text, const char *location,
                    const int64_t *values, int32_t num_values) {
  guarded([&] {
    std::string filled;
    for (const char *c = text; *c; ++c) {
      int32_t index = c[0] == '{' && c[1] >= '0' && c[1] <= '9' && c[2] == '}'
                          ? c[1] - '0'
                          : num_values;
      if (index < num_values) {
        filled += std::to_string(values[index]);
        c += 2;
      } else {
        filled += *c;
      }
    }
    recordFailure(code, filled.c_str(), location);
  });
  jumpOut();
}

void *rm_alloc(int64_t bytes, int64_t align) {
  void *pointer = nullptr;
  protectGenerated([&] { pointer = currentCall().allocate(bytes, align); });
  return pointer;
}

void *rm_alloc_at(int64_t bytes, int64_t align, const char *location) {
  void *pointer = nullptr;
  protectGenerated([&] {
    try {
      pointer = currentCall().allocate(bytes, align);
    } catch (const Error &error) {
      throw Error(error.code, error.what(), location ? location : "");
    }
  });
  return pointer;
}

void rm_free(void *pointer) {
  if (pointer)
    protectGenerated([&] { currentCall().free(pointer); });
}

void rm_result(rm_tensor *result, void *allocated, void *aligned, int32_t dtype,
               int32_t rank, const int64_t *sizes) {
  protectGenerated([&] {
    Call &call = currentCall();
    tensorBytes(dtype, rank, sizes);
    HostOwner *owner = nullptr;
    {
      std::lock_guard<std::mutex> lock(call.mutex);
      if (auto found = call.handedOver.find(allocated);
          found != call.handedOver.end()) {
        owner = found->second;
      } else if (auto block = call.blocks.find(allocated);
                 block != call.blocks.end()) {
        owner = new HostOwner(call.context.memory, block->second);
        call.blocks.erase(block);
        call.handedOver.emplace(allocated, owner);
      }
    }
    if (owner) {
      initTensor(*result, aligned, dtype, rank, sizes);
      owner->retain();
      result->owner = static_cast<Owner *>(owner);
      return;
    }
    rm_tensor source;
    initTensor(source, aligned, dtype, rank, sizes);
    *result = makeHostTensor(call.context.memory, dtype, rank, sizes);
    copyRowMajor(result->data, source);
  });
}

void rm_parallel_for(int64_t begin, int64_t end,
                     void (*body)(int64_t begin, int64_t end, void *env),
                     void *env) {
  Call *call = threadState().call;
  if (!ThreadPool::get().run(begin, end, body, env,
                             call ? call->context.threadLimit : 0))
    jumpOut();
}
}
