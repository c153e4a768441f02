// The project's dialects, passes and pipelines, listed once.
#include "runmat/RegisterAll.h"

#include "mlir/IR/DialectRegistry.h"

void runmat::registerDialects(mlir::DialectRegistry &registry) {}

void runmat::registerPasses() {}
