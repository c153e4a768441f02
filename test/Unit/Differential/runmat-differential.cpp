// Makes random programs and compares what each implementation gives with the
// reference interpreter. `--passes` interprets the program again after these
// passes; `--paths` compiles and runs it. A program that fails is printed
// whole, with its seed: `--seed S --count 1 --print` shows it again, `--save`
// keeps it with its arguments, `--file` runs such a file (tools/dev/shrink).
#include "Compare.h"
#include "Conditioned.h"
#include "Generator.h"
#include "Paths.h"
#include "ProgramFile.h"
#include "Workers.h"

#include "runmat/Reference/Interpreter.h"
#include "runmat/RegisterAll.h"
#include "runmat/Support/ElementType.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"

#include <csignal>
#include <cstring>
#include <unistd.h>

using namespace mlir;
using namespace runmat;
using namespace runmat::differential;

using Results = Result<std::vector<io::Tensor>>;

enum class Programs { Exact, Normalize, Rows };

namespace {

struct Settings {
  Programs programs = Programs::Exact;
  std::vector<std::string> paths;
  std::string passes, gpu, save;
  unsigned optLevel = 1;
  bool print = false;
};

/// A program's right results.
struct Wanted {
  Oracle oracle;
  bool exactOnly; ///< then `rounded` alone is there
};

} // namespace

static Result<std::vector<io::Tensor>>
interpreted(ModuleOp module, const std::vector<io::Tensor> &arguments) {
  reference::InterpreterOptions options;
  options.rounding = array::Rounding::Declared;
  options.threads = 1;
  std::vector<const io::Tensor *> all;
  for (const io::Tensor &tensor : arguments)
    all.push_back(&tensor);
  return reference::interpret(module, "main", all, options);
}

static Results afterPasses(ModuleOp module, const std::string &passes,
                           const std::vector<io::Tensor> &arguments) {
  OwningOpRef<ModuleOp> copy(module.clone());
  PassManager manager(module.getContext());
  std::string text;
  llvm::raw_string_ostream os(text);
  if (failed(parsePassPipeline(passes, manager, os)))
    return Error{"--passes: " + text};
  if (failed(manager.run(*copy)))
    return Error{"the passes failed"};
  return interpreted(*copy, arguments);
}

/// "" or how they differ.
static std::string compare(const std::vector<io::Tensor> &got,
                           const Wanted &wanted,
                           const GeneratedProgram &program) {
  auto main = program.module.get().lookupSymbol<func::FuncOp>("main");
  for (size_t k = 0; k < got.size(); ++k) {
    std::string problem;
    if (program.ulps[k] == kConditioned) {
      problem = difference(got[k], wanted.oracle, k);
    } else {
      const io::Tensor &right = wanted.oracle.rounded[k];
      rm_dtype dtype = dtypeOf(array::elementTypeOf(main.getResultTypes()[k]))
                           .value_or(right.dtype());
      problem = difference(got[k], right, dtype, program.ulps[k]);
    }
    if (!problem.empty())
      return "result " + std::to_string(k) + ": " + problem;
  }
  return "";
}

static Result<Wanted> wantedOf(const GeneratedProgram &program) {
  Wanted wanted;
  wanted.exactOnly = !llvm::is_contained(program.ulps, kConditioned);
  if (wanted.exactOnly) {
    auto rounded = interpreted(program.module.get(), program.arguments);
    if (!rounded)
      return rounded.error();
    wanted.oracle.rounded = std::move(*rounded);
    return wanted;
  }
  auto oracle = makeOracle(program.module.get(), program.arguments);
  if (!oracle)
    return oracle.error();
  wanted.oracle = std::move(*oracle);
  return wanted;
}

