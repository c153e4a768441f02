// PNG there and back, and the checks on damaged files. JPEG files and folders
// are test/Python/test_io.py.

#include "runmat/IO/Picture.h"

#include "PictureCheck.h"
#include "TestFolder.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace runmat;
using namespace runmat::io;
using runmat::test::TestFolder;
using testing::HasSubstr;

static Tensor ramp(std::vector<int64_t> sizes) {
  Tensor tensor = *Tensor::allocate(RM_F32, std::move(sizes));
  for (int64_t i = 0; i < tensor.elements(); ++i)
    tensor.data<float>()[i] = float(i % 256) / 255.0f;
  return tensor;
}

TEST(Picture, PngRoundTripIsExactForEightBitValues) {
  TestFolder folder;
  std::string path = folder.path("p.png");
  for (std::vector<int64_t> sizes : {std::vector<int64_t>{5, 7},
                                     {1, 5, 7},
                                     {3, 5, 7},
                                     {4, 5, 7},
                                     {1, 3, 5, 7}}) {
    Tensor tensor = ramp(sizes);
    Status written = writePng(path, tensor);
    ASSERT_TRUE(written) << written.message();
    Result<Tensor> back = readPicture(path);
    ASSERT_TRUE(back) << back.message();
    EXPECT_EQ(back->rank(), 3);
    ASSERT_EQ(back->elements(), tensor.elements());
    for (int64_t i = 0; i < tensor.elements(); ++i)
      EXPECT_EQ(back->data<float>()[i], tensor.data<float>()[i]);
  }
}

TEST(Picture, ValuesOutsideAreClampedAndNaNIsZero) {
  TestFolder folder;
  Tensor tensor = *Tensor::allocate(RM_F32, {1, 4});
  float values[] = {-3.0f, 7.0f, NAN, 0.5f};
  std::copy(values, values + 4, tensor.data<float>());
  ASSERT_TRUE(writePng(folder.path("p.png"), tensor));
  Result<Tensor> back = readPicture(folder.path("p.png"));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->element(0), 0.0);
  EXPECT_EQ(back->element(1), 1.0);
  EXPECT_EQ(back->element(2), 0.0);
  EXPECT_EQ(back->data<float>()[3], 128.0f / 255.0f);
}

TEST(Picture, OtherShapesAndTypesAreRefused) {
  TestFolder folder;
  std::string path = folder.path("p.png");
  for (std::vector<int64_t> sizes : {std::vector<int64_t>{4},
                                     {},
                                     {2, 4, 4},
                                     {5, 4, 4},
                                     {2, 3, 4, 4},
                                     {1, 1, 3, 4, 4}}) {
    Status written = writePng(path, ramp(sizes));
    ASSERT_FALSE(written);
    EXPECT_THAT(written.message(), HasSubstr("expected f32 [h, w]"));
  }
  EXPECT_THAT(writePng(path, *Tensor::allocate(RM_F64, {4, 4})).message(),
              HasSubstr("tensor<4x4xf64>"));
  EXPECT_THAT(writePng(path, ramp({0, 4})).message(),
              HasSubstr("expected sizes from 1"));
  EXPECT_EQ(folder.files(), 0u);
}

TEST(Picture, EveryTruncationOfAPngIsAnError) {
  TestFolder folder;
  ASSERT_TRUE(writePng(folder.path("p.png"), ramp({3, 5, 7})));
  std::string whole = folder.read("p.png");
  for (size_t length = 0; length < whole.size(); ++length) {
    Result<Tensor> picture =
        readPicture(folder.write("t.png", whole.substr(0, length)));
    ASSERT_FALSE(picture) << length;
  }
}

TEST(Picture, DamagedChunksAreFoundByTheirChecksum) {
  TestFolder folder;
  ASSERT_TRUE(writePng(folder.path("p.png"), ramp({3, 5, 7})));
  std::string bytes = folder.read("p.png");
  bytes[bytes.size() / 2] ^= 1;
  EXPECT_THAT(readPicture(folder.write("d.png", bytes)).message(),
              HasSubstr("does not match its checksum"));
}

TEST(Picture, JpegFramingIsWalkedToItsEnd) {
  // Start, a segment that holds an end marker (a thumbnail would), scan data
  // with a stuffed zero and a restart marker, end.
  std::string bytes("\xff\xd8\xff\xe0\x00\x06\xff\xd9\x00\x00", 10);
  bytes += std::string("\xff\xda\x00\x02\x12\xff\x00\xff\xd0\x34", 10);
  auto check = [](const std::string &text) {
    return checkPicture("p.jpg", {text.begin(), text.end()});
  };
  EXPECT_THAT(check(bytes).message(), HasSubstr("JPEG file is truncated"));
  EXPECT_TRUE(check(bytes + "\xff\xd9"));
  EXPECT_THAT(check("\xff\xd8zz").message(), HasSubstr("expected a marker"));
  EXPECT_THAT(check("GIF89a").message(), HasSubstr("JPEG or PNG"));
}

TEST(Picture, NamesDecideInAnyCase) {
  EXPECT_TRUE(hasPictureName("a/b.JPG"));
  EXPECT_TRUE(hasPictureName("b.jpeg"));
  EXPECT_TRUE(hasPictureName("b.x.Png"));
  EXPECT_FALSE(hasPictureName("png"));
  EXPECT_FALSE(hasPictureName("a.npy"));
}
