// Lowering passes: units on buffers to loops and kernels.
#ifndef RUNMAT_LOWER_PASSES_TD
#define RUNMAT_LOWER_PASSES_TD

include "mlir/Pass/PassBase.td"

def LowerUnits : Pass<"lower-units"> {
  let summary = "every fused.nest on memrefs becomes parallel vector loops";
  let description = [{
    Behind bufferization. One dim of a nest's space is covered by vector lanes: a reduced one, whose lanes are merged,
    or one that is kept, so that each lane is a row of its own. Rows that fit the second-level cache take one trip to
    memory however many stages they have; longer ones are cut into parts, stage by stage, in groups of rows that the
    last-level cache holds. How a nest is cut depends on sizes alone, so results do not change with the number of
    threads. Elements that do not lie side by side along the lanes are gathered.

    Shown by test/Lower/lower-units.mlir.
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", /*default=*/"::runmat::CPUProfile().vectorBits",
           "width of the host's vector registers">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::func::FuncDialect", "::mlir::math::MathDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

#endif
