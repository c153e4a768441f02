// The driver's pipeline cache on disk. The driver's version is in our header,
// because Vulkan's own holds only a UUID that some drivers keep across
// versions.

#include "PipelineCache.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace runmat::runtime::vulkan {

namespace {
struct Header {
  char magic[4];
  uint32_t version;
  uint32_t vendor;
  uint32_t device;
  uint32_t driver;
  uint8_t uuid[VK_UUID_SIZE];
  uint32_t zero; ///< So that no byte of the header is padding.
  uint64_t bytes;
  uint64_t checksum;
};
static_assert(sizeof(Header) == 56, "written to disk as it is");

/// A cache above this size is not read: it is not worth its loading time.
constexpr uint64_t maxBytes = uint64_t(256) << 20;

uint64_t fnv1a(const std::string &data) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (unsigned char c : data)
    hash = (hash ^ c) * 0x100000001b3u;
  return hash;
}

Header headerOf(const Profile &profile, const std::string &data) {
  Header header{{'R', 'M', 'P', 'C'}, 1, 0, 0, 0, {}, 0, 0, 0};
  header.vendor = profile.properties.vendorID;
  header.device = profile.properties.deviceID;
  header.driver = profile.properties.driverVersion;
  std::memcpy(header.uuid, profile.properties.pipelineCacheUUID, VK_UUID_SIZE);
  header.bytes = data.size();
  header.checksum = fnv1a(data);
  return header;
}

/// Vulkan's header at the start of the data (the specification's
/// VkPipelineCacheHeaderVersionOne).
bool isForDevice(const std::string &data, const Profile &profile) {
  VkPipelineCacheHeaderVersionOne header;
  if (data.size() < sizeof(header))
    return false;
  std::memcpy(&header, data.data(), sizeof(header));
  return header.headerSize >= sizeof(header) &&
         header.headerVersion == VK_PIPELINE_CACHE_HEADER_VERSION_ONE &&
         header.vendorID == profile.properties.vendorID &&
         header.deviceID == profile.properties.deviceID &&
         std::memcmp(header.pipelineCacheUUID,
                     profile.properties.pipelineCacheUUID, VK_UUID_SIZE) == 0;
}
} // namespace

std::string pipelineCacheFile(const std::string &folder,
                              const Profile &profile) {
  char name[64];
  std::snprintf(name, sizeof(name), "/pipelines-%04x-%04x-",
                profile.properties.vendorID, profile.properties.deviceID);
  return folder + name + profile.deviceUuid + ".bin";
}

std::string readPipelineCache(const std::string &file, const Profile &profile) {
  std::ifstream in(file, std::ios::binary);
  Header header;
  if (!in.read(reinterpret_cast<char *>(&header), sizeof(header)) ||
      header.bytes > maxBytes)
    return "";
  std::string data(header.bytes, '\0');
  if (!in.read(data.data(), static_cast<std::streamsize>(data.size())))
    return "";
  Header expected = headerOf(profile, data);
  if (std::memcmp(&header, &expected, sizeof(header)) != 0 ||
      !isForDevice(data, profile))
    return "";
  return data;
}

bool writePipelineCache(const std::string &file, const Profile &profile,
                        const std::string &data) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::create_directories(fs::path(file).parent_path(), error);
  std::string temporary = file + ".XXXXXX";
  int descriptor = mkstemp(temporary.data());
  if (descriptor < 0)
    return false;
  close(descriptor);
  Header header = headerOf(profile, data);
  std::ofstream out(temporary, std::ios::binary);
  out.write(reinterpret_cast<const char *>(&header), sizeof(header));
  out.write(data.data(), static_cast<std::streamsize>(data.size()));
  out.close();
  if (out)
    fs::rename(temporary, file, error);
  if (!out || error) {
    unlink(temporary.c_str());
    return false;
  }
  return true;
}

} // namespace runmat::runtime::vulkan
