#pragma once
#include "../Error.h"
#include <memory>
#include <string>
namespace runmat::runtime::vulkan {
struct DeviceRequest {
  std::string name;
  bool allowCpuType = false;
  bool validation = false;
  std::string cacheFolder;
};
class Device {
public:
  static std::shared_ptr<Device> open(const DeviceRequest &request) {
    throw Error(RM_ERROR_NO_DEVICE, "this library was built without Vulkan");
  }
  std::string lacking(const rm_kernel &) const { return ""; }
  std::string name() const { return ""; }
  std::string profileJson() const { return ""; }
};
} // namespace runmat::runtime::vulkan
