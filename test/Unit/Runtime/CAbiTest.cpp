// The runtime from C: program tables and a host in C, as CAbi.c writes them.

#include <cstdint>
#include <gtest/gtest.h>

extern "C" int32_t runmat_c_negate(int32_t x);

TEST(CAbiTest, ACProgramRuns) { EXPECT_EQ(runmat_c_negate(42), -42); }
