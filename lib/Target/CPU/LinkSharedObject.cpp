// An object file into a shared object, by the LLD that Debian ships beside this
// LLVM.
#include "runmat/IO/RemoveOnSignal.h"
#include "runmat/Target/CPU/CPU.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"

#include <dlfcn.h>

using namespace llvm;

/// The file that holds `symbol`: how the runtime library and libm are found
/// without knowing where the system keeps them.
static std::string libraryOf(void *symbol) {
  Dl_info info;
  return dladdr(symbol, &info) && info.dli_fname ? info.dli_fname : "";
}

namespace {
/// Gone when its owner is, and after a signal that ends the process.
class TemporaryFile {
public:
  ~TemporaryFile() {
    if (name.empty())
      return;
    sys::fs::remove(name);
    runmat::io::keepOnSignal(name.str().str());
  }

  Error create(StringRef suffix) {
    runmat::io::HoldEndingSignals hold;
    if (std::error_code code =
            sys::fs::createTemporaryFile("runmat", suffix, name)) {
      name.clear();
      SmallString<128> folder;
      sys::path::system_temp_directory(/*erasedOnReboot=*/true, folder);
      return createStringError(code, "cannot make a temporary file in " +
                                         folder +
                                         " (TMPDIR): " + code.message());
    }
    runmat::io::removeOnSignal(name.str().str());
    return Error::success();
  }

  Error write(StringRef content) {
    std::error_code code;
    raw_fd_ostream stream(name, code);
    stream << content;
    stream.close();
    if (stream.has_error())
      code = stream.error();
    stream.clear_error();
    return code ? createStringError(code, "cannot write " + name + ": " +
                                              code.message())
                : Error::success();
  }

  StringRef path() const { return name; }

private:
  SmallString<128> name;
};
} // namespace

Expected<std::string> runmat::linkSharedObject(const MemoryBuffer &object) {
  std::string versioned = "ld.lld-" + std::to_string(LLVM_VERSION_MAJOR);
  ErrorOr<std::string> linker = sys::findProgramByName(versioned);
  if (!linker)
    linker = sys::findProgramByName("ld.lld");
  if (!linker)
    return createStringError("no linker: " + versioned +
                             " is not in PATH (package lld-" +
                             Twine(LLVM_VERSION_MAJOR) + ")");

  TemporaryFile input, output, messages;
  if (Error error = input.create("o"))
    return error;
  if (Error error = input.write(object.getBuffer()))
    return error;
  if (Error error = output.create("so"))
    return error;
  if (Error error = messages.create("txt"))
    return error;

  double (*cosine)(double) = &::cos;
  std::string runtime = libraryOf(reinterpret_cast<void *>(&rm_invoke));
  std::string math = libraryOf(reinterpret_cast<void *>(cosine));
  std::string libc = libraryOf(reinterpret_cast<void *>(&::memcpy));
  SmallVector<StringRef> args = {
      *linker,         "-shared", "-o",         output.path(),
      "--gc-sections", "-z",      "now",        "-z",
      "noexecstack",   "-z",      "defs",       "--build-id=none",
      "-rpath",        "$ORIGIN", input.path(), runtime,
      "--as-needed",   math,      libc};
  std::string problem;
  int code = sys::ExecuteAndWait(
      *linker, args, std::nullopt,
      {std::nullopt, messages.path(), messages.path()}, 0, 0, &problem);
  if (code != 0) {
    if (auto text = MemoryBuffer::getFile(messages.path()))
      problem += (*text)->getBuffer().split('\n').first;
    return createStringError("linking failed: " + problem);
  }
  ErrorOr<std::unique_ptr<MemoryBuffer>> linked =
      MemoryBuffer::getFile(output.path());
  if (!linked)
    return createStringError(linked.getError(),
                             "cannot read the linked file " + output.path() +
                                 ": " + linked.getError().message());
  return (*linked)->getBuffer().str();
}
