// Constructors and registration of the conversion passes (Passes.td).
#ifndef RUNMAT_CONVERSION_PASSES_H
#define RUNMAT_CONVERSION_PASSES_H

#include "runmat/Target/CPU/CPUProfile.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/Pass.h"

namespace mlir::arith {
class ArithDialect;
} // namespace mlir::arith
namespace mlir::linalg {
class LinalgDialect;
} // namespace mlir::linalg
namespace mlir::math {
class MathDialect;
} // namespace mlir::math
namespace mlir::scf {
class SCFDialect;
} // namespace mlir::scf
namespace mlir::tensor {
class TensorDialect;
} // namespace mlir::tensor
namespace runmat::offload {
class OffloadDialect;
} // namespace runmat::offload

namespace runmat {

#define GEN_PASS_DECL
#include "runmat/Conversion/Passes.h.inc"

/// --convert-linalg-to-vector with numbers of this machine.
std::unique_ptr<mlir::Pass>
createConvertLinalgToVectorPass(const CPUProfile &cpu);

#define GEN_PASS_REGISTRATION
#include "runmat/Conversion/Passes.h.inc"

} // namespace runmat

#endif // RUNMAT_CONVERSION_PASSES_H
