// runmat-lsp-server: the language server of .mlir files that use the project's
// dialects.
#include "runmat/RegisterAll.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  runmat::registerUpstreamDialects(registry);
  runmat::registerDialects(registry);
  return failed(mlir::MlirLspServerMain(argc, argv, registry));
}
