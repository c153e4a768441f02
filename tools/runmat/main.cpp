// `runmat`: the command line. Only options are read here; the commands are in
// files of their own. The tool includes no MLIR header: the compiler is behind
// runmat/Compiler.h.

#include "Commands.h"
#include "Report.h"
#include "runmat/Compiler.h"
#include "runmat/IO/RemoveOnSignal.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <limits>
#include <new>

using namespace runmat::cli;

static void addProgramOptions(CLI::App &command, ProgramOptions &options,
                              const char *fileHelp) {
  command.add_option("FILE", options.file, fileHelp)->required();
  command.add_option("--entry", options.entry,
                     "The function to call (the only one, or main)");
  command.add_flag("--no-fuse", options.noFuse,
                   "Keep every operation a unit of its own");
  command
      .add_option("-O", options.optLevel,
                  "Optimisation of native code, 0 to 3 (default 3)")
      ->check(CLI::Range(0, 3));
  command.add_option("--dump-stages", options.dumpStages,
                     "Folder for the program's text after each stage");
  command.add_flag("--verify-ir", options.verifyIR,
                   "Check the program's form after each pass of the compiler");
  // A flag: with a separate value, "--remarks prog.mlir" would take the file.
  command.add_flag(
      "--remarks{-}", options.remarks,
      "Say what fused and what did not, and why, and what stays "
      "on the CPU; --remarks=FILE writes fusion's as YAML instead");
}

static void addRun(CLI::App &app, RunOptions &options,
                   std::string &repetitions) {
  CLI::App *command = app.add_subcommand(
      "run", "Run a program on inputs from files and write its results");
  addProgramOptions(*command, options,
                    "The program: MLIR, or a shared object of runmat compile");
  command
      ->add_option("--device", options.device,
                   "cpu, gpu, gpu=PART OF ITS NAME, auto: a GPU if there is a "
                   "real one, else the CPU, or auto=PART OF ITS NAME")
      ->capture_default_str();
  // One value each, so that "--input a.npy prog.mlir" leaves the program alone.
  command
      ->add_option("--input,-i", options.inputs,
                   "An argument, in order, repeated: a .npy file, a .jpg or "
                   ".png picture (f32 [channels, height, width] in [0, 1]), a "
                   "folder of pictures (f32 [files, channels, height, width]), "
                   "or a number for a scalar")
      ->allow_extra_args(false);
  command
      ->add_option("--output,-o", options.outputs,
                   "A result, in order, repeated: .npy or .png (f32, values "
                   "clamped to [0, 1]); without it results are printed")
      ->allow_extra_args(false);
  command->add_flag("--as-planes", options.asPlanes,
                    "A folder gives f32 [files * channels, height, width]");
  command->add_flag("--time{10}", repetitions,
                    "Print times: compilation, first run, and the median and "
                    "spread of N more runs (--time=N)");
  command->add_flag("--verify", options.verify,
                    "Compare with the reference interpreter; exit code 1, and "
                    "nothing written, beyond the tolerance");
  command->add_option("--tolerance", options.tolerance,
                      "Of --verify: |result - reference| <= T max(|reference|, "
                      "its root mean square), or one spacing of subnormals. "
                      "Default 1e-10 for f64, 1e-4 f32, "
                      "4e-3 f16, 3e-2 bf16; integers are always exact");
  command->add_option("--telemetry", options.telemetry,
                      "Write what ran where, and how long, to this JSON file");
  command
      ->add_option("--threads", options.threads,
                   "Threads of a call (default: all of the machine)")
      ->check(CLI::Range(1, 4096));
}

static void addCompile(CLI::App &app, CompileCommandOptions &options) {
  CLI::App *command = app.add_subcommand(
      "compile", "Compile a program to a shared object that needs only the "
                 "runtime library");
  addProgramOptions(*command, options, "The program: MLIR");
  command->add_option("-o,--output", options.output, "The shared object")
      ->required();
  command->add_option("--header", options.header,
                      "Write a C header too; refused for functions whose names "
                      "C cannot declare");
  command
      ->add_option("--device", options.device,
                   "cpu: native code only; gpu or gpu=NAME: GPU code wherever "
                   "possible; auto or auto=NAME: both")
      ->capture_default_str();
}

