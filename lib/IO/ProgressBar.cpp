// Redraws one line in place; see the header.

#include "runmat/IO/ProgressBar.h"

#include <cstdio>
#include <unistd.h>

namespace runmat::io {

ProgressBar::ProgressBar(std::string label)
    : label(std::move(label)), terminal(isatty(STDERR_FILENO) != 0) {}

void ProgressBar::update(size_t done, size_t total) {
  if (!terminal || total == 0)
    return;
  constexpr size_t width = 30;
  size_t filled = width * done / total;
  std::string bar(filled, '#');
  bar.append(width - filled, '.');
  fprintf(stderr, "\r%s [%s] %zu/%zu", label.c_str(), bar.c_str(), done, total);
  fflush(stderr);
  shown = true;
}

void ProgressBar::clear() {
  if (shown)
    fputs("\r\033[K", stderr); // carriage return, then erase to the line's end
  shown = false;
}

} // namespace runmat::io
