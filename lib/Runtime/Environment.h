// Environment variables of the runtime. The only door to the process's
// environment: every variable is named in Environment.cpp, and each reader
// asks for a meaning, not for a name.

#ifndef RUNMAT_LIB_RUNTIME_ENVIRONMENT_H
#define RUNMAT_LIB_RUNTIME_ENVIRONMENT_H

#include <string>

namespace runmat::runtime {

/// RUNMAT_NUM_THREADS if it is a positive number, else the hardware threads
/// this process may run on.
int defaultThreads();

/// $XDG_CACHE_HOME/runmat, else $HOME/.cache/runmat, else "" (no cache).
std::string userCacheFolder();

} // namespace runmat::runtime

#endif
