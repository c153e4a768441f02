// Passes of the SPIR-V target.
#ifndef RUNMAT_TARGET_SPIRV_PASSES_TD
#define RUNMAT_TARGET_SPIRV_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertGpuKernelsToSpirv : Pass<"convert-gpu-kernels-to-spirv", "::mlir::ModuleOp"> {
  let summary = "gpu.module to spirv.module for Vulkan, one entry point per kernel";
  let description = [{
    One full conversion of every gpu.module: GPU, SCF, arith, math, memref, vector. Upstream's own
    pipeline converts in two steps and silently changes buffer layouts where a capability is missing
    (both emulation options are off here), keeps Binding on push constants (invalid), and knows neither
    exp2 nor log2. What has no SPIR-V form is an error at its location.

    Shown by test/Target/SPIRV/convert-gpu-kernels-to-spirv.mlir.
  }];
  let options = [
    Option<"profile", "profile", "std::string", "\"generic\"",
           "device profile: generic, lavapipe, nvidia, or a file of `runmat devices --json`">,
  ];
  let dependentDialects = ["::mlir::spirv::SPIRVDialect", "::mlir::vector::VectorDialect"];
}

#endif
