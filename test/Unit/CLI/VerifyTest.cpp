// The comparison behind --verify.

#include "Verify.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace runmat;
using namespace runmat::cli;
using testing::HasSubstr;

template <typename T>
static io::Tensor make(rm_dtype dtype, std::vector<int64_t> sizes,
                       std::vector<T> values) {
  io::Tensor tensor = *io::Tensor::allocate(dtype, std::move(sizes));
  std::copy(values.begin(), values.end(), tensor.data<T>());
  return tensor;
}

static Difference compareF32(std::vector<float> got, std::vector<double> want,
                             double tolerance = 1e-4) {
  int64_t count = int64_t(got.size());
  Result<Difference> difference =
      compare(make(RM_F32, {count}, std::move(got)),
              make(RM_F64, {count}, std::move(want)), tolerance);
  EXPECT_TRUE(difference);
  return *difference;
}

TEST(Verify, MeasuresAbsoluteRelativeAndUlps) {
  // Near 2 the unit of f32 is 2^-22.
  Difference difference = compareF32({2.0f}, {2.0 + std::ldexp(1.5, -22)});
  EXPECT_DOUBLE_EQ(difference.ulps, 1.5);
  EXPECT_DOUBLE_EQ(difference.absolute, std::ldexp(1.5, -22));
  EXPECT_NEAR(difference.relative, std::ldexp(0.75, -22), 1e-12);
  EXPECT_TRUE(difference.beyond.empty());
}

TEST(Verify, CancelledElementsAreJudgedByTheArraysScale) {
  EXPECT_TRUE(compareF32({1.0f, 1e-6f}, {1.0, 0.0}).beyond.empty());
  EXPECT_FALSE(compareF32({1.0f, 1e-2f}, {1.0, 0.0}).beyond.empty());
}

TEST(Verify, BelowTheSmallestNumberZeroIsAsNearAsAny) {
  EXPECT_TRUE(compareF32({0.0f}, {1e-50}).beyond.empty());
  EXPECT_TRUE(compareF32({1e-45f}, {1.1e-45}).beyond.empty());
  EXPECT_FALSE(compareF32({0.0f}, {1e-40}).beyond.empty());
}

TEST(Verify, NamesTheFirstElementBeyond) {
  Result<Difference> difference =
      compare(make<float>(RM_F32, {2, 3}, {1, 1, 1, 1, 1, 2}),
              make<double>(RM_F64, {2, 3}, {1, 1, 1, 1, 1.5, 1}), 1e-4);
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->beyond,
            "element [1, 1] is 1, expected 1.5, 4.1943e+06 ulp");
}

TEST(Verify, FailuresHaveAllDigits) {
  EXPECT_EQ(compareF32({0.1f}, {0.1}, 0).beyond,
            "element [0] is 0.10000000149011612, expected "
            "0.10000000000000001, 0.2 ulp");
  EXPECT_EQ(compareF32({NAN}, {-INFINITY}).beyond,
            "element [0] is nan, expected -inf");
}

TEST(Verify, NaNAndInfinityMustAgree) {
  EXPECT_TRUE(compareF32({NAN, INFINITY}, {NAN, INFINITY}).beyond.empty());
  EXPECT_FALSE(compareF32({NAN}, {1}).beyond.empty());
  EXPECT_FALSE(compareF32({1}, {NAN}).beyond.empty());
  EXPECT_FALSE(compareF32({INFINITY}, {-INFINITY}).beyond.empty());
  // Finite in f64, beyond f32: rounding gives infinity.
  EXPECT_TRUE(compareF32({INFINITY}, {1e39}).beyond.empty());
  EXPECT_FALSE(compareF32({INFINITY}, {3e38}).beyond.empty());
}

TEST(Verify, IntegersAreExact) {
  Result<Difference> difference =
      compare(make<int64_t>(RM_I64, {2}, {1, int64_t(1) << 60}),
              make<int64_t>(RM_I64, {2}, {1, (int64_t(1) << 60) + 1}), 1.0);
  ASSERT_TRUE(difference);
  EXPECT_THAT(difference->beyond, HasSubstr("element [1] is"));
}

TEST(Verify, EmptyResultsPass) {
  EXPECT_TRUE(compareF32({}, {}).beyond.empty());
}

TEST(Verify, ShapesMustAgree) {
  Result<Difference> difference = compare(make<float>(RM_F32, {2}, {1, 1}),
                                          make<double>(RM_F64, {1}, {1}), 0);
  ASSERT_FALSE(difference);
  EXPECT_EQ(difference.message(),
            "it is tensor<2xf32>, the reference gives tensor<1xf64>");
}