/// Of --time: a whole number from 1 that an int holds, or 0 for anything else.
static int runsOf(const std::string &text) {
  int runs = 0;
  const char *end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, runs);
  return error == std::errc() && stop == end && runs > 0 ? runs : 0;
}

/// What CLI11 lets through and nobody can have meant; empty where all is well.
static std::string wrongValue(const CLI::App &command) {
  for (const CLI::Option *option : command.get_options())
    for (const std::string &value : option->results())
      if (value.empty())
        return option->get_name() + ": expected a value, not an empty one";
  // Values of other flags, where this one has a file's name.
  const CLI::Option *remarks = command.get_option_no_throw("--remarks");
  for (const char *word : {"true", "false", "on", "off", "yes", "no"})
    if (remarks && remarks->count() && remarks->results().back() == word)
      return std::string("--remarks=") + word + ": expected a file's name (./" +
             word + " for one of that name), or --remarks alone";
  return "";
}

/// The first "--time=", say, which CLI11 takes for "--time"; or null.
static const char *emptyValue(int argc, char **argv) {
  for (int i = 1; i < argc; ++i)
    if (std::string argument = argv[i];
        argument.size() > 3 && argument.rfind("--", 0) == 0 &&
        argument.find('=') == argument.size() - 1)
      return argv[i];
  return nullptr;
}

static bool isCommand(CLI::App &app, const std::string &name) {
  for (const CLI::App *command : app.get_subcommands(nullptr))
    if (command->get_name() == name)
      return true;
  return false;
}

static int parseAndRun(int argc, char **argv) {
  CLI::App app("Compiles and runs array programs on the CPU and on Vulkan "
               "GPUs.\nExit codes: 0 success, 1 bad input or a failed run, 2 "
               "wrong usage.",
               "runmat");
  app.set_version_flag("--version", [] { return runmat::versionText(); });
  app.require_subcommand(1);
  RunOptions runOptions;
  CompileCommandOptions compileOptions;
  std::string repetitions; // of --time, before it is checked
  addRun(app, runOptions, repetitions);
  addCompile(app, compileOptions);
  bool devicesAsJSON = false;
  app.add_subcommand("devices",
                     "List the Vulkan devices, and why one is not usable")
      ->add_flag("--json", devicesAsJSON,
                 "All that is known of them, as a JSON array; with one device "
                 "left it is a --profile of runmat-translate and runmat-opt");
  if (const char *argument = emptyValue(argc, argv))
    return misuse(std::string(argument) + ": expected a value");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    // Help and version are exceptions too, with exit code 0.
    if (error.get_exit_code() == 0)
      return app.exit(error) == 0 ? finishOutput() : 1;
    std::string text = error.what();
    // CLI11 misses a command where an unknown one is.
    if (argc > 1 && argv[1][0] != '-' && !isCommand(app, argv[1]))
      text = std::string("unknown command '") + argv[1] +
             "', expected run, compile or devices";
    while (!text.empty() && text.back() == '\n')
      text.pop_back();
    return misuse(text + " (see runmat --help)");
  }
  const CLI::App *command = app.get_subcommands().front();
  if (std::string wrong = wrongValue(*command); !wrong.empty())
    return misuse(wrong);
  if (app.got_subcommand("run")) {
    if (command->count("--time")) {
      runOptions.repetitions = runsOf(repetitions);
      if (!runOptions.repetitions)
        return misuse("--time=" + repetitions +
                      ": expected a number of runs, 1 to " +
                      std::to_string(std::numeric_limits<int>::max()));
    }
    return run(runOptions);
  }
  if (app.got_subcommand("compile"))
    return compile(compileOptions);
  return listDevices(devicesAsJSON);
}

int main(int argc, char **argv) {
  runmat::io::handleEndingSignals();
  try {
    return parseAndRun(argc, argv);
  } catch (const std::bad_alloc &) {
    return fail("out of memory");
  } catch (const std::exception &error) {
    return fail(std::string("internal error: ") + error.what());
  }
}
