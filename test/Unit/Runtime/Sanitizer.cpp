// Leaks that are not ours. Mesa 22's lavapipe leaks a few bytes a thread and
// device. The library is kept loaded, so that the leak checker can tell by
// its name whose allocations those are. Without a sanitizer nothing here is
// called.

#include <dlfcn.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)

extern "C" const char *__lsan_default_suppressions() {
  return "leak:libvulkan_lvp.so\nleak:libLLVM-15.so\n";
}

[[maybe_unused]] static void *keepLoaded =
    dlopen("libvulkan_lvp.so", RTLD_LAZY | RTLD_NODELETE);

#endif
#endif
