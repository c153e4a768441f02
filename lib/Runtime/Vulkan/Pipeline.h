// Compute pipelines by content. A pipeline is found by what it is made of (a
// hash of the SPIR-V, the entry point, the table's row), not by an address: a
// JIT may place another program where the last one was.

#ifndef RUNMAT_LIB_RUNTIME_VULKAN_PIPELINE_H
#define RUNMAT_LIB_RUNTIME_VULKAN_PIPELINE_H

#include "runmat/Runtime/Runtime.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <volk.h>

namespace runmat::runtime {
class Telemetry;
}

namespace runmat::runtime::vulkan {

class Device;

struct Pipeline {
  VkPipeline pipeline = VK_NULL_HANDLE;
  VkPipelineLayout layout = VK_NULL_HANDLE;
  VkDescriptorSetLayout bindings = VK_NULL_HANDLE;
};

/// Thread-safe.
class PipelineTable {
public:
  /// Reads the device's pipeline cache from the folder, if it is there and is
  /// of this device and driver.
  PipelineTable(Device &device, const std::string &cacheFolder);
  ~PipelineTable();

  /// Throws if the device lacks what the kernel needs, or if the driver refuses
  /// it.
  const Pipeline &get(const rm_kernel &kernel, Telemetry &telemetry);

  /// Writes the cache to its folder if it has changed. Failing to is no error:
  /// the cache saves time, nothing else.
  void save() noexcept;

private:
  struct Layout {
    VkPipelineLayout layout;
    VkDescriptorSetLayout bindings;
  };
  const Layout &layout(int32_t bindings, int32_t pushBytes,
                       Telemetry &telemetry);
  VkPipeline create(const rm_kernel &kernel, VkPipelineLayout layout);

  Device &device;
  std::mutex mutex;
  std::unordered_map<std::string, Pipeline> pipelines;
  std::map<std::pair<int32_t, int32_t>, Layout> layouts;
  VkPipelineCache cache = VK_NULL_HANDLE;
  std::string cacheFile; ///< Empty: none on disk.
  bool dirty = false;
};

} // namespace runmat::runtime::vulkan

#endif
