// What --time prints is computed here.

#include "Timing.h"

#include <gtest/gtest.h>

using namespace runmat::cli;

TEST(Timing, QuartilesInterpolateBetweenOrderStatistics) {
  Spread spread = spreadOf({5, 1, 4, 2, 3});
  EXPECT_EQ(spread.median, 3);
  EXPECT_EQ(spread.lower, 2);
  EXPECT_EQ(spread.upper, 4);
  EXPECT_EQ(spread.least, 1);
  EXPECT_EQ(spread.most, 5);
  EXPECT_EQ(spreadOf({1, 2}).median, 1.5);
  EXPECT_EQ(spreadOf({7}).upper, 7);
}

TEST(Timing, TimesKeepFourDigits) {
  EXPECT_EQ(millisecondsText(0.1234), "0.123 ms");
  EXPECT_EQ(millisecondsText(12.345), "12.35 ms");
  EXPECT_EQ(millisecondsText(1234.5), "1234.5 ms");
}
