// Known-answer vectors that the authors of Philox publish with Random123
// (tests/kat_vectors, "philox4x32 10"), and what the streams make of them.
#include "runmat/Reference/Philox.h"

#include <gtest/gtest.h>

using namespace runmat;

TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (PhiloxWords{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
                       {0xffffffff, 0xffffffff}),
            (PhiloxWords{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  // The digits of pi.
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                       {0xa4093822, 0x299f31d0}),
            (PhiloxWords{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, UniformTakesWordsInOrder) {
  for (uint64_t index = 0; index < 9; ++index)
    EXPECT_EQ(philoxUniform(0, index, false),
              (philoxWords(0, index / 4)[index % 4] >> 8) / 16777216.0);
  EXPECT_EQ(philoxUniform(0, 0, true),
            double(0xe169c58d6627e8d5ull >> 11) * 0x1p-53);
  EXPECT_EQ(philoxUniform(0, 1, true),
            double(0x9b00dbd8bc57ac4cull >> 11) * 0x1p-53);
}

TEST(Philox, CounterUsesTwoWords) {
  EXPECT_EQ(philoxWords(0x0000000200000001, 0x0000000400000003),
            philox4x32({3, 4, 0, 0}, {1, 2}));
}

TEST(Philox, NormalsHaveMeanZeroAndVarianceOne) {
  for (bool isF64 : {false, true}) {
    double sum = 0, squares = 0;
    constexpr int n = 100000;
    for (int i = 0; i < n; ++i) {
      double x = philoxNormal(42, i, isF64);
      sum += x;
      squares += x * x;
    }
    EXPECT_NEAR(sum / n, 0, 0.01);
    EXPECT_NEAR(squares / n, 1, 0.02);
  }
}
