// The header of a .npy file: a magic string, a version, a length and a Python
// dict literal. Only this literal's grammar is accepted, never Python itself.
// Format: numpy.lib.format (NEP 1), versions 1.0, 2.0 and 3.0.

#ifndef RUNMAT_LIB_IO_NPYHEADER_H
#define RUNMAT_LIB_IO_NPYHEADER_H

#include "runmat/Result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace runmat::io {

/// What the header says, before the dtype is interpreted.
struct NpyHeader {
  std::string descr;         // "<f4"
  bool fortranOrder = false; // first dimension contiguous
  std::vector<int64_t> sizes;
};

/// The bytes in front of the dict: magic, version and the dict's length.
struct NpyPreamble {
  int64_t headerOffset = 0; // 10 in version 1, 12 in versions 2 and 3
  int64_t headerSize = 0;
  int64_t dataOffset() const { return headerOffset + headerSize; }
};

/// The longest dict that is read, padding included. NumPy writes 118 bytes for
/// a plain array: a header that claims more than this is damaged.
inline constexpr int64_t maxNpyHeader = int64_t(1) << 20;

/// `bytes` are the file's first `available` bytes (12 are enough), `fileSize`
/// its length. Errors start with `path` and name the byte offset.
Result<NpyPreamble> parseNpyPreamble(const std::string &path,
                                     const unsigned char *bytes,
                                     int64_t available, int64_t fileSize);

/// `text` is the dict with its padding; it starts at byte `offset` of the file.
/// Keys in any order, any spacing, a trailing comma, Python 2's 10L are
/// accepted; missing, repeated and unknown keys are not.
Result<NpyHeader> parseNpyHeader(const std::string &path,
                                 const std::string &text, int64_t offset);

} // namespace runmat::io

#endif // RUNMAT_LIB_IO_NPYHEADER_H
