// See the header. Every failure is one `error:` line; the first error that MLIR
// reports is the one that is shown.
#include "Translate.h"

#include "runmat/Conversion/KernelsJSON.h"
#include "runmat/Dialect/Fused/Fused.h"
#include "runmat/IO/StagedFiles.h"
#include "runmat/Pipelines.h"
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
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace runmat;

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

/// The text on standard output, or in the file of -o.
static int writeText(const TranslateOptions &options, StringRef text) {
  if (options.output.empty() || options.output == "-") {
    llvm::outs() << text;
    llvm::outs().flush();
    if (!llvm::outs().has_error())
      return 0;
    std::error_code code = llvm::outs().error();
    // Else the stream's destructor would end the process.
    llvm::outs().clear_error();
    return fail("cannot write to standard output: " + code.message());
  }
  io::StagedFiles files(options.input);
  Result<io::StagedFile *> file = files.add(options.output);
  if (!file)
    return fail(file.message());
  Status status = (*file)->write(text.data(), text.size());
  if (status)
    status = files.commit();
  return status ? 0 : fail(status.message());
}

static int runDisassemble(const TranslateOptions &options,
                          const llvm::MemoryBuffer &buffer) {
  StringRef bytes = buffer.getBuffer();
  if (bytes.size() % 4 != 0 || bytes.size() < 20)
    return fail(options.input + ": " + Twine(bytes.size()) +
                " bytes are not a SPIR-V module (whole 4-byte words, at least "
                "5)");
  SmallVector<uint32_t, 0> words(bytes.size() / 4);
  std::memcpy(words.data(), bytes.data(), bytes.size());
  Result<std::string> text = disassembleSPIRV(words);
  if (!text)
    return fail(options.input + ": " + text.message());
  return writeText(options, *text);
}

static int runArrayToSPIRV(const TranslateOptions &options,
                           std::unique_ptr<llvm::MemoryBuffer> buffer,
                           const DeviceProfile &profile) {
  SmallString<128> jsonName(options.output);
  llvm::sys::path::replace_extension(jsonName, "json");
  io::StagedFiles files(options.input);
  Result<io::StagedFile *> spirv = files.add(options.output);
  if (!spirv)
    return fail(spirv.message());
  Result<io::StagedFile *> json = files.add(jsonName.str().str());
  if (!json)
    return fail(json.message());

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
    return fail(options.input + ": is empty; expected MLIR text or bytecode");
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, &context);
  if (!module)
    return error.report(options.input + ": is not MLIR");
  if (failed(checkAccepted(*module)))
    return error.report(options.input + ": is not accepted");
  PipelineOptions pipeline;
  pipeline.fuse = !options.noFusion;
  PassManager passes(&context);
  fusionStage(pipeline).build(passes);
  if (failed(passes.run(*module)))
    return error.report(options.input + ": fusion failed");

  std::vector<PlannedUnit> units;
  for (fused::NestOp unit : collectUnits(*module))
    units.push_back({unit, std::nullopt, {}});
  gpu::GPUModuleOp kernels = getKernelModule(*module);
  bool any = false;
  for (PlannedUnit &unit : units) {
    KernelPlan plan;
    if (auto refusal = planUnit(unit.op, kernels, profile, plan)) {
      unit.refusal = *refusal;
      continue;
    }
    unit.plan = std::move(plan);
    any = true;
  }
  if (units.empty())
    return fail(options.input +
                ": no unit was fused, so there is no kernel to write");
  if (!any)
    return fail(options.input + ": no unit has a GPU form; the first, " +
                fused::nameOf(units[0].op) + ": [" + units[0].refusal.reason() +
                "] " + units[0].refusal.text);
  if (failed(convertKernelsToSPIRV(*module, profile)))
    return error.report(options.input +
                        ": the kernels cannot be converted to SPIR-V");
  auto converted = *module->getOps<spirv::ModuleOp>().begin();
  auto words = serializeSPIRV(converted);
  if (failed(words))
    return error.report(options.input + ": the SPIR-V cannot be serialised");

  size_t bytes = words->size() * sizeof(uint32_t);
  std::string text;
  llvm::raw_string_ostream stream(text);
  writeKernelsJSON(stream, units, bytes);
  Status status = (*spirv)->write(words->data(), bytes);
  if (status)
    status = (*json)->write(text.data(), text.size());
  if (status)
    status = files.commit();
  return status ? 0 : fail(status.message());
}

int runmat::translate(const TranslateOptions &options) {
  Result<DeviceProfile> profile = DeviceProfile::load(options.profile);
  if (!profile)
    return fail(profile.message());
  auto buffer =
      llvm::MemoryBuffer::getFileOrSTDIN(options.input, /*IsText=*/false);
  if (!buffer)
    return fail(options.input +
                ": cannot be read: " + buffer.getError().message());
  return options.disassemble
             ? runDisassemble(options, **buffer)
             : runArrayToSPIRV(options, std::move(*buffer), *profile);
}
