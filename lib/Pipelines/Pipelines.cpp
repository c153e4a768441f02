// Every stage and pass in order, each with the reason for its place.
#include "runmat/Pipelines.h"
#include "runmat/Conversion/Passes.h"
#include "runmat/Dialect/Array/Array.h"
#include "runmat/Dialect/Fused/Fused.h"
#include "runmat/Dialect/Offload/Offload.h"
#include "runmat/Fusion/Passes.h"
#include "runmat/Lower/Passes.h"
#include "runmat/Target/CPU/Passes.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/BufferDeallocationOpInterfaceImpl.h"
#include "mlir/Dialect/Arith/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/Pipelines/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/FuncBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/ControlFlow/Transforms/BufferDeallocationOpInterfaceImpl.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Linalg/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/MemRef/Transforms/AllocationOpInterfaceImpl.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/Transforms/BufferDeallocationOpInterfaceImpl.h"
#include "mlir/Dialect/SCF/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/IR/TensorInferTypeOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/IR/ValueBoundsOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Vector/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace runmat;

/// Upstream's folds, but one: it gives the state of a loop the sizes that it
/// starts with, and a state may grow. By the names that compilers give it.
static std::unique_ptr<Pass> canonicalizer() {
  return createCanonicalizerPass(
      GreedyRewriteConfig(), {"(anonymous namespace)::ForOpTensorCastFolder",
                              "{anonymous}::ForOpTensorCastFolder"});
}

static void clean(OpPassManager &pm) {
  pm.addPass(canonicalizer());
  pm.addPass(createCSEPass());
}

Stage runmat::fusionStage(const PipelineOptions &options) {
  return {"fusion", [=](OpPassManager &pm) {
            // What is never called is not compiled.
            pm.addPass(createSymbolDCEPass());
            // Before folds drop what is checked.
            pm.addPass(createCheckUpstreamOpsPass());
            // One form of each idiom, constants in place: fewer things for
            // matchers to know.
            clean(pm);
            // Before operations move: errors come in the program's order.
            pm.addPass(createCheckArraySizesPass());
            // Every operation that has a unit form is in a unit, fused or
            // alone.
            FuseAllOptions fuse;
            fuse.merge = options.fuse;
            pm.addPass(createFuseAll(fuse));
            // From here on one operation describes every unit.
            pm.addPass(createGeneralizeUnits());
            // While a unit is one operation, on whatever device.
            pm.addPass(createMarkUnits());
          }};
}

