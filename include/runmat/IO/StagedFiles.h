// The outputs of one run: all of them appear, or none.

#ifndef RUNMAT_IO_STAGEDFILES_H
#define RUNMAT_IO_STAGEDFILES_H

#include "runmat/IO/StagedFile.h"

#include <memory>
#include <string>
#include <vector>

namespace runmat::io {

class StagedFiles {
public:
  /// `input`: the file that the outputs are made from, which none of them may
  /// replace; empty or one that does not exist: none.
  explicit StagedFiles(std::string input) : input(std::move(input)) {}

  /// Stages a file; the pointer stays valid. Errors: those of
  /// StagedFile::create; a name of the input, or of a file that is staged
  /// already.
  Result<StagedFile *> add(const std::string &path);

  /// Finishes all of them, then gives them their names. Only a failing rename
  /// can stop it half way.
  Status commit();

private:
  std::string input;
  std::vector<std::unique_ptr<StagedFile>> files;
};

} // namespace runmat::io

#endif // RUNMAT_IO_STAGEDFILES_H
