// Runs numbered tasks in child processes: a program that crashes or hangs is
// one failure, named by its number, and the others go on.
#ifndef RUNMAT_TEST_DIFFERENTIAL_WORKERS_H
#define RUNMAT_TEST_DIFFERENTIAL_WORKERS_H

#include <cstdint>
#include <functional>

namespace runmat::differential {

struct WorkerTotals {
  uint64_t made = 0, failures = 0, withKernels = 0;
};

/// What a child calls with its running totals and the number it begins.
class Progress {
public:
  virtual ~Progress() = default;
  virtual void begin(uint64_t number) = 0;
  virtual void end(bool failed, bool withKernels) = 0;
  /// False once enough have failed.
  virtual bool goesOn() const = 0;
};

/// `task` runs the numbers first..last, in order; it makes what it needs once.
/// At most `jobs` children at a time; `crashed` is told of each that died.
WorkerTotals
runWorkers(uint64_t first, uint64_t count, unsigned jobs, uint64_t most,
           unsigned secondsEach,
           const std::function<void(uint64_t first, uint64_t count,
                                    Progress &progress)> &task,
           const std::function<void(uint64_t number, int signal)> &crashed);

} // namespace runmat::differential

#endif // RUNMAT_TEST_DIFFERENTIAL_WORKERS_H
