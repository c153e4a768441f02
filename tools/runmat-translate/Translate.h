// What runmat-translate does, apart from reading its command line.

#ifndef RUNMAT_TOOLS_RUNMAT_TRANSLATE_TRANSLATE_H
#define RUNMAT_TOOLS_RUNMAT_TRANSLATE_TRANSLATE_H

#include <string>

namespace runmat {

struct TranslateOptions {
  std::string input = "-"; // "-": standard input
  /// The SPIR-V of a program, or the text of a module (then empty or "-" is
  /// standard output).
  std::string output;
  /// A module to text, instead of a program to a module.
  bool disassemble = false;
  /// Of the device: its name, or a file of `runmat devices --json`.
  std::string profile = "generic";
  bool noFusion = false;
};

/// Does it and returns the process's exit code: 1 after bad input, 2 for a
/// profile that is none.
int translate(const TranslateOptions &options);

} // namespace runmat

#endif // RUNMAT_TOOLS_RUNMAT_TRANSLATE_TRANSLATE_H
