// runmat-translate: GPU code out of array programs, for hosts of one's own.
// --array-to-spirv writes one SPIR-V module with an entry point per kernel and,
// beside it, the JSON that says how to launch them, both or neither;
// --spirv-disassemble writes a module as text. Bad input: one `error:` line and
// exit code 1; wrong usage: 2.

#include "Translate.h"
#include "runmat/IO/RemoveOnSignal.h"

#include <CLI/CLI.hpp>
#include <cstdio>

using namespace runmat;

static int misuse(const std::string &message) {
  fprintf(stderr, "error: %s (see runmat-translate --help)\n", message.c_str());
  return 2;
}

static bool endsIn(const std::string &text, const std::string &ending) {
  return text.size() >= ending.size() &&
         text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
}

int main(int argc, char **argv) {
  io::handleEndingSignals();
  CLI::App app("GPU code out of array programs.\nExit codes: 0 success, 1 bad "
               "input, 2 wrong usage.",
               "runmat-translate");
  app.set_version_flag("--version", "runmat-translate " RUNMAT_VERSION);
  TranslateOptions options;
  bool arrayToSPIRV = false;
  app.add_option("FILE", options.input, "The input; -: standard input")
      ->capture_default_str();
  app.add_option("-o", options.output, "Where to write");
  app.add_flag("--array-to-spirv", arrayToSPIRV,
               "Array or fused program to SPIR-V (-o k.spv) and the "
               "description of its kernels and launches (k.json)");
  app.add_flag("--spirv-disassemble", options.disassemble,
               "SPIR-V binary to text");
  app.add_option("--profile", options.profile,
                 "Device profile: generic, lavapipe, nvidia, or a file of "
                 "`runmat devices --json`")
      ->capture_default_str();
  app.add_flag("--no-fusion", options.noFusion, "Take the units as they are");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    // Help and version are exceptions too, with exit code 0.
    return error.get_exit_code() == 0 ? app.exit(error) : misuse(error.what());
  }
  if (arrayToSPIRV == options.disassemble)
    return misuse("give one of --array-to-spirv and --spirv-disassemble");
  if (arrayToSPIRV && (options.output.empty() || options.output == "-"))
    return misuse("--array-to-spirv writes two files: name the SPIR-V file "
                  "with -o");
  if (arrayToSPIRV && endsIn(options.output, ".json"))
    return misuse("-o " + options.output +
                  ": expected the name of the SPIR-V file; the description "
                  "gets the same name with .json");
  return translate(options);
}