std::vector<Stage> runmat::compilerStages(const PipelineOptions &options) {
  std::vector<Stage> stages;

  stages.push_back(fusionStage(options));

  // While units are whole: what the GPU takes leaves the host's code here.
  if (options.gpu)
    stages.push_back({"offload", [=](OpPassManager &pm) {
                        pm.addPass(
                            createConvertFusedToOffloadPass(options.offload));
                        // Host code only: the kernels go to SPIR-V next, as
                        // they are.
                        pm.addNestedPass<func::FuncOp>(canonicalizer());
                        pm.addNestedPass<func::FuncOp>(createCSEPass());
                      }});

  stages.push_back({"units", [=](OpPassManager &pm) {
                      // Nests go on as they are, on memory that they are given
                      // while values still say who reads them.
                      pm.addPass(createAssignDestinations());
                      clean(pm);
                    }});

  stages.push_back({"linalg", [=](OpPassManager &pm) {
                      // What has no unit form: products, scans, parts.
                      pm.addPass(createConvertArrayToLinalgPass());
                      pm.addNestedPass<func::FuncOp>(
                          createLinalgGeneralizeNamedOpsPass());
                      clean(pm);
                      pm.addPass(createExpandMathPass());
                      clean(pm);
                      // Bodies are arith and math now, which have vector forms;
                      // values are still tensors, so nothing aliases.
                      pm.addPass(createConvertLinalgToVectorPass(options.cpu));
                      clean(pm);
                    }});

  stages.push_back(
      {"bufferize", [=](OpPassManager &pm) {
         // Each result its own memory, as far as analysis has to know.
         pm.addPass(createSeparateEmptyTensors());
         pm.addPass(bufferization::createEmptyTensorEliminationPass());
         pm.addPass(bufferization::createEmptyTensorToAllocTensorPass());
         pm.addPass(createBufferizeProgram());
         // Before a fold takes a cast for a change of types only.
         pm.addPass(createCopyStridedBuffers());
         clean(pm);
         bufferization::buildBufferDeallocationPipeline(pm);
         pm.addPass(createConvertBufferizationToMemRefPass());
       }});

  stages.push_back({"loops", [=](OpPassManager &pm) {
                      // Buffers are final now, and nothing fuses units again:
                      // equal ones are lowered and compiled once.
                      pm.addPass(createOutlineUnits());
                      pm.addPass(createLowerUnits(options.cpu));
                      // Copies are loops like others: parallel where large.
                      pm.addPass(createExpandMemRefCopy());
                      pm.addNestedPass<func::FuncOp>(
                          createConvertLinalgToParallelLoopsPass());
                      pm.addPass(memref::createFoldMemRefAliasOpsPass());
                      pm.addPass(createLowerAffinePass());
                      clean(pm);
                      pm.addPass(createLoopInvariantCodeMotionPass());
                      // Bounds are in front of the loops now.
                      pm.addPass(createSkipEmptyLoops());
                      OutlineParallelLoopsOptions outline;
                      outline.minWork = options.cpu.minWork;
                      outline.unknownTripCount = options.cpu.unknownTripCount;
                      pm.addPass(createOutlineParallelLoops(outline));
                    }});

  stages.push_back({"llvm", [=](OpPassManager &pm) {
                      pm.addPass(memref::createExpandStridedMetadataPass());
                      pm.addPass(createLowerAffinePass());
                      pm.addPass(createConvertHostToLLVM());
                      pm.addPass(createReconcileUnrealizedCastsPass());
                      pm.addPass(createCSEPass());
                    }});
  return stages;
}

void runmat::registerPipelineDialects(DialectRegistry &registry) {
  registry
      .insert<array::ArrayDialect, fused::FusedDialect, offload::OffloadDialect,
              gpu::GPUDialect, spirv::SPIRVDialect, affine::AffineDialect,
              arith::ArithDialect, bufferization::BufferizationDialect,
              cf::ControlFlowDialect, func::FuncDialect, linalg::LinalgDialect,
              LLVM::LLVMDialect, math::MathDialect, memref::MemRefDialect,
              scf::SCFDialect, tensor::TensorDialect, vector::VectorDialect>();
  arith::registerBufferDeallocationOpInterfaceExternalModels(registry);
  arith::registerBufferizableOpInterfaceExternalModels(registry);
  bufferization::func_ext::registerBufferizableOpInterfaceExternalModels(
      registry);
  cf::registerBufferDeallocationOpInterfaceExternalModels(registry);
  linalg::registerBufferizableOpInterfaceExternalModels(registry);
  memref::registerAllocationOpInterfaceExternalModels(registry);
  scf::registerBufferDeallocationOpInterfaceExternalModels(registry);
  scf::registerBufferizableOpInterfaceExternalModels(registry);
  tensor::registerBufferizableOpInterfaceExternalModels(registry);
  tensor::registerInferTypeOpInterfaceExternalModels(registry);
  vector::registerBufferizableOpInterfaceExternalModels(registry);
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
}

void runmat::registerPipelines() {
  PassPipelineRegistration<>("runmat-compile-cpu",
                             "array programs to the LLVM dialect, for the CPU",
                             [](OpPassManager &pm) {
                               for (const Stage &stage : compilerStages({}))
                                 stage.build(pm);
                             });
}
