// What a device is and can do. Read once from the driver. Features that the
// driver has are the ones the device is created with.

#ifndef RUNMAT_LIB_RUNTIME_VULKAN_PROFILE_H
#define RUNMAT_LIB_RUNTIME_VULKAN_PROFILE_H

#include "runmat/Runtime/Runtime.h"

#include <string>
#include <volk.h>

namespace runmat::runtime::vulkan {

struct Profile {
  explicit Profile(VkPhysicalDevice device);

  VkPhysicalDeviceProperties properties{};
  VkPhysicalDeviceMemoryProperties memory{};
  VkPhysicalDeviceDriverProperties driver{};
  VkPhysicalDeviceSubgroupProperties subgroup{};
  VkPhysicalDeviceFloatControlsProperties floatControls{};
  std::string deviceUuid;

  bool subgroupSizeControl = false;
  bool fullSubgroups = false;
  uint32_t minSubgroupSize = 0;
  uint32_t maxSubgroupSize = 0;
  bool pushDescriptors = false;
  uint64_t maxBufferSize = 0;

  bool float64 = false, int64 = false, int16 = false, float16 = false,
       int8 = false, storage16 = false, storage8 = false,
       vulkanMemoryModel = false, bufferDeviceAddress = false;

  uint32_t queueFamily = UINT32_MAX; ///< UINT32_MAX: no compute queue.
  uint32_t timestampBits = 0;

  bool isCpuType() const {
    return properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
  }
  /// Why the device cannot be used at all; empty if it can.
  std::string unusable() const;
  /// Whether `text`, ignoring case, is in the device's or the driver's name.
  bool isNamed(const std::string &text) const;
  /// What the kernel needs and the device lacks; empty if nothing.
  std::string lacking(const rm_kernel &kernel) const;
  uint64_t deviceLocalBytes() const;
  std::string json() const;
};

} // namespace runmat::runtime::vulkan

#endif
