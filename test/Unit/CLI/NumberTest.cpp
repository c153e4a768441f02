// Scalars from the command line in each dtype, and numbers printed back.

#include "Number.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace runmat;
using namespace runmat::cli;
using testing::HasSubstr;

static std::string roundTrip(const char *text, rm_dtype dtype) {
  Result<io::Tensor> tensor = parseNumber(text, dtype);
  return tensor ? numberText(*tensor, 0) : tensor.message();
}

TEST(Number, RecognisesNumbersOnly) {
  for (const char *text :
       {"1", "-2.5e3", "+.5", "nan", "inf", "-inf", "true", "1e999"})
    EXPECT_TRUE(isNumber(text)) << text;
  for (const char *text : {"", "x.npy", "1x", "1 ", "--1", "+-1", "0x10", "e"})
    EXPECT_FALSE(isNumber(text)) << text;
}

TEST(Number, FloatsPrintTheShortestText) {
  EXPECT_EQ(roundTrip("0.1", RM_F64), "0.1");
  EXPECT_EQ(roundTrip("0.1", RM_F32), "0.1");
  EXPECT_EQ(roundTrip("-0", RM_F32), "-0");
  EXPECT_EQ(roundTrip("1e999", RM_F32), "inf");
  EXPECT_EQ(roundTrip("-nan", RM_F64), "nan");
}

TEST(Number, HalfRoundsToNearestEvenOnce) {
  struct {
    const char *text;
    uint16_t bits;
  } cases[] = {{"1", 0x3c00},
               {"-2", 0xc000},
               {"65504", 0x7bff},
               {"65519.99", 0x7bff},
               {"65520", 0x7c00}, // half way to 65536 goes to even: infinity
               {"6.103515625e-05", 0x0400},
               {"5.960464477539063e-08", 0x0001},
               {"2.9802322387695312e-08", 0x0000}, // half way, to even
               {"2.99e-08", 0x0001},
               {"1.00048828125", 0x3c00}, // half way, to even
               {"1.00146484375", 0x3c02}, // half way, to even
               {"1.0004882812500003", 0x3c01},
               {"inf", 0x7c00},
               {"nan", 0x7e00}};
  for (const auto &test : cases) {
    Result<io::Tensor> tensor = parseNumber(test.text, RM_F16);
    ASSERT_TRUE(tensor);
    EXPECT_EQ(*tensor->data<uint16_t>(), test.bits) << test.text;
  }
}

TEST(Number, BfloatRoundsToNearestEven) {
  struct {
    const char *text;
    uint16_t bits;
  } cases[] = {{"1.5", 0x3fc0},        {"1.00390625", 0x3f80},
               {"1.01171875", 0x3f82}, {"3.39e38", 0x7f7f},
               {"3.4e38", 0x7f80},     {"1e-45", 0x0000}};
  for (const auto &test : cases) {
    Result<io::Tensor> tensor = parseNumber(test.text, RM_BF16);
    ASSERT_TRUE(tensor);
    EXPECT_EQ(*tensor->data<uint16_t>(), test.bits) << test.text;
  }
}

TEST(Number, IntegersMustFit) {
  EXPECT_EQ(roundTrip("-128", RM_I8), "-128");
  EXPECT_EQ(roundTrip("9223372036854775807", RM_I64), "9223372036854775807");
  EXPECT_THAT(roundTrip("128", RM_I8), HasSubstr("from -128 to 127"));
  EXPECT_THAT(roundTrip("1.5", RM_I32), HasSubstr("not a whole number"));
  EXPECT_EQ(roundTrip("true", RM_I1), "true");
  EXPECT_EQ(roundTrip("0", RM_I1), "false");
  EXPECT_THAT(roundTrip("2", RM_I1), HasSubstr("not true, false"));
  EXPECT_THAT(roundTrip("true", RM_F32), HasSubstr("not a number"));
}
