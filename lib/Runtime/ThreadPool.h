// The process's pool for parallel loops. One pool a process, whatever the
// number of contexts: two pools would fight for the same cores. A loop is
// split into one contiguous chunk a thread, so that a thread meets the same
// memory again in the next loop over the same data.

#ifndef RUNMAT_LIB_RUNTIME_THREADPOOL_H
#define RUNMAT_LIB_RUNTIME_THREADPOOL_H

#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

namespace runmat::runtime {

using LoopBody = void (*)(int64_t begin, int64_t end, void *env);

class ThreadPool {
public:
  /// Never destroyed: a thread of the host may still use it while the process
  /// exits.
  static ThreadPool &get();

  /// 0 is the default of Environment.h.
  void setThreads(int count);
  int threads() const { return size.load(std::memory_order_relaxed); }

  /// Runs body on at most `limit` threads (0: all of the pool). False if a part
  /// failed: the failure is then recorded in the current call.
  bool run(int64_t begin, int64_t end, LoopBody body, void *env, int limit);

private:
  struct Job;
  struct Worker;

  ThreadPool();
  void grow(int workers);
  void forgetWorkers();
  void work(Worker &worker);

  std::mutex busy; ///< Held by the thread whose loop runs.
  std::vector<Worker *> workers;
  std::atomic<int> size;
};

/// Runs a C++ callable over [begin, end) in chunks of at least `grain`.
template <typename F>
void parallelChunks(int64_t begin, int64_t end, int64_t grain, F &&f) {
  if (end - begin <= grain) {
    f(begin, end);
    return;
  }
  struct Env {
    F *f;
    int64_t begin, end, grain;
  } env{&f, begin, end, grain};
  ThreadPool::get().run(
      0, (end - begin + grain - 1) / grain,
      [](int64_t first, int64_t last, void *opaque) {
        Env &e = *static_cast<Env *>(opaque);
        int64_t to = e.begin + last * e.grain;
        (*e.f)(e.begin + first * e.grain, to < e.end ? to : e.end);
      },
      &env, 0);
}

/// memcpy, by several threads where one cannot saturate memory.
void copyBytes(void *destination, const void *source, int64_t bytes);

} // namespace runmat::runtime

#endif
