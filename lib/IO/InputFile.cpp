// POSIX reads, retried when interrupted: see the header.

#include "InputFile.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace runmat::io {

static Error cannotRead(const std::string &path, const std::string &why) {
  return Error{path + ": cannot read: " + why};
}

Result<InputFile> InputFile::open(const std::string &path) {
  // O_NONBLOCK: opening a pipe that nobody writes must not hang.
  int descriptor =
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0)
    return cannotRead(path, strerror(errno));
  InputFile file;
  file.descriptor = descriptor;
  file.name = path;
  struct stat info;
  if (fstat(descriptor, &info) != 0)
    return cannotRead(path, strerror(errno));
  if (S_ISDIR(info.st_mode))
    return cannotRead(path, "it is a folder, expected a file");
  if (!S_ISREG(info.st_mode))
    return cannotRead(path, "it is not a regular file");
  file.bytes = info.st_size;
  return std::move(file);
}

InputFile::~InputFile() {
  if (descriptor >= 0)
    close(descriptor);
}

Status InputFile::read(int64_t offset, void *to, int64_t count) const {
  char *at = static_cast<char *>(to);
  while (count > 0) {
    size_t chunk = static_cast<size_t>(std::min<int64_t>(count, 1 << 30));
    ssize_t got = pread(descriptor, at, chunk, offset);
    if (got < 0) {
      if (errno == EINTR)
        continue;
      return cannotRead(name, strerror(errno));
    }
    if (got == 0)
      return cannotRead(name, "it ends at byte " + std::to_string(offset) +
                                  ", expected " + std::to_string(count) +
                                  " more bytes");
    at += got;
    offset += got;
    count -= got;
  }
  return {};
}

Result<std::vector<unsigned char>> InputFile::readAll(int64_t limit) const {
  if (bytes > limit)
    return cannotRead(name, "it has " + std::to_string(bytes) +
                                " bytes, expected at most " +
                                std::to_string(limit));
  std::vector<unsigned char> content(static_cast<size_t>(bytes));
  if (Status status = read(0, content.data(), bytes); !status)
    return status.error();
  return std::move(content);
}

} // namespace runmat::io
