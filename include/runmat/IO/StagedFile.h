// A file that appears whole or not at all: it is written under a temporary
// name in the folder of its final name and renamed when its owner commits.
// Several outputs are staged first and committed together afterwards, so that
// a failing one leaves no half of a set behind (StagedFiles.h).

#ifndef RUNMAT_IO_STAGEDFILE_H
#define RUNMAT_IO_STAGEDFILE_H

#include "runmat/Result.h"

#include <cstddef>
#include <string>

namespace runmat::io {

/// Move-only. Whatever is not committed is removed by the destructor, and by a
/// signal that ends the process where main asked for it (RemoveOnSignal.h). The
/// rename is atomic for readers; it does not wait for the disk (no fsync).
class StagedFile {
public:
  /// Creates the temporary file. Symbolic links at `path` are followed, so they
  /// stay, and what they lead to is replaced, or made where it is missing. The
  /// new file has the mode of the one it replaces. Errors: no such folder, no
  /// right to write, `path` leads to a folder or anything else that is no
  /// regular file, to something under /dev or /proc, or to the file that
  /// standard output or standard error goes to.
  static Result<StagedFile> create(const std::string &path);

  StagedFile(StagedFile &&other) noexcept { swap(other); }
  StagedFile &operator=(StagedFile &&other) noexcept {
    swap(other);
    return *this;
  }
  ~StagedFile();

  /// Appends. Errors (the disk is full) name the final path.
  Status write(const void *data, size_t size);

  /// Closes the file, where a delayed write error shows. Call before commit().
  Status finish();

  /// Renames to the final name, replacing what was there.
  Status commit();

  /// The name as it was given.
  const std::string &path() const { return givenPath; }

  /// Where the file will be, without symbolic links: the same for all names of
  /// one place.
  const std::string &target() const { return finalPath; }

private:
  StagedFile() = default;
  void swap(StagedFile &other) noexcept;

  int descriptor = -1;
  std::string givenPath;
  std::string finalPath;
  std::string temporaryPath;
};

} // namespace runmat::io

#endif // RUNMAT_IO_STAGEDFILE_H
