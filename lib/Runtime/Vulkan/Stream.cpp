// Batches of commands. Every batch starts with a barrier against the batches
// before it, so that commands of one stream behave as if they ran in order,
// however they are cut into batches.

#include "Stream.h"
#include "Result.h"

#include <algorithm>

namespace runmat::runtime::vulkan {

/// Dispatches of one batch: two timestamps each. More would only delay the
/// device's start.
static constexpr uint32_t batchDispatches = 64;

static constexpr VkPipelineStageFlags workStages =
    VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT;

Stream::Stream(std::shared_ptr<Device> device, Telemetry &telemetry,
               int timeoutMs)
    : dev(std::move(device)), telemetry(telemetry),
      timeoutNs(uint64_t(timeoutMs) * 1000000) {
  VkCommandPoolCreateInfo info{VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
  info.flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT;
  info.queueFamilyIndex = dev->profile.queueFamily;
  check(dev->vk.vkCreateCommandPool(dev->handle, &info, nullptr, &pool),
        "vkCreateCommandPool");
}

Stream::~Stream() {
  abandon();
  if (dev->lost)
    return;
  dev->pipelines->save();
  for (auto &batch : idle) {
    dev->vk.vkDestroyFence(dev->handle, batch->fence, nullptr);
    dev->vk.vkDestroyQueryPool(dev->handle, batch->queries, nullptr);
    dev->vk.vkDestroyDescriptorPool(dev->handle, batch->descriptors, nullptr);
  }
  dev->vk.vkDestroyCommandPool(dev->handle, pool, nullptr);
}

BufferRef Stream::allocate(uint64_t bytes) {
  uint64_t capacity = MemoryPool::sizeClass(bytes);
  for (BufferRef &buffer : freed)
    if (MemoryPool::fits(buffer->bytes(), capacity)) {
      BufferRef again = std::move(buffer);
      std::swap(buffer, freed.back());
      freed.pop_back();
      again->setWantedBytes(bytes);
      return again;
    }
  if (!current && running.empty())
    freed.clear();
  try {
    return dev->memory->allocate(bytes, Usage::Device);
  } catch (const Error &error) {
    if (error.code != RM_ERROR_DEVICE_MEMORY || freed.empty())
      throw;
  }
  // What is missing may be free as soon as the device has done its work.
  waitUpTo(lastSerial);
  freed.clear();
  return dev->memory->allocate(bytes, Usage::Device);
}

void Stream::free(BufferRef buffer) { freed.push_back(std::move(buffer)); }

std::unique_ptr<Stream::Batch> Stream::makeBatch() {
  if (!idle.empty()) {
    std::unique_ptr<Batch> batch = std::move(idle.back());
    idle.pop_back();
    return batch;
  }
  auto batch = std::make_unique<Batch>();
  VkCommandBufferAllocateInfo commands{
      VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO};
  commands.commandPool = pool;
  commands.commandBufferCount = 1;
  check(dev->vk.vkAllocateCommandBuffers(dev->handle, &commands,
                                         &batch->commands),
        "vkAllocateCommandBuffers");
  VkFenceCreateInfo fence{VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
  check(dev->vk.vkCreateFence(dev->handle, &fence, nullptr, &batch->fence),
        "vkCreateFence");
  if (dev->profile.timestampBits) {
    VkQueryPoolCreateInfo queries{VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO};
    queries.queryType = VK_QUERY_TYPE_TIMESTAMP;
    queries.queryCount = 2 * batchDispatches;
    check(dev->vk.vkCreateQueryPool(dev->handle, &queries, nullptr,
                                    &batch->queries),
          "vkCreateQueryPool");
  }
  if (!dev->profile.pushDescriptors) {
    VkDescriptorPoolSize size{VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                              batchDispatches * RM_MAX_BINDINGS};
    VkDescriptorPoolCreateInfo sets{
        VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO};
    sets.maxSets = batchDispatches;
    sets.poolSizeCount = 1;
    sets.pPoolSizes = &size;
    check(dev->vk.vkCreateDescriptorPool(dev->handle, &sets, nullptr,
                                         &batch->descriptors),
          "vkCreateDescriptorPool");
  }
  return batch;
}

Stream::Batch &Stream::recording() {
  if (dev->lost)
    throw Error(RM_ERROR_DEVICE_LOST, dev->name() + " was lost earlier");
  if (current && current->launches.size() == batchDispatches)
    submit();
  if (current)
    return *current;
  std::unique_ptr<Batch> batch = makeBatch();
  VkCommandBufferBeginInfo begin{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
  begin.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
  check(dev->vk.vkBeginCommandBuffer(batch->commands, &begin),
        "vkBeginCommandBuffer");
  if (batch->queries)
    dev->vk.vkCmdResetQueryPool(batch->commands, batch->queries, 0,
                                2 * batchDispatches);
  batch->serial = ++lastSerial;
  current = std::move(batch);
  // Also where the host has waited: a fence makes writes available, but not
  // visible to other commands.
  recordBarrier();
  return *current;
}

void Stream::recordBarrier() {
  VkMemoryBarrier barrier{VK_STRUCTURE_TYPE_MEMORY_BARRIER};
  barrier.srcAccessMask =
      VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;
  barrier.dstAccessMask =
      VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT |
      VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;
  dev->vk.vkCmdPipelineBarrier(current->commands, workStages, workStages, 0, 1,
                               &barrier, 0, nullptr, 0, nullptr);
  reads.clear();
  writes.clear();
}

bool Stream::needsBarrier(VkBuffer buffer, bool write) const {
  return writes.count(buffer) || (write && reads.count(buffer));
}

void Stream::noteAccess(VkBuffer buffer, bool write) {
  (write ? writes : reads).insert(buffer);
  used.insert(buffer);
}

void Stream::barrierFor(std::initializer_list<VkBuffer> read,
                        std::initializer_list<VkBuffer> written) {
  bool needed = false;
  for (VkBuffer buffer : read)
    needed |= needsBarrier(buffer, false);
  for (VkBuffer buffer : written)
    needed |= needsBarrier(buffer, true);
  if (needed)
    recordBarrier();
  for (VkBuffer buffer : read)
    noteAccess(buffer, false);
  for (VkBuffer buffer : written)
    noteAccess(buffer, true);
}

void Stream::fill(Buffer &buffer, uint32_t pattern, uint64_t bytes) {
  Batch &batch = recording();
  barrierFor({}, {buffer.handle()});
  dev->vk.vkCmdFillBuffer(batch.commands, buffer.handle(), 0, bytes, pattern);
}

void Stream::copy(Buffer &to, uint64_t toOffset, Buffer &from,
                  uint64_t fromOffset, uint64_t bytes) {
  Batch &batch = recording();
  barrierFor({from.handle()}, {to.handle()});
  VkBufferCopy region{fromOffset, toOffset, bytes};
  dev->vk.vkCmdCopyBuffer(batch.commands, from.handle(), to.handle(), 1,
                          &region);
}

void Stream::bind(Batch &batch, const Pipeline &pipeline,
                  const std::vector<Binding> &bindings) {
  if (bindings.empty())
    return;
  VkDescriptorBufferInfo buffers[RM_MAX_BINDINGS];
  VkWriteDescriptorSet sets[RM_MAX_BINDINGS];
  VkDescriptorSet set = VK_NULL_HANDLE;
  if (!dev->profile.pushDescriptors) {
    VkDescriptorSetAllocateInfo info{
        VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO};
    info.descriptorPool = batch.descriptors;
    info.descriptorSetCount = 1;
    info.pSetLayouts = &pipeline.bindings;
    check(dev->vk.vkAllocateDescriptorSets(dev->handle, &info, &set),
          "vkAllocateDescriptorSets");
  }
  auto count = static_cast<uint32_t>(bindings.size());
  for (uint32_t i = 0; i < count; ++i) {
    buffers[i] = {bindings[i].buffer->handle(), bindings[i].offset,
                  bindings[i].bytes};
    sets[i] = VkWriteDescriptorSet{VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
    sets[i].dstSet = set;
    sets[i].dstBinding = i;
    sets[i].descriptorCount = 1;
    sets[i].descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
    sets[i].pBufferInfo = &buffers[i];
  }
  if (set) {
    dev->vk.vkUpdateDescriptorSets(dev->handle, count, sets, 0, nullptr);
    dev->vk.vkCmdBindDescriptorSets(batch.commands,
                                    VK_PIPELINE_BIND_POINT_COMPUTE,
                                    pipeline.layout, 0, 1, &set, 0, nullptr);
  } else {
    dev->vk.vkCmdPushDescriptorSetKHR(batch.commands,
                                      VK_PIPELINE_BIND_POINT_COMPUTE,
                                      pipeline.layout, 0, count, sets);
  }
}

void Stream::dispatch(const rm_program &program, int32_t index,
                      const std::vector<Binding> &bindings, const void *push,
                      const uint32_t grid[3], const char *location) {
  const rm_kernel &kernel = program.kernels[index];
  const Pipeline *&pipeline = callPipelines[&kernel];
  if (pipeline) {
    telemetry.pipelineLookup(true);
  } else {
    pipeline = &dev->pipelines->get(kernel, telemetry);
  }

  Batch &batch = recording();
  bool barrier = false;
  for (size_t i = 0; i < bindings.size(); ++i)
    barrier |=
        needsBarrier(bindings[i].buffer->handle(), kernel.access[i] & RM_WRITE);
  if (barrier)
    recordBarrier();
  for (size_t i = 0; i < bindings.size(); ++i) {
    VkBuffer buffer = bindings[i].buffer->handle();
    if (kernel.access[i] & RM_READ)
      noteAccess(buffer, false);
    if (kernel.access[i] & RM_WRITE)
      noteAccess(buffer, true);
  }

  VkCommandBuffer commands = batch.commands;
  dev->vk.vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE,
                            pipeline->pipeline);
  bind(batch, *pipeline, bindings);
  if (kernel.push_bytes > 0)
    dev->vk.vkCmdPushConstants(commands, pipeline->layout,
                               VK_SHADER_STAGE_COMPUTE_BIT, 0,
                               static_cast<uint32_t>(kernel.push_bytes), push);
  auto query = static_cast<uint32_t>(2 * batch.launches.size());
  // Behind a barrier the work begins when what it waits for has ended; that
  // wait, for a transfer or for other batches, is not the kernel's time.
  if (batch.queries)
    dev->vk.vkCmdWriteTimestamp(commands,
                                barrier || batch.launches.empty()
                                    ? VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT
                                    : VK_PIPELINE_STAGE_TOP_OF_PIPE_BIT,
                                batch.queries, query);
  dev->vk.vkCmdDispatch(commands, grid[0], grid[1], grid[2]);
  if (batch.queries)
    dev->vk.vkCmdWriteTimestamp(commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT,
                                batch.queries, query + 1);
  ++dispatchCount;

  Launch launch;
  launch.kernel = kernel.entry_point;
  if (kernel.unit >= 0 && kernel.unit < program.num_units) {
    const rm_unit &unit = program.units[kernel.unit];
    launch.unit = {unit.name, unit.location ? unit.location : "", dev->name()};
  }
  launch.precision = kernel.flags & RM_KERNEL_FLOAT64   ? "f64"
                     : kernel.flags & RM_KERNEL_FLOAT16 ? "f16"
                                                        : "f32";
  launch.vec4 = kernel.flags & RM_KERNEL_VEC4;
  launch.shape = {
      {"grid_x", grid[0]}, {"grid_y", grid[1]}, {"grid_z", grid[2]}};
  launch.tuning = {{"workgroup_x", kernel.workgroup_size[0]},
                   {"workgroup_y", kernel.workgroup_size[1]},
                   {"workgroup_z", kernel.workgroup_size[2]},
                   {"vec4", launch.vec4}};
  batch.launches.push_back(std::move(launch));
  batch.lastLocation = location ? location : "";
}

void Stream::submit() {
  if (!current)
    return;
  // The host may read what this batch wrote once its fence is signalled.
  VkMemoryBarrier toHost{VK_STRUCTURE_TYPE_MEMORY_BARRIER};
  toHost.srcAccessMask =
      VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;
  toHost.dstAccessMask = VK_ACCESS_HOST_READ_BIT;
  dev->vk.vkCmdPipelineBarrier(current->commands, workStages,
                               VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &toHost, 0,
                               nullptr, 0, nullptr);
  check(dev->vk.vkEndCommandBuffer(current->commands), "vkEndCommandBuffer");
  dev->submit(current->commands, current->fence);
  running.push_back(std::move(current));
}

void Stream::waitFor(Batch &batch) {
  VkResult result =
      dev->vk.vkWaitForFences(dev->handle, 1, &batch.fence, VK_TRUE, timeoutNs);
  if (result == VK_SUCCESS)
    return;
  dev->lost = true;
  std::string units;
  for (const Launch &launch : batch.launches) {
    const std::string &name =
        launch.unit.name.empty() ? launch.kernel : launch.unit.name;
    if (units.find(name) == std::string::npos)
      units += (units.empty() ? "" : ", ") + name;
  }
  if (units.empty())
    units = "a transfer";
  if (result == VK_TIMEOUT)
    throw Error(RM_ERROR_TIMEOUT,
                dev->name() + " did not finish " + units + " within " +
                    std::to_string(timeoutNs / 1000000) + " ms",
                batch.lastLocation);
  if (result == VK_ERROR_DEVICE_LOST)
    throw Error(RM_ERROR_DEVICE_LOST,
                dev->name() + " was lost while it ran " + units,
                batch.lastLocation);
  check(result, "vkWaitForFences");
}

void Stream::waitUpTo(uint64_t serial) {
  if (current && current->serial <= serial)
    submit();
  while (!running.empty() && running.front()->serial <= serial) {
    waitFor(*running.front());
    std::unique_ptr<Batch> batch = std::move(running.front());
    running.pop_front();
    doneSerial = batch->serial;
    readTimestamps(*batch);
    recycle(std::move(batch));
  }
}

void Stream::recycle(std::unique_ptr<Batch> batch) {
  batch->launches.clear();
  batch->lastLocation.clear();
  dev->vk.vkResetFences(dev->handle, 1, &batch->fence);
  dev->vk.vkResetCommandBuffer(batch->commands, 0);
  if (batch->descriptors)
    dev->vk.vkResetDescriptorPool(dev->handle, batch->descriptors, 0);
  idle.push_back(std::move(batch));
}

void Stream::readTimestamps(Batch &batch) {
  std::vector<uint64_t> ticks(2 * batch.launches.size());
  if (batch.queries && !ticks.empty())
    check(dev->vk.vkGetQueryPoolResults(
              dev->handle, batch.queries, 0,
              static_cast<uint32_t>(ticks.size()),
              ticks.size() * sizeof(uint64_t), ticks.data(), sizeof(uint64_t),
              VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT),
          "vkGetQueryPoolResults");
  double period = dev->profile.properties.limits.timestampPeriod;
  for (size_t i = 0; i < batch.launches.size(); ++i) {
    uint64_t start = ticks[2 * i], end = ticks[2 * i + 1];
    if (firstTick == 0)
      firstTick = start;
    lastTick = std::max(lastTick, end);
    auto ns =
        end > start ? static_cast<int64_t>(double(end - start) * period) : 0;
    deviceSumNs += ns;
    batch.launches[i].deviceTimeNs = ns;
    telemetry.launch(std::move(batch.launches[i]));
  }
}

int64_t Stream::spanNs() const {
  return static_cast<int64_t>(double(lastTick - firstTick) *
                              dev->profile.properties.limits.timestampPeriod);
}

void Stream::begin() {
  firstTick = lastTick = 0;
  deviceSumNs = 0;
}

void Stream::finish() {
  waitUpTo(lastSerial);
  reads.clear();
  writes.clear();
  used.clear();
  freed.clear();
  callPipelines.clear();
}

void Stream::abandon() noexcept {
  try {
    if (current) {
      // Not submitted: nothing of it happened. Its serial is free again.
      lastSerial = current->serial - 1;
      recycle(std::move(current));
    }
    if (!dev->lost)
      finish();
  } catch (...) {
    dev->lost = true;
  }
  if (dev->lost) {
    running.clear();
    freed.clear();
    callPipelines.clear();
  }
}

} // namespace runmat::runtime::vulkan
