// LLVM IR to an object file, by one target machine for JIT and ahead of time
// alike.
#include "runmat/Target/CPU/CPU.h"

#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"

using namespace llvm;

Expected<std::unique_ptr<TargetMachine>>
runmat::createHostTargetMachine(unsigned optLevel) {
  static const bool initialised =
      !InitializeNativeTarget() && !InitializeNativeTargetAsmPrinter();
  if (!initialised)
    return createStringError("this LLVM has no code generator for the host");
  Expected<orc::JITTargetMachineBuilder> builder =
      orc::JITTargetMachineBuilder::detectHost();
  if (!builder)
    return builder.takeError();
  builder->setRelocationModel(Reloc::PIC_);
  builder->setCodeModel(CodeModel::Small);
  builder->setCodeGenOptLevel(optLevel >= 3   ? CodeGenOptLevel::Aggressive
                              : optLevel == 0 ? CodeGenOptLevel::None
                                              : CodeGenOptLevel::Default);
  return builder->createTargetMachine();
}

unsigned runmat::hostVectorBits(const TargetMachine &machine) {
  const MCSubtargetInfo &features = *machine.getMCSubtargetInfo();
  if (!machine.getTargetTriple().isX86())
    return 128;
  return features.checkFeatures("+avx512f") ? 512
         : features.checkFeatures("+avx2")  ? 256
                                            : 128;
}

/// What MLIR's output still needs: it comes canonical and free of common
/// subexpressions, without allocas, and with vector code where a schedule made
/// some. Against the default O3 pipeline (a third of the time on the 4K
/// program, the same speed of its code) this leaves out what is repeated
/// between inlining steps; loops are vectorised and unrolled as there.
static constexpr char optimisePasses[] =
    "cgscc(inline),"
    "function(sroa,early-cse<memssa>,simplifycfg,"
    "instcombine<max-iterations=1;no-verify-fixpoint>,"
    // scf.for becomes a loop that tests first.
    "loop-mssa(loop-rotate<header-duplication>,licm<allowspeculation>),"
    "loop(indvars,loop-idiom,loop-deletion),"
    "loop-distribute,loop-vectorize,"
    "instcombine<max-iterations=1;no-verify-fixpoint>,"
    "loop-unroll<O2>,loop-mssa(licm<allowspeculation>),"
    "early-cse<memssa>,simplifycfg,adce),"
    "globaldce";

Expected<std::unique_ptr<MemoryBuffer>>
runmat::emitObject(Module &module, TargetMachine &machine, unsigned optLevel) {
  module.setDataLayout(machine.createDataLayout());
  module.setTargetTriple(machine.getTargetTriple());
  module.setPICLevel(PICLevel::BigPIC);

  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  PipelineTuningOptions tuning;
  PassBuilder passes(&machine, tuning);
  passes.registerModuleAnalyses(modules);
  passes.registerCGSCCAnalyses(components);
  passes.registerFunctionAnalyses(functions);
  passes.registerLoopAnalyses(loops);
  passes.crossRegisterProxies(loops, functions, components, modules);
  ModulePassManager pipeline;
  if (optLevel >= 2) {
    if (Error error = passes.parsePassPipeline(pipeline, optimisePasses))
      return std::move(error);
  } else {
    pipeline =
        optLevel == 0
            ? passes.buildO0DefaultPipeline(OptimizationLevel::O0)
            : passes.buildPerModuleDefaultPipeline(OptimizationLevel::O1);
  }
  pipeline.run(module, modules);

  SmallVector<char, 0> bytes;
  raw_svector_ostream stream(bytes);
  legacy::PassManager emission;
  if (machine.addPassesToEmitFile(emission, stream, nullptr,
                                  CodeGenFileType::ObjectFile))
    return createStringError("this target cannot emit object files");
  emission.run(module);
  return std::make_unique<SmallVectorMemoryBuffer>(
      std::move(bytes), "program.o",
      /*RequiresNullTerminator=*/false);
}
