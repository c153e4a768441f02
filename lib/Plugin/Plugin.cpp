// RunMatPlugin.so: the project's dialects and passes for a stock mlir-opt 22
// (--load-dialect-plugin and --load-pass-plugin). It links the same libMLIR.so
// as mlir-opt does, so that both see one set of upstream types; its own code is
// linked in statically and stays hidden.
#include "runmat/RegisterAll.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

/// What runmat-opt has built in would be there twice, as different types.
static void checkIsNew(bool isThere) {
  if (!isThere)
    return;
  llvm::errs() << "error: RunMatPlugin.so: this tool has the dialects and "
                  "passes already; run it without the plugin\n";
  std::exit(1);
}

#define RUNMAT_EXPORT __attribute__((visibility("default")))

extern "C" RUNMAT_EXPORT mlir::DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "RunMat", RUNMAT_VERSION,
          [](mlir::DialectRegistry *registry) {
            checkIsNew(
                static_cast<bool>(registry->getDialectAllocator("array")));
            runmat::registerDialects(*registry);
          }};
}

extern "C" RUNMAT_EXPORT mlir::PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "RunMat", RUNMAT_VERSION, [] {
            checkIsNew(mlir::PassInfo::lookup("fuse-image-normalize"));
            runmat::registerPasses();
          }};
}
