// A regular file opened for reading, whose size is known before anything is
// allocated for it: sizes that a damaged header claims are checked against it.

#ifndef RUNMAT_LIB_IO_INPUTFILE_H
#define RUNMAT_LIB_IO_INPUTFILE_H

#include "runmat/Result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace runmat::io {

class InputFile {
public:
  /// Errors: missing, not readable, a folder, not a regular file.
  static Result<InputFile> open(const std::string &path);

  InputFile(InputFile &&other) noexcept
      : descriptor(std::exchange(other.descriptor, -1)),
        name(std::move(other.name)), bytes(other.bytes) {}
  InputFile &operator=(InputFile &&) = delete;
  ~InputFile();

  int64_t size() const { return bytes; }
  const std::string &path() const { return name; }

  /// Reads exactly `count` bytes at `offset`; fewer is an error.
  Status read(int64_t offset, void *to, int64_t count) const;

  /// The whole file; an error above `limit` bytes.
  Result<std::vector<unsigned char>> readAll(int64_t limit) const;

private:
  InputFile() = default;

  int descriptor = -1;
  std::string name;
  int64_t bytes = 0;
};

} // namespace runmat::io

#endif // RUNMAT_LIB_IO_INPUTFILE_H
