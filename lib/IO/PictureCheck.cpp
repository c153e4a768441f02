// PNG: ISO/IEC 15948 (chunk layout, CRC-32 in annex D). JPEG: ITU-T T.81
// (segments and markers, annex B). Only the framing is read, no picture data.

#include "PictureCheck.h"

#include <cstdint>
#include <cstring>
#include <zlib.h>

namespace runmat::io {

static uint32_t bigEndian32(const unsigned char *at) {
  return uint32_t(at[0]) << 24 | uint32_t(at[1]) << 16 | uint32_t(at[2]) << 8 |
         at[3];
}

static std::string truncated(const char *kind, size_t size,
                             const char *expected) {
  return std::string("the ") + kind + " file is truncated: it ends at byte " +
         std::to_string(size) + ", expected " + expected;
}

static std::string checkPng(const std::vector<unsigned char> &bytes) {
  const char *expected = "chunks up to IEND";
  size_t at = 8;
  while (true) {
    if (bytes.size() - at < 12)
      return truncated("PNG", bytes.size(), expected);
    uint64_t length = bigEndian32(&bytes[at]);
    if (bytes.size() - at - 12 < length)
      return truncated("PNG", bytes.size(), expected);
    const unsigned char *type = &bytes[at + 4];
    if (crc32(0, type, uInt(length + 4)) != bigEndian32(type + 4 + length))
      return "byte " + std::to_string(at) +
             ": the PNG file is damaged: a chunk does not match its checksum";
    if (memcmp(type, "IEND", 4) == 0)
      return {};
    at += length + 12;
  }
}

static std::string checkJpeg(const std::vector<unsigned char> &bytes) {
  const char *expected = "segments up to the end-of-image marker FFD9";
  size_t at = 2;
  while (at + 2 <= bytes.size()) {
    if (bytes[at] != 0xff)
      return "byte " + std::to_string(at) +
             ": the JPEG file is damaged: expected a marker";
    unsigned char marker = bytes[at + 1];
    if (marker == 0xff) { // fill byte
      ++at;
      continue;
    }
    at += 2;
    if (marker == 0xd9)
      return {};
    if (at + 2 > bytes.size())
      break;
    size_t length = size_t(bytes[at]) << 8 | bytes[at + 1];
    if (length < 2)
      return "byte " + std::to_string(at) +
             ": the JPEG file is damaged: expected a segment's length";
    at += length;
    if (marker != 0xda)
      continue;
    // Entropy-coded data: up to the next marker that is neither a stuffed zero
    // nor a restart (D0 to D7).
    while (at + 2 <= bytes.size() &&
           (bytes[at] != 0xff || bytes[at + 1] == 0 ||
            (bytes[at + 1] >= 0xd0 && bytes[at + 1] <= 0xd7)))
      ++at;
  }
  return truncated("JPEG", bytes.size(), expected);
}

Status checkPicture(const std::string &path,
                    const std::vector<unsigned char> &bytes) {
  static const unsigned char png[] = {0x89, 'P',  'N',  'G',
                                      '\r', '\n', 0x1a, '\n'};
  std::string problem;
  if (bytes.empty())
    problem = "the file is empty, expected a JPEG or PNG picture";
  else if (bytes.size() >= 8 && memcmp(bytes.data(), png, 8) == 0)
    problem = checkPng(bytes);
  else if (bytes.size() >= 2 && bytes[0] == 0xff && bytes[1] == 0xd8)
    problem = checkJpeg(bytes);
  else
    problem = "byte 0: expected a JPEG or PNG picture (the file starts with "
              "neither's signature)";
  if (!problem.empty())
    return Error{path + ": " + problem};
  return {};
}

} // namespace runmat::io
