// Failures inside the runtime. Inside the library a failure is an exception
// of type Error. It never leaves through the C ABI: host functions turn it
// into a status, functions for generated code end in a jump to rm_invoke. The
// jump is made only after every C++ frame has been unwound.

#ifndef RUNMAT_LIB_RUNTIME_ERROR_H
#define RUNMAT_LIB_RUNTIME_ERROR_H

#include "runmat/Runtime/Runtime.h"

#include <stdexcept>
#include <string>

namespace runmat::runtime {

class Error : public std::runtime_error {
public:
  Error(int32_t code, const std::string &text, std::string location = "")
      : std::runtime_error(text), code(code), location(std::move(location)) {}

  int32_t code;
  std::string location;
};

/// A failure of the device, after which the CPU may still do the work.
inline bool isDeviceFailure(int32_t code) {
  return code == RM_ERROR_DEVICE || code == RM_ERROR_DEVICE_LOST ||
         code == RM_ERROR_DEVICE_MEMORY || code == RM_ERROR_TIMEOUT ||
         code == RM_ERROR_UNSUPPORTED;
}

/// Keeps a failure for rm_invoke to report. The first one of a call wins; later
/// ones are consequences. Without a current call it prints the text and aborts:
/// there is nothing to return to.
void recordFailure(int32_t code, const char *text,
                   const char *location) noexcept;

/// Leaves generated code: jumps to the innermost protected frame of this
/// thread. Only from frames without destructors, after recordFailure.
[[noreturn]] void jumpOut();

/// Runs f and records its exception, if any; says whether it succeeded.
template <typename F> bool guarded(F &&f) noexcept {
  try {
    f();
    return true;
  } catch (const Error &error) {
    recordFailure(error.code, error.what(), error.location.c_str());
  } catch (const std::bad_alloc &) {
    recordFailure(RM_ERROR_MEMORY, "out of host memory", nullptr);
  } catch (const std::exception &error) {
    recordFailure(RM_ERROR_INTERNAL, error.what(), nullptr);
  }
  return false;
}

/// Runs f for generated code. f captures by reference only, so that nothing is
/// left to destroy when the jump is made.
template <typename F> void protectGenerated(F &&f) {
  if (!guarded(f))
    jumpOut();
}

/// Writes text into a caller's buffer, cut to its size.
void writeError(char *buffer, size_t size, const char *text);

} // namespace runmat::runtime

#endif
