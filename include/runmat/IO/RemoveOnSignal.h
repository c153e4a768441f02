// Temporary files that a signal removes before it ends the process.

#ifndef RUNMAT_IO_REMOVEONSIGNAL_H
#define RUNMAT_IO_REMOVEONSIGNAL_H

#include <csignal>
#include <string>

namespace runmat::io {

/// Lets signals that end the process (SIGINT, SIGTERM ...) remove the files of
/// removeOnSignal first. For main functions: it sets handlers, which then do
/// what was to be done before. Signals that are ignored stay so.
void handleEndingSignals();

/// While one lives no such signal ends the process: between the making of a
/// file and removeOnSignal. Short, since the signal waits.
class HoldEndingSignals {
public:
  HoldEndingSignals();
  ~HoldEndingSignals();
  HoldEndingSignals(const HoldEndingSignals &) = delete;
  HoldEndingSignals &operator=(const HoldEndingSignals &) = delete;

private:
  sigset_t before;
};

/// From here on such a signal removes `path`.
void removeOnSignal(const std::string &path);

/// Ends that; nothing for a path that is not remembered.
void keepOnSignal(const std::string &path);

} // namespace runmat::io

#endif // RUNMAT_IO_REMOVEONSIGNAL_H
