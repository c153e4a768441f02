// Passes from fused units to GPU kernels.
#ifndef RUNMAT_CONVERSION_FUSED_TO_GPU_PASSES_TD
#define RUNMAT_CONVERSION_FUSED_TO_GPU_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertFusedToGPU : Pass<"convert-fused-to-gpu", "::mlir::ModuleOp"> {
  let summary = "kernels of the units that have a GPU form, in one gpu.module";
  let description = [{
    Emits the kernels of every unit and lists their names on it (`runmat.kernels`); the units stay. A unit
    without a GPU form gets a remark with the reason. For inspection: programs take the same kernels
    through --convert-fused-to-offload.

    Shown by test/Conversion/FusedToGPU/convert-fused-to-gpu.mlir.
  }];
  let options = [
    Option<"profile", "profile", "std::string", "\"generic\"",
           "device profile: generic, lavapipe, nvidia, or a file of `runmat devices --json`">,
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::gpu::GPUDialect", "::mlir::math::MathDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect", "::mlir::spirv::SPIRVDialect",
    "::mlir::vector::VectorDialect",
  ];
}

#endif
