// runmat-reduce: shrinks a program while a given script still finds it
// interesting (mlir-reduce's passes, with the project's dialects known).
#include "runmat/RegisterAll.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  runmat::registerUpstreamDialects(registry);
  runmat::registerUpstreamPasses();
  runmat::registerDialects(registry);
  runmat::registerPasses();
  mlir::MLIRContext context(registry);
  return failed(mlir::mlirReduceMain(argc, argv, context));
}
