// A Vulkan device, shared by the contexts of the process. Opened once for
// each physical device and kept until rm_release_devices, because opening
// takes longer than most programs run. A device that was lost is forgotten,
// and the next context opens a new one.

#ifndef RUNMAT_LIB_RUNTIME_VULKAN_DEVICE_H
#define RUNMAT_LIB_RUNTIME_VULKAN_DEVICE_H

#include "Instance.h"
#include "Memory.h"
#include "Pipeline.h"
#include "Profile.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

namespace runmat::runtime::vulkan {

struct DeviceRequest {
  std::string name; ///< Part of the name; empty for any.
  bool allowCpuType = false;
  bool validation = false;
  std::string cacheFolder; ///< For pipelines; empty for no cache on disk.
};

/// The process's instance, opened at the first call; throws RM_ERROR_NO_DEVICE.
std::shared_ptr<Instance> openInstance(bool validation);

class Device : public std::enable_shared_from_this<Device> {
public:
  /// Throws RM_ERROR_NO_DEVICE with the reason.
  static std::shared_ptr<Device> open(const DeviceRequest &request);
  /// Forgets devices and instances that nothing uses.
  static void releaseAll();

  Device(std::shared_ptr<Instance> instance, VkPhysicalDevice physical,
         const Profile &profile, const std::string &cacheFolder);
  ~Device();
  Device(const Device &) = delete;

  std::string name() const { return profile.properties.deviceName; }

  /// vkQueueSubmit; the queue is shared.
  void submit(VkCommandBuffer commands, VkFence fence);

  std::shared_ptr<Instance> instance;
  const Profile profile;
  VkDevice handle = VK_NULL_HANDLE;
  VolkDeviceTable vk{};
  std::unique_ptr<MemoryPool> memory;
  std::unique_ptr<PipelineTable> pipelines;
  /// After a lost device or a timeout nothing of it may be used or freed.
  std::atomic<bool> lost{false};

private:
  std::mutex queueMutex;
  VkQueue queue = VK_NULL_HANDLE;
};

} // namespace runmat::runtime::vulkan

#endif
