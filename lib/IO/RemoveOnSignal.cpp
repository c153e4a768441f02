// A list that only grows, its entries reused: a handler may walk it at any
// moment, since it takes a path by exchanging it for null and calls nothing but
// unlink(2).

#include "runmat/IO/RemoveOnSignal.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <sched.h>
#include <unistd.h>

namespace runmat::io {

namespace {
struct Entry {
  std::atomic<char *> path{nullptr};
  Entry *next = nullptr;
};
} // namespace

static std::atomic<Entry *> entries{nullptr};

/// Of those who change the list; the handler takes no lock.
static std::mutex &changes() {
  static auto *mutex = new std::mutex; // Outlives every StagedFile.
  return *mutex;
}

void removeOnSignal(const std::string &path) {
  char *copy = strdup(path.c_str());
  std::lock_guard<std::mutex> lock(changes());
  for (Entry *entry = entries.load(); entry; entry = entry->next) {
    char *free = nullptr;
    if (entry->path.compare_exchange_strong(free, copy))
      return;
  }
  auto *entry = new Entry;
  entry->path = copy;
  entry->next = entries.load();
  entries.store(entry);
}

void keepOnSignal(const std::string &path) {
  std::lock_guard<std::mutex> lock(changes());
  for (Entry *entry = entries.load(); entry; entry = entry->next)
    if (char *known = entry->path.load(); known && path == known) {
      // Null where the handler was faster: the text is then its own.
      free(entry->path.exchange(nullptr));
      return;
    }
}

/// Signals that end a process unless it says otherwise, a fault of its own code
/// left out.
static constexpr int endings[] = {SIGHUP,  SIGINT,  SIGPIPE, SIGQUIT,
                                  SIGTERM, SIGXCPU, SIGXFSZ};
static struct sigaction previous[NSIG];

static std::atomic<int> holders{0};
static std::atomic<bool> isEnding{false};

HoldEndingSignals::HoldEndingSignals() {
  // On this thread nothing interrupts, so that the handler, on another one, may
  // wait for it.
  sigset_t blocked;
  sigemptyset(&blocked);
  for (int number : endings)
    sigaddset(&blocked, number);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  ++holders;
  if (isEnding) {
    --holders;
    while (true)
      pause(); // Too late for new files.
  }
}

HoldEndingSignals::~HoldEndingSignals() {
  --holders;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

static void onSignal(int number) {
  isEnding = true;
  while (holders > 0)
    sched_yield();
  for (Entry *entry = entries.load(); entry; entry = entry->next)
    if (char *path = entry->path.exchange(nullptr))
      unlink(path);
  // Whoever was asked before decides how the process ends.
  sigaction(number, &previous[number], nullptr);
  raise(number);
}

void handleEndingSignals() {
  for (int number : endings) {
    struct sigaction action = {};
    sigaction(number, nullptr, &previous[number]);
    if (previous[number].sa_handler == SIG_IGN)
      continue;
    action.sa_handler = onSignal;
    sigaction(number, &action, nullptr);
  }
}

} // namespace runmat::io
