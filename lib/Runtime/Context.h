// A context: policy, caches, telemetry, last error. Everything per user of
// the library. The thread pool and the Vulkan device are not here: they are
// one a process, and contexts share them.

#ifndef RUNMAT_LIB_RUNTIME_CONTEXT_H
#define RUNMAT_LIB_RUNTIME_CONTEXT_H

#include "HostMemory.h"
#include "Telemetry.h"
#include "Vulkan/Device.h"
#include "Vulkan/Stream.h"
#include "runmat/Runtime/Runtime.h"

#include <memory>
#include <mutex>
#include <string>

namespace runmat::runtime {

enum class Policy { CPU, GPU, Auto };

} // namespace runmat::runtime

struct rm_context {
  runmat::runtime::Policy policy = runmat::runtime::Policy::CPU;
  int threadLimit = 0;
  bool resultsOnDevice = false;
  std::string note;       ///< Of the last call, if it has one.
  std::string deviceNote; ///< Why there is no GPU.
  std::string deviceName = "cpu";

  std::shared_ptr<runmat::runtime::HostMemory> memory;
  std::shared_ptr<runmat::runtime::vulkan::Device>
      device; ///< Null without GPU.
  std::unique_ptr<runmat::runtime::vulkan::Stream> stream; ///< With device.
  runmat::runtime::Telemetry telemetry;

  std::mutex calls; ///< Held while a call runs.
  int32_t errorCode = RM_OK;
  std::string errorText;
  std::string errorLocation;
  /// The program that passed rm_program_check last; the check costs a walk over
  /// the feature list.
  const rm_program *checkedProgram = nullptr;
  int64_t deviceSpanNs = 0; ///< Of the last call.
  int64_t deviceSumNs = 0;

  void setError(int32_t code, std::string text, std::string location = "") {
    errorCode = code;
    errorText = std::move(text);
    errorLocation = std::move(location);
  }
};

#endif
