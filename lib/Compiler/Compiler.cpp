// The facade: parse, run the stages, emit an object file, then load or link it.
// Every diagnostic of MLIR becomes one line; the first error is the result's
// message.
#include "runmat/Compiler.h"
#include "Header.h"
#include "runmat/Pipelines.h"
#include "runmat/Reference/Interpreter.h"
#include "runmat/Support/Location.h"
#include "runmat/Target/CPU/CPU.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Remarks/RemarkSerializer.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"

#include <atomic>
#include <chrono>
#include <thread>

using namespace mlir;
using namespace runmat;

namespace {

using Clock = std::chrono::steady_clock;

std::string oneLine(StringRef text) {
  std::string line;
  for (char c : text.trim())
    line += c == '\n' ? ' ' : c;
  return line;
}

/// Remarks as YAML in a string, which its owner writes where it wants to.
class RemarkText final : public remark::detail::MLIRRemarkStreamerBase {
public:
  static llvm::Expected<std::unique_ptr<RemarkText>> create(std::string &text) {
    std::unique_ptr<RemarkText> made(new RemarkText(text));
    auto serializer = llvm::remarks::createRemarkSerializer(
        llvm::remarks::Format::YAML, made->stream);
    if (!serializer)
      return serializer.takeError();
    made->serializer = std::move(*serializer);
    return made;
  }
  void streamOptimizationRemark(const remark::detail::Remark &one) override {
    serializer->emit(one.generateRemark());
  }

private:
  explicit RemarkText(std::string &text) : stream(text) {}

  llvm::raw_string_ostream stream;
  std::unique_ptr<llvm::remarks::RemarkSerializer> serializer;
};

/// A context with the dialects of the pipeline, and what it complained of.
class Session {
public:
  /// `message` gets what is no error; remarks only where they are asked for.
  explicit Session(std::function<void(const std::string &)> message = {},
                   bool remarks = false)
      : message(std::move(message)), remarks(remarks),
        context(makeRegistry(), MLIRContext::Threading::DISABLED) {
    context.getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
      std::string place = locationText(diagnostic.getLocation());
      std::string text =
          (place.empty() ? "" : place + ": ") + oneLine(diagnostic.str());
      if (diagnostic.getSeverity() == DiagnosticSeverity::Error) {
        if (error.empty())
          error = text;
      } else if (this->message &&
                 (this->remarks ||
                  diagnostic.getSeverity() != DiagnosticSeverity::Remark)) {
        StringRef kind =
            diagnostic.getSeverity() == DiagnosticSeverity::Warning  ? "warning"
            : diagnostic.getSeverity() == DiagnosticSeverity::Remark ? "remark"
                                                                     : "note";
        this->message((place.empty() ? "" : place + ": ") + kind.str() + ": " +
                      oneLine(diagnostic.str()));
      }
      return success();
    });
  }

  Error failure(const std::string &otherwise) const {
    return Error{error.empty() ? otherwise : error};
  }

  Result<OwningOpRef<ModuleOp>> parse(const std::string &path) {
    auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false);
    if (!buffer)
      return Error{path + ": cannot be read: " + buffer.getError().message()};
    if ((*buffer)->getBuffer().trim().empty())
      return Error{path + ": is empty; expected MLIR text or bytecode"};
    llvm::SourceMgr sources;
    sources.AddNewSourceBuffer(std::move(*buffer), SMLoc());
    OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, &context);
    if (!module)
      return failure(path + ": is not MLIR");
    if (failed(checkAccepted(*module)))
      return failure(path + ": is not accepted");
    return module;
  }

  MLIRContext &get() { return context; }

  /// Fusion's remarks as messages, and as YAML in `text` if there is one.
  Status enableRemarks(bool asMessages, std::string *text) {
    remark::RemarkCategories categories;
    // A kind of remark without a filter of its own is off, whatever `all` says.
    for (std::optional<std::string> *filter :
         {&categories.passed, &categories.missed, &categories.analysis,
          &categories.failed})
      *filter = ".*";
    auto policy = std::make_unique<remark::RemarkEmittingPolicyAll>();
    std::unique_ptr<remark::detail::MLIRRemarkStreamerBase> streamer;
    if (text) {
      auto made = RemarkText::create(*text);
      if (!made)
        return Error{"remarks: " + llvm::toString(made.takeError())};
      streamer = std::move(*made);
    }
    if (failed(remark::enableOptimizationRemarks(context, std::move(streamer),
                                                 std::move(policy), categories,
                                                 asMessages)))
      return failure("remarks cannot be made");
    return {};
  }

