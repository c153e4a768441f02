// What a device is and can do. Kernels are checked against it before they are
// created: beyond its limits drivers may crash instead of failing (48 KiB of
// shared memory on one, where a dispatch loses the device).

#include "Profile.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <nlohmann/json.hpp>
#include <vector>

namespace runmat::runtime::vulkan {

static std::string lowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return text;
}

static std::string hex(const uint8_t *bytes, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i)
    for (int shift : {4, 0})
      text += "0123456789abcdef"[bytes[i] >> shift & 15];
  return text;
}

static bool hasExtension(VkPhysicalDevice device, const char *name) {
  uint32_t count = 0;
  vkEnumerateDeviceExtensionProperties(device, nullptr, &count, nullptr);
  std::vector<VkExtensionProperties> extensions(count);
  vkEnumerateDeviceExtensionProperties(device, nullptr, &count,
                                       extensions.data());
  return std::any_of(extensions.begin(), extensions.end(),
                     [&](const VkExtensionProperties &extension) {
                       return std::strcmp(extension.extensionName, name) == 0;
                     });
}

Profile::Profile(VkPhysicalDevice device) {
  vkGetPhysicalDeviceProperties(device, &properties);
  vkGetPhysicalDeviceMemoryProperties(device, &memory);
  if (properties.apiVersion < VK_API_VERSION_1_2)
    return;
  bool has13 = properties.apiVersion >= VK_API_VERSION_1_3;

  VkPhysicalDeviceProperties2 p2{
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2};
  VkPhysicalDeviceIDProperties id{
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES};
  VkPhysicalDeviceMaintenance3Properties maintenance3{
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES};
  VkPhysicalDeviceSubgroupSizeControlProperties sizes{
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES};
  VkPhysicalDeviceMaintenance4Properties maintenance4{
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_4_PROPERTIES};
  driver.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES;
  subgroup.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES;
  floatControls.sType =
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FLOAT_CONTROLS_PROPERTIES;
  p2.pNext = &id;
  id.pNext = &maintenance3;
  maintenance3.pNext = &driver;
  driver.pNext = &subgroup;
  subgroup.pNext = &floatControls;
  if (has13) {
    floatControls.pNext = &sizes;
    sizes.pNext = &maintenance4;
  }
  vkGetPhysicalDeviceProperties2(device, &p2);
  driver.pNext = subgroup.pNext = floatControls.pNext = nullptr;
  deviceUuid = hex(id.deviceUUID, VK_UUID_SIZE);
  maxBufferSize =
      has13 ? maintenance4.maxBufferSize : maintenance3.maxMemoryAllocationSize;

  VkPhysicalDeviceVulkan13Features f13{
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES};
  VkPhysicalDeviceVulkan12Features f12{
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
      has13 ? &f13 : nullptr};
  VkPhysicalDeviceVulkan11Features f11{
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES, &f12};
  VkPhysicalDeviceFeatures2 f2{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                               &f11};
  vkGetPhysicalDeviceFeatures2(device, &f2);
  float64 = f2.features.shaderFloat64;
  int64 = f2.features.shaderInt64;
  int16 = f2.features.shaderInt16;
  float16 = f12.shaderFloat16;
  int8 = f12.shaderInt8;
  storage16 = f11.storageBuffer16BitAccess;
  storage8 = f12.storageBuffer8BitAccess;
  vulkanMemoryModel = f12.vulkanMemoryModel;
  bufferDeviceAddress = f12.bufferDeviceAddress;
  minSubgroupSize = maxSubgroupSize = subgroup.subgroupSize;
  if (has13) {
    subgroupSizeControl =
        f13.subgroupSizeControl &&
        (sizes.requiredSubgroupSizeStages & VK_SHADER_STAGE_COMPUTE_BIT);
    fullSubgroups = f13.computeFullSubgroups;
    minSubgroupSize = sizes.minSubgroupSize;
    maxSubgroupSize = sizes.maxSubgroupSize;
  }
  pushDescriptors = hasExtension(device, VK_KHR_PUSH_DESCRIPTOR_EXTENSION_NAME);

  uint32_t count = 0;
  vkGetPhysicalDeviceQueueFamilyProperties(device, &count, nullptr);
  std::vector<VkQueueFamilyProperties> families(count);
  vkGetPhysicalDeviceQueueFamilyProperties(device, &count, families.data());
  for (uint32_t i = 0; i < count && queueFamily == UINT32_MAX; ++i)
    if (families[i].queueFlags & VK_QUEUE_COMPUTE_BIT) {
      queueFamily = i;
      timestampBits = families[i].timestampValidBits;
    }
}

