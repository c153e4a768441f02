// The reference interpreter: evaluates a function of array operations as it is
// written, one operation after the other, in f64. It is the oracle that
// compiled programs are compared with (docs/numerics.md).
#ifndef RUNMAT_REFERENCE_INTERPRETER_H
#define RUNMAT_REFERENCE_INTERPRETER_H

#include "runmat/Dialect/Array/ScalarEvaluation.h"
#include "runmat/IO/Tensor.h"
#include "runmat/Result.h"

#include "mlir/IR/BuiltinOps.h"

#include <vector>

namespace runmat::reference {

struct InterpreterOptions {
  /// None: floating-point values stay in f64 between operations. Declared: each
  /// result is rounded to its type, for programs with discontinuities.
  array::Rounding rounding = array::Rounding::None;
  /// Threads for large tensors; 0: as many as the machine has.
  unsigned threads = 0;
};

/// Runs the function `entry` of `module`. `arguments` have exactly the dtypes
/// and ranks of its arguments (index counts as i64, a scalar has rank 0).
/// Floating-point results come back as f64, not rounded to the declared type
/// unless `rounding` says so; others have their own dtype. Units of the fused
/// dialect are evaluated through their decomposition. Errors: no such function,
/// an argument that does not fit, an operation without a definition, and the
/// program's own failed checks with the same text as in compiled code; each
/// starts with its place in the source.
Result<std::vector<io::Tensor>>
interpret(mlir::ModuleOp module, llvm::StringRef entry,
          llvm::ArrayRef<const io::Tensor *> arguments,
          const InterpreterOptions &options = {});

} // namespace runmat::reference

#endif // RUNMAT_REFERENCE_INTERPRETER_H
