// Compiling or loading, and the choice of code for a device: see the header.

#include "Program.h"

#include "SharedObject.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

namespace runmat::cli {

Status checkDevice(const std::string &device) {
  std::string kind = device.substr(0, device.find('='));
  bool named = kind.size() + 1 < device.size();
  if ((device == "cpu" || kind == "gpu" || kind == "auto") &&
      (named || device == kind))
    return {};
  return Error{"--device: unknown device '" + device +
               "', expected cpu, gpu, gpu=NAME, auto or auto=NAME"};
}

Result<Context> makeContext(const std::string &device, int threads) {
  rm_context_options options;
  rm_context_options_init(&options);
  options.device = device.c_str();
  options.num_threads = threads;
  char reason[1024] = "";
  Context context(rm_context_create(&options, reason, sizeof reason));
  if (!context)
    return Error{"--device " + device + ": " + reason};
  return std::move(context);
}

std::string contextError(const rm_context *context) {
  rm_error error = rm_context_error(context);
  std::string location = error.location ? error.location : "";
  return location.empty() ? error.text : location + ": " + error.text;
}

Status checkReadable(const std::string &path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0 || access(path.c_str(), R_OK) != 0)
    return Error{path + ": cannot read: " + strerror(errno)};
  if (S_ISDIR(info.st_mode))
    return Error{path + ": it is a folder, expected a program"};
  // A program is read several times: to see what it is, to compile, to verify.
  if (!S_ISREG(info.st_mode))
    return Error{path + ": it is not a regular file, expected a program"};
  return {};
}

std::string remarksFile(const ProgramOptions &options) {
  return options.remarks == "-" ? "" : options.remarks;
}

CompileOptions compileOptions(const ProgramOptions &options,
                              const rm_context *context) {
  CompileOptions result;
  result.entry = options.entry;
  result.fuse = !options.noFuse;
  result.optLevel = options.optLevel.value_or(result.optLevel);
  result.dumpStages = options.dumpStages;
  result.verifyIR = options.verifyIR;
  result.remarks = options.remarks == "-";
  result.keepRemarks = !remarksFile(options).empty();
  result.message = [](const std::string &line) {
    fprintf(stderr, "%s\n", line.c_str());
  };
  // A named GPU has no way out: only its code is made. "auto" keeps the native
  // code of every unit to fall back to.
  bool gpuOnly = options.device.rfind("gpu", 0) == 0;
  if (options.device == "cpu" || (context && !rm_context_has_gpu(context)))
    result.code = CodeFor::CPU;
  else
    result.code = gpuOnly ? CodeFor::GPU : CodeFor::Both;
  return result;
}

static std::string entryNames(const rm_program &program) {
  std::string names;
  for (int32_t i = 0; i < program.num_entries; ++i)
    names += (i ? ", " : "") + std::string(program.entries[i].name);
  return names.empty() ? "none" : names;
}

Result<Program> Program::open(const ProgramOptions &options,
                              rm_context *context) {
  auto start = std::chrono::steady_clock::now();
  Program result;
  const rm_program *program = nullptr;
  if (isSharedObject(options.file)) {
    Result<const rm_program *> loaded = loadSharedObject(options.file);
    if (!loaded)
      return loaded.error();
    program = *loaded;
  } else {
    CompileOptions forDevice = compileOptions(options, context);
    if (rm_context_has_gpu(context)) {
      RuntimeText info(rm_device_info_json(context));
      if (info)
        forDevice.deviceInfo = info.get();
    }
    Result<std::unique_ptr<CompiledProgram>> compiled =
        compileFile(options.file, forDevice);
    if (!compiled)
      return compiled.error();
    result.compiled = std::move(*compiled);
    program = &result.compiled->program();
  }
  char reason[1024] = "";
  if (rm_program_check(program, reason, sizeof reason) != RM_OK)
    return Error{options.file + ": " + reason};
  result.entryFound = rm_program_find(
      program, options.entry.empty() ? nullptr : options.entry.c_str());
  if (!result.entryFound)
    return Error{
        options.file + ": " +
        (options.entry.empty()
             ? "several functions and none is called main, expected "
               "--entry with one of: "
             : "no function '" + options.entry + "', expected one of: ") +
        entryNames(*program)};
  std::chrono::duration<double, std::milli> elapsed =
      std::chrono::steady_clock::now() - start;
  result.openTime = elapsed.count();
  return std::move(result);
}

std::vector<CompiledProgram::StageTime> Program::stageTimes() const {
  return compiled ? compiled->stageTimes()
                  : std::vector<CompiledProgram::StageTime>();
}

std::string Program::remarks() const {
  return compiled ? compiled->remarks() : "";
}

std::string typeText(const rm_value_type &type) {
  return io::tensorTypeText(rm_dtype(type.dtype),
                            {type.sizes, type.sizes + type.rank});
}

} // namespace runmat::cli
