// Allocation checks and the views that programs get.

#include "runmat/IO/Tensor.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace runmat;
using namespace runmat::io;
using testing::HasSubstr;

// AddressSanitizer ends the process at a huge request unless told not to.
extern "C" const char *__asan_default_options() {
  return "allocator_may_return_null=1";
}

TEST(Tensor, AllocatesAlignedMemory) {
  Result<Tensor> tensor = Tensor::allocate(RM_F32, {3, 5});
  ASSERT_TRUE(tensor);
  EXPECT_EQ(tensor->elements(), 15);
  EXPECT_EQ(tensor->byteSize(), 60);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor->bytes()) % 64, 0u);
}

TEST(Tensor, EmptyAndScalarArraysHaveAnAddress) {
  Result<Tensor> empty = Tensor::allocate(RM_F64, {4, 0, 2});
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->elements(), 0);
  EXPECT_NE(empty->bytes(), nullptr);
  Result<Tensor> scalar = Tensor::allocate(RM_F64, {});
  ASSERT_TRUE(scalar);
  EXPECT_EQ(scalar->elements(), 1);
}

TEST(Tensor, RefusesSizesThatOverflow) {
  int64_t big = int64_t(1) << 62;
  for (std::vector<int64_t> sizes :
       {std::vector<int64_t>{big, 4}, {big}, {0, big, big}}) {
    Result<Tensor> tensor = Tensor::allocate(RM_F32, sizes);
    ASSERT_FALSE(tensor);
    EXPECT_THAT(tensor.message(), HasSubstr("do not fit"));
  }
}

TEST(Tensor, RefusesNegativeSizesAndHighRanks) {
  EXPECT_THAT(Tensor::allocate(RM_F32, {2, -1}).message(),
              HasSubstr("size -1 is negative"));
  EXPECT_THAT(Tensor::allocate(RM_F32, std::vector<int64_t>(17, 1)).message(),
              HasSubstr("17 dimensions, expected at most 16"));
}

TEST(Tensor, ReportsExhaustedMemory) {
  EXPECT_THAT(Tensor::allocate(RM_I8, {int64_t(1) << 60}).message(),
              HasSubstr("out of memory"));
}

TEST(Tensor, ViewIsRowMajor) {
  Result<Tensor> tensor = Tensor::allocate(RM_F16, {2, 3, 4});
  ASSERT_TRUE(tensor);
  rm_tensor view = tensor->view();
  EXPECT_EQ(view.data, tensor->bytes());
  EXPECT_EQ(view.rank, 3);
  EXPECT_EQ(view.sizes[1], 3);
  EXPECT_EQ(view.strides[0], 24);
  EXPECT_EQ(view.strides[1], 8);
  EXPECT_EQ(view.strides[2], 2);
  EXPECT_EQ(view.owner, nullptr);
}

TEST(Tensor, MergesTheBatchIntoTheChannels) {
  Result<Tensor> tensor = Tensor::allocate(RM_F32, {5, 3, 4, 2});
  ASSERT_TRUE(tensor);
  tensor->mergeLeadingDimensions();
  EXPECT_EQ(tensor->typeText(), "tensor<15x4x2xf32>");
}

TEST(Tensor, WidensSixteenBitFloats) {
  EXPECT_EQ(halfToFloat(0x3c00), 1.0f);
  EXPECT_EQ(halfToFloat(0xc000), -2.0f);
  EXPECT_EQ(halfToFloat(0x0001), std::ldexp(1.0f, -24));
  EXPECT_EQ(halfToFloat(0x7bff), 65504.0f);
  EXPECT_EQ(halfToFloat(0xfc00), -INFINITY);
  EXPECT_TRUE(std::isnan(halfToFloat(0x7e00)));
  EXPECT_EQ(bfloatToFloat(0x3fc0), 1.5f);
}

TEST(Tensor, WritesDynamicSizesAsQuestionMarks) {
  EXPECT_EQ(tensorTypeText(RM_BF16, {RM_DYNAMIC, 4}), "tensor<?x4xbf16>");
  EXPECT_EQ(tensorTypeText(RM_I1, {}), "tensor<i1>");
}
