// See the header.
#include "Paths.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

#include <random>

using namespace mlir;
using namespace runmat;
using namespace runmat::differential;

Result<std::unique_ptr<Path>> Path::create(const std::string &name,
                                           const std::string &gpu,
                                           unsigned optLevel) {
  bool onCPU = name == "cpu" || name == "cpu-fused";
  if (!onCPU && name != "gpu" && name != "gpu-fused" && name != "mixed")
    return Error{"no such path: " + name};
  CompileOptions options;
  options.code = onCPU ? CodeFor::CPU : CodeFor::GPU;
  // What is pinned has been fused.
  options.fuse = name == "cpu-fused" || name == "gpu-fused";
  options.optLevel = optLevel;
  auto made = CompiledImplementation::create(onCPU ? "cpu" : gpu, options);
  if (!made)
    return made.error();
  auto path = std::make_unique<Path>();
  path->pathName = name;
  path->implementation = std::move(*made);
  return path;
}

Status differential::fuseAndPin(ModuleOp module, uint64_t seed) {
  PassManager manager(module.getContext());
  std::string text;
  llvm::raw_string_ostream os(text);
  if (failed(parsePassPipeline("canonicalize,cse,fuse-all", manager, os)))
    return Error{"the pipeline: " + text};
  if (failed(manager.run(module)))
    return Error{"fusion failed"};
  std::mt19937_64 random(seed);
  module.walk([&](Operation *op) {
    if (!llvm::is_contained(op->getName().getAttributeNames(), "device"))
      return;
    const char *device = random() % 2 ? "gpu" : "cpu";
    op->setAttr("device", StringAttr::get(module.getContext(), device));
  });
  return {};
}

Result<std::vector<io::Tensor>>
Path::run(ModuleOp module, std::vector<io::Tensor> &arguments, uint64_t seed) {
  OwningOpRef<ModuleOp> own;
  if (pathName == "mixed") {
    own = module.clone();
    Status fused = fuseAndPin(*own, seed);
    if (!fused)
      return fused.error();
    module = *own;
  }
  compiledText.clear();
  llvm::raw_string_ostream(compiledText) << module;
  auto program = implementation->compile(compiledText);
  if (!program)
    return program.error();
  kernels = (*program)->program().num_kernels > 0;
  return implementation->call(**program, arguments);
}
