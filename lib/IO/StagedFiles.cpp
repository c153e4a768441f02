// See the header.

#include "runmat/IO/StagedFiles.h"

#include <sys/stat.h>

namespace runmat::io {

static bool isSameFile(const std::string &a, const std::string &b) {
  struct stat first, second;
  return stat(a.c_str(), &first) == 0 && stat(b.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

Result<StagedFile *> StagedFiles::add(const std::string &path) {
  Result<StagedFile> made = StagedFile::create(path);
  if (!made)
    return made.error();
  if (isSameFile(made->target(), input))
    return Error{path + ": cannot write: it is the file that is read, " +
                 input};
  for (const auto &file : files)
    if (file->target() == made->target())
      return Error{path + ": cannot write: it is the same file as " +
                   file->path()};
  files.push_back(std::make_unique<StagedFile>(std::move(*made)));
  return files.back().get();
}

Status StagedFiles::commit() {
  for (const auto &file : files)
    if (Status finished = file->finish(); !finished)
      return finished;
  for (const auto &file : files)
    if (Status committed = file->commit(); !committed)
      return committed;
  return {};
}

} // namespace runmat::io
