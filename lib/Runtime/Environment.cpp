// Environment variables of the runtime. Read when asked for, not at load
// time, so that a host program may set them first.

#include "Environment.h"

#include <algorithm>
#include <cstdlib>
#include <sched.h>
#include <thread>

namespace runmat::runtime {

/// More threads than this is taken for a mistake.
static constexpr long maxThreads = 4096;

int defaultThreads() {
  if (const char *text = std::getenv("RUNMAT_NUM_THREADS")) {
    char *end = nullptr;
    long count = std::strtol(text, &end, 10);
    if (end != text && *end == '\0' && count > 0)
      return static_cast<int>(std::min(count, maxThreads));
  }
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
    return CPU_COUNT(&set);
  return std::max(1u, std::thread::hardware_concurrency());
}

std::string userCacheFolder() {
  // The XDG base directory specification: a relative path is to be ignored.
  if (const char *cache = std::getenv("XDG_CACHE_HOME");
      cache && cache[0] == '/')
    return std::string(cache) + "/runmat";
  if (const char *home = std::getenv("HOME"); home && home[0] == '/')
    return std::string(home) + "/.cache/runmat";
  return "";
}

} // namespace runmat::runtime
