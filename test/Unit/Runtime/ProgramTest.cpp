// A program's tables. What a program compiled elsewhere, or by another
// version, meets when it is loaded.

#include "TestProgram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace runmat::test;
using testing::HasSubstr;

namespace {

void nothing(const rm_tensor *, rm_tensor *) {}

struct ProgramTest : testing::Test {
  TestProgram test{{}, {}, nothing};
  char error[256] = "";

  int32_t check() {
    return rm_program_check(&test.program, error, sizeof(error));
  }
};

TEST_F(ProgramTest, AGoodProgramPasses) { EXPECT_EQ(check(), RM_OK); }

TEST_F(ProgramTest, AnotherAbiVersionIsRefused) {
  test.program.abi_version = 99;
  EXPECT_EQ(check(), RM_ERROR_PROGRAM);
  EXPECT_THAT(error, HasSubstr("version 99"));
}

TEST_F(ProgramTest, AMissingCpuFeatureIsNamed) {
#if defined(__x86_64__)
  // FMA4 was AMD's from 2011 to 2016 and is in no current processor.
  test.program.cpu_features = "+sse3,-avx512fp16,some-tuning-name,+fma4";
  EXPECT_EQ(check(), RM_ERROR_PROGRAM);
  EXPECT_THAT(error, HasSubstr("'fma4'"));
  ContextPtr context = makeContext("cpu");
  std::vector<rm_tensor> out;
  EXPECT_EQ(test.call(context.get(), {}, out), RM_ERROR_PROGRAM);
#else
  GTEST_SKIP() << "x86 only";
#endif
}

TEST_F(ProgramTest, KernelsWithoutSpirvAreRefused) {
  test.program.num_kernels = 1;
  EXPECT_EQ(check(), RM_ERROR_PROGRAM);
  rm_kernel kernel{};
  kernel.entry_point = "scale";
  test.program.kernels = &kernel;
  EXPECT_EQ(check(), RM_ERROR_PROGRAM);
  EXPECT_THAT(error, HasSubstr("the SPIR-V of kernel scale is damaged"));
}

TEST_F(ProgramTest, FindsEntries) {
  EXPECT_EQ(rm_program_find(&test.program, "test"), &test.entry);
  EXPECT_EQ(rm_program_find(&test.program, nullptr), &test.entry);
  EXPECT_EQ(rm_program_find(&test.program, "other"), nullptr);
  EXPECT_EQ(rm_program_find(nullptr, "other"), nullptr);
}

} // namespace
