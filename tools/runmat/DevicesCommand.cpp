// `runmat devices`: what Vulkan offers, as the runtime judges it. No device is
// an answer, not a failure.

#include "Commands.h"
#include "Program.h"
#include "Report.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace runmat::cli {

int listDevices(bool asJSON) {
  if (asJSON) {
    char reason[1024] = "";
    RuntimeText text(rm_devices_json(reason, sizeof reason));
    // No Vulkan, no devices: an answer here too.
    printf("%s\n",
           text ? nlohmann::json::parse(text.get()).dump(1).c_str() : "[]");
    return finishOutput();
  }
  printf("cpu: %d threads\n", rm_num_threads());
  char reason[1024] = "";
  RuntimeText text(rm_devices_json(reason, sizeof reason));
  if (!text) {
    printf("no Vulkan device: %s\n", reason);
    return finishOutput();
  }
  nlohmann::json devices = nlohmann::json::parse(text.get());
  if (devices.empty())
    printf("no Vulkan device: the drivers offer none\n");
  for (const nlohmann::json &device : devices) {
    std::string unusable = device["unusable"];
    std::string type = device["type"];
    // Runs on the processor: never chosen for "auto".
    const char *use = !unusable.empty() ? unusable.c_str()
                      : type == "cpu" ? "only when asked for by gpu or gpu=NAME"
                                      : "usable";
    printf("gpu: %s (%s, Vulkan %s, %s): %s\n",
           device["name"].get<std::string>().c_str(), type.c_str(),
           device["api_version"].get<std::string>().c_str(),
           device["driver"].get<std::string>().c_str(), use);
  }
  return finishOutput();
}

} // namespace runmat::cli
