// Temporary file in the target's folder, then rename(2): see the header. The
// name is made here instead of with mkstemp, which would give the file mode
// 0600 instead of the one the user's umask asks for.

#include "runmat/IO/StagedFile.h"

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace runmat::io {

static Error cannotWrite(const std::string &path, const char *why) {
  return Error{path + ": cannot write: " + why};
}

Result<StagedFile> StagedFile::create(const std::string &path) {
  StagedFile file;
  file.givenPath = file.finalPath = path;
  if (path.empty())
    return Error{"cannot write a file with an empty name"};

  struct stat info;
  if (stat(path.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode))
      return cannotWrite(path, "it is a folder, expected the name of a file");
    // Renaming over a device or a pipe would replace it with a plain file.
    if (!S_ISREG(info.st_mode))
      return cannotWrite(path, "it is not a regular file");
    // A link is kept, and what it points to is replaced.
    if (char *resolved = realpath(path.c_str(), nullptr)) {
      file.finalPath = resolved;
      free(resolved);
    }
  }

  size_t slash = file.finalPath.rfind('/');
  size_t nameAt = slash == std::string::npos ? 0 : slash + 1;
  std::string folder = file.finalPath.substr(0, nameAt);
  // The name is cut so that the temporary one keeps within NAME_MAX.
  std::string name = file.finalPath.substr(nameAt).substr(0, 200);
  for (unsigned attempt = 0; attempt < 10000; ++attempt) {
    file.temporaryPath = folder + "." + name + "." + std::to_string(getpid()) +
                         "." + std::to_string(attempt) + ".tmp";
    file.descriptor = open(file.temporaryPath.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file.descriptor >= 0)
      return std::move(file);
    if (errno != EEXIST)
      break;
  }
  file.temporaryPath.clear();
  return cannotWrite(path, strerror(errno));
}

StagedFile::~StagedFile() {
  if (descriptor >= 0)
    close(descriptor);
  if (!temporaryPath.empty())
    unlink(temporaryPath.c_str());
}

void StagedFile::swap(StagedFile &other) noexcept {
  std::swap(descriptor, other.descriptor);
  givenPath.swap(other.givenPath);
  finalPath.swap(other.finalPath);
  temporaryPath.swap(other.temporaryPath);
}

Status StagedFile::write(const void *data, size_t size) {
  const char *from = static_cast<const char *>(data);
  while (size > 0) {
    // Linux writes at most 2^31 - 4096 bytes at once.
    size_t chunk = size < (size_t(1) << 30) ? size : size_t(1) << 30;
    ssize_t written = ::write(descriptor, from, chunk);
    if (written < 0) {
      if (errno == EINTR)
        continue;
      return cannotWrite(givenPath, strerror(errno));
    }
    from += written;
    size -= static_cast<size_t>(written);
  }
  return {};
}

Status StagedFile::finish() {
  int toClose = descriptor;
  descriptor = -1;
  if (toClose >= 0 && close(toClose) != 0)
    return cannotWrite(givenPath, strerror(errno));
  return {};
}

Status StagedFile::commit() {
  if (Status finished = finish(); !finished)
    return finished;
  if (rename(temporaryPath.c_str(), finalPath.c_str()) != 0)
    return cannotWrite(givenPath, strerror(errno));
  temporaryPath.clear();
  return {};
}

} // namespace runmat::io
