// The process's pool for parallel loops. Each worker has its own mailbox
// word, so that a loop wakes only the threads it uses and an idle one never
// reads a job that is already gone. Waiting spins briefly, then sleeps on a
// futex.

#include "ThreadPool.h"
#include "Environment.h"
#include "ThreadState.h"
#include "runmat/Runtime/Runtime.h"

#include <algorithm>
#include <cstring>
#include <linux/futex.h>
#include <new>
#include <pthread.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace runmat::runtime {

/// About 20 us of pauses on current x86 cores: longer than the gap between two
/// loops of one program, shorter than a scheduler tick.
static constexpr int spins = 1000;

static void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

static void futexWait(std::atomic<uint32_t> &word, uint32_t value) {
  syscall(SYS_futex, reinterpret_cast<uint32_t *>(&word), FUTEX_WAIT_PRIVATE,
          value, nullptr, nullptr, 0);
}

static void futexWake(std::atomic<uint32_t> *word) {
  syscall(SYS_futex, reinterpret_cast<uint32_t *>(word), FUTEX_WAKE_PRIVATE, 1,
          nullptr, nullptr, 0);
}

/// One loop; lives on the stack of the thread that runs it.
struct ThreadPool::Job {
  LoopBody body;
  void *env;
  int64_t begin;
  int64_t count;
  int parts;
  Call *call;
  std::atomic<bool> failed{false};
  /// Workers that are not done, and callerSleeps.
  std::atomic<uint32_t> pending;
  static constexpr uint32_t callerSleeps = 1u << 31;

  void runPart(int part) {
    // 128 bits: count * parts overflows 64 for loops over huge ranges.
    auto bound = [&](int i) {
      return begin +
             static_cast<int64_t>(static_cast<__int128>(count) * i / parts);
    };
    if (!callProtected(body, bound(part), bound(part + 1), env))
      failed.store(true, std::memory_order_relaxed);
  }
};

struct alignas(128) ThreadPool::Worker {
  enum : uint32_t { Idle, HasJob, Sleeping };
  std::atomic<uint32_t> word{Idle};
  Job *job = nullptr;
  int part = 0;
};

bool callProtected(LoopBody body, int64_t begin, int64_t end, void *env) {
  ThreadState &state = threadState();
  jmp_buf here;
  jmp_buf *outer = state.jump;
  state.jump = &here;
  // Only read after the jump, never changed between setjmp and it.
  bool done = false;
  if (_setjmp(here) == 0) {
    body(begin, end, env);
    done = true;
  }
  threadState().jump = outer;
  return done;
}

ThreadPool &ThreadPool::get() {
  static ThreadPool *pool = new ThreadPool;
  return *pool;
}

ThreadPool::ThreadPool() : size(defaultThreads()) {
  pthread_atfork(nullptr, nullptr, [] { get().forgetWorkers(); });
}

/// In the child of fork(2) no worker runs, and the lock may be held by a thread
/// that is not there, its owner in the middle of a change. So both are made
/// anew, over what they were.
void ThreadPool::forgetWorkers() {
  new (&busy) std::mutex;
  new (&workers) std::vector<Worker *>;
}

void ThreadPool::setThreads(int count) {
  size.store(count > 0 ? std::min(count, 4096) : defaultThreads(),
             std::memory_order_relaxed);
}

void ThreadPool::grow(int wanted) {
  while (static_cast<int>(workers.size()) < wanted) {
    auto *worker = new Worker;
    try {
      workers.reserve(workers.size() + 1);
      std::thread([this, worker] { work(*worker); }).detach();
    } catch (...) {
      delete worker;
      return; // The system refuses more threads: use those there are.
    }
    workers.push_back(worker);
  }
}

void ThreadPool::work(Worker &worker) {
  threadState().inLoop = true;
  for (;;) {
    for (int i = 0; i < spins && worker.word.load(std::memory_order_acquire) !=
                                     Worker::HasJob;
         ++i)
      pause();
    uint32_t idle = Worker::Idle;
    if (worker.word.compare_exchange_strong(idle, Worker::Sleeping,
                                            std::memory_order_acq_rel))
      while (worker.word.load(std::memory_order_acquire) == Worker::Sleeping)
        futexWait(worker.word, Worker::Sleeping);
    Job &job = *worker.job;
    int part = worker.part;
    worker.word.store(Worker::Idle, std::memory_order_relaxed);
    threadState().call = job.call;
    job.runPart(part);
    threadState().call = nullptr;
    // The job is gone once the count is down; its address serves the futex
    // only.
    std::atomic<uint32_t> *pending = &job.pending;
    if (pending->fetch_sub(1, std::memory_order_acq_rel) ==
        (Job::callerSleeps | 1))
      futexWake(pending);
  }
}

bool ThreadPool::run(int64_t begin, int64_t end, LoopBody body, void *env,
                     int limit) {
  if (begin >= end)
    return true;
  ThreadState &state = threadState();
  int64_t count = end - begin;
  int64_t wanted = std::min<int64_t>(threads(), count);
  if (limit > 0)
    wanted = std::min<int64_t>(wanted, limit);
  std::unique_lock<std::mutex> lock(busy, std::defer_lock);
  if (wanted <= 1 || state.inLoop || !lock.try_lock())
    return callProtected(body, begin, end, env);

  grow(static_cast<int>(wanted) - 1);
  int helpers = std::min<int>(static_cast<int>(wanted) - 1,
                              static_cast<int>(workers.size()));
  Job job;
  job.body = body;
  job.env = env;
  job.begin = begin;
  job.count = count;
  job.parts = helpers + 1;
  job.call = state.call;
  job.pending.store(helpers, std::memory_order_relaxed);
  for (int i = 0; i < helpers; ++i) {
    Worker &worker = *workers[i];
    worker.job = &job;
    worker.part = i + 1;
    if (worker.word.exchange(Worker::HasJob, std::memory_order_acq_rel) ==
        Worker::Sleeping)
      futexWake(&worker.word);
  }
  state.inLoop = true;
  job.runPart(0);
  state.inLoop = false;

  for (int i = 0; i < spins && job.pending.load(std::memory_order_acquire); ++i)
    pause();
  if (job.pending.load(std::memory_order_acquire)) {
    uint32_t seen =
        job.pending.fetch_or(Job::callerSleeps, std::memory_order_acq_rel) |
        Job::callerSleeps;
    while (seen != Job::callerSleeps) {
      futexWait(job.pending, seen);
      seen = job.pending.load(std::memory_order_acquire);
    }
  }
  return !job.failed.load(std::memory_order_relaxed);
}

void copyBytes(void *destination, const void *source, int64_t bytes) {
  // Below this one thread is as fast as several, waking included.
  constexpr int64_t chunk = 1 << 20;
  auto *to = static_cast<char *>(destination);
  auto *from = static_cast<const char *>(source);
  parallelChunks(0, bytes, chunk, [&](int64_t begin, int64_t end) {
    std::memcpy(to + begin, from + begin, end - begin);
  });
}

} // namespace runmat::runtime

using namespace runmat::runtime;

extern "C" void rm_set_num_threads(int32_t count) {
  ThreadPool::get().setThreads(count);
}

extern "C" int32_t rm_num_threads(void) { return ThreadPool::get().threads(); }