private:
  static const DialectRegistry &makeRegistry() {
    static const DialectRegistry *registry = [] {
      auto *made = new DialectRegistry;
      registerPipelineDialects(*made);
      return made;
    }();
    return *registry;
  }

  std::function<void(const std::string &)> message;
  bool remarks;
  MLIRContext context;
  std::string error;
};

/// The entry that the options ask for: empty where all public functions are
/// wanted.
Result<std::string> chooseEntry(ModuleOp module, const std::string &asked,
                                bool keepAll) {
  if (!asked.empty() || keepAll)
    return asked;
  std::vector<std::string> names;
  for (auto function : module.getOps<func::FuncOp>())
    if (function.isPublic() && !function.isDeclaration())
      names.push_back(function.getName().str());
  if (names.size() == 1)
    return names.front();
  if (llvm::is_contained(names, "main"))
    return std::string("main");
  if (names.empty())
    return Error{"the module has no public function with a body"};
  return Error{"there are several public functions and none is called main; "
               "name one of: " +
               llvm::join(names, ", ")};
}

/// Code of one module on its way from text to an object file.
class Compilation {
public:
  Compilation(const std::string &path, const CompileOptions &options)
      : path(path), options(options),
        // Who asked for GPU code is told what stays on the CPU.
        session(options.message,
                options.remarks || options.code == CodeFor::GPU) {}

  Result<std::unique_ptr<llvm::MemoryBuffer>> run(const std::string &name,
                                                  bool keepAll);

  std::vector<CompiledProgram::StageTime> times;
  ProgramInfo info;
  std::string remarks;

private:
  void lap(const std::string &name) {
    Clock::time_point now = Clock::now();
    times.push_back(
        {name, std::chrono::duration<double, std::milli>(now - last).count()});
    last = now;
  }
  Status dump(ModuleOp module, const std::string &name);
  bool takeDevicePart(ModuleOp module, const DeviceProfile &profile);
  void prepareEntries(ModuleOp module);

  std::string path;
  const CompileOptions &options;
  Session session;
  Clock::time_point last = Clock::now();
  unsigned dumped = 0;
};

Status Compilation::dump(ModuleOp module, const std::string &name) {
  if (options.dumpStages.empty())
    return {};
  if (std::error_code code =
          llvm::sys::fs::create_directories(options.dumpStages))
    return Error{options.dumpStages + ": cannot be made: " + code.message()};
  SmallString<128> file(options.dumpStages);
  llvm::sys::path::append(
      file, llvm::formatv("{0:d2}-{1}.mlir", dumped++, name).str());
  std::error_code code;
  llvm::ToolOutputFile output(file, code, llvm::sys::fs::OF_Text);
  if (code)
    return Error{file.str().str() + ": cannot be written: " + code.message()};
  module.print(output.os());
  output.os().close();
  if ((code = output.os().error())) {
    // Else the stream's destructor would end the process.
    output.os().clear_error();
    return Error{file.str().str() + ": cannot be written: " + code.message()};
  }
  output.keep();
  return {};
}

