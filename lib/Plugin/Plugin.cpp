// RunMatPlugin.so: the project's dialects and passes for a stock mlir-opt 22
// (--load-dialect-plugin and --load-pass-plugin). It links the same libMLIR.so
// as mlir-opt does, so that both see one set of upstream types; its own code is
// linked in statically and stays hidden.
#include "runmat/RegisterAll.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

#define RUNMAT_EXPORT __attribute__((visibility("default")))

extern "C" RUNMAT_EXPORT mlir::DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "RunMat", RUNMAT_VERSION,
          [](mlir::DialectRegistry *registry) {
            runmat::registerDialects(*registry);
          }};
}

extern "C" RUNMAT_EXPORT mlir::PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "RunMat", RUNMAT_VERSION,
          [] { runmat::registerPasses(); }};
}
