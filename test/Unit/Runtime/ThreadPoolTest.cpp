// Parallel loops. Each element is visited exactly once, whatever the number
// of threads, nesting or users.

#include "runmat/Runtime/Runtime.h"

#include <atomic>
#include <gtest/gtest.h>
#include <set>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

struct Visits {
  std::vector<std::atomic<int>> count;
  explicit Visits(size_t n) : count(n) {}

  static void body(int64_t begin, int64_t end, void *env) {
    auto &visits = *static_cast<Visits *>(env);
    for (int64_t i = begin; i < end; ++i)
      visits.count[i].fetch_add(1);
  }
  bool allOnce() const {
    for (const auto &c : count)
      if (c != 1)
        return false;
    return true;
  }
};

struct ThreadPoolTest : testing::Test {
  void TearDown() override { rm_set_num_threads(0); }
};

TEST_F(ThreadPoolTest, VisitsEachElementOnce) {
  for (int threads : {1, 2, 3, 8}) {
    rm_set_num_threads(threads);
    EXPECT_EQ(rm_num_threads(), threads);
    for (size_t n : {0, 1, 2, 7, 8, 9, 1000}) {
      Visits visits(n);
      rm_parallel_for(0, n, Visits::body, &visits);
      EXPECT_TRUE(visits.allOnce()) << threads << " threads, " << n;
    }
  }
}

TEST_F(ThreadPoolTest, ChunksAreContiguousAndStable) {
  rm_set_num_threads(4);
  std::atomic<int> chunks{0};
  rm_parallel_for(
      -10, 1000,
      [](int64_t begin, int64_t end, void *env) {
        EXPECT_GE(end - begin, 252);
        EXPECT_LE(end - begin, 253);
        ++*static_cast<std::atomic<int> *>(env);
      },
      &chunks);
  EXPECT_EQ(chunks, 4);
}

TEST_F(ThreadPoolTest, NestedLoopsRunSerially) {
  rm_set_num_threads(4);
  Visits visits(16 * 16);
  rm_parallel_for(
      0, 16,
      [](int64_t begin, int64_t end, void *env) {
        for (int64_t i = begin; i < end; ++i) {
          struct Inner {
            Visits *visits;
            int64_t row;
            std::thread::id thread;
          } inner{static_cast<Visits *>(env), i, std::this_thread::get_id()};
          rm_parallel_for(
              0, 16,
              [](int64_t first, int64_t last, void *opaque) {
                auto &in = *static_cast<Inner *>(opaque);
                EXPECT_EQ(in.thread, std::this_thread::get_id());
                Visits::body(in.row * 16 + first, in.row * 16 + last,
                             in.visits);
              },
              &inner);
        }
      },
      &visits);
  EXPECT_TRUE(visits.allOnce());
}

TEST_F(ThreadPoolTest, SeveralThreadsMayUseItAtOnce) {
  rm_set_num_threads(3);
  std::vector<std::thread> users;
  for (int u = 0; u < 4; ++u)
    users.emplace_back([] {
      for (int round = 0; round < 300; ++round) {
        Visits visits(100);
        rm_parallel_for(0, 100, Visits::body, &visits);
        ASSERT_TRUE(visits.allOnce());
      }
    });
  for (std::thread &user : users)
    user.join();
}

TEST_F(ThreadPoolTest, LoopsAfterAPauseWakeTheWorkers) {
  rm_set_num_threads(4);
  for (int round = 0; round < 20; ++round) {
    Visits visits(64);
    rm_parallel_for(0, 64, Visits::body, &visits);
    ASSERT_TRUE(visits.allOnce());
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

TEST_F(ThreadPoolTest, HugeRangesDoNotOverflow) {
  rm_set_num_threads(3);
  std::atomic<int64_t> sum{0};
  rm_parallel_for(
      INT64_MAX / 2, INT64_MAX,
      [](int64_t begin, int64_t end, void *env) {
        *static_cast<std::atomic<int64_t> *>(env) += end - begin;
      },
      &sum);
  EXPECT_EQ(sum, INT64_MAX - INT64_MAX / 2);
}

/// Whether a loop in a child of fork() ends, all elements visited.
bool childRunsALoop() {
  pid_t child = fork();
  if (child == 0) {
    alarm(30); // A loop that waits for workers that are not there ends so.
    Visits visits(1000);
    rm_parallel_for(0, 1000, Visits::body, &visits);
    _exit(visits.allOnce() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_F(ThreadPoolTest, AChildOfForkMakesItsOwnWorkers) {
  rm_set_num_threads(3);
  Visits visits(1000);
  rm_parallel_for(0, 1000, Visits::body, &visits);
  EXPECT_TRUE(childRunsALoop());
  rm_parallel_for(0, 1000, Visits::body, &visits);

  // While a loop of another thread runs.
  struct State {
    std::atomic<bool> runs{false}, end{false};
  } state;
  std::thread other([&] {
    rm_parallel_for(
        0, 3,
        [](int64_t, int64_t, void *env) {
          auto &state = *static_cast<State *>(env);
          state.runs = true;
          while (!state.end)
            std::this_thread::yield();
        },
        &state);
  });
  while (!state.runs)
    std::this_thread::yield();
  EXPECT_TRUE(childRunsALoop());
  state.end = true;
  other.join();
}

} // namespace
