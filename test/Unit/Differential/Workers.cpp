// See the header.
#include "Workers.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <map>
#include <new>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace runmat;
using namespace runmat::differential;

namespace {

/// In memory that parent and children share.
struct Shared {
  std::atomic<uint64_t> made{0}, failures{0}, withKernels{0};
  std::atomic<uint64_t> current[64];
};

class SharedProgress : public Progress {
public:
  SharedProgress(Shared &shared, unsigned slot, uint64_t most, unsigned seconds)
      : shared(shared), slot(slot), most(most), seconds(seconds) {}
  void begin(uint64_t number) override {
    shared.current[slot] = number;
    alarm(seconds); // ends the child; the parent says which program it was
  }
  void end(bool failed, bool withKernels) override {
    alarm(0);
    shared.made += 1;
    shared.failures += failed;
    shared.withKernels += withKernels;
  }
  bool goesOn() const override { return shared.failures < most; }

private:
  Shared &shared;
  unsigned slot;
  uint64_t most;
  unsigned seconds;
};

} // namespace

WorkerTotals differential::runWorkers(
    uint64_t first, uint64_t count, unsigned jobs, uint64_t most,
    unsigned secondsEach,
    const std::function<void(uint64_t, uint64_t, Progress &)> &task,
    const std::function<void(uint64_t, int)> &crashed) {
  void *memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    std::perror("error: mmap");
    return {0, 1, 0};
  }
  Shared &shared = *new (memory) Shared();
  jobs = std::clamp(jobs, 1u, 64u);
  // A child's start is paid once for so many; memory it keeps goes with it.
  constexpr uint64_t kChunk = 200;
  struct Range {
    uint64_t first, count;
  };
  std::vector<Range> waiting;
  for (uint64_t at = 0; at < count; at += kChunk)
    waiting.push_back({first + at, std::min(kChunk, count - at)});
  std::reverse(waiting.begin(), waiting.end());
  struct Child {
    unsigned slot;
    Range range;
  };
  std::map<pid_t, Child> running;
  std::vector<unsigned> slots;
  for (unsigned k = 0; k < jobs; ++k)
    slots.push_back(k);

  while (!running.empty() || (!waiting.empty() && shared.failures < most)) {
    while (!slots.empty() && !waiting.empty() && shared.failures < most) {
      Range range = waiting.back();
      waiting.pop_back();
      unsigned slot = slots.back();
      slots.pop_back();
      shared.current[slot] = range.first;
      std::fflush(nullptr);
      pid_t child = fork();
      if (child == 0) {
        std::signal(SIGALRM, SIG_DFL);
        SharedProgress progress(shared, slot, most, secondsEach);
        task(range.first, range.count, progress);
        std::fflush(nullptr);
        _exit(0);
      }
      if (child < 0) {
        std::perror("error: fork");
        shared.failures += 1;
        break;
      }
      running[child] = {slot, range};
    }
    int status = 0;
    pid_t ended = wait(&status);
    auto found = running.find(ended);
    if (found == running.end())
      continue;
    Child child = found->second;
    running.erase(found);
    slots.push_back(child.slot);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
      continue;
    uint64_t number = shared.current[child.slot];
    shared.made += 1;
    shared.failures += 1;
    crashed(number, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    uint64_t end = child.range.first + child.range.count;
    if (number + 1 < end)
      waiting.push_back({number + 1, end - number - 1});
  }
  WorkerTotals totals{shared.made, shared.failures, shared.withKernels};
  munmap(memory, sizeof(Shared));
  return totals;
}
