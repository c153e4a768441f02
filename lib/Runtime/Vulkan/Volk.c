/* The one file that compiles volk: it loads libvulkan.so.1 when asked to, so the runtime works on
 * machines without a Vulkan loader. Its symbols are hidden, so they never meet a host's own. */
#define VOLK_IMPLEMENTATION
#include <volk.h>
