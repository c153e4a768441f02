// Calls: checks of arguments, failures, ownership. Bodies are C-like, as
// generated code is: nothing in them needs a destructor.

#include "TestProgram.h"

#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

using namespace runmat::test;
using testing::HasSubstr;

namespace {

/// result = 2 * argument, a vector of unknown length.
void doubled(const rm_tensor *args, rm_tensor *results) {
  int64_t n = args[0].sizes[0];
  auto *from = static_cast<const float *>(rm_host_argument(&args[0]));
  auto *to = static_cast<float *>(rm_alloc(n * 4, 64));
  for (int64_t i = 0; i < n; ++i)
    to[i] = 2 * from[i];
  rm_result(&results[0], to, to, RM_F32, 1, &n);
}

struct InvokeTest : testing::Test {
  ContextPtr context = makeContext("cpu");
  TestProgram doubling{
      {type(RM_F32, {RM_DYNAMIC}, "x")}, {type(RM_F32, {RM_DYNAMIC})}, doubled};
  std::vector<rm_tensor> out;

  std::string error() { return rm_context_error(context.get()).text; }
};

TEST_F(InvokeTest, ReturnsAResultThatOutlivesTheContext) {
  float x[] = {1, 2, 3};
  ASSERT_EQ(doubling.call(context.get(), {tensor(x, RM_F32, {3})}, out), RM_OK);
  context.reset();
  EXPECT_EQ(out[0].sizes[0], 3);
  EXPECT_EQ(out[0].strides[0], 4);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(out[0].data) % 64, 0u);
  EXPECT_EQ(static_cast<float *>(out[0].data)[2], 6);
  std::thread([&] { rm_tensor_release(&out[0]); }).join();
  EXPECT_EQ(out[0].data, nullptr);
}

TEST_F(InvokeTest, NamesTheArgumentAndBothTypes) {
  double x[] = {1, 2};
  EXPECT_EQ(doubling.call(context.get(), {tensor(x, RM_F64, {1, 2})}, out),
            RM_ERROR_ARGUMENT);
  EXPECT_EQ(error(), "argument 0 (x) of test: expected tensor<?xf32>, got "
                     "tensor<1x2xf64>");
}

TEST_F(InvokeTest, ChecksCountsSizesAndPointers) {
  EXPECT_EQ(doubling.call(context.get(), {}, out), RM_ERROR_ARGUMENT);
  EXPECT_EQ(error(), "test takes 1 argument, got 0");
  EXPECT_EQ(doubling.call(context.get(), {tensor(nullptr, RM_F32, {3})}, out),
            RM_ERROR_ARGUMENT);
  EXPECT_THAT(error(), HasSubstr("has no data"));
  rm_tensor negative = tensor(nullptr, RM_F32, {-3});
  EXPECT_EQ(doubling.call(context.get(), {negative}, out), RM_ERROR_ARGUMENT);
  EXPECT_THAT(error(), HasSubstr("size -3 of dimension 0 is negative"));
  rm_tensor huge = tensor(nullptr, RM_F32, {INT64_MAX / 2});
  EXPECT_EQ(doubling.call(context.get(), {huge}, out), RM_ERROR_ARGUMENT);
  EXPECT_THAT(error(), HasSubstr("too large"));
  rm_tensor strange = tensor(nullptr, 77, {0});
  EXPECT_EQ(doubling.call(context.get(), {strange}, out), RM_ERROR_ARGUMENT);
  EXPECT_THAT(error(), HasSubstr("unknown dtype 77"));
  rm_tensor deep = tensor(nullptr, RM_F32, {0});
  deep.rank = 17;
  EXPECT_EQ(doubling.call(context.get(), {deep}, out), RM_ERROR_ARGUMENT);
  EXPECT_THAT(error(), HasSubstr("rank 17"));
}

TEST_F(InvokeTest, RunsOnEmptyTensors) {
  ASSERT_EQ(doubling.call(context.get(), {tensor(nullptr, RM_F32, {0})}, out),
            RM_OK);
  EXPECT_EQ(out[0].sizes[0], 0);
  rm_tensor_release(&out[0]);
}

TEST_F(InvokeTest, MakesStridedArgumentsRowMajor) {
  float x[] = {1, 9, 2, 9, 3, 9};
  rm_tensor every = tensor(x, RM_F32, {3});
  every.strides[0] = 8;
  ASSERT_EQ(doubling.call(context.get(), {every}, out), RM_OK);
  EXPECT_THAT(std::vector<float>(static_cast<float *>(out[0].data),
                                 static_cast<float *>(out[0].data) + 3),
              testing::ElementsAre(2, 4, 6));
  rm_tensor_release(&out[0]);

  rm_tensor reversed = tensor(x + 4, RM_F32, {3});
  reversed.strides[0] = -8;
  ASSERT_EQ(doubling.call(context.get(), {reversed}, out), RM_OK);
  EXPECT_EQ(static_cast<float *>(out[0].data)[0], 6);
  rm_tensor_release(&out[0]);
}

void fails(const rm_tensor *args, rm_tensor *results) {
  void *kept = rm_alloc(1 << 20, 64);
  int64_t n = 4;
  rm_result(&results[0], kept, kept, RM_F32, 1, &n);
  rm_alloc(100, 64); // Still held when the call fails.
  int64_t sizes[] = {n, args[0].sizes[0]};
  rm_fail_values(RM_ERROR_SHAPE, "sizes {0} and {1} differ", "a.mlir:7:3",
                 sizes, 2);
}

