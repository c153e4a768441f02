// See the header.

#include "Report.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace runmat::cli {

/// Messages may quote file names and other people's texts; a line break in them
/// must not look like a second message.
static std::string oneLine(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
    text.pop_back();
  for (char &c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = ' ';
  return text;
}

static void print(const char *kind, const std::string &message) {
  fflush(stdout);
  fprintf(stderr, "%s: %s\n", kind, oneLine(message).c_str());
}

int fail(const std::string &message) {
  print("error", message);
  return 1;
}

int misuse(const std::string &message) {
  print("error", message);
  return 2;
}

void note(const std::string &message) {
  if (!message.empty())
    print("note", message);
}

Status flushOutput() {
  if (fflush(stdout) != 0 || ferror(stdout))
    return Error{std::string("cannot write to standard output: ") +
                 strerror(errno)};
  return {};
}

int finishOutput() {
  Status flushed = flushOutput();
  return flushed ? 0 : fail(flushed.message());
}

} // namespace runmat::cli
