// runmat-translate: GPU code out of array programs, for hosts of one's own.
// --array-to-spirv writes one SPIR-V module with an entry point per kernel and,
// beside it, the JSON that says how to launch them; --spirv-disassemble writes
// a module as text. Bad input: one `error:` line and exit code 1; wrong
// usage: 2.
#include "runmat/Conversion/KernelsJSON.h"
#include "runmat/Dialect/Fused/Fused.h"
#include "runmat/RegisterAll.h"
#include "runmat/Support/Location.h"
#include "runmat/Target/SPIRV.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace runmat;
namespace cl = llvm::cl;

static cl::opt<std::string> input(cl::Positional, cl::desc("FILE"),
                                  cl::init("-"));
static cl::opt<std::string> output("o", cl::desc("where to write"),
                                   cl::value_desc("FILE"));
static cl::opt<bool> arrayToSPIRV(
    "array-to-spirv",
    cl::desc("array or fused program to SPIR-V (-o k.spv) and the description "
             "of its kernels and launches (k.json)"));
static cl::opt<bool> disassemble("spirv-disassemble",
                                 cl::desc("SPIR-V binary to text"));
static cl::opt<std::string>
    profileName("profile",
                cl::desc("device profile: generic, lavapipe, nvidia, or a file "
                         "of `runmat devices --json`"),
                cl::init("generic"), cl::value_desc("NAME"));
static cl::opt<bool> noFusion("no-fusion",
                              cl::desc("take the units as they are"));

static int fail(const Twine &message) {
  llvm::errs() << "error: " << message << "\n";
  return 1;
}

static std::string oneLine(StringRef text) {
  std::string line = text.trim().str();
  llvm::replace(line, '\n', ' ');
  return line;
}

/// The first error that MLIR reports, with its place, as one line.
class FirstError {
public:
  explicit FirstError(MLIRContext &context) {
    context.getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
      if (diagnostic.getSeverity() != DiagnosticSeverity::Error ||
          !text.empty())
        return success();
      text = locationText(diagnostic.getLocation());
      if (!text.empty())
        text += ": ";
      text += oneLine(diagnostic.str());
      return success();
    });
  }
  int report(const Twine &otherwise) const {
    return text.empty() ? fail(otherwise) : fail(text);
  }

private:
  std::string text;
};

/// Writes to a temporary file that takes its name when it is complete.
static int writeFile(StringRef path,
                     llvm::function_ref<void(llvm::raw_ostream &)> write) {
  if (path == "-") {
    write(llvm::outs());
    return 0;
  }
  llvm::Error error = llvm::writeToOutput(path, [&](llvm::raw_ostream &os) {
    write(os);
    return llvm::Error::success();
  });
  if (error)
    return fail(path + ": " + oneLine(llvm::toString(std::move(error))));
  return 0;
}

static int runDisassemble(const llvm::MemoryBuffer &buffer) {
  StringRef bytes = buffer.getBuffer();
  if (bytes.size() % 4 != 0 || bytes.size() < 20)
    return fail(input + ": " + Twine(bytes.size()) +
                " bytes are not a SPIR-V module (whole 4-byte words, at least "
                "5)");
  SmallVector<uint32_t, 0> words(bytes.size() / 4);
  std::memcpy(words.data(), bytes.data(), bytes.size());
  Result<std::string> text = disassembleSPIRV(words);
  if (!text)
    return fail(input + ": " + text.message());
  return writeFile(output.empty() ? "-" : output.getValue(),
                   [&](llvm::raw_ostream &os) { os << *text; });
}

static int runArrayToSPIRV(std::unique_ptr<llvm::MemoryBuffer> buffer,
                           const DeviceProfile &profile) {
  DialectRegistry registry;
  registerDialects(registry);
  registry.insert<func::FuncDialect, tensor::TensorDialect>();
  registerPasses();
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  // What kernels are made of: nothing of it is in the input.
  context.loadDialect<arith::ArithDialect, gpu::GPUDialect, math::MathDialect,
                      memref::MemRefDialect, scf::SCFDialect,
                      spirv::SPIRVDialect, vector::VectorDialect>();
  FirstError error(context);
  if (buffer->getBuffer().trim().empty())
    return fail(input + ": is empty; expected MLIR text or bytecode");
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, &context);
  if (!module)
    return error.report(input + ": is not MLIR");
  if (!noFusion) {
    PassManager passes(&context);
    if (failed(parsePassPipeline("fuse-all", passes)) ||
        failed(passes.run(*module)))
      return error.report(input + ": fusion failed");
  }

  std::vector<PlannedUnit> units;
  module->walk([&](fused::Unit unit) {
    units.push_back({unit.getOperation(), std::nullopt, {}});
  });
  gpu::GPUModuleOp kernels = getKernelModule(*module);
  bool any = false;
  for (PlannedUnit &unit : units) {
    if (auto refusal = refusedOnGPU(unit.op, profile)) {
      unit.refusal = *refusal;
      continue;
    }
    FailureOr<KernelPlan> plan = planUnit(unit.op, kernels, profile);
    if (failed(plan))
      return error.report(input + ": a unit's kernels cannot be made");
    unit.plan = std::move(*plan);
    any = true;
  }
  if (units.empty())
    return fail(input + ": no unit was fused, so there is no kernel to write");
  if (!any)
    return fail(input + ": no unit has a GPU form; the first, " +
                units[0].op->getName().getStringRef() + ": [" +
                units[0].refusal.reason() + "] " + units[0].refusal.text);
  if (failed(lowerKernelBodies(kernels)) ||
      failed(convertKernelsToSPIRV(*module, profile)))
    return error.report(input + ": the kernels cannot be converted to SPIR-V");
  auto converted = *module->getOps<spirv::ModuleOp>().begin();
  auto words = serializeSPIRV(converted);
  if (failed(words))
    return error.report(input + ": the SPIR-V cannot be serialised");

  StringRef bytes(reinterpret_cast<const char *>(words->data()),
                  words->size() * 4);
  if (int code = writeFile(output, [&](llvm::raw_ostream &os) { os << bytes; }))
    return code;
  SmallString<128> json(output);
  llvm::sys::path::replace_extension(json, "json");
  return writeFile(json, [&](llvm::raw_ostream &os) {
    writeKernelsJSON(os, units, bytes.size());
  });
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::SetVersionPrinter(
      [](llvm::raw_ostream &os) { os << "runmat-translate 0.1.0\n"; });
  cl::ParseCommandLineOptions(argc, argv, "GPU code out of array programs\n");
  if (arrayToSPIRV == disassemble) {
    llvm::errs() << "error: give one of --array-to-spirv and "
                    "--spirv-disassemble\n";
    return 2;
  }
  if (arrayToSPIRV && (output.empty() || output == "-")) {
    llvm::errs() << "error: --array-to-spirv writes two files: name the "
                    "SPIR-V file with -o\n";
    return 2;
  }
  Result<DeviceProfile> profile = DeviceProfile::load(profileName);
  if (!profile) {
    llvm::errs() << "error: " << profile.error().message << "\n";
    return 2;
  }
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(input, /*IsText=*/false);
  if (!buffer)
    return fail(input + ": cannot be read: " + buffer.getError().message());
  return disassemble ? runDisassemble(**buffer)
                     : runArrayToSPIRV(std::move(*buffer), *profile);
}
