// Whole .npy files. What NumPy itself reads and writes is
// test/Python/test_io.py.

#include "runmat/IO/Npy.h"

#include "TestFolder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace runmat;
using namespace runmat::io;
using runmat::test::TestFolder;
using testing::ElementsAre;
using testing::HasSubstr;

static std::string npy(const std::string &descr, const std::string &order,
                       const std::string &shape, const std::string &data) {
  std::string dict = "{'descr': '" + descr + "', 'fortran_order': " + order +
                     ", 'shape': " + shape + "}\n";
  return std::string("\x93NUMPY\x01\x00", 8) + char(dict.size()) + '\0' + dict +
         data;
}

TEST(Npy, RoundTripKeepsEveryDtypeAndShape) {
  TestFolder folder;
  for (int dtype = RM_F64; dtype <= RM_I64; ++dtype)
    for (std::vector<int64_t> sizes :
         {std::vector<int64_t>{}, {1}, {0, 3}, {2, 3, 5}}) {
      Result<Tensor> tensor = Tensor::allocate(rm_dtype(dtype), sizes);
      ASSERT_TRUE(tensor);
      for (int64_t i = 0; i < tensor->byteSize(); ++i)
        tensor->data<uint8_t>()[i] = dtype == RM_I1 ? i % 2 : uint8_t(37 * i);
      std::string path = folder.path("t.npy");
      Status written = writeNpy(path, *tensor);
      ASSERT_TRUE(written) << written.message();
      Result<Tensor> back = readNpy(path, rm_dtype(dtype));
      ASSERT_TRUE(back) << back.message();
      EXPECT_EQ(back->typeText(), tensor->typeText());
      EXPECT_EQ(0, memcmp(back->bytes(), tensor->bytes(), tensor->byteSize()));
    }
}

TEST(Npy, ColumnMajorBecomesRowMajor) {
  TestFolder folder;
  // [2, 3, 2]: element (i, j, k) is stored at i + 2 j + 6 k.
  std::string data;
  for (char i = 0; i < 12; ++i)
    data += i;
  std::string path =
      folder.write("f.npy", npy("|i1", "True", "(2, 3, 2)", data));
  Result<Tensor> tensor = readNpy(path);
  ASSERT_TRUE(tensor) << tensor.message();
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 2; ++k)
        EXPECT_EQ(tensor->element(i * 6 + j * 2 + k), i + 2 * j + 6 * k);
}

TEST(Npy, SwapsBigEndian) {
  TestFolder folder;
  std::string path = folder.write(
      "b.npy", npy(">i4", "False", "(1,)", std::string("\0\0\1\2", 4)));
  Result<Tensor> tensor = readNpy(path);
  ASSERT_TRUE(tensor) << tensor.message();
  EXPECT_EQ(tensor->data<int32_t>()[0], 258);
}

TEST(Npy, AnyNonZeroByteIsTrue) {
  TestFolder folder;
  std::string path = folder.write(
      "b.npy", npy("|b1", "False", "(3,)", std::string("\0\1\7", 3)));
  Result<Tensor> tensor = readNpy(path);
  ASSERT_TRUE(tensor) << tensor.message();
  EXPECT_EQ(tensor->data<uint8_t>()[2], 1);
}

TEST(Npy, RawPairsAreBf16OnlyWhereExpected) {
  TestFolder folder;
  std::string path =
      folder.write("v.npy", npy("<V2", "False", "(1,)", "\xc0\x3f"));
  Result<Tensor> tensor = readNpy(path, RM_BF16);
  ASSERT_TRUE(tensor) << tensor.message();
  EXPECT_EQ(tensor->element(0), 1.5);
  EXPECT_THAT(readNpy(path, RM_F16).message(),
              HasSubstr("only where bf16 is expected"));
}

TEST(Npy, RefusedDtypesSayWhatToConvertTo) {
  TestFolder folder;
  struct {
    const char *descr, *message;
  } cases[] = {{"|u1", "convert to int16"},
               {"<u4", "convert to int64"},
               {"<u8", "float64"},
               {"<c8", "complex numbers"},
               {"|O", "Python objects"},
               {"<U4", "expected one of f2 f4 f8"},
               {"|f4", "byte order '<'"},
               {"", "expected one of"},
               {"<f16", "extended precision"}};
  for (const auto &test : cases) {
    std::string path =
        folder.write("r.npy", npy(test.descr, "False", "()", ""));
    EXPECT_THAT(readNpy(path).message(), HasSubstr(test.message));
  }
}

TEST(Npy, ClaimedSizesAreCheckedAgainstTheFile) {
  TestFolder folder;
  struct {
    const char *shape, *message;
  } cases[] = {
      {"(5,)",
       "the data is truncated: 16 bytes, expected 20 for tensor<5xf32>"},
      {"(3,)", "there is more after the data: 16 bytes, expected 12"},
      {"(4611686018427387904, 4)", "'shape': the bytes of"},
      {"(0, 4611686018427387904, 4)", "'shape': the bytes of"},
      {"(1000000000000,)", "the data is truncated"},
      {"(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,4)", "17 dimensions"}};
  for (const auto &test : cases) {
    std::string path = folder.write(
        "s.npy", npy("<f4", "False", test.shape, std::string(16, 'x')));
    Result<Tensor> tensor = readNpy(path);
    ASSERT_FALSE(tensor) << test.shape;
    EXPECT_THAT(tensor.message(), HasSubstr(test.message));
  }
}

TEST(Npy, EveryTruncationIsAnError) {
  TestFolder folder;
  std::string whole =
      npy("<f4", "False", "(2,)", std::string("\0\1\2\3\4\5\6\7", 8));
  for (size_t length = 0; length < whole.size(); ++length) {
    std::string path = folder.write("t.npy", whole.substr(0, length));
    Result<Tensor> tensor = readNpy(path);
    ASSERT_FALSE(tensor) << length;
    EXPECT_EQ(tensor.message().find('\n'), std::string::npos);
  }
}

TEST(Npy, FailedWriteLeavesNothing) {
  TestFolder folder;
  Result<Tensor> tensor = Tensor::allocate(RM_F32, {2});
  ASSERT_TRUE(tensor);
  std::string missing = folder.path("no/such/t.npy");
  EXPECT_THAT(writeNpy(missing, *tensor).message(),
              HasSubstr("cannot write: No such file or directory"));
  EXPECT_EQ(folder.files(), 0u);
}
