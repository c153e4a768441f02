#pragma once
#include <memory>
namespace runmat::runtime::vulkan {
class Device;
class Buffer {
public:
  Device *device() const { return nullptr; }
};
using BufferRef = std::shared_ptr<Buffer>;
} // namespace runmat::runtime::vulkan
