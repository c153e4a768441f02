// Temporary file in the target's folder, then rename(2): see the header. The
// name is made here instead of with mkstemp, which would give the file mode
// 0600 instead of the one the user's umask asks for.

#include "runmat/IO/StagedFile.h"

#include "runmat/IO/RemoveOnSignal.h"

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

static bool isUnder(const std::string &path, const char *folder) {
  return path.rfind(folder, 0) == 0;
}

/// Follows symbolic links, missing ends included, to a path without any.
static Result<std::string> resolve(const std::string &path) {
  constexpr int mostLinks = 40; // Linux's own limit
  std::string at = path;
  for (int links = 0; links <= mostLinks; ++links) {
    size_t slash = at.rfind('/');
    std::string name = at.substr(slash == std::string::npos ? 0 : slash + 1);
    std::string folder = slash == std::string::npos ? "." : at.substr(0, slash);
    if (name.empty() || name == "." || name == "..")
      return cannotWrite(path, "it is a folder, expected the name of a file");
    char *real = realpath(folder.empty() ? "/" : folder.c_str(), nullptr);
    if (!real)
      return cannotWrite(path, strerror(errno));
    folder = strcmp(real, "/") == 0 ? "" : real;
    free(real);
    at = folder + "/" + name;
    // /dev/stdout leads to the file that the output of this process is sent to.
    if (isUnder(at, "/proc/") ||
        (isUnder(at, "/dev/") && !isUnder(at, "/dev/shm/")))
      return cannotWrite(path, "it leads to a device or a file of the system");
    char target[PATH_MAX];
    ssize_t length = readlink(at.c_str(), target, sizeof target);
    if (length < 0)
      return at;
    std::string next(target, size_t(length));
    at = next.rfind('/', 0) == 0 ? next : folder + "/" + next;
  }
  return cannotWrite(path, strerror(ELOOP));
}

/// Whether one of the process's streams goes to this file.
static bool isStream(const struct stat &file) {
  for (int stream : {STDOUT_FILENO, STDERR_FILENO}) {
    struct stat info;
    if (fstat(stream, &info) == 0 && info.st_dev == file.st_dev &&
        info.st_ino == file.st_ino)
      return true;
  }
  return false;
}

Result<StagedFile> StagedFile::create(const std::string &path) {
  StagedFile file;
  file.givenPath = path;
  if (path.empty())
    return Error{"cannot write a file with an empty name"};

  struct stat info;
  bool replaces = stat(path.c_str(), &info) == 0;
  if (replaces && S_ISDIR(info.st_mode))
    return cannotWrite(path, "it is a folder, expected the name of a file");
  // Renaming over a device or a pipe would replace it with a plain file.
  if (replaces && !S_ISREG(info.st_mode))
    return cannotWrite(path, "it is not a regular file");
  if (replaces && isStream(info))
    return cannotWrite(path, "standard output or standard error goes there");
  Result<std::string> resolved = resolve(path);
  if (!resolved)
    return resolved.error();
  file.finalPath = *resolved;

  size_t nameAt = file.finalPath.rfind('/') + 1;
  std::string folder = file.finalPath.substr(0, nameAt);
  // The name is cut so that the temporary one keeps within NAME_MAX.
  std::string name = file.finalPath.substr(nameAt).substr(0, 200);
  HoldEndingSignals hold;
  for (unsigned attempt = 0; attempt < 10000; ++attempt) {
    file.temporaryPath = folder + "." + name + "." + std::to_string(getpid()) +
                         "." + std::to_string(attempt) + ".tmp";
    file.descriptor = open(file.temporaryPath.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file.descriptor >= 0 || errno != EEXIST)
      break;
  }
  if (file.descriptor < 0) {
    file.temporaryPath.clear();
    return cannotWrite(path, strerror(errno));
  }
  removeOnSignal(file.temporaryPath);
  if (replaces && fchmod(file.descriptor, info.st_mode & 0777) != 0)
    return cannotWrite(path, strerror(errno));
  return std::move(file);
}

StagedFile::~StagedFile() {
  if (descriptor >= 0)
    close(descriptor);
  if (!temporaryPath.empty()) {
    unlink(temporaryPath.c_str());
    keepOnSignal(temporaryPath);
  }
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
  keepOnSignal(temporaryPath);
  temporaryPath.clear();
  return {};
}

} // namespace runmat::io