std::string Profile::unusable() const {
  if (properties.apiVersion < VK_API_VERSION_1_2)
    return "its Vulkan version is below 1.2";
  if (queueFamily == UINT32_MAX)
    return "it has no compute queue";
  return "";
}

bool Profile::isNamed(const std::string &text) const {
  std::string names = std::string(properties.deviceName) + "\n" +
                      driver.driverName + "\n" + driver.driverInfo;
  // Mesa calls the device llvmpipe, everyone else calls the driver lavapipe.
  if (driver.driverID == VK_DRIVER_ID_MESA_LLVMPIPE)
    names += "\nlavapipe";
  return lowerCase(names).find(lowerCase(text)) != std::string::npos;
}

std::string Profile::lacking(const rm_kernel &kernel) const {
  struct Need {
    int32_t flag;
    bool present;
    const char *name;
  };
  const Need needs[] = {
      {RM_KERNEL_FLOAT64, float64, "shaderFloat64"},
      {RM_KERNEL_INT64, int64, "shaderInt64"},
      {RM_KERNEL_FLOAT16, float16, "shaderFloat16"},
      {RM_KERNEL_INT16, int16, "shaderInt16"},
      {RM_KERNEL_INT8, int8, "shaderInt8"},
      {RM_KERNEL_STORAGE16, storage16, "storageBuffer16BitAccess"},
      {RM_KERNEL_STORAGE8, storage8, "storageBuffer8BitAccess"},
      {RM_KERNEL_SUBGROUP_ARITHMETIC,
       (subgroup.supportedOperations & VK_SUBGROUP_FEATURE_ARITHMETIC_BIT) &&
           (subgroup.supportedStages & VK_SHADER_STAGE_COMPUTE_BIT),
       "subgroup arithmetic"},
      {RM_KERNEL_SUBGROUP_ARITHMETIC, fullSubgroups, "computeFullSubgroups"},
      {RM_KERNEL_PRESERVE_NAN,
       bool(floatControls.shaderSignedZeroInfNanPreserveFloat32),
       "shaderSignedZeroInfNanPreserveFloat32"}};
  for (const Need &need : needs)
    if ((kernel.flags & need.flag) && !need.present)
      return std::string("the device lacks ") + need.name;

  const VkPhysicalDeviceLimits &limits = properties.limits;
  auto beyond = [](const char *what, int64_t value, int64_t limit) {
    return std::string(what) + " " + std::to_string(value) +
           " is beyond the device's limit " + std::to_string(limit);
  };
  int64_t invocations = 1;
  for (int i = 0; i < 3; ++i) {
    invocations *= kernel.workgroup_size[i];
    if (kernel.workgroup_size[i] > int64_t(limits.maxComputeWorkGroupSize[i]))
      return beyond("workgroup size", kernel.workgroup_size[i],
                    limits.maxComputeWorkGroupSize[i]);
  }
  if (invocations > int64_t(limits.maxComputeWorkGroupInvocations))
    return beyond("workgroup size", invocations,
                  limits.maxComputeWorkGroupInvocations);
  if (kernel.shared_bytes > int64_t(limits.maxComputeSharedMemorySize))
    return beyond("shared memory of", kernel.shared_bytes,
                  limits.maxComputeSharedMemorySize);
  int64_t bindings = std::min({limits.maxPerStageDescriptorStorageBuffers,
                               limits.maxDescriptorSetStorageBuffers,
                               uint32_t(RM_MAX_BINDINGS)});
  if (kernel.num_bindings > bindings)
    return beyond("number of buffers", kernel.num_bindings, bindings);
  if (kernel.push_bytes > int64_t(limits.maxPushConstantsSize))
    return beyond("push constants of", kernel.push_bytes,
                  limits.maxPushConstantsSize);
  auto size = static_cast<uint32_t>(kernel.subgroup_size);
  if (size != 0 && size != subgroup.subgroupSize &&
      !(subgroupSizeControl && size >= minSubgroupSize &&
        size <= maxSubgroupSize))
    return "the device has no subgroup size " + std::to_string(size);
  if (kernel.flags & RM_KERNEL_SUBGROUP_ARITHMETIC) {
    uint32_t lanes = size ? size : subgroup.subgroupSize;
    if (lanes < RM_LEAST_SUBGROUP)
      return "the device's subgroups have fewer than " +
             std::to_string(RM_LEAST_SUBGROUP) + " lanes";
    if (kernel.workgroup_size[0] % lanes != 0)
      return "a workgroup of " + std::to_string(kernel.workgroup_size[0]) +
             " is not made of whole subgroups of " + std::to_string(lanes);
  }
  return "";
}

