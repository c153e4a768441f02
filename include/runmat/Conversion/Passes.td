// The conversion passes: between the dialects, and from them to upstream dialects.
#ifndef RUNMAT_CONVERSION_PASSES_TD
#define RUNMAT_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def CheckUpstreamOpsPass : Pass<"check-upstream-ops", "::mlir::ModuleOp"> {
  let summary = "upstream operations of a program check what upstream leaves without a meaning";
  let description = [{
    Casts to a size that is not there, indices out of bounds, divisions by zero or that overflow, shifts by the
    width or more, loops without a positive step and recursion deeper than 500 calls become errors of the program
    (`offload.check`). Loops whose
    counter might wrap behind their last iteration, or compare without sign, count their trips instead. Runs before
    anything is folded: upstream's folds drop such operations and keep their results.

    Test: test/Conversion/ArrayToLinalg/check-upstream-ops.mlir
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::func::FuncDialect", "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect", "::runmat::offload::OffloadDialect"];
}

def CheckArraySizesPass : Pass<"check-array-sizes", "::mlir::ModuleOp"> {
  let summary = "what types leave open of the sizes of array operations is checked where the program has them";
  let description = [{
    Operands of elementwise operations that must agree, sizes of created arrays, empty argmin and argmax, offsets of
    random numbers: each becomes an `offload.check` in front of its operation, on sizes of the arrays that these
    come from. Fusion may then move the operations: programs report the same error with and without it.
    Other array operations are not moved, and checked where they are lowered.

    Test: test/Conversion/ArrayToLinalg/check-array-sizes.mlir
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect",
                           "::runmat::offload::OffloadDialect"];
}

def ConvertArrayToLinalgPass : Pass<"convert-array-to-linalg"> {
  let summary = "array operations on tensors become linalg, tensor, scf and arith on tensors";
  let description = [{
    Every elementwise operation becomes one `linalg.generic` whose body is the same array operation on
    scalars (`--expand-math` lowers that). What types leave open is tested by `offload.check` before the
    operation. Array operations on scalars stay. What programs use of upstream is checked by `--check-upstream-ops`.

    Test: test/Conversion/ArrayToLinalg/
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
    "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect", "::runmat::offload::OffloadDialect"];
}

def ExpandMathPass : Pass<"expand-math"> {
  let summary = "array operations on scalars become arith and math, by the dialect's rules";
  let description = [{
    Integer division that cannot trap, casts that saturate, the NaN modes of min and max, pow's special
    cases: all by compare and select, so that the result vectorises. f32 exp, exp2, log, log2, pow and
    rsqrt become polynomials whose errors are in docs/numerics.md; f16 and bf16 compute in f32.

    Test: test/Conversion/ExpandMath/
  }];
  let options = [
    Option<"gpu", "gpu", "bool", /*default=*/"false",
           "expand every f32 function that SPIR-V's GLSL set lacks or computes badly">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect", "::mlir::scf::SCFDialect"];
}

def ConvertLinalgToVectorPass : Pass<"convert-linalg-to-vector"> {
  let summary = "products, transposes and reductions on tensors become tiled, parallel vector loops over memrefs";
  let description = [{
    For `linalg.generic` operations whose loops LLVM cannot vectorise well in the order that they have. A product
    (`out + f(a) * g(b)`, any layouts and batch dims) keeps a tile of its result in registers while it sums; edges
    are masked, and an operand that is not contiguous along the result's last dim is copied first. An elementwise
    operation that reads an operand across its rows moves square blocks, transposed in registers. A reduction along
    contiguous elements is cut into parts, which are reduced in several vectors each and merged; f64 sums that carry
    what they lose too. Other operations stay for parallel loops. Missed remarks (category `cpu-schedule`) say why an
    operation of these kinds stays: docs/cpu-refusals.md lists the reasons.

    Test: test/Conversion/LinalgToVector/
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", /*default=*/"::runmat::CPUProfile().vectorBits",
           "width of the host's vector registers">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect", "::mlir::vector::VectorDialect",
    "::runmat::offload::OffloadDialect"];
}

#endif