TEST_F(InvokeTest, AFailureSetsTheErrorAndNoResult) {
  float x[] = {1, 2, 3};
  doubling.body = fails;
  EXPECT_EQ(doubling.call(context.get(), {tensor(x, RM_F32, {3})}, out),
            RM_ERROR_SHAPE);
  rm_error e = rm_context_error(context.get());
  EXPECT_EQ(e.code, RM_ERROR_SHAPE);
  EXPECT_STREQ(e.text, "sizes 4 and 3 differ");
  EXPECT_STREQ(e.location, "a.mlir:7:3");
  EXPECT_EQ(out[0].owner, nullptr);

  doubling.body = doubled;
  EXPECT_EQ(doubling.call(context.get(), {tensor(x, RM_F32, {3})}, out), RM_OK);
  EXPECT_EQ(rm_context_error(context.get()).code, RM_OK);
  rm_tensor_release(&out[0]);
}

void failsInALoop(const rm_tensor *, rm_tensor *) {
  rm_parallel_for(
      0, 1000,
      [](int64_t begin, int64_t end, void *) {
        for (int64_t i = begin; i < end; ++i)
          if (i == 999 || i == 0)
            rm_fail(RM_ERROR_VALUE, "element is negative", nullptr);
      },
      nullptr);
  rm_fail(RM_ERROR_INTERNAL, "not reached", nullptr);
}

TEST_F(InvokeTest, AFailureInAParallelLoopEndsTheCall) {
  rm_set_num_threads(4);
  float x[] = {1};
  doubling.body = failsInALoop;
  for (int i = 0; i < 100; ++i)
    ASSERT_EQ(doubling.call(context.get(), {tensor(x, RM_F32, {1})}, out),
              RM_ERROR_VALUE);
  EXPECT_EQ(error(), "element is negative");
  rm_set_num_threads(0);
}

void asksForTooMuch(const rm_tensor *, rm_tensor *) {
  rm_alloc(int64_t(1) << 61, 64);
}

TEST_F(InvokeTest, RunningOutOfMemoryIsAnError) {
  float x[] = {1};
  doubling.body = asksForTooMuch;
  EXPECT_EQ(doubling.call(context.get(), {tensor(x, RM_F32, {1})}, out),
            RM_ERROR_MEMORY);
  EXPECT_THAT(error(), HasSubstr("out of host memory"));
}

void asksForTooMuchSomewhere(const rm_tensor *, rm_tensor *) {
  rm_alloc_at(int64_t(1) << 45, 64, "f.mlir:3:8");
}

TEST_F(InvokeTest, AnAllocationSaysWhereItFailed) {
  float x[] = {1};
  doubling.body = asksForTooMuchSomewhere;
  EXPECT_EQ(doubling.call(context.get(), {tensor(x, RM_F32, {1})}, out),
            RM_ERROR_MEMORY);
  EXPECT_STREQ(rm_context_error(context.get()).location, "f.mlir:3:8");
}

void returnsItsArgument(const rm_tensor *args, rm_tensor *results) {
  rm_result(&results[0], args[0].data, args[0].data, RM_F32, 1, args[0].sizes);
}

TEST_F(InvokeTest, AnArgumentAsResultIsCopied) {
  float x[] = {5};
  doubling.body = returnsItsArgument;
  ASSERT_EQ(doubling.call(context.get(), {tensor(x, RM_F32, {1})}, out), RM_OK);
  EXPECT_NE(out[0].data, static_cast<void *>(x));
  EXPECT_EQ(static_cast<float *>(out[0].data)[0], 5);
  rm_tensor_release(&out[0]);
}

void sharesABlock(const rm_tensor *, rm_tensor *results) {
  auto *block = static_cast<float *>(rm_alloc(8, 64));
  block[0] = 1;
  block[1] = 2;
  int64_t n = 1;
  rm_result(&results[0], block, block, RM_F32, 1, &n);
  rm_result(&results[1], block, block + 1, RM_F32, 1, &n);
}

TEST_F(InvokeTest, OneBlockServesTwoResults) {
  TestProgram program({}, {type(RM_F32, {1}), type(RM_F32, {1})}, sharesABlock);
  ASSERT_EQ(program.call(context.get(), {}, out), RM_OK);
  rm_tensor_release(&out[0]);
  EXPECT_EQ(static_cast<float *>(out[1].data)[0], 2);
  rm_tensor_retain(&out[1]);
  rm_tensor copy = out[1];
  rm_tensor_release(&out[1]);
  EXPECT_EQ(static_cast<float *>(copy.data)[0], 2);
  rm_tensor_release(&copy);
}

void returnsNothing(const rm_tensor *, rm_tensor *) {}

TEST_F(InvokeTest, AMissingResultIsAnError) {
  float x[] = {1};
  doubling.body = returnsNothing;
  EXPECT_EQ(doubling.call(context.get(), {tensor(x, RM_F32, {1})}, out),
            RM_ERROR_INTERNAL);
  EXPECT_THAT(error(), HasSubstr("got nothing"));
}

TEST_F(InvokeTest, ContextsOfSeveralThreadsRunAtOnce) {
  auto loop = [&] {
    ContextPtr own = makeContext("cpu");
    std::vector<rm_tensor> result;
    std::vector<float> x(5000, 3.0f);
    for (int i = 0; i < 200; ++i) {
      ASSERT_EQ(
          doubling.call(own.get(), {tensor(x.data(), RM_F32, {5000})}, result),
          RM_OK);
      ASSERT_EQ(static_cast<float *>(result[0].data)[4999], 6);
      rm_tensor_release(&result[0]);
    }
  };
  std::thread a(loop), b(loop);
  a.join();
  b.join();
}

TEST(ContextTest, AnUnknownDeviceIsAnError) {
  std::string error;
  EXPECT_EQ(makeContext("tpu", &error), nullptr);
  EXPECT_EQ(error, "unknown device 'tpu': expected cpu, gpu, gpu=NAME, "
                   "auto or auto=NAME");
}

} // namespace
