// Host memory of calls. What is freed comes back to the next call of the same
// size, and nothing leaks (AddressSanitizer's leak check runs these too).

#include "TestProgram.h"

#include <cstring>
#include <gtest/gtest.h>

using namespace runmat::test;

namespace {

void *lastBlock;

void usesABlock(const rm_tensor *args, rm_tensor *) {
  auto bytes = *static_cast<const int64_t *>(rm_host_argument(&args[0]));
  lastBlock = rm_alloc(bytes, 64);
  std::memset(lastBlock, 1, bytes);
  rm_free(lastBlock);
  rm_free(nullptr);
}

TEST(MemoryTest, ALargeBlockIsReused) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
  GTEST_SKIP() << "no reuse under AddressSanitizer";
#endif
#endif
  ContextPtr context = makeContext("cpu");
  TestProgram program({type(RM_I64, {})}, {}, usesABlock);
  std::vector<rm_tensor> out;
  int64_t bytes = 5 << 20;
  rm_tensor arg = tensor(&bytes, RM_I64, {});
  ASSERT_EQ(program.call(context.get(), {arg}, out), RM_OK);
  void *first = lastBlock;
  bytes -= 1000;
  ASSERT_EQ(program.call(context.get(), {arg}, out), RM_OK);
  EXPECT_EQ(lastBlock, first);
  // Far smaller: reuse would waste too much.
  bytes = 1 << 20;
  ASSERT_EQ(program.call(context.get(), {arg}, out), RM_OK);
  EXPECT_NE(lastBlock, first);
}

void alignsBlocks(const rm_tensor *, rm_tensor *) {
  for (int64_t bytes : {0, 1, 100, 5000, 200000, 3000000})
    for (int64_t align : {1, 8, 64, 4096, 65536}) {
      auto address = reinterpret_cast<uintptr_t>(rm_alloc(bytes, align));
      if (address == 0 || address % 64 != 0 || address % align != 0)
        rm_fail(RM_ERROR_VALUE, "misaligned", nullptr);
    }
}

TEST(MemoryTest, BlocksAreAlignedAsAskedFor) {
  ContextPtr context = makeContext("cpu");
  TestProgram program({}, {}, alignsBlocks);
  std::vector<rm_tensor> out;
  EXPECT_EQ(program.call(context.get(), {}, out), RM_OK);
}

void freesAStranger(const rm_tensor *, rm_tensor *) {
  static int stranger;
  rm_free(&stranger);
}

TEST(MemoryTest, FreeingMemoryOfOthersIsAnError) {
  ContextPtr context = makeContext("cpu");
  TestProgram program({}, {}, freesAStranger);
  std::vector<rm_tensor> out;
  EXPECT_EQ(program.call(context.get(), {}, out), RM_ERROR_INTERNAL);
}

void allocatesInALoop(const rm_tensor *, rm_tensor *) {
  rm_parallel_for(
      0, 256,
      [](int64_t begin, int64_t end, void *) {
        for (int64_t i = begin; i < end; ++i) {
          void *block = rm_alloc(1000 * i, 64);
          std::memset(block, 0, 1000 * i);
          if (i % 2)
            rm_free(block);
        }
      },
      nullptr);
}

TEST(MemoryTest, ParallelBodiesMayAllocate) {
  ContextPtr context = makeContext("cpu");
  TestProgram program({}, {}, allocatesInALoop);
  std::vector<rm_tensor> out;
  for (int i = 0; i < 20; ++i)
    ASSERT_EQ(program.call(context.get(), {}, out), RM_OK);
}

} // namespace
