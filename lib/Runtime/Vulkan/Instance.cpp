// The process's Vulkan instance. Messages of the validation layer are
// counted, for tests to compare with zero, and the first is kept.

#include "Instance.h"
#include "Result.h"

#include <atomic>
#include <cstring>
#include <mutex>

namespace runmat::runtime::vulkan {

namespace {
constexpr const char *validationLayer = "VK_LAYER_KHRONOS_validation";

std::atomic<int64_t> messages{0};
std::mutex firstMutex;
char firstMessage[2048];

VKAPI_ATTR VkBool32 VKAPI_CALL onMessage(
    VkDebugUtilsMessageSeverityFlagBitsEXT, VkDebugUtilsMessageTypeFlagsEXT,
    const VkDebugUtilsMessengerCallbackDataEXT *data, void *) {
  std::lock_guard<std::mutex> lock(firstMutex);
  if (messages.fetch_add(1) == 0)
    writeError(firstMessage, sizeof(firstMessage),
               data->pMessage ? data->pMessage : "");
  return VK_FALSE;
}

bool hasValidationLayer() {
  uint32_t count = 0;
  vkEnumerateInstanceLayerProperties(&count, nullptr);
  std::vector<VkLayerProperties> layers(count);
  vkEnumerateInstanceLayerProperties(&count, layers.data());
  for (const VkLayerProperties &layer : layers)
    if (std::strcmp(layer.layerName, validationLayer) == 0)
      return true;
  return false;
}
} // namespace

Instance::Instance(bool validation) {
  static const VkResult loader = volkInitialize();
  if (loader != VK_SUCCESS)
    throw Error(RM_ERROR_NO_DEVICE,
                "no Vulkan loader (libvulkan.so.1) is installed");
  if (volkGetInstanceVersion() < VK_API_VERSION_1_2)
    throw Error(RM_ERROR_NO_DEVICE,
                "the Vulkan loader is older than version 1.2");

  VkApplicationInfo application{VK_STRUCTURE_TYPE_APPLICATION_INFO};
  application.pEngineName = "RunMat";
  application.apiVersion = VK_API_VERSION_1_3;
  VkDebugUtilsMessengerCreateInfoEXT debug{
      VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT};
  debug.messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT |
                          VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
  debug.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT |
                      VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT;
  debug.pfnUserCallback = onMessage;

  VkInstanceCreateInfo info{VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO};
  info.pApplicationInfo = &application;
  const char *extension = VK_EXT_DEBUG_UTILS_EXTENSION_NAME;
  if (validation) {
    if (!hasValidationLayer())
      throw Error(RM_ERROR_NO_DEVICE, std::string("the layer ") +
                                          validationLayer +
                                          " is not installed");
    info.enabledLayerCount = 1;
    info.ppEnabledLayerNames = &validationLayer;
    info.enabledExtensionCount = 1;
    info.ppEnabledExtensionNames = &extension;
    info.pNext = &debug; // Covers the instance's own creation and destruction.
  }
  VkResult result = vkCreateInstance(&info, nullptr, &instance);
  if (result == VK_ERROR_INCOMPATIBLE_DRIVER)
    throw Error(RM_ERROR_NO_DEVICE, "the Vulkan loader finds no driver");
  if (result != VK_SUCCESS)
    throw Error(RM_ERROR_NO_DEVICE,
                "vkCreateInstance failed: " + resultName(result));
  // Instance-level pointers go through the loader, so they serve any instance.
  volkLoadInstanceOnly(instance);
  if (validation) {
    destroyMessenger = vkDestroyDebugUtilsMessengerEXT;
    check(vkCreateDebugUtilsMessengerEXT(instance, &debug, nullptr, &messenger),
          "vkCreateDebugUtilsMessengerEXT");
  }
}

Instance::~Instance() {
  if (messenger)
    destroyMessenger(instance, messenger, nullptr);
  vkDestroyInstance(instance, nullptr);
}

std::vector<VkPhysicalDevice> Instance::physicalDevices() const {
  uint32_t count = 0;
  check(vkEnumeratePhysicalDevices(instance, &count, nullptr),
        "vkEnumeratePhysicalDevices");
  std::vector<VkPhysicalDevice> devices(count);
  VkResult result =
      vkEnumeratePhysicalDevices(instance, &count, devices.data());
  if (result != VK_INCOMPLETE)
    check(result, "vkEnumeratePhysicalDevices");
  devices.resize(count);
  return devices;
}

} // namespace runmat::runtime::vulkan

extern "C" int64_t rm_validation_messages(const char **first) {
  using namespace runmat::runtime::vulkan;
  if (first)
    *first = firstMessage;
  return messages.load();
}
