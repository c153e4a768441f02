// What each elementwise operation computes on scalars: the one definition of
// the rules that folds and the reference interpreter share (docs/numerics.md).
// Values are 8 bytes whatever their type, floats as f64 and integers sign
// extended, so that whole tensors run through one loop per operation.
#ifndef RUNMAT_DIALECT_ARRAY_SCALAREVALUATION_H
#define RUNMAT_DIALECT_ARRAY_SCALAREVALUATION_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <functional>

namespace runmat::array {

/// One element. `f` for the float types, `i` for i1 (0 or 1), index and the
/// integers (sign extended to 64 bits). Which one holds is known from the type.
union Scalar {
  double f;
  int64_t i;

  static Scalar ofFloat(double value) {
    Scalar scalar;
    scalar.f = value;
    return scalar;
  }
  static Scalar ofInt(int64_t value) {
    Scalar scalar;
    scalar.i = value;
    return scalar;
  }
};

/// What happens to a floating-point result. Casts always round to the type
/// they name: that is what they are for.
enum class Rounding {
  None,     ///< kept in f64: an oracle without rounding errors of its own
  Declared, ///< rounded to the declared type after each operation
};

/// Nearest even in the named type (f16, bf16, f32, f64), as f64; overflow gives
/// infinity, NaN stays.
double roundToType(double value, mlir::Type type);

/// The low bits of `value` as a signed integer of this type; i1 gives 0 or 1,
/// index is 64 bits wide.
int64_t wrapToType(int64_t value, mlir::Type type);

/// One operation on scalars. Copies are independent and may run on several
/// threads.
class ScalarFunction {
public:
  /// `op` implements Elementwise; it must not change while this is used. False
  /// if the operation has no definition here.
  static ScalarFunction get(mlir::Operation *op, Rounding rounding);

  explicit operator bool() const { return static_cast<bool>(loop); }

  /// One element; one scalar per operand, of that operand's element type.
  Scalar operator()(llvm::ArrayRef<Scalar> operands) const;

  /// result[k] from operands[j][k * steps[j]] for k in [0, count). A step is 0
  /// (one value for all) or a distance in elements. `result` may be one of the
  /// operands where that operand's step is 1.
  void run(Scalar *result, llvm::ArrayRef<const Scalar *> operands,
           llvm::ArrayRef<int64_t> steps, int64_t count) const;

  using Loop = std::function<void(Scalar *result, const Scalar *const *operands,
                                  const int64_t *steps, int64_t count)>;

private:
  Loop loop;
  mlir::Type element;  // the result's
  bool finish = false; // round or wrap what `loop` wrote
};

/// The value of an IntegerAttr, FloatAttr or BoolAttr. `attribute` must be one.
Scalar scalarFromAttribute(mlir::Attribute attribute);

/// An IntegerAttr or FloatAttr of this type; floats are rounded to it.
mlir::TypedAttr attributeFromScalar(Scalar value, mlir::Type type);

/// The elements in row-major order. A splat gives one element if `keepSplat`.
llvm::SmallVector<Scalar> elementsOf(mlir::DenseElementsAttr attribute,
                                     bool keepSplat = false);

/// A dense attribute of a static type from its elements in row-major order, or
/// from one for all. Floats are rounded to the element type.
mlir::DenseElementsAttr denseFromScalars(mlir::RankedTensorType type,
                                         llvm::ArrayRef<Scalar> values);

/// The stored bits of a value of this type (floats rounded to it first), zero
/// extended; and back.
uint64_t bitsFromScalar(Scalar value, mlir::Type type);
Scalar scalarFromBits(uint64_t bits, mlir::Type type);

} // namespace runmat::array

#endif // RUNMAT_DIALECT_ARRAY_SCALAREVALUATION_H
