// `runmat run`: open the program, read its inputs, call it, check and time it
// if asked, then write all outputs. Every check that needs no run comes before
// it.

#include "Call.h"
#include "Commands.h"
#include "Inputs.h"
#include "Outputs.h"
#include "Program.h"
#include "ReferenceCheck.h"
#include "Report.h"
#include "SharedObject.h"
#include "Timing.h"
#include "UnitTimes.h"
#include "runmat/IO/StagedFiles.h"

#include <cmath>
#include <cstdio>

namespace runmat::cli {

/// Options that only make sense for one kind of file.
static Status checkUsage(const RunOptions &options) {
  if (Status names = checkOutputNames(options.outputs); !names)
    return names;
  if (options.tolerance && !options.verify)
    return Error{"--tolerance is given without --verify"};
  if (options.tolerance &&
      !(std::isfinite(*options.tolerance) && *options.tolerance >= 0))
    return Error{"--tolerance: expected a finite number, 0 or more"};
  if (!isSharedObject(options.file))
    return {};
  auto refuse = [&](const char *option) {
    return Error{std::string(option) + " needs a program's text, but " +
                 options.file + " is a shared object"};
  };
  if (options.verify)
    return refuse("--verify");
  if (options.noFuse)
    return refuse("--no-fuse");
  if (options.optLevel)
    return refuse("-O");
  if (!options.remarks.empty())
    return refuse("--remarks");
  if (!options.dumpStages.empty())
    return refuse("--dump-stages");
  if (options.verifyIR)
    return refuse("--verify-ir");
  return {};
}

static void printCompileTime(const Program &program) {
  std::string stages;
  for (const CompiledProgram::StageTime &stage : program.stageTimes())
    stages += (stages.empty() ? "" : ", ") + stage.name + " " +
              millisecondsText(stage.milliseconds);
  printf("%s: %s%s\n", stages.empty() ? "load" : "compile",
         millisecondsText(program.milliseconds()).c_str(),
         stages.empty() ? "" : (" (" + stages + ")").c_str());
}

static void printSpread(const char *label, std::vector<double> samples) {
  size_t count = samples.size();
  Spread spread = spreadOf(std::move(samples));
  printf("%s: median %s, quartiles %s to %s, range %s to %s, %zu %s\n", label,
         millisecondsText(spread.median).c_str(),
         millisecondsText(spread.lower).c_str(),
         millisecondsText(spread.upper).c_str(),
         millisecondsText(spread.least).c_str(),
         millisecondsText(spread.most).c_str(), count,
         count == 1 ? "run" : "runs");
}

static Status timeWarmRuns(rm_context *context, const Program &program,
                           std::vector<io::Tensor> &arguments,
                           const CallTime &first, int repetitions) {
  std::vector<double> wall, device;
  std::vector<UnitTime> before = unitTimes(context);
  for (int i = 0; i < repetitions; ++i) {
    CallTime time;
    if (Status called =
            call(context, program.entry(), arguments, time, nullptr);
        !called)
      return called;
    wall.push_back(time.milliseconds);
    device.push_back(time.deviceMilliseconds);
  }
  printf("device: %s\n", rm_context_device(context));
  printCompileTime(program);
  printf("first run: %s\n", millisecondsText(first.milliseconds).c_str());
  printSpread("warm runs", std::move(wall));
  if (first.deviceMilliseconds > 0)
    printSpread("warm runs, device time", std::move(device));
  printUnitTimes(before, unitTimes(context), repetitions);
  return {};
}

namespace {
/// The files of a run, staged before it: a long one does not end in a name that
/// cannot be written.
class OutputFiles {
public:
  explicit OutputFiles(const RunOptions &options)
      : options(options), files(options.file) {}

  Status stage() {
    for (const std::string &output : options.outputs)
      if (Status staged = add(output, results.emplace_back()); !staged)
        return staged;
    if (Status staged = add(options.telemetry, telemetry); !staged)
      return staged;
    return add(remarksFile(options), remarks);
  }

  Status write(const Program &program, rm_context *context,
               const std::vector<io::Tensor> &values) {
    for (size_t i = 0; i < results.size(); ++i)
      if (Status written = writeResult(*results[i], values[i]); !written)
        return written;
    if (telemetry) {
      RuntimeText text(rm_telemetry_json(context));
      if (!text)
        return Error{options.telemetry + ": out of memory"};
      if (Status written = writeLine(*telemetry, text.get()); !written)
        return written;
    }
    if (remarks) {
      std::string text = program.remarks();
      if (Status written = remarks->write(text.data(), text.size()); !written)
        return written;
    }
    // What standard output says belongs to the run as the files do.
    if (Status flushed = flushOutput(); !flushed)
      return flushed;
    return files.commit();
  }

private:
  Status add(const std::string &path, io::StagedFile *&file) {
    if (path.empty())
      return {};
    Result<io::StagedFile *> staged = files.add(path);
    if (!staged)
      return staged.error();
    file = *staged;
    return {};
  }

  static Status writeLine(io::StagedFile &file, std::string text) {
    if (text.empty() || text.back() != '\n')
      text += '\n';
    return file.write(text.data(), text.size());
  }

  const RunOptions &options;
  io::StagedFiles files;
  std::vector<io::StagedFile *> results;
  io::StagedFile *telemetry = nullptr, *remarks = nullptr;
};
} // namespace

static Status runProgram(const RunOptions &options, rm_context *context) {
  std::string noteBefore = rm_context_note(context);
  note(noteBefore);
  OutputFiles files(options);
  if (Status staged = files.stage(); !staged)
    return staged;
  Result<Program> program = Program::open(options, context);
  if (!program)
    return program.error();
  const rm_entry &entry = program->entry();
  if (Status outputs = checkOutputs(entry, options.outputs); !outputs)
    return outputs;
  Result<std::vector<io::Tensor>> arguments =
      readInputs(entry, options.inputs, options.asPlanes);
  if (!arguments)
    return arguments.error();

  CallTime first;
  std::vector<io::Tensor> results;
  if (Status called = call(context, entry, *arguments, first, &results);
      !called)
    return called;
  if (rm_context_note(context) != noteBefore)
    note(rm_context_note(context));
  if (options.verify)
    if (Status verified = checkAgainstReference(options, *arguments, results);
        !verified)
      return verified;
  if (options.repetitions > 0)
    if (Status timed = timeWarmRuns(context, *program, *arguments, first,
                                    options.repetitions);
        !timed)
      return timed;
  if (options.outputs.empty())
    for (size_t i = 0; i < results.size(); ++i)
      printResult(i, results[i]);
  return files.write(*program, context, results);
}

int run(const RunOptions &options) {
  if (Status usage = checkUsage(options); !usage)
    return misuse(usage.message());
  if (Status device = checkDevice(options.device); !device)
    return fail(device.message());
  // A missing file is said before a device is looked for.
  if (Status there = checkReadable(options.file); !there)
    return fail(there.message());
  Result<Context> context = makeContext(options.device, options.threads);
  if (!context)
    return fail(context.message());
  if (Status done = runProgram(options, context->get()); !done)
    return fail(done.message());
  return 0;
}

} // namespace runmat::cli
