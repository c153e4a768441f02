// A Vulkan device, shared by the contexts of the process. Which device: a
// named one if named, else discrete before integrated before virtual; a
// CPU-type device only for "gpu" and only when there is nothing else.

#include "Device.h"
#include "Result.h"

#include <algorithm>
#include <vector>

namespace runmat::runtime::vulkan {

namespace {
/// What the process keeps open. Leaked on purpose: at exit drivers may be gone
/// before static destructors run.
struct Registry {
  std::mutex mutex;
  std::shared_ptr<Instance> instances[2]; ///< By validation.
  std::vector<std::pair<VkPhysicalDevice, std::shared_ptr<Device>>> devices;

  /// What lost devices hold: the driver may still run there, and may hang in
  /// any call, so it is left alone for good.
  struct Abandoned {
    std::unique_ptr<PipelineTable> pipelines;
    std::unique_ptr<MemoryPool> memory;
    std::shared_ptr<Instance> instance;
  };
  std::mutex abandonedMutex;
  std::vector<Abandoned> abandoned;
};

Registry &registry() {
  static Registry *registry = new Registry;
  return *registry;
}

int preference(const Profile &profile) {
  switch (profile.properties.deviceType) {
  case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
    return 4;
  case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
    return 3;
  case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
    return 2;
  case VK_PHYSICAL_DEVICE_TYPE_CPU:
    return 0;
  default:
    return 1;
  }
}

struct Candidate {
  VkPhysicalDevice physical;
  Profile profile;
};

Candidate choose(const Instance &instance, const DeviceRequest &request) {
  std::vector<Candidate> usable;
  std::string names, reasons;
  for (VkPhysicalDevice physical : instance.physicalDevices()) {
    Profile profile(physical);
    std::string name = profile.properties.deviceName;
    names += (names.empty() ? "" : ", ") + name;
    if (!request.name.empty() && !profile.isNamed(request.name))
      continue;
    std::string reason = profile.unusable();
    if (reason.empty() && profile.isCpuType() && !request.allowCpuType)
      reason = "it is a CPU (to use it, ask for gpu)";
    if (reason.empty())
      usable.push_back({physical, profile});
    else
      reasons += (reasons.empty() ? "" : "; ") + name + ": " + reason;
  }
  if (names.empty())
    throw Error(RM_ERROR_NO_DEVICE, "the Vulkan drivers offer no device");
  if (usable.empty() && reasons.empty())
    throw Error(RM_ERROR_NO_DEVICE, "no device's name contains '" +
                                        request.name +
                                        "'; there are: " + names);
  if (usable.empty())
    throw Error(RM_ERROR_NO_DEVICE, reasons);
  return *std::max_element(
      usable.begin(), usable.end(), [](const Candidate &a, const Candidate &b) {
        return preference(a.profile) < preference(b.profile);
      });
}

/// Volk's table of functions is global, so only one instance opens at a time.
std::shared_ptr<Instance> instanceOf(Registry &locked, bool validation) {
  std::shared_ptr<Instance> &instance = locked.instances[validation];
  if (!instance)
    instance = std::make_shared<Instance>(validation);
  return instance;
}
} // namespace

std::shared_ptr<Instance> openInstance(bool validation) {
  Registry &known = registry();
  std::lock_guard<std::mutex> lock(known.mutex);
  return instanceOf(known, validation);
}

std::shared_ptr<Device> Device::open(const DeviceRequest &request) {
  Registry &known = registry();
  std::lock_guard<std::mutex> lock(known.mutex);
  std::shared_ptr<Instance> instance = instanceOf(known, request.validation);
  Candidate chosen = choose(*instance, request);
  auto &devices = known.devices;
  devices.erase(
      std::remove_if(devices.begin(), devices.end(),
                     [](const auto &d) { return d.second->lost.load(); }),
      devices.end());
  for (auto &[physical, device] : devices)
    if (physical == chosen.physical && device->instance == instance)
      return device;
  auto device = std::make_shared<Device>(instance, chosen.physical,
                                         chosen.profile, request.cacheFolder);
  devices.emplace_back(chosen.physical, device);
  return device;
}

void Device::releaseAll() {
  Registry &known = registry();
  std::lock_guard<std::mutex> lock(known.mutex);
  auto &devices = known.devices;
  devices.erase(
      std::remove_if(devices.begin(), devices.end(),
                     [](const auto &d) { return d.second.use_count() == 1; }),
      devices.end());
  for (std::shared_ptr<Instance> &instance : known.instances)
    if (instance.use_count() == 1)
      instance.reset();
}

Device::Device(std::shared_ptr<Instance> instance, VkPhysicalDevice physical,
               const Profile &profile, const std::string &cacheFolder)
    : instance(std::move(instance)), profile(profile) {
  VkPhysicalDeviceVulkan13Features f13{
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES};
  f13.subgroupSizeControl = profile.subgroupSizeControl;
  f13.computeFullSubgroups = profile.fullSubgroups;
  bool has13 = profile.properties.apiVersion >= VK_API_VERSION_1_3;
  f13.maintenance4 = has13; // Required of every 1.3 device.
  VkPhysicalDeviceVulkan12Features f12{
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
      has13 ? &f13 : nullptr};
  f12.shaderFloat16 = profile.float16;
  f12.shaderInt8 = profile.int8;
  f12.storageBuffer8BitAccess = profile.storage8;
  f12.vulkanMemoryModel = profile.vulkanMemoryModel;
  VkPhysicalDeviceVulkan11Features f11{
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES, &f12};
  f11.storageBuffer16BitAccess = profile.storage16;
  VkPhysicalDeviceFeatures2 f2{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                               &f11};
  f2.features.shaderFloat64 = profile.float64;
  f2.features.shaderInt64 = profile.int64;
  f2.features.shaderInt16 = profile.int16;

  float priority = 1.0f;
  VkDeviceQueueCreateInfo queueInfo{VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO};
  queueInfo.queueFamilyIndex = profile.queueFamily;
  queueInfo.queueCount = 1;
  queueInfo.pQueuePriorities = &priority;
  const char *extension = VK_KHR_PUSH_DESCRIPTOR_EXTENSION_NAME;
  VkDeviceCreateInfo info{VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, &f2};
  info.queueCreateInfoCount = 1;
  info.pQueueCreateInfos = &queueInfo;
  info.enabledExtensionCount = profile.pushDescriptors ? 1 : 0;
  info.ppEnabledExtensionNames = &extension;
  VkResult result = vkCreateDevice(physical, &info, nullptr, &handle);
  if (result != VK_SUCCESS)
    throw Error(RM_ERROR_NO_DEVICE,
                name() + ": vkCreateDevice failed: " + resultName(result));
  volkLoadDeviceTable(&vk, handle);
  vk.vkGetDeviceQueue(handle, profile.queueFamily, 0, &queue);
  try {
    memory = std::make_unique<MemoryPool>(*this);
    pipelines = std::make_unique<PipelineTable>(*this, cacheFolder);
  } catch (...) {
    memory.reset();
    vk.vkDestroyDevice(handle, nullptr);
    throw;
  }
}

Device::~Device() {
  if (lost) {
    Registry &known = registry();
    std::lock_guard<std::mutex> lock(known.abandonedMutex);
    known.abandoned.push_back(
        {std::move(pipelines), std::move(memory), std::move(instance)});
    return;
  }
  vk.vkDeviceWaitIdle(handle);
  pipelines.reset();
  memory.reset();
  vk.vkDestroyDevice(handle, nullptr);
}

void Device::submit(VkCommandBuffer commands, VkFence fence) {
  VkSubmitInfo info{VK_STRUCTURE_TYPE_SUBMIT_INFO};
  info.commandBufferCount = 1;
  info.pCommandBuffers = &commands;
  std::lock_guard<std::mutex> lock(queueMutex);
  VkResult result = vk.vkQueueSubmit(queue, 1, &info, fence);
  if (result == VK_ERROR_DEVICE_LOST)
    lost = true;
  check(result, "vkQueueSubmit");
}

} // namespace runmat::runtime::vulkan

extern "C" void rm_release_devices(void) {
  runmat::runtime::vulkan::Device::releaseAll();
}
