// Passes from fused units to the offload dialect.
#ifndef RUNMAT_CONVERSION_FUSED_TO_OFFLOAD_PASSES_TD
#define RUNMAT_CONVERSION_FUSED_TO_OFFLOAD_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertFusedToOffload : Pass<"convert-fused-to-offload", "::mlir::ModuleOp"> {
  let summary = "units for the GPU become transfers and launches on tensors";
  let description = [{
    Each unit that goes to the GPU becomes device memory, uploads of its operands, dispatches, and downloads
    of its results; a value that stays on the device between units is not transferred. Kernels go to one
    gpu.module, the tables of units and kernels into the module's attributes. A unit without a GPU form
    stays, with a remark.

    Shown by test/Conversion/FusedToOffload/convert-fused-to-offload.mlir.
  }];
  let options = [
    Option<"profile", "profile", "std::string", "\"generic\"",
           "built-in device profile: generic, lavapipe or nvidia">,
    Option<"allUnits", "all", "bool", "false", "every unit that has a GPU form, not only those pinned to it">,
    Option<"atRunTime", "at-run-time", "bool", "false", "emit both forms of every unit and ask at run time">,
    Option<"deviceValues", "device-values", "bool", "false",
           "arguments and results of public functions may live on the device">,
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::gpu::GPUDialect", "::mlir::math::MathDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect", "::mlir::spirv::SPIRVDialect",
    "::mlir::tensor::TensorDialect", "::mlir::vector::VectorDialect", "::runmat::offload::OffloadDialect",
  ];
}

#endif
