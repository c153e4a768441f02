// The project's dialects, passes and pipelines, listed once.
#include "runmat/RegisterAll.h"

#include "runmat/Conversion/FusedToGPU.h"
#include "runmat/Conversion/FusedToOffload.h"
#include "runmat/Conversion/Passes.h"
#include "runmat/Dialect/Array/Array.h"
#include "runmat/Dialect/Fused/Fused.h"
#include "runmat/Dialect/Offload/Offload.h"
#include "runmat/Fusion/Passes.h"
#include "runmat/Lower/Passes.h"
#include "runmat/Pipelines.h"
#include "runmat/Target/CPU/Passes.h"
#include "runmat/Target/SPIRV.h"

#include "mlir/IR/DialectRegistry.h"

void runmat::registerDialects(mlir::DialectRegistry &registry) {
  registry.insert<array::ArrayDialect, fused::FusedDialect,
                  offload::OffloadDialect>();
}

void runmat::registerPasses() {
  registerConversionPasses();
  registerRunMatFusionPasses();
  registerRunMatLowerPasses();
  registerRunMatFusedToGPUPasses();
  registerRunMatFusedToOffloadPasses();
  registerRunMatTargetSPIRVPasses();
  registerRunMatTargetCPUPasses();
  registerPipelines();
}
