// Makes random programs and compares what each implementation gives with the
// reference interpreter. `--passes` interprets the program again after these
// passes; without it the program is compiled for the CPU and run. A program
// that fails is printed whole, with its seed: `--seed S --count 1 --print`
// shows it again.
#include "Compare.h"
#include "Compiled.h"
#include "Generator.h"

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
#include "llvm/Support/InitLLVM.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::differential;

using Results = Result<std::vector<io::Tensor>>;

static std::vector<const io::Tensor *>
pointers(const std::vector<io::Tensor> &tensors) {
  std::vector<const io::Tensor *> all;
  for (const io::Tensor &tensor : tensors)
    all.push_back(&tensor);
  return all;
}

static Results interpreted(ModuleOp module,
                           const std::vector<io::Tensor> &arguments) {
  reference::InterpreterOptions options;
  options.rounding = array::Rounding::Declared;
  options.threads = 1;
  return reference::interpret(module, "main", pointers(arguments), options);
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
  llvm::cl::opt<bool> compile("compile", llvm::cl::desc("compile and run"),
                              llvm::cl::cat(own));
  llvm::cl::opt<bool> normalize(
      "normalize", llvm::cl::desc("programs around ImageNormalize only"),
      llvm::cl::cat(own));
  llvm::cl::opt<bool> fuse("fuse", llvm::cl::desc("fuse before compiling"),
                           llvm::cl::cat(own));
  llvm::cl::opt<std::string> device(
      "device", llvm::cl::desc("cpu, gpu, gpu=NAME (with --compile)"),
      llvm::cl::init("cpu"), llvm::cl::cat(own));
  llvm::cl::opt<unsigned> optLevel("opt-level",
                                   llvm::cl::desc("of native code"),
                                   llvm::cl::init(1), llvm::cl::cat(own));
  llvm::cl::opt<bool> print("print", llvm::cl::desc("print the programs"),
                            llvm::cl::cat(own));
  llvm::cl::opt<unsigned> most("max-failures",
                               llvm::cl::desc("stop after so many"),
                               llvm::cl::init(3), llvm::cl::cat(own));
  registerPasses();
  registerUpstreamPasses();
  llvm::cl::HideUnrelatedOptions(own);
  llvm::cl::ParseCommandLineOptions(argc, argv, "differential tests\n");

  DialectRegistry registry;
  registerDialects(registry);
  registry.insert<func::FuncDialect, arith::ArithDialect, scf::SCFDialect,
                  tensor::TensorDialect>();
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  std::unique_ptr<CompiledImplementation> compiled;
  if (compile) {
    CompileOptions options;
    options.code = device == "cpu" ? CodeFor::CPU : CodeFor::GPU;
    options.fuse = fuse;
    options.optLevel = optLevel;
    auto created = CompiledImplementation::create(device, options);
    if (!created) {
      llvm::errs() << "error: " << created.message() << "\n";
      return 1;
    }
    compiled = std::move(*created);
  }
  unsigned failures = 0, made = 0, withKernels = 0;
  for (; made < count && failures < most; ++made) {
    uint64_t number = seed + made;
    GeneratedProgram program = normalize
                                   ? generateNormalize(context, number)
                                   : Generator(context, number).generate();
    std::string text;
    llvm::raw_string_ostream(text) << *program.module;
    if (print)
      llvm::outs() << text << "\n";
    std::string problem;
    auto fail = [&](const std::string &why) {
      llvm::outs() << "seed " << number << ": " << why << "\n" << text << "\n";
      llvm::outs().flush(); // a long run may be ended from outside
      ++failures;
    };
    if (failed(verify(*program.module))) {
      fail("the generated program does not verify");
      continue;
    }
    Results wanted = interpreted(*program.module, program.arguments);
    if (!wanted) {
      fail("interpreter: " + wanted.message());
      continue;
    }
    Results got = Error{"not run"};
    if (!compiled) {
      got = afterPasses(*program.module, passes, program.arguments);
    } else if (auto code = compiled->compile(text)) {
      withKernels += (*code)->program().num_kernels > 0;
      got = compiled->call(**code, program.arguments);
    } else {
      got = code.error();
    }
    if (!got) {
      fail(got.message());
      continue;
    }
    auto main = program.module->lookupSymbol<func::FuncOp>("main");
    for (size_t k = 0; k < wanted->size() && problem.empty(); ++k) {
      problem =
          difference((*got)[k], (*wanted)[k],
                     dtypeOf(array::elementTypeOf(main.getResultTypes()[k]))
                         .value_or((*wanted)[k].dtype()),
                     program.ulps[k]);
      if (!problem.empty())
        problem = "result " + std::to_string(k) + ": " + problem;
    }
    if (!problem.empty())
      fail(problem);
  }
  llvm::outs() << made << " programs, " << failures << " failures";
  if (compiled && device != "cpu")
    llvm::outs() << ", " << withKernels << " with GPU code";
  llvm::outs() << "\n";
  return failures != 0;
}
