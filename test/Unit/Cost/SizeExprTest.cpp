// Size expressions fold constants, print, and never wrap.
#include "runmat/Cost/SizeExpr.h"

#include <gtest/gtest.h>

using namespace runmat;

static SizeExpr m() { return SizeExpr::dim(0, 0); }
static constexpr int64_t kMost = INT64_MAX;

static std::optional<int64_t> at(const SizeExpr &expr, int64_t size) {
  return expr.evaluate([&](const SizeExpr &leaf) -> std::optional<int64_t> {
    if (leaf.kind() == SizeExpr::Kind::Dim)
      return size;
    return std::nullopt;
  });
}

TEST(SizeExpr, FoldsConstants) {
  EXPECT_TRUE((SizeExpr(6) * 7 + 1).is(43));
  EXPECT_TRUE(ceilDiv(9, 4).is(3));
  EXPECT_TRUE(mod(9, 4).is(1));
  EXPECT_TRUE((m() * 0).is(0));
  EXPECT_EQ((m() * 1).kind(), SizeExpr::Kind::Dim);
}

TEST(SizeExpr, EvaluatesOverSizes) {
  EXPECT_EQ(at(ceilDiv(m() * 4, 16), 5), 2);
  EXPECT_EQ(at(min(m(), 3) + max(m(), 3), 5), 8);
  EXPECT_EQ(at(m() + SizeExpr::window(), 5), std::nullopt);
}

TEST(SizeExpr, OverflowIsNoNumber) {
  EXPECT_TRUE((SizeExpr(kMost) + 1).overflows());
  EXPECT_TRUE((SizeExpr(int64_t(1) << 40) * (int64_t(1) << 40)).overflows());
  EXPECT_TRUE((m() * (SizeExpr(kMost) + 1) + 3).overflows());
  EXPECT_TRUE((SizeExpr(2) - 3).overflows());
  EXPECT_TRUE(floorDiv(m(), 0).overflows());
  EXPECT_EQ(at(m() * 8, kMost / 8), kMost / 8 * 8);
  EXPECT_EQ(at(m() * 8, kMost / 8 + 1), std::nullopt);
  EXPECT_EQ(at(ceilDiv(m(), kMost), kMost), 1); // no sum of both is made
  EXPECT_EQ(at(SizeExpr(1) - m(), 2), std::nullopt);
}

TEST(SizeExpr, Prints) {
  EXPECT_EQ(ceilDiv(m() * 4, SizeExpr::limit(RM_LIMIT_STORAGE_RANGE)).text(),
            "ceildiv((arg0.size0 * 4), limit.storage_range)");
  EXPECT_EQ((SizeExpr::scalar(3) - 1).text(), "(arg3 - 1)");
}