/// Only entries are visible from outside, and what belongs to the caller is
/// never written.
void Compilation::prepareEntries(ModuleOp module) {
  auto isEntry = [&](func::FuncOp function) {
    return llvm::any_of(info.entries, [&](const EntrySignature &e) {
      return e.name == function.getName();
    });
  };
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isDeclaration())
      continue;
    if (!isEntry(function)) {
      function.setPrivate();
      continue;
    }
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (isa<TensorType>(function.getArgumentTypes()[i]))
        function.setArgAttr(i, "bufferization.writable",
                            BoolAttr::get(function.getContext(), false));
  }
}

/// Functions get the names of their symbols, before calls of libm and of the
/// runtime appear beside them: a program may call a function of its own `exp`.
static void nameSymbols(ModuleOp module) {
  module.walk([](Operation *op) {
    if (auto function = dyn_cast<func::FuncOp>(op))
      function.setName(codeSymbol(function.getName()));
    else if (auto call = dyn_cast<func::CallOp>(op))
      call.setCallee(codeSymbol(call.getCallee()));
  });
}

/// SPIR-V and its tables leave the module; what is left is host code.
bool Compilation::takeDevicePart(ModuleOp module,
                                 const DeviceProfile &profile) {
  if (failed(takeDeviceCode(module, profile, info)))
    return false;
  for (EntrySignature &entry : info.entries) {
    auto function = module.lookupSymbol<func::FuncOp>(entry.name);
    entry.takesTensors = function && function->hasAttr("offload.abi");
    if (auto results = function ? function->getAttrOfType<DenseI32ArrayAttr>(
                                      "offload.device_results")
                                : DenseI32ArrayAttr())
      entry.deviceResults = results.asArrayRef().vec();
  }
  return true;
}

/// The first use of the code generator, beside the stages on MLIR, once a
/// process and where there is another core.
class WarmUp {
public:
  explicit WarmUp(unsigned optLevel) {
    static std::atomic<bool> done = false;
    if (std::thread::hardware_concurrency() > 1 && !done.exchange(true))
      thread = std::thread(warmUpCodeGenerator, optLevel);
  }
  ~WarmUp() { wait(); }
  void wait() {
    if (thread.joinable())
      thread.join();
  }

private:
  std::thread thread;
};

Result<std::unique_ptr<llvm::MemoryBuffer>>
Compilation::run(const std::string &name, bool keepAll) {
  if (options.remarks || options.keepRemarks)
    if (Status status = session.enableRemarks(
            options.remarks, options.keepRemarks ? &remarks : nullptr);
        !status)
      return status.error();
  Result<OwningOpRef<ModuleOp>> parsed = session.parse(path);
  if (!parsed)
    return parsed.error();
  ModuleOp module = parsed->get();
  Result<std::string> entry = chooseEntry(module, options.entry, keepAll);
  if (!entry)
    return Error{path + ": " + entry.message()};
  llvm::Expected<std::vector<EntrySignature>> entries =
      collectEntries(module, *entry);
  if (!entries)
    return Error{path + ": " + llvm::toString(entries.takeError())};
  info.name = name;
  info.entries = std::move(*entries);
  prepareEntries(module);
  lap("parse");

  WarmUp warmUp(options.optLevel);
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>> machine =
      createHostTargetMachine(options.optLevel);
  if (!machine)
    return Error{llvm::toString(machine.takeError())};

  PipelineOptions pipeline;
  pipeline.fuse = options.fuse;
  pipeline.gpu = options.code != CodeFor::CPU;
  if (pipeline.gpu) {
    Result<DeviceProfile> profile = DeviceProfile::fromJSON(options.deviceInfo);
    if (!profile)
      return profile.error();
    pipeline.offload.profile = *profile;
    pipeline.offload.units = options.code == CodeFor::GPU
                                 ? OffloadUnits::All
                                 : OffloadUnits::AtRunTime;
    pipeline.offload.deviceValues = true;
  }
  pipeline.cpu.vectorBits =
      options.vectorBits ? options.vectorBits : hostVectorBits(**machine);
  if (Status status = dump(module, "input"); !status)
    return status.error();
  for (const Stage &stage : compilerStages(pipeline)) {
    PassManager manager(&session.get());
    manager.enableVerifier(options.verifyIR);
    if (stage.name == "llvm")
      nameSymbols(module);
    stage.build(manager);
    if (failed(manager.run(module)))
      return session.failure(path + ": stage '" + stage.name +
                             "' failed without saying why");
    lap(stage.name);
    if (Status status = dump(module, stage.name); !status)
      return status.error();
    if (stage.name == "offload") {
      if (!takeDevicePart(module, pipeline.offload.profile))
        return session.failure(path + ": the GPU code cannot be made");
      lap("spirv");
    }
  }

  info.units = takeUnits(module);

  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::Module> code =
      translateModuleToLLVMIR(module, llvmContext, name);
  if (!code)
    return session.failure(path + ": cannot be translated to LLVM IR");
  code->setDataLayout((*machine)->createDataLayout());
  addProgramTables(*code, info, **machine);
  lap("translate");
  warmUp.wait();
  auto object = emitObject(*code, **machine, options.optLevel);
  if (!object)
    return Error{llvm::toString(object.takeError())};
  lap("codegen");
  return std::move(*object);
}

