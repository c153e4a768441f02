// `runmat compile`: a shared object and, if asked, its C header and the
// remarks. All are written or none.

#include "Commands.h"
#include "Program.h"
#include "Report.h"
#include "SharedObject.h"
#include "runmat/IO/StagedFiles.h"

namespace runmat::cli {

/// "libblur.so" and "out/blur.so" are called "blur".
static std::string stemOf(const std::string &path) {
  std::string name = path.substr(path.rfind('/') + 1);
  name = name.substr(0, name.find('.'));
  return name.rfind("lib", 0) == 0 && name.size() > 3 ? name.substr(3) : name;
}

static Status writeText(io::StagedFile *file, const std::string &text) {
  return file ? file->write(text.data(), text.size()) : Status();
}

static Status compileProgram(const CompileCommandOptions &options) {
  // Staged first: what cannot be written is known before anything is compiled.
  io::StagedFiles files(options.file);
  io::StagedFile *staged[3] = {};
  const std::string names[] = {options.output, options.header,
                               remarksFile(options)};
  for (int i = 0; i < 3; ++i) {
    if (names[i].empty())
      continue;
    Result<io::StagedFile *> file = files.add(names[i]);
    if (!file)
      return file.error();
    staged[i] = *file;
  }
  Context context;
  CompileOptions forDevice;
  if (options.device.find('=') != std::string::npos) {
    // Code for a named GPU may use what it has beyond the baseline.
    Result<Context> made = makeContext(options.device, 0);
    if (!made)
      return made.error();
    bool found = rm_context_has_gpu(made->get());
    forDevice = compileOptions(options, found ? made->get() : nullptr);
    RuntimeText info(found ? rm_device_info_json(made->get()) : nullptr);
    if (info)
      forDevice.deviceInfo = info.get();
  } else {
    forDevice = compileOptions(options, nullptr);
  }
  Result<SharedObject> made =
      compileToSharedObject(options.file, stemOf(options.output), forDevice);
  if (!made)
    return made.error();
  if (!options.header.empty() && !made->header)
    return made->header.error();
  Status written = writeText(staged[0], made->object);
  if (written && staged[1])
    written = writeText(staged[1], *made->header);
  if (written)
    written = writeText(staged[2], made->remarks);
  return written ? files.commit() : written;
}

int compile(const CompileCommandOptions &options) {
  if (options.output == options.header)
    return misuse("-o and --header name the same file");
  if (isSharedObject(options.file))
    return misuse(options.file + " is a shared object, expected an MLIR file");
  if (Status device = checkDevice(options.device); !device)
    return fail(device.message());
  if (Status there = checkReadable(options.file); !there)
    return fail(there.message());
  if (Status done = compileProgram(options); !done)
    return fail(done.message());
  return finishOutput();
}

} // namespace runmat::cli
