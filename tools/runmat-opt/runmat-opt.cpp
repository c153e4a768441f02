// runmat-opt: runs any pass of the project or of upstream on a file; the tool
// of tests and of debugging.
#include "TestPasses.h"
#include "runmat/RegisterAll.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  runmat::registerUpstreamDialects(registry);
  runmat::registerUpstreamPasses();
  runmat::registerDialects(registry);
  runmat::registerPasses();
  runmat::test::registerTestPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "RunMat optimizer driver\n", registry));
}
