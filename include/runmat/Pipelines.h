// The way through the compiler: one flat list of stages, from array programs to
// the LLVM dialect.
#ifndef RUNMAT_PIPELINES_H
#define RUNMAT_PIPELINES_H

#include "runmat/Conversion/FusedToOffload.h"
#include "runmat/Target/CPU/CPUProfile.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/PassManager.h"

#include <functional>
#include <vector>

namespace runmat {

struct PipelineOptions {
  /// Off: every array operation stays a unit of its own.
  bool fuse = true;
  /// Units that can run on a GPU get device code, as `offload` says.
  bool gpu = false;
  OffloadOptions offload;
  /// The host that CPU code is scheduled for.
  CPUProfile cpu;
};

/// A named part of the pipeline: IR is dumped and time is taken after each.
struct Stage {
  std::string name;
  std::function<void(mlir::OpPassManager &)> build;
};

/// What a program may consist of, before any stage. Refuses, with an error at
/// its place: operations that no stage or no interpreter knows, functions
/// without a body, names that are the runtime library's.
mlir::LogicalResult checkAccepted(mlir::ModuleOp module);

/// The first stage, from a program to its units: what is compiled and what
/// runmat-translate writes have the same ones.
Stage fusionStage(const PipelineOptions &options);

/// The stages in their order.
std::vector<Stage> compilerStages(const PipelineOptions &options);

/// Dialects and interface models that the stages need, without all of upstream.
void registerPipelineDialects(mlir::DialectRegistry &registry);

/// `--runmat-compile-cpu`: all stages as one pipeline of runmat-opt.
void registerPipelines();

} // namespace runmat

#endif // RUNMAT_PIPELINES_H
