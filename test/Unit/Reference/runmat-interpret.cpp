// Runs the functions of a file that take no arguments in the reference
// interpreter and prints their results, one line each: "@name: tensor<2xf32>
// [1, 2]". A failed check is printed in the result's place and makes the exit
// code 1. Floats have as many digits as tell them apart from their neighbours.
#include "runmat/Reference/Interpreter.h"
#include "runmat/RegisterAll.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"

#include <cmath>

using namespace mlir;
using namespace runmat;

static std::string numberText(const io::Tensor &tensor, int64_t index) {
  if (tensor.dtype() == RM_I64)
    return std::to_string(tensor.data<int64_t>()[index]);
  double value = tensor.element(index);
  if (value == std::trunc(value) && std::fabs(value) < 1e15 && value != 0)
    return std::to_string(static_cast<int64_t>(value));
  if (std::isnan(value))
    return "nan";
  char text[40];
  for (int digits = 1; digits <= 17; ++digits) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (strtod(text, nullptr) == value)
      break;
  }
  return text;
}

static int64_t print(llvm::raw_ostream &os, const io::Tensor &tensor,
                     size_t dim, int64_t index) {
  if (dim == tensor.sizes().size()) {
    os << numberText(tensor, index);
    return index + 1;
  }
  os << '[';
  for (int64_t k = 0; k < tensor.sizes()[dim]; ++k) {
    if (k)
      os << ", ";
    index = print(os, tensor, dim + 1, index);
  }
  os << ']';
  return index;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::cl::OptionCategory own("Options of this tool");
  llvm::cl::opt<std::string> file(llvm::cl::Positional, llvm::cl::Required,
                                  llvm::cl::desc("FILE.mlir"),
                                  llvm::cl::cat(own));
  llvm::cl::opt<std::string> entry(
      "entry", llvm::cl::desc("one function (default: all without arguments)"),
      llvm::cl::cat(own));
  llvm::cl::opt<array::Rounding> mode(
      "mode", llvm::cl::desc("what results are rounded to"),
      llvm::cl::values(clEnumValN(array::Rounding::None, "f64", "nothing"),
                       clEnumValN(array::Rounding::Declared, "declared",
                                  "their declared type")),
      llvm::cl::init(array::Rounding::None), llvm::cl::cat(own));
  llvm::cl::HideUnrelatedOptions(own);
  llvm::cl::ParseCommandLineOptions(argc, argv, "reference interpreter\n");

  DialectRegistry registry;
  registerDialects(registry);
  registry.insert<func::FuncDialect, arith::ArithDialect, scf::SCFDialect,
                  tensor::TensorDialect>();
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(file, &context);
  if (!module)
    return 1;
  reference::InterpreterOptions options;
  options.rounding = mode;
  int status = 0;
  for (auto function : module->getOps<func::FuncOp>()) {
    if (entry.empty() ? function.getNumArguments() != 0 || function.isPrivate()
                      : function.getName() != StringRef(entry))
      continue;
    std::string name = "@" + function.getName().str() + ": ";
    auto results =
        reference::interpret(*module, function.getName(), {}, options);
    if (!results) {
      status = 1;
      llvm::outs() << name << "error: " << results.message() << "\n";
      continue;
    }
    for (auto [tensor, type] :
         llvm::zip_equal(*results, function.getResultTypes())) {
      llvm::outs() << name << type << " ";
      // Of an array of nothing the type says it all, however many rows it has.
      if (tensor.elements() == 0)
        llvm::outs() << "[]\n";
      else
        print(llvm::outs(), tensor, 0, 0), llvm::outs() << "\n";
    }
  }
  return status;
}
