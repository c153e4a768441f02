// A bar on the last line of a terminal, for work that takes seconds. Where the
// stream is no terminal it prints nothing, so logs stay clean.

#ifndef RUNMAT_IO_PROGRESSBAR_H
#define RUNMAT_IO_PROGRESSBAR_H

#include <cstddef>
#include <string>

namespace runmat::io {

class ProgressBar {
public:
  /// `label` stands in front of the bar, on standard error.
  explicit ProgressBar(std::string label);
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar &) = delete;
  ProgressBar &operator=(const ProgressBar &) = delete;

  void update(size_t done, size_t total);

  /// Wipes the line, as done before anything else is printed.
  void clear();

private:
  std::string label;
  bool terminal;
  bool shown = false;
};

} // namespace runmat::io

#endif // RUNMAT_IO_PROGRESSBAR_H