uint64_t Profile::deviceLocalBytes() const {
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < memory.memoryHeapCount; ++i)
    if (memory.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT)
      bytes = std::max<uint64_t>(bytes, memory.memoryHeaps[i].size);
  return bytes;
}

std::string Profile::json() const {
  static constexpr const char *types[] = {"other", "integrated", "discrete",
                                          "virtual", "cpu"};
  auto version = [](uint32_t v) {
    return std::to_string(VK_API_VERSION_MAJOR(v)) + "." +
           std::to_string(VK_API_VERSION_MINOR(v)) + "." +
           std::to_string(VK_API_VERSION_PATCH(v));
  };
  const VkPhysicalDeviceLimits &l = properties.limits;
  auto three = [](const uint32_t *v) {
    return nlohmann::json{v[0], v[1], v[2]};
  };
  nlohmann::json out;
  out["name"] = properties.deviceName;
  out["type"] = properties.deviceType <= VK_PHYSICAL_DEVICE_TYPE_CPU
                    ? types[properties.deviceType]
                    : "other";
  out["backend"] = "vulkan";
  out["vendor_id"] = properties.vendorID;
  out["device_id"] = properties.deviceID;
  out["device_uuid"] = deviceUuid;
  out["driver"] = driver.driverName;
  out["driver_info"] = driver.driverInfo;
  out["driver_version"] = properties.driverVersion;
  out["api_version"] = version(properties.apiVersion);
  out["memory_bytes"] = deviceLocalBytes();
  out["subgroup"] = {{"default", subgroup.subgroupSize},
                     {"min", minSubgroupSize},
                     {"max", maxSubgroupSize},
                     {"size_control", subgroupSizeControl},
                     {"full_subgroups", fullSubgroups},
                     {"operations", subgroup.supportedOperations}};
  out["limits"] = {
      {"max_storage_buffer_range", l.maxStorageBufferRange},
      {"max_buffer_size", maxBufferSize},
      {"max_push_constants_size", l.maxPushConstantsSize},
      {"max_workgroup_count", three(l.maxComputeWorkGroupCount)},
      {"max_workgroup_size", three(l.maxComputeWorkGroupSize)},
      {"max_workgroup_invocations", l.maxComputeWorkGroupInvocations},
      {"max_shared_memory", l.maxComputeSharedMemorySize},
      {"max_storage_buffers", l.maxPerStageDescriptorStorageBuffers},
      {"min_storage_buffer_offset_alignment",
       l.minStorageBufferOffsetAlignment},
      {"timestamp_period_ns", l.timestampPeriod},
      {"timestamp_bits", timestampBits}};
  out["features"] = {{"shader_float64", float64},
                     {"shader_int64", int64},
                     {"shader_int16", int16},
                     {"shader_float16", float16},
                     {"shader_int8", int8},
                     {"storage_16bit", storage16},
                     {"storage_8bit", storage8},
                     {"vulkan_memory_model", vulkanMemoryModel},
                     {"buffer_device_address", bufferDeviceAddress},
                     {"push_descriptors", pushDescriptors}};
  out["float_controls"] = {
      {"signed_zero_inf_nan_preserve_f16",
       bool(floatControls.shaderSignedZeroInfNanPreserveFloat16)},
      {"signed_zero_inf_nan_preserve_f32",
       bool(floatControls.shaderSignedZeroInfNanPreserveFloat32)},
      {"signed_zero_inf_nan_preserve_f64",
       bool(floatControls.shaderSignedZeroInfNanPreserveFloat64)},
      {"denorm_preserve_f16", bool(floatControls.shaderDenormPreserveFloat16)},
      {"denorm_preserve_f32", bool(floatControls.shaderDenormPreserveFloat32)},
      {"rounding_mode_rte_f32",
       bool(floatControls.shaderRoundingModeRTEFloat32)}};
  return out.dump();
}

} // namespace runmat::runtime::vulkan
