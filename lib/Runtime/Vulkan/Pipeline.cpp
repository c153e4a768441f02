// Compute pipelines by content. Created at their first dispatch. Layouts
// depend on the number of buffers and the push constants alone, so a few
// serve all kernels.

#include "Pipeline.h"
#include "../Telemetry.h"
#include "Device.h"
#include "PipelineCache.h"
#include "Result.h"

#include <cstring>
#include <vector>

namespace runmat::runtime::vulkan {

PipelineTable::PipelineTable(Device &device, const std::string &cacheFolder)
    : device(device) {
  std::string stored;
  if (!cacheFolder.empty()) {
    cacheFile = pipelineCacheFile(cacheFolder, device.profile);
    stored = readPipelineCache(cacheFile, device.profile);
  }
  VkPipelineCacheCreateInfo info{VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO};
  info.initialDataSize = stored.size();
  info.pInitialData = stored.data();
  check(device.vk.vkCreatePipelineCache(device.handle, &info, nullptr, &cache),
        "vkCreatePipelineCache");
}

PipelineTable::~PipelineTable() {
  save();
  for (auto &[key, pipeline] : pipelines)
    device.vk.vkDestroyPipeline(device.handle, pipeline.pipeline, nullptr);
  for (auto &[key, layout] : layouts) {
    device.vk.vkDestroyPipelineLayout(device.handle, layout.layout, nullptr);
    device.vk.vkDestroyDescriptorSetLayout(device.handle, layout.bindings,
                                           nullptr);
  }
  device.vk.vkDestroyPipelineCache(device.handle, cache, nullptr);
}

void PipelineTable::save() noexcept {
  try {
    std::lock_guard<std::mutex> lock(mutex);
    if (!dirty || cacheFile.empty() || device.lost)
      return;
    dirty = false;
    size_t size = 0;
    if (device.vk.vkGetPipelineCacheData(device.handle, cache, &size, nullptr))
      return;
    std::string data(size, '\0');
    if (device.vk.vkGetPipelineCacheData(device.handle, cache, &size,
                                         data.data()))
      return;
    data.resize(size);
    writePipelineCache(cacheFile, device.profile, data);
  } catch (...) {
    // As documented: the next process compiles again.
  }
}

/// A hash of the kernel's SPIR-V.
static std::string moduleKey(const rm_kernel &kernel) {
  // Two 64-bit lanes of multiply and rotate over the words: not cryptographic,
  // but 128 bits, and fast enough to be taken once a call.
  uint64_t a = 0x9e3779b97f4a7c15u, b = 0xc2b2ae3d27d4eb4fu;
  int64_t words = kernel.spirv_bytes / 4;
  for (int64_t i = 0; i < words; ++i) {
    a = (a ^ kernel.spirv[i]) * 0x100000001b3u;
    a = a << 29 | a >> 35;
    b = (b + kernel.spirv[i]) * 0xff51afd7ed558ccdu;
    b = b << 31 | b >> 33;
  }
  uint64_t key[3] = {a, b, uint64_t(kernel.spirv_bytes)};
  return std::string(reinterpret_cast<const char *>(key), sizeof(key));
}

const Pipeline &PipelineTable::get(const rm_kernel &kernel,
                                   Telemetry &telemetry) {
  int32_t row[] = {kernel.num_bindings, kernel.push_bytes,
                   kernel.subgroup_size};
  std::string key = moduleKey(kernel) + kernel.entry_point;
  key.append(reinterpret_cast<const char *>(row), sizeof(row));
  std::lock_guard<std::mutex> lock(mutex);
  auto found = pipelines.find(key);
  telemetry.pipelineLookup(found != pipelines.end());
  if (found != pipelines.end())
    return found->second;
  std::string lacking = device.profile.lacking(kernel);
  if (!lacking.empty())
    throw Error(RM_ERROR_UNSUPPORTED,
                std::string("kernel ") + kernel.entry_point +
                    " cannot run on " + device.name() + ": " + lacking);
  const Layout &shared =
      layout(kernel.num_bindings, kernel.push_bytes, telemetry);
  Pipeline pipeline;
  pipeline.layout = shared.layout;
  pipeline.bindings = shared.bindings;
  pipeline.pipeline = create(kernel, shared.layout);
  dirty = true;
  return pipelines.emplace(std::move(key), pipeline).first->second;
}

const PipelineTable::Layout &PipelineTable::layout(int32_t bindings,
                                                   int32_t pushBytes,
                                                   Telemetry &telemetry) {
  std::pair<int32_t, int32_t> key(bindings, pushBytes);
  auto found = layouts.find(key);
  telemetry.layoutLookup(found != layouts.end());
  if (found != layouts.end())
    return found->second;
  std::vector<VkDescriptorSetLayoutBinding> slots(bindings);
  for (int32_t i = 0; i < bindings; ++i) {
    slots[i] = VkDescriptorSetLayoutBinding{};
    slots[i].binding = static_cast<uint32_t>(i);
    slots[i].descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
    slots[i].descriptorCount = 1;
    slots[i].stageFlags = VK_SHADER_STAGE_COMPUTE_BIT;
  }
  VkDescriptorSetLayoutCreateInfo setInfo{
      VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO};
  if (device.profile.pushDescriptors)
    setInfo.flags = VK_DESCRIPTOR_SET_LAYOUT_CREATE_PUSH_DESCRIPTOR_BIT_KHR;
  setInfo.bindingCount = static_cast<uint32_t>(bindings);
  setInfo.pBindings = slots.data();
  Layout made{};
  check(device.vk.vkCreateDescriptorSetLayout(device.handle, &setInfo, nullptr,
                                              &made.bindings),
        "vkCreateDescriptorSetLayout");
  VkPushConstantRange range{VK_SHADER_STAGE_COMPUTE_BIT, 0,
                            static_cast<uint32_t>(pushBytes)};
  VkPipelineLayoutCreateInfo info{
      VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO};
  info.setLayoutCount = 1;
  info.pSetLayouts = &made.bindings;
  info.pushConstantRangeCount = pushBytes > 0 ? 1 : 0;
  info.pPushConstantRanges = &range;
  VkResult result = device.vk.vkCreatePipelineLayout(device.handle, &info,
                                                     nullptr, &made.layout);
  if (result != VK_SUCCESS)
    device.vk.vkDestroyDescriptorSetLayout(device.handle, made.bindings,
                                           nullptr);
  check(result, "vkCreatePipelineLayout");
  return layouts.emplace(key, made).first->second;
}

VkPipeline PipelineTable::create(const rm_kernel &kernel,
                                 VkPipelineLayout layout) {
  VkShaderModuleCreateInfo moduleInfo{
      VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO};
  moduleInfo.codeSize = static_cast<size_t>(kernel.spirv_bytes);
  moduleInfo.pCode = kernel.spirv;
  VkShaderModule module = VK_NULL_HANDLE;
  check(device.vk.vkCreateShaderModule(device.handle, &moduleInfo, nullptr,
                                       &module),
        "vkCreateShaderModule");

  VkPipelineShaderStageRequiredSubgroupSizeCreateInfo subgroup{
      VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO};
  subgroup.requiredSubgroupSize = static_cast<uint32_t>(kernel.subgroup_size);
  VkComputePipelineCreateInfo info{
      VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO};
  info.stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO;
  info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
  info.stage.module = module;
  info.stage.pName = kernel.entry_point;
  if (kernel.subgroup_size != 0 && device.profile.subgroupSizeControl)
    info.stage.pNext = &subgroup;
  // Sums over subgroups count on every lane; Profile::lacking() has seen to it
  // that the device can promise them.
  if (kernel.flags & RM_KERNEL_SUBGROUP_ARITHMETIC)
    info.stage.flags =
        VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT;
  info.layout = layout;
  VkPipeline pipeline = VK_NULL_HANDLE;
  VkResult result = device.vk.vkCreateComputePipelines(
      device.handle, cache, 1, &info, nullptr, &pipeline);
  device.vk.vkDestroyShaderModule(device.handle, module, nullptr);
  if (result != VK_SUCCESS)
    throw Error(RM_ERROR_DEVICE, std::string("the driver refuses kernel ") +
                                     kernel.entry_point + ": " +
                                     resultName(result));
  return pipeline;
}

} // namespace runmat::runtime::vulkan
