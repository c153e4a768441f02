// The driver's pipeline cache on disk. Drivers are not obliged to survive
// damaged cache data, so a file is believed only after its own header, a
// checksum and Vulkan's header inside agree with the device and the driver.

#ifndef RUNMAT_LIB_RUNTIME_VULKAN_PIPELINECACHE_H
#define RUNMAT_LIB_RUNTIME_VULKAN_PIPELINECACHE_H

#include "Profile.h"

#include <string>

namespace runmat::runtime::vulkan {

/// FOLDER/pipelines-VENDOR-DEVICE-UUID.bin
std::string pipelineCacheFile(const std::string &folder,
                              const Profile &profile);

/// The cache's data; empty if the file is absent, damaged or of another device
/// or driver.
std::string readPipelineCache(const std::string &file, const Profile &profile);

/// Writes to a temporary name in the same folder, then renames. Says whether it
/// succeeded.
bool writePipelineCache(const std::string &file, const Profile &profile,
                        const std::string &data);

} // namespace runmat::runtime::vulkan

#endif
