// Expansion of array operations on scalars into arith and math, for bodies of
// linalg.generic and of kernels alike. The pass is --expand-math.
#ifndef RUNMAT_CONVERSION_EXPANDMATH_H
#define RUNMAT_CONVERSION_EXPANDMATH_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Operation.h"
#include "mlir/Support/LLVM.h"

namespace runmat {

struct ExpandMathSettings {
  /// Use only what SPIR-V's GLSL set has and computes well, and no product
  /// that needs a true fma to be exact.
  bool gpu = false;
};

/// Replaces all array operations on scalars inside `root`. Emits an error and
/// fails on one that cannot be expanded.
mlir::LogicalResult expandMath(mlir::Operation *root,
                               const ExpandMathSettings &settings = {});

/// The value of one array operation on scalars, computed in front of it by
/// arith and math (the operation stays); null where there is no expansion.
mlir::Value expandScalarOp(mlir::Operation *op, mlir::OpBuilder &builder,
                           const ExpandMathSettings &settings = {});

/// Hides zeros, and what expansions compute of constants, from arithmetic with
/// other operands: drivers fold it against IEEE 754.
void hideConstants(mlir::gpu::GPUModuleOp kernels);

} // namespace runmat

#endif // RUNMAT_CONVERSION_EXPANDMATH_H
