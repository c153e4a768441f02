// Compiles programs of hand-written units for the CPU and compares what they
// give with the reference interpreter, at many sizes each. A case that fails is
// printed with its program; `--filter NAME --print` shows one again.
#include "Compare.h"
#include "Compiled.h"
#include "UnitText.h"

#include "runmat/Reference/Interpreter.h"
#include "runmat/RegisterAll.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"

#include <chrono>

using namespace mlir;
using namespace runmat;
using namespace runmat::differential;

static std::string sizesText(const Sizes &sizes,
                             const std::vector<double> &scalars) {
  std::string text;
  for (int64_t size : sizes)
    text += (text.empty() ? "" : "x") + std::to_string(size);
  for (double scalar : scalars)
    text += " " + std::to_string(scalar);
  return text;
}

/// Without the file, which is not the same for both implementations.
static std::string withoutFile(const std::string &message) {
  return message.substr(std::min(message.find(':'), message.size()));
}

namespace {
class Comparison {
public:
  Comparison(MLIRContext &context, CompiledImplementation &compiled)
      : context(context), compiled(compiled) {}

  void run(const UnitCase &unitCase);
  unsigned runs = 0, failures = 0;

private:
  std::string difference(const UnitCase &unitCase, ModuleOp module,
                         const CompiledProgram &program, const Sizes &sizes,
                         const std::vector<double> &scalars);

  MLIRContext &context;
  CompiledImplementation &compiled;
};
} // namespace

std::string Comparison::difference(const UnitCase &unitCase, ModuleOp module,
                                   const CompiledProgram &program,
                                   const Sizes &sizes,
                                   const std::vector<double> &scalars) {
  std::mt19937_64 random(runs + 1);
  auto arguments = unitCase.makeArguments(sizes, scalars, random);
  if (!arguments)
    return arguments.message();
  std::vector<const io::Tensor *> pointers;
  for (const io::Tensor &argument : *arguments)
    pointers.push_back(&argument);
  auto wanted = reference::interpret(module, "main", pointers);
  auto got = compiled.call(program, *arguments);
  if (unitCase.expectError) {
    if (wanted || got)
      return "no error";
    std::string a = withoutFile(got.message()),
                b = withoutFile(wanted.message());
    return a == b ? "" : "error '" + a + "', expected '" + b + "'";
  }
  if (!wanted)
    return "interpreter: " + wanted.message();
  if (!got)
    return got.message();
  std::vector<double> ulps = unitCase.ulps();
  std::vector<std::string> elements = unitCase.resultElements();
  for (size_t k = 0; k < wanted->size(); ++k) {
    std::string problem = differential::difference(
        (*got)[k], (*wanted)[k], dtypeNamed(elements[k]), ulps[k]);
    if (!problem.empty())
      return "result " + std::to_string(k) + ": " + problem;
  }
  return "";
}

void Comparison::run(const UnitCase &unitCase) {
  std::string text = unitCase.text();
  auto fail = [&](const std::string &why) {
    ++failures;
    llvm::outs() << unitCase.name << ": " << why << "\n" << text << "\n";
  };
  OwningOpRef<ModuleOp> module =
      parseSourceString<ModuleOp>(text, ParserConfig(&context), "text");
  if (!module)
    return fail("the program does not parse");
  auto program = compiled.compile(text);
  if (!program)
    return fail(program.message());
  std::vector<std::vector<double>> scalars = unitCase.scalars;
  if (scalars.empty())
    scalars.push_back({});
  for (const Sizes &sizes : unitCase.runs)
    for (const std::vector<double> &values : scalars) {
      ++runs;
      std::string problem =
          difference(unitCase, *module, **program, sizes, values);
      if (!problem.empty())
        return fail(sizesText(sizes, values) + ": " + problem);
    }
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::cl::OptionCategory own("Options of this tool");
  llvm::cl::opt<std::string> filter(
      "filter", llvm::cl::desc("only cases whose name contains this"),
      llvm::cl::cat(own));
  llvm::cl::opt<bool> print("print", llvm::cl::desc("print the programs"),
                            llvm::cl::cat(own));
  llvm::cl::opt<bool> time("time", llvm::cl::desc("print each case's time"),
                           llvm::cl::cat(own));
  llvm::cl::opt<unsigned> optLevel("opt-level",
                                   llvm::cl::desc("of native code"),
                                   llvm::cl::init(1), llvm::cl::cat(own));
  llvm::cl::HideUnrelatedOptions(own);
  llvm::cl::ParseCommandLineOptions(argc, argv, "fused units on the CPU\n");

  DialectRegistry registry;
  registerDialects(registry);
  registry
      .insert<func::FuncDialect, arith::ArithDialect, tensor::TensorDialect>();
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  CompileOptions options;
  // The units are in the text; what is beside them stays as it is.
  options.fuse = false;
  options.optLevel = optLevel;
  auto compiled = CompiledImplementation::create("cpu", options);
  if (!compiled) {
    llvm::errs() << "error: " << compiled.message() << "\n";
    return 1;
  }
  Comparison comparison(context, **compiled);
  unsigned cases = 0;
  for (const UnitCase &unitCase : unitCases()) {
    if (!StringRef(unitCase.name).contains(filter))
      continue;
    ++cases;
    if (print)
      llvm::outs() << unitCase.name << "\n" << unitCase.text() << "\n";
    auto start = std::chrono::steady_clock::now();
    comparison.run(unitCase);
    if (time)
      llvm::outs() << llvm::format("%6.0f ms %s\n",
                                   std::chrono::duration<double, std::milli>(
                                       std::chrono::steady_clock::now() - start)
                                       .count(),
                                   unitCase.name.c_str());
  }
  llvm::outs() << cases << " programs, " << comparison.runs << " runs, "
               << comparison.failures << " failures\n";
  return comparison.failures != 0 || cases == 0;
}
