// The dict literal's grammar: what is accepted, and one message for each way to
// be wrong.

#include "NpyHeader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace runmat;
using namespace runmat::io;
using testing::ElementsAre;
using testing::HasSubstr;

static Result<NpyHeader> parse(const std::string &text) {
  return parseNpyHeader("a.npy", text, 10);
}

TEST(NpyHeader, ReadsWhatNumPyWrites) {
  Result<NpyHeader> header =
      parse("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }  \n");
  ASSERT_TRUE(header) << header.message();
  EXPECT_EQ(header->descr, "<f4");
  EXPECT_FALSE(header->fortranOrder);
  EXPECT_THAT(header->sizes, ElementsAre(2, 3));
}

TEST(NpyHeader, AcceptsOtherSpacingAndOrder) {
  Result<NpyHeader> header =
      parse("{ \"shape\":(7L,),\n'fortran_order' :True , 'descr':'>i8'}");
  ASSERT_TRUE(header) << header.message();
  EXPECT_TRUE(header->fortranOrder);
  EXPECT_THAT(header->sizes, ElementsAre(7));
}

TEST(NpyHeader, ReadsScalarsAndLongHeaders) {
  std::string text = "{'descr': '<f4', 'fortran_order': False, 'shape': ()}";
  Result<NpyHeader> header = parse(text + std::string(100000, ' '));
  ASSERT_TRUE(header) << header.message();
  EXPECT_TRUE(header->sizes.empty());
}

TEST(NpyHeader, NamesTheByteAndTheExpected) {
  struct {
    const char *text, *message;
  } cases[] = {
      {"", "byte 10: expected '{' at the start of the header, found the end of "
           "the header"},
      {"{'descr': '<f4'", "byte 25: expected '}' or ',' after a value"},
      {"{'descr' '<f4'}", "byte 19: expected ':' after a key, found '''"},
      {"{descr: 1}", "byte 11: expected a key in quotes, found 'd'"},
      {"{'descr': 'a", "expected the closing quote of the value of 'descr'"},
      {"{'descr': 'a\\n'}", "found '\\'"},
      {"{'descr': [('x', '<f4')]}", "'descr' is a structured dtype"},
      {"{'color': 1}", "byte 11: unknown key 'color'"},
      {"{'descr': '<f4', 'descr': '<f4'}", "byte 27: key 'descr' is repeated"},
      {"{'fortran_order': false}", "expected True or False"},
      {"{'shape': [1, 2]}", "byte 20: expected '(' at the start of the value "
                            "of 'shape', found '['"},
      {"{'shape': (3)}", "byte 22: expected ',' after the only size"},
      {"{'shape': (3 4)}", "expected ',' or ')' in 'shape', found '4'"},
      {"{'shape': (,)}", "expected a size in 'shape', found ','"},
      {"{'shape': (2, -1)}", "byte 24: negative size in 'shape'"},
      {"{'shape': (2, 1e3)}", "expected ',' or ')' in 'shape', found 'e'"},
      {"{'shape': (9223372036854775808,)}", "does not fit in 64 bits"},
      {"{'descr': '<f4', 'fortran_order': True}", "key 'shape' is missing"},
      {"{'descr': '<f4', 'shape': ()}", "key 'fortran_order' is missing"},
      {"{'fortran_order': True, 'shape': ()}", "key 'descr' is missing"},
      {"{} x", "expected only white space after the dict, found 'x'"},
  };
  for (const auto &test : cases) {
    Result<NpyHeader> header = parse(test.text);
    ASSERT_FALSE(header) << test.text;
    EXPECT_THAT(header.message(), HasSubstr(test.message)) << test.text;
    EXPECT_EQ(header.message().rfind("a.npy: header", 0), 0u);
  }
}

TEST(NpyHeader, IsNoLongerThanAMebibyte) {
  // Version 2, whose length has 4 bytes: 1 MiB, and 1 byte more.
  unsigned char bytes[12] = {0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, 0, 0, 16, 0};
  int64_t size = int64_t(1) << 31;
  EXPECT_TRUE(parseNpyPreamble("a.npy", bytes, 12, size));
  bytes[8] = 1;
  EXPECT_EQ(parseNpyPreamble("a.npy", bytes, 12, size).message(),
            "a.npy: byte 8: the header has 1048577 bytes, expected at most "
            "1048576");
}

TEST(NpyHeader, ShowsUnprintableBytesAsNumbers) {
  std::string text(1, '\0');
  EXPECT_THAT(parse(text).message(), HasSubstr("found byte 0x00"));
}
