// Vulkan's results as errors. The rm_status decides what rm_invoke does next:
// under "auto" a failure of the device is answered by the CPU, a failure of
// the host is not.

#include "Result.h"

namespace runmat::runtime::vulkan {

std::string resultName(VkResult result) {
  switch (result) {
#define RUNMAT_RESULT(name)                                                    \
  case name:                                                                   \
    return #name;
    RUNMAT_RESULT(VK_SUCCESS)
    RUNMAT_RESULT(VK_NOT_READY)
    RUNMAT_RESULT(VK_TIMEOUT)
    RUNMAT_RESULT(VK_INCOMPLETE)
    RUNMAT_RESULT(VK_ERROR_OUT_OF_HOST_MEMORY)
    RUNMAT_RESULT(VK_ERROR_OUT_OF_DEVICE_MEMORY)
    RUNMAT_RESULT(VK_ERROR_INITIALIZATION_FAILED)
    RUNMAT_RESULT(VK_ERROR_DEVICE_LOST)
    RUNMAT_RESULT(VK_ERROR_MEMORY_MAP_FAILED)
    RUNMAT_RESULT(VK_ERROR_LAYER_NOT_PRESENT)
    RUNMAT_RESULT(VK_ERROR_EXTENSION_NOT_PRESENT)
    RUNMAT_RESULT(VK_ERROR_FEATURE_NOT_PRESENT)
    RUNMAT_RESULT(VK_ERROR_INCOMPATIBLE_DRIVER)
    RUNMAT_RESULT(VK_ERROR_TOO_MANY_OBJECTS)
    RUNMAT_RESULT(VK_ERROR_OUT_OF_POOL_MEMORY)
    RUNMAT_RESULT(VK_ERROR_FRAGMENTATION)
    RUNMAT_RESULT(VK_ERROR_UNKNOWN)
    RUNMAT_RESULT(VK_ERROR_INVALID_SHADER_NV)
#undef RUNMAT_RESULT
  default:
    return "VkResult " + std::to_string(static_cast<int>(result));
  }
}

static int32_t statusOf(VkResult result) {
  switch (result) {
  case VK_ERROR_OUT_OF_HOST_MEMORY:
    return RM_ERROR_MEMORY;
  case VK_ERROR_OUT_OF_DEVICE_MEMORY:
  case VK_ERROR_OUT_OF_POOL_MEMORY:
  case VK_ERROR_FRAGMENTATION:
  case VK_ERROR_TOO_MANY_OBJECTS:
    return RM_ERROR_DEVICE_MEMORY;
  case VK_ERROR_DEVICE_LOST:
    return RM_ERROR_DEVICE_LOST;
  case VK_TIMEOUT:
    return RM_ERROR_TIMEOUT;
  default:
    return RM_ERROR_DEVICE;
  }
}

void check(VkResult result, const char *what) {
  if (result != VK_SUCCESS)
    throw Error(statusOf(result),
                std::string(what) + " failed: " + resultName(result));
}

} // namespace runmat::runtime::vulkan
