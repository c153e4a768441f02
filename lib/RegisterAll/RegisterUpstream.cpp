// Everything of upstream that mlir-opt has. It costs the tools nothing: the
// code is in libMLIR.so anyway.
#include "runmat/RegisterAll.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"

void runmat::registerUpstreamDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllToLLVMIRTranslations(registry);
}

void runmat::registerUpstreamPasses() { mlir::registerAllPasses(); }
