// One struct of options and one function for each subcommand. The functions
// return the process's exit code and have printed what there is to say.

#ifndef RUNMAT_TOOLS_RUNMAT_COMMANDS_H
#define RUNMAT_TOOLS_RUNMAT_COMMANDS_H

#include <optional>
#include <string>
#include <vector>

namespace runmat::cli {

/// What `run` and `compile` share.
struct ProgramOptions {
  std::string file;
  std::string entry;
  std::string device = "auto";
  bool noFuse = false;
  std::optional<unsigned> optLevel; // of native code; absent: 3
  std::string dumpStages;
  bool verifyIR = false;
  /// "-": to standard error; else the YAML file. Empty: none.
  std::string remarks;
};

struct RunOptions : ProgramOptions {
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  bool asPlanes = false;
  int repetitions = 0; // of --time; 0: not timed
  bool verify = false;
  std::optional<double> tolerance;
  std::string telemetry;
  int threads = 0;
};

struct CompileCommandOptions : ProgramOptions {
  std::string output;
  std::string header;
};

int run(const RunOptions &options);
int compile(const CompileCommandOptions &options);
int listDevices(bool asJSON);

} // namespace runmat::cli

#endif // RUNMAT_TOOLS_RUNMAT_COMMANDS_H
