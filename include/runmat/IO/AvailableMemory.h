// How much memory a process may still use. A header, so that the runtime
// library and the input readers, which do not link each other, share it.
#ifndef RUNMAT_IO_AVAILABLEMEMORY_H
#define RUNMAT_IO_AVAILABLEMEMORY_H

#include <algorithm>
#include <cstdint>
#include <cstdio>

namespace runmat::io {

/// Bytes that the system can give without ending a process for it: free and
/// reclaimable memory with swap (/proc/meminfo), at most the limit of the
/// process's control group. The largest number where nothing says so.
inline uint64_t availableMemory() {
  uint64_t most = UINT64_MAX;
  if (std::FILE *file = std::fopen("/proc/meminfo", "r")) {
    char line[128];
    uint64_t kib = 0, value;
    bool known = false;
    while (std::fgets(line, sizeof line, file))
      if (unsigned long long n;
          std::sscanf(line, "MemAvailable: %llu kB", &n) == 1) {
        kib += n;
        known = true;
      } else if (std::sscanf(line, "SwapFree: %llu kB", &n) == 1) {
        kib += n;
      }
    std::fclose(file);
    value = kib * 1024;
    if (known)
      most = value;
  }
  for (const char *path : {"/sys/fs/cgroup/memory.max",
                           "/sys/fs/cgroup/memory/memory.limit_in_bytes"})
    if (std::FILE *file = std::fopen(path, "r")) {
      unsigned long long limit; // "max" where there is none
      if (std::fscanf(file, "%llu", &limit) == 1)
        most = std::min<uint64_t>(most, limit);
      std::fclose(file);
    }
  return most;
}

} // namespace runmat::io

#endif // RUNMAT_IO_AVAILABLEMEMORY_H