namespace {

/// The implementations of one process, made once.
class Tester {
public:
  explicit Tester(const Settings &settings) : settings(settings) {
    DialectRegistry registry;
    registerDialects(registry);
    registry.insert<func::FuncDialect, arith::ArithDialect, scf::SCFDialect,
                    tensor::TensorDialect>();
    context = std::make_unique<MLIRContext>(registry,
                                            MLIRContext::Threading::DISABLED);
    context->loadAllAvailableDialects();
  }
  Status start() {
    for (const std::string &name : settings.paths) {
      auto path = Path::create(name, settings.gpu, settings.optLevel);
      if (!path)
        return path.error();
      paths.push_back(std::move(*path));
    }
    return {};
  }
  GeneratedProgram generate(uint64_t seed) {
    switch (settings.programs) {
    case Programs::Normalize:
      return generateNormalize(*context, seed);
    case Programs::Rows:
      return generateRows(*context, seed);
    case Programs::Exact:
      break;
    }
    return Generator(*context, seed).generate();
  }
  MLIRContext &get() { return *context; }
  bool hadKernels() const {
    return llvm::any_of(paths, [](auto &path) { return path->hadKernels(); });
  }
  /// False after it printed what is wrong.
  bool test(GeneratedProgram &program, uint64_t seed);

private:
  const Settings &settings;
  std::unique_ptr<MLIRContext> context;
  std::vector<std::unique_ptr<Path>> paths;
};

} // namespace

