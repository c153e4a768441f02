// An object file into a shared object, by the LLD that Debian ships beside this
// LLVM.
#include "runmat/Target/CPU/CPU.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
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

Expected<std::string> runmat::linkSharedObject(const MemoryBuffer &object) {
  std::string versioned = "ld.lld-" + std::to_string(LLVM_VERSION_MAJOR);
  ErrorOr<std::string> linker = sys::findProgramByName(versioned);
  if (!linker)
    linker = sys::findProgramByName("ld.lld");
  if (!linker)
    return createStringError("no linker: " + versioned +
                             " is not in PATH (package lld-" +
                             Twine(LLVM_VERSION_MAJOR) + ")");

  SmallString<128> input, output, messages;
  int inputHandle;
  if (std::error_code code =
          sys::fs::createTemporaryFile("runmat", "o", inputHandle, input))
    return createStringError(code,
                             "cannot make a temporary file: " + code.message());
  FileRemover removeInput(input), removeOutput, removeMessages;
  {
    raw_fd_ostream stream(inputHandle, /*shouldClose=*/true);
    stream << object.getBuffer();
    stream.flush();
    if (stream.has_error()) {
      std::error_code code = stream.error();
      stream.clear_error();
      return createStringError(code,
                               "cannot write " + input + ": " + code.message());
    }
  }
  if (std::error_code code =
          sys::fs::createTemporaryFile("runmat", "so", output))
    return createStringError(code,
                             "cannot make a temporary file: " + code.message());
  removeOutput.setFile(output);
  if (std::error_code code =
          sys::fs::createTemporaryFile("runmat", "txt", messages))
    return createStringError(code,
                             "cannot make a temporary file: " + code.message());
  removeMessages.setFile(messages);

  double (*cosine)(double) = &::cos;
  std::string runtime = libraryOf(reinterpret_cast<void *>(&rm_invoke));
  std::string math = libraryOf(reinterpret_cast<void *>(cosine));
  std::string libc = libraryOf(reinterpret_cast<void *>(&::memcpy));
  SmallVector<StringRef> args = {
      *linker,         "-shared", "-o",   output,
      "--gc-sections", "-z",      "now",  "-z",
      "noexecstack",   "-z",      "defs", "--build-id=none",
      "-rpath",        "$ORIGIN", input,  runtime,
      "--as-needed",   math,      libc};
  std::string problem;
  int code = sys::ExecuteAndWait(
      *linker, args, std::nullopt,
      {std::nullopt, StringRef(messages), StringRef(messages)}, 0, 0, &problem);
  if (code != 0) {
    if (auto text = MemoryBuffer::getFile(messages))
      problem += (*text)->getBuffer().split('\n').first;
    return createStringError("linking failed: " + problem);
  }
  ErrorOr<std::unique_ptr<MemoryBuffer>> linked = MemoryBuffer::getFile(output);
  if (!linked)
    return createStringError(linked.getError(), "cannot read the linked file");
  return (*linked)->getBuffer().str();
}
