// Vulkan's results as errors. Every call's result goes through check().

#ifndef RUNMAT_LIB_RUNTIME_VULKAN_RESULT_H
#define RUNMAT_LIB_RUNTIME_VULKAN_RESULT_H

#include "../Error.h"

#include <volk.h>

namespace runmat::runtime::vulkan {

/// "VK_ERROR_DEVICE_LOST", or the number for results this build does not know.
std::string resultName(VkResult result);

/// Throws "WHAT failed: VK_..." with the rm_status that fits.
void check(VkResult result, const char *what);

} // namespace runmat::runtime::vulkan

#endif
