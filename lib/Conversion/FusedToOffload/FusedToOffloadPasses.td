// Passes from fused units to the offload dialect.
#ifndef RUNMAT_CONVERSION_FUSED_TO_OFFLOAD_PASSES_TD
#define RUNMAT_CONVERSION_FUSED_TO_OFFLOAD_PASSES_TD

include "mlir/Pass/PassBase.td"

def MarkUnits : Pass<"mark-units", "::mlir::ModuleOp"> {
  let summary = "units get a number and marks around them, for telemetry";
  let description = [{
    Each unit becomes a row (name and location) of the module's attribute `offload.units`, and stands between
    `offload.unit_begin` and `offload.unit_end` of its number: whatever it is lowered to, on the CPU or the
    GPU, each execution is counted and timed. Behind the marks it adds to two counters: the bytes that the
    unit moves to and from memory, and those that its operations one by one would have moved beyond that.

    Shown by test/Conversion/FusedToOffload/mark-units.mlir.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect",
                           "::runmat::offload::OffloadDialect"];
}

def ConvertFusedToOffload : Pass<"convert-fused-to-offload", "::mlir::ModuleOp"> {
  let summary = "units for the GPU become transfers and launches on tensors";
  let description = [{
    Each unit that goes to the GPU becomes device memory, uploads of its operands, dispatches, and downloads
    of its results; a value that stays on the device between units is not transferred. Kernels go to one
    gpu.module, their table into the module's attribute `offload.kernels`. A unit without a GPU form stays,
    with a remark. Units must be marked (`--mark-units`).

    Shown by test/Conversion/FusedToOffload/convert-fused-to-offload.mlir.
  }];
  let options = [
    Option<"profile", "profile", "std::string", "\"generic\"",
           "device profile: generic, lavapipe, nvidia, or a file of `runmat devices --json`">,
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
