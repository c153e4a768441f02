// All Vulkan devices, usable or not. For people who ask why a device is not
// used. No device is opened for it.

#include "../Error.h"
#include "Device.h"

#include <cstring>
#include <nlohmann/json.hpp>

using namespace runmat::runtime;

extern "C" char *rm_devices_json(char *error, size_t error_size) {
  try {
    std::shared_ptr<vulkan::Instance> instance =
        vulkan::openInstance(/*validation=*/false);
    nlohmann::json devices = nlohmann::json::array();
    for (VkPhysicalDevice physical : instance->physicalDevices()) {
      vulkan::Profile profile(physical);
      nlohmann::json device = nlohmann::json::parse(profile.json());
      device["unusable"] = profile.unusable();
      devices.push_back(std::move(device));
    }
    if (char *text = strdup(devices.dump().c_str()))
      return text;
    writeError(error, error_size, "out of host memory");
  } catch (const std::exception &e) {
    writeError(error, error_size, e.what());
  }
  return nullptr;
}