class InMemoryProgram final : public CompiledProgram {
public:
  InMemoryProgram(std::unique_ptr<LoadedObject> code,
                  std::vector<StageTime> times, std::string remarks)
      : code(std::move(code)), times(std::move(times)),
        yaml(std::move(remarks)) {}
  const rm_program &program() const override { return code->program(); }
  std::vector<StageTime> stageTimes() const override { return times; }
  const std::string &remarks() const override { return yaml; }

private:
  std::unique_ptr<LoadedObject> code;
  std::vector<StageTime> times;
  std::string yaml;
};

} // namespace

Result<std::unique_ptr<CompiledProgram>>
runmat::compileFile(const std::string &path, const CompileOptions &options) {
  Compilation compilation(path, options);
  auto object =
      compilation.run(llvm::sys::path::stem(path).str(), /*keepAll=*/false);
  if (!object)
    return object.error();
  Clock::time_point start = Clock::now();
  llvm::Expected<std::unique_ptr<LoadedObject>> loaded =
      loadObject(std::move(*object));
  if (!loaded)
    return Error{llvm::toString(loaded.takeError())};
  compilation.times.push_back(
      {"load", std::chrono::duration<double, std::milli>(Clock::now() - start)
                   .count()});
  return std::unique_ptr<CompiledProgram>(
      new InMemoryProgram(std::move(*loaded), std::move(compilation.times),
                          std::move(compilation.remarks)));
}

Result<SharedObject>
runmat::compileToSharedObject(const std::string &path, const std::string &name,
                              const CompileOptions &options) {
  Compilation compilation(path, options);
  auto object = compilation.run(name, /*keepAll=*/options.entry.empty());
  if (!object)
    return object.error();
  llvm::Expected<std::string> linked = linkSharedObject(**object);
  if (!linked)
    return Error{llvm::toString(linked.takeError())};
  return SharedObject{std::move(*linked), makeHeader(name, compilation.info),
                      std::move(compilation.remarks)};
}

Result<std::vector<io::Tensor>>
runmat::interpretFile(const std::string &path,
                      const std::vector<const io::Tensor *> &arguments,
                      const ReferenceOptions &options) {
  Session session;
  Result<OwningOpRef<ModuleOp>> parsed = session.parse(path);
  if (!parsed)
    return parsed.error();
  Result<std::string> entry =
      chooseEntry(parsed->get(), options.entry, /*keepAll=*/false);
  if (!entry)
    return Error{path + ": " + entry.message()};
  reference::InterpreterOptions interpreter;
  if (options.roundEach)
    interpreter.rounding = array::Rounding::Declared;
  return reference::interpret(parsed->get(), *entry, arguments, interpreter);
}

std::string runmat::versionText() {
  return "RunMat " RUNMAT_VERSION ", LLVM " LLVM_VERSION_STRING;
}