bool Tester::test(GeneratedProgram &program, uint64_t seed) {
  std::string text;
  llvm::raw_string_ostream(text) << *program.module;
  if (settings.print)
    llvm::outs() << text << "\n";
  bool agrees = true;
  auto fail = [&](const std::string &where, const std::string &why) {
    llvm::outs() << "seed " << seed << (where.empty() ? "" : ", path ") << where
                 << ": " << why << "\n";
    agrees = false;
  };
  auto tell = [&] {
    if (agrees)
      return true;
    llvm::outs() << text << "\n";
    if (!settings.save.empty()) {
      std::string file =
          settings.save + "/seed-" + std::to_string(seed) + ".mlir";
      std::string problem = saveProgram(program, file);
      llvm::outs() << (problem.empty() ? "saved as " + file : problem) << "\n";
    }
    llvm::outs().flush(); // a long run may be ended from outside
    return false;
  };
  if (failed(verify(*program.module))) {
    fail("", "the generated program does not verify");
    return tell();
  }
  Result<Wanted> wanted = wantedOf(program);
  if (!wanted) {
    fail("interpreter", wanted.message());
    return tell();
  }
  auto check = [&](const std::string &where, const Results &got) {
    std::string problem = got ? compare(*got, *wanted, program) : got.message();
    if (!problem.empty())
      fail(where, problem);
  };
  if (paths.empty())
    check("passes",
          afterPasses(*program.module, settings.passes, program.arguments));
  for (auto &path : paths)
    check(path->name(),
          path->run(program.module.get(), program.arguments, seed));
  return tell();
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::cl::OptionCategory own("Options of this tool");
  llvm::cl::opt<uint64_t> seed("seed", llvm::cl::desc("first seed"),
                               llvm::cl::init(1), llvm::cl::cat(own));
  llvm::cl::opt<unsigned> count("count", llvm::cl::desc("number of programs"),
                                llvm::cl::init(100), llvm::cl::cat(own));
  llvm::cl::opt<std::string> passes(
      "passes", llvm::cl::desc("pipeline on the module, e.g. canonicalize,cse"),
      llvm::cl::cat(own));
  llvm::cl::list<std::string> paths(
      "paths",
      llvm::cl::desc("compile and run: cpu, cpu-fused, gpu, gpu-fused, mixed "
                     "(each unit pinned to a device at random)"),
      llvm::cl::CommaSeparated, llvm::cl::cat(own));
  llvm::cl::opt<bool> normalize(
      "normalize", llvm::cl::desc("programs around ImageNormalize only"),
      llvm::cl::cat(own));
  llvm::cl::opt<bool> rows(
      "rows", llvm::cl::desc("programs of real numbers around nests over rows"),
      llvm::cl::cat(own));
  llvm::cl::opt<uint64_t> pins(
      "random-pins",
      llvm::cl::desc("seed of the path mixed; the program's seed if 0"),
      llvm::cl::init(0), llvm::cl::cat(own));
  llvm::cl::opt<std::string> device("device", llvm::cl::desc("gpu, gpu=NAME"),
                                    llvm::cl::init("gpu"), llvm::cl::cat(own));
  llvm::cl::opt<unsigned> optLevel("opt-level",
                                   llvm::cl::desc("of native code"),
                                   llvm::cl::init(1), llvm::cl::cat(own));
  llvm::cl::opt<bool> print("print", llvm::cl::desc("print the programs"),
                            llvm::cl::cat(own));
  llvm::cl::opt<unsigned> most("max-failures",
                               llvm::cl::desc("stop after so many"),
                               llvm::cl::init(3), llvm::cl::cat(own));
  llvm::cl::opt<unsigned> jobs("jobs", llvm::cl::desc("processes at a time"),
                               llvm::cl::init(1), llvm::cl::cat(own));
  llvm::cl::opt<unsigned> seconds("timeout",
                                  llvm::cl::desc("seconds a program may take"),
                                  llvm::cl::init(60), llvm::cl::cat(own));
  llvm::cl::opt<std::string> save(
      "save", llvm::cl::desc("folder for programs that fail"),
      llvm::cl::cat(own));
  llvm::cl::opt<std::string> file(
      "file", llvm::cl::desc("run this saved program instead"),
      llvm::cl::cat(own));
  registerPasses();
  registerUpstreamPasses();
  llvm::cl::HideUnrelatedOptions(own);
  llvm::cl::ParseCommandLineOptions(argc, argv, "differential tests\n");

  Settings settings;
  settings.programs = rows        ? Programs::Rows
                      : normalize ? Programs::Normalize
                                  : Programs::Exact;
  settings.paths.assign(paths.begin(), paths.end());
  settings.passes = passes;
  settings.gpu = device;
  settings.save = save;
  settings.optLevel = optLevel;
  settings.print = print;
  auto refuse = [](const std::string &why) {
    llvm::errs() << "error: " << why << "\n";
    return 1;
  };
  if (!save.empty())
    if (std::error_code error = llvm::sys::fs::create_directories(save))
      return refuse(save + ": " + error.message());

  if (!file.empty()) {
    Tester tester(settings);
    Status started = tester.start();
    if (!started)
      return refuse(started.message());
    auto program = loadProgram(tester.get(), file);
    if (!program)
      return refuse(program.message());
    return !tester.test(*program, pins);
  }

  WorkerTotals totals = runWorkers(
      seed, count, jobs, most, seconds,
      [&](uint64_t first, uint64_t wanted, Progress &progress) {
        Tester tester(settings);
        Status started = tester.start();
        if (!started) {
          refuse(started.message());
          _exit(1);
        }
        for (uint64_t k = 0; k < wanted && progress.goesOn(); ++k) {
          uint64_t number = first + k;
          progress.begin(number);
          GeneratedProgram program = tester.generate(number);
          bool agrees = tester.test(program, pins ? pins : number);
          progress.end(!agrees, tester.hadKernels());
        }
        llvm::outs().flush();
      },
      [&](uint64_t number, int signal) {
        llvm::outs() << "seed " << number << ": "
                     << (signal == SIGALRM ? "took too long"
                         : signal          ? strsignal(signal)
                                           : "the process failed")
                     << "\n";
        llvm::outs().flush();
        if (save.empty() || !signal)
          return;
        Tester tester(settings);
        saveProgram(tester.generate(number), settings.save + "/seed-" +
                                                 std::to_string(number) +
                                                 ".mlir");
      });
  llvm::outs() << totals.made << " programs, " << totals.failures
               << " failures";
  if (totals.withKernels)
    llvm::outs() << ", " << totals.withKernels << " with GPU code";
  llvm::outs() << "\n";
  return totals.failures != 0;
}
