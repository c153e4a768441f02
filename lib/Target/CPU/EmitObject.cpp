// LLVM IR to an object file, by one target machine for JIT and ahead of time
// alike.
#include "runmat/Target/CPU/CPU.h"

#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/AsmParser/Parser.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
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

/// A loop over vectors with what kernels have: masked memory, fma, compares,
/// shifts, a call and a branch.
static constexpr char warmUpProgram[] = R"(
declare void @callee(i64, ptr)
declare <8 x float> @llvm.fma.v8f32(<8 x float>, <8 x float>, <8 x float>)
declare float @llvm.vector.reduce.fadd.v8f32(float, <8 x float>)
declare <8 x float> @llvm.masked.load.v8f32.p0(ptr, i32, <8 x i1>, <8 x float>)
define float @warm(ptr %p, i64 %n, i64 %m) {
entry:
  %slot = alloca { i64, ptr, double }
  store i64 %m, ptr %slot
  call void @callee(i64 %n, ptr %slot)
  %empty = icmp eq i64 %n, 0
  br i1 %empty, label %done, label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %s = phi <8 x float> [ zeroinitializer, %entry ], [ %sum, %loop ]
  %at = getelementptr float, ptr %p, i64 %i
  %x = load <8 x float>, ptr %at, align 4
  %count = sub i64 %n, %i
  %one = insertelement <8 x i64> poison, i64 %count, i64 0
  %all = shufflevector <8 x i64> %one, <8 x i64> poison, <8 x i32> zeroinitializer
  %mask = icmp ult <8 x i64> <i64 0, i64 1, i64 2, i64 3, i64 4, i64 5, i64 6, i64 7>, %all
  %y = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %at, i32 4, <8 x i1> %mask, <8 x float> zeroinitializer)
  %bits = bitcast <8 x float> %x to <8 x i32>
  %moved = ashr <8 x i32> %bits, splat (i32 23)
  %float = sitofp <8 x i32> %moved to <8 x float>
  %less = fcmp ogt <8 x float> %x, zeroinitializer
  %chosen = select <8 x i1> %less, <8 x float> %float, <8 x float> %y
  %ratio = fdiv <8 x float> %chosen, %x
  %sum = call <8 x float> @llvm.fma.v8f32(<8 x float> %ratio, <8 x float> %x, <8 x float> %s)
  store <8 x float> %sum, ptr %at, align 32, !nontemporal !0
  %next = add i64 %i, 8
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %done
done:
  %t = phi <8 x float> [ zeroinitializer, %entry ], [ %sum, %loop ]
  %r = call reassoc float @llvm.vector.reduce.fadd.v8f32(float 0.0, <8 x float> %t)
  ret float %r
}
!0 = !{i32 1}
)";

void runmat::warmUpCodeGenerator(unsigned optLevel) {
  LLVMContext context;
  SMDiagnostic diagnostic;
  std::unique_ptr<Module> module =
      parseAssemblyString(warmUpProgram, diagnostic, context);
  auto machine = createHostTargetMachine(optLevel);
  if (!module || !machine) {
    assert(module && "the warm-up program is no valid IR");
    // The compilation meets the same failure and reports it.
    consumeError(machine.takeError());
    return;
  }
  consumeError(emitObject(*module, **machine, optLevel).takeError());
}
