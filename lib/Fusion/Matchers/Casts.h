// Casts between float types that a matcher may look through, and numbers that
// reach an operation as constants or one-element tensors.
#ifndef RUNMAT_LIB_FUSION_MATCHERS_CASTS_H
#define RUNMAT_LIB_FUSION_MATCHERS_CASTS_H

#include "runmat/Dialect/Array/Array.h"

namespace runmat::fusion {

/// Whether every value of float type `from` is one of `to`: the identity and
/// f16, bf16 -> f32, f64 and f32 -> f64.
bool widens(mlir::Type from, mlir::Type to);

/// Whether this cast rounds a float to a narrower type.
bool narrows(array::CastOp cast);

/// The narrowing cast that makes `value`, if one does.
mlir::Operation *narrowingOf(mlir::Value value);

/// The value without the casts in front that change nothing: identities,
/// widenings, and a narrowing of a value just widened from a type that fits. A
/// narrowing that rounds stops it.
mlir::Value peelCasts(mlir::Value value);

/// The operation under casts (any between floats, and of sizes), reshapes and
/// broadcasts: a first look, before it is checked what these do.
mlir::Operation *stripToOp(mlir::Value value);

/// One number: a constant, or at run time the one element of a tensor.
struct ScalarOperand {
  mlir::Value value;
  std::optional<llvm::APFloat> constant;
  /// Subtracted where a slot adds.
  bool negated = false;

  mlir::Type type() const;
};

/// A float constant (a splat, folded), a tensor whose sizes are all 1, or one
/// of these filled or broadcast to a static shape, or to the sizes of `like`.
std::optional<ScalarOperand> matchScalar(mlir::Value value,
                                         mlir::Value like = {});

/// Whether the scalar is a value of type `type`, whatever type it comes in.
bool isRepresentable(const ScalarOperand &scalar, mlir::Type type);

/// The scalar as a tensor of rank 0 of float type `type`, in which it is
/// representable.
mlir::Value materialize(mlir::OpBuilder &builder, mlir::Location loc,
                        const ScalarOperand &scalar, mlir::Type type);

} // namespace runmat::fusion

#endif // RUNMAT_LIB_FUSION_MATCHERS_CASTS_H
