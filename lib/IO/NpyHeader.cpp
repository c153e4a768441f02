// Recursive descent over the dict literal. The first error is kept with the
// byte offset in the file where it was seen, and everything after it is
// skipped.

#include "NpyHeader.h"

#include <cstring>
#include <limits>

namespace runmat::io {

Result<NpyPreamble> parseNpyPreamble(const std::string &path,
                                     const unsigned char *bytes,
                                     int64_t available, int64_t fileSize) {
  static const unsigned char magic[] = {0x93, 'N', 'U', 'M', 'P', 'Y'};
  if (fileSize == 0)
    return Error{path + ": the file is empty, expected a .npy file"};
  if (memcmp(bytes, magic, available < 6 ? available : 6) != 0)
    return Error{path + ": byte 0: not a .npy file, expected the magic string "
                        "\\x93NUMPY"};
  auto truncated = [&](int64_t needed) {
    return Error{path + ": the header is truncated: the file ends at byte " +
                 std::to_string(fileSize) + ", expected at least " +
                 std::to_string(needed) + " bytes"};
  };
  if (available < 8)
    return truncated(8);
  int major = bytes[6], minor = bytes[7];
  if (major < 1 || major > 3 || minor != 0)
    return Error{path + ": byte 6: format version " + std::to_string(major) +
                 "." + std::to_string(minor) + ", expected 1.0, 2.0 or 3.0"};
  NpyPreamble preamble;
  int lengthBytes = major == 1 ? 2 : 4;
  preamble.headerOffset = 8 + lengthBytes;
  if (available < preamble.headerOffset)
    return truncated(preamble.headerOffset);
  for (int i = 0; i < lengthBytes; ++i)
    preamble.headerSize |= int64_t(bytes[8 + i]) << (8 * i);
  if (preamble.headerSize > maxNpyHeader)
    return Error{path + ": byte 8: the header has " +
                 std::to_string(preamble.headerSize) +
                 " bytes, expected at most " + std::to_string(maxNpyHeader)};
  if (preamble.dataOffset() > fileSize)
    return truncated(preamble.dataOffset());
  return preamble;
}

namespace {

class HeaderParser {
public:
  HeaderParser(const std::string &path, const std::string &text, int64_t offset)
      : path(path), text(text), offset(offset) {}

  Result<NpyHeader> parse() {
    NpyHeader header;
    parseDict(header);
    skipSpace();
    if (!failed() && at != text.size())
      fail("expected only white space after the dict");
    for (int key = 0; key < 3; ++key)
      if (!failed() && !seen[key])
        return Error{path + ": header: key '" + keys[key] +
                     "' is missing, expected 'descr', 'fortran_order' and "
                     "'shape'"};
    if (failed())
      return Error{problem};
    return header;
  }

private:
  static constexpr const char *keys[3] = {"descr", "fortran_order", "shape"};

  bool failed() const { return !problem.empty(); }

  void failAt(size_t position, const std::string &message) {
    if (failed())
      return;
    problem = path + ": header, byte " + std::to_string(offset + position) +
              ": " + message;
  }

  /// Says what stands at the cursor instead.
  void fail(const std::string &expected) {
    std::string found = "the end of the header";
    if (at < text.size()) {
      unsigned char c = text[at];
      char hex[8];
      snprintf(hex, sizeof hex, "0x%02x", c);
      found = c >= 0x20 && c < 0x7f ? "'" + std::string(1, char(c)) + "'"
                                    : "byte " + std::string(hex);
    }
    failAt(at, expected + ", found " + found);
  }

  void skipSpace() {
    while (at < text.size() && strchr(" \t\r\n\f\v", text[at]) && text[at])
      ++at;
  }

  bool take(char c) {
    skipSpace();
    if (failed() || at >= text.size() || text[at] != c)
      return false;
    ++at;
    return true;
  }

  void expect(char c, const char *where) {
    if (!take(c))
      fail(std::string("expected '") + c + "' " + where);
  }

  bool takeWord(const char *word) {
    skipSpace();
    size_t length = strlen(word);
    if (failed() || text.compare(at, length, word) != 0)
      return false;
    at += length;
    return true;
  }

  std::string parseString(const char *what) {
    skipSpace();
    char quote = at < text.size() ? text[at] : '\0';
    if (quote != '\'' && quote != '"') {
      fail(std::string("expected ") + what + " in quotes");
      return {};
    }
    size_t start = ++at;
    // Neither a key nor a dtype has escapes or anything unprintable.
    while (at < text.size() && text[at] != quote && text[at] != '\\' &&
           text[at] >= 0x20 && text[at] < 0x7f)
      ++at;
    if (at >= text.size() || text[at] != quote) {
      fail(std::string("expected the closing quote of ") + what);
      return {};
    }
    return text.substr(start, at++ - start);
  }

  void parseDict(NpyHeader &header) {
    expect('{', "at the start of the header");
    while (!failed() && !take('}')) {
      size_t keyAt = at;
      std::string key = parseString("a key");
      if (failed())
        return;
      int index = 0;
      while (index < 3 && key != keys[index])
        ++index;
      if (index == 3)
        return failAt(keyAt, "unknown key '" + key +
                                 "', expected 'descr', 'fortran_order' or "
                                 "'shape'");
      if (seen[index])
        return failAt(keyAt, "key '" + key + "' is repeated");
      seen[index] = true;
      expect(':', "after a key");
      if (index == 0)
        parseDescr(header);
      else if (index == 1)
        parseOrder(header);
      else
        parseShape(header);
      if (failed())
        return;
      if (!take(',')) {
        expect('}', "or ',' after a value");
        return;
      }
    }
  }

  void parseDescr(NpyHeader &header) {
    skipSpace();
    if (at < text.size() && (text[at] == '[' || text[at] == '('))
      return failAt(at, "'descr' is a structured dtype, expected a plain one "
                        "such as '<f4'");
    header.descr = parseString("the value of 'descr'");
  }

  void parseOrder(NpyHeader &header) {
    if (takeWord("True"))
      header.fortranOrder = true;
    else if (!takeWord("False"))
      fail("expected True or False as the value of 'fortran_order'");
  }

  void parseShape(NpyHeader &header) {
    expect('(', "at the start of the value of 'shape'");
    bool comma = true;
    while (!failed() && !take(')')) {
      if (!comma)
        return fail("expected ',' or ')' in 'shape'");
      header.sizes.push_back(parseSize());
      comma = take(',');
    }
    // Python reads (3) as a number: a tuple of one needs its comma.
    if (!failed() && header.sizes.size() == 1 && !comma)
      failAt(at - 1, "expected ',' after the only size in 'shape'");
  }

  int64_t parseSize() {
    skipSpace();
    size_t start = at;
    if (at < text.size() && text[at] == '-') {
      failAt(at, "negative size in 'shape', expected 0 or more");
      return 0;
    }
    int64_t value = 0;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
      int digit = text[at] - '0';
      if (value > (std::numeric_limits<int64_t>::max() - digit) / 10) {
        failAt(start, "size in 'shape' does not fit in 64 bits");
        return 0;
      }
      value = value * 10 + digit;
      ++at;
    }
    if (at == start)
      fail("expected a size in 'shape'");
    if (at < text.size() && text[at] == 'L')
      ++at;
    return value;
  }

  const std::string &path;
  const std::string &text;
  int64_t offset;
  size_t at = 0;
  bool seen[3] = {false, false, false};
  std::string problem;
};

} // namespace

Result<NpyHeader> parseNpyHeader(const std::string &path,
                                 const std::string &text, int64_t offset) {
  return HeaderParser(path, text, offset).parse();
}

} // namespace runmat::io
