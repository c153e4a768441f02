// Constants as folds see them: a scalar's attribute, or dense elements. A splat
// folds whatever its size; other constants only where the result is small, so
// that folding never makes the program's text grow.
#ifndef RUNMAT_DIALECTS_ARRAY_CONSTANTFOLDING_H
#define RUNMAT_DIALECTS_ARRAY_CONSTANTFOLDING_H

#include "runmat/Dialect/Array/Array.h"
#include "runmat/Dialect/Array/ScalarEvaluation.h"

namespace runmat::array::detail {

/// The most elements that a folded constant other than a splat has.
constexpr int64_t maxFoldedElements = 64;

/// The one value of a scalar or a splat; nothing for other constants, for none
/// (a null attribute) and for a tensor without elements.
std::optional<Scalar> splatOf(mlir::Attribute constant);

/// Whether `constant` is a float scalar or splat of exactly this value (the
/// signs of zeros differ).
bool isFloatSplat(mlir::Attribute constant, double value);
/// Whether it is an integer or i1 scalar or splat of this value.
bool isIntSplat(mlir::Attribute constant, int64_t value);

/// A constant of a scalar type or of a static tensor type, all elements
/// `value`; null where the type has a `?`.
mlir::Attribute splatAttribute(mlir::Type type, Scalar value);

/// Row-major strides of a static shape.
llvm::SmallVector<int64_t> rowMajorStrides(llvm::ArrayRef<int64_t> shape);

/// A constant of `type` whose element at `index` is `element(index)`; null
/// where the type has a `?` or more than maxFoldedElements elements.
mlir::Attribute buildConstant(
    mlir::Type type,
    llvm::function_ref<mlir::Attribute(llvm::ArrayRef<int64_t> index)> element);

} // namespace runmat::array::detail

#endif // RUNMAT_DIALECTS_ARRAY_CONSTANTFOLDING_H
