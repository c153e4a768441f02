// The process's Vulkan instance. One a process, and a second one if a context
// asks for the validation layer: a layer cannot be added to an instance that
// exists.

#ifndef RUNMAT_LIB_RUNTIME_VULKAN_INSTANCE_H
#define RUNMAT_LIB_RUNTIME_VULKAN_INSTANCE_H

#include <memory>
#include <vector>
#include <volk.h>

namespace runmat::runtime::vulkan {

class Instance {
public:
  /// Throws RM_ERROR_NO_DEVICE with the reason: no loader, no driver, no layer.
  explicit Instance(bool validation);
  ~Instance();
  Instance(const Instance &) = delete;

  std::vector<VkPhysicalDevice> physicalDevices() const;

private:
  VkInstance instance = VK_NULL_HANDLE;
  VkDebugUtilsMessengerEXT messenger = VK_NULL_HANDLE;
  /// Of this instance: volk's own pointer is null after an instance without the
  /// extension was loaded.
  PFN_vkDestroyDebugUtilsMessengerEXT destroyMessenger = nullptr;
};

} // namespace runmat::runtime::vulkan

#endif
