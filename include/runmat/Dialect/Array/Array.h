// The array dialect: operations, enums, interfaces. See dialects/Array/*.td for
// what each op means.
#ifndef RUNMAT_DIALECT_ARRAY_ARRAY_H
#define RUNMAT_DIALECT_ARRAY_ARRAY_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "runmat/Dialect/Array/ArrayEnums.h.inc"

namespace runmat::array {

/// Makes an operation of the same name with the same attributes on other
/// operands; result types are inferred from these (the operation must be able
/// to infer them).
mlir::Operation *createSameOp(mlir::Operation *op, mlir::OpBuilder &builder,
                              mlir::Location loc, mlir::ValueRange operands);

/// The `dims` of a reduction, ascending; all dims of its input where the
/// attribute is absent.
llvm::SmallVector<int64_t> reducedDims(mlir::Operation *op);

/// The element type of a tensor, or the type itself of a scalar.
mlir::Type elementTypeOf(mlir::Type type);

/// Broadcast shape of `a` and `b` by NumPy's rule on types: right-aligned, only
/// a size written 1 stretches, static wins over `?`. Fails where sizes cannot
/// agree; `dim` (of the result) then names where.
llvm::FailureOr<llvm::SmallVector<int64_t>>
broadcastShapes(llvm::ArrayRef<int64_t> a, llvm::ArrayRef<int64_t> b,
                int64_t *dim = nullptr);

/// Whether operands of these shapes need a check at run time before they can be
/// combined elementwise: true where two sizes that do not stretch meet and one
/// of them is `?`, unless they are the same value.
bool needsRuntimeShapeCheck(mlir::ValueRange operands);

/// Where a size comes from, as far as the text shows: dim `dim` of a tensor, an
/// index value (dim is kIndex), or the number `dim` (value is null).
struct SizeOrigin {
  static constexpr int64_t kIndex = -1;
  mlir::Value value;
  int64_t dim;
  bool operator==(const SizeOrigin &other) const {
    return value == other.value && dim == other.dim;
  }
};

/// The origin of dim `dim` of the tensor `value`, or of the index `value` where
/// `dim` is kIndex.
SizeOrigin originOfSize(mlir::Value value, int64_t dim);

/// Whether `size` is evidently the size of `tensor`'s dim.
bool isSizeOf(mlir::OpFoldResult size, mlir::Value tensor, int64_t dim);

/// Whether `sizes`, one for each `?` of `type`, are evidently those of `tensor`
/// where `type` is right-aligned against it.
bool areSizesOf(mlir::ValueRange sizes, mlir::RankedTensorType type,
                mlir::Value tensor);

/// The type that sum, prod of `element` have: i64 for integers, else the type
/// itself.
mlir::Type accumulatedType(mlir::Type element);

/// The type reductions and contractions accumulate in: f32 for f16 and bf16,
/// else the type itself.
mlir::Type accumulatorType(mlir::Type element);

/// Whether a tensor of this type can be addressed: the product of its static,
/// nonzero sizes and its element's bytes (i1 takes one) is below 2^63.
bool isAddressable(mlir::RankedTensorType type);

namespace detail {
mlir::LogicalResult verifyAddressableTensors(mlir::Operation *op);
mlir::OpFoldResult foldElementwise(mlir::Operation *op,
                                   llvm::ArrayRef<mlir::Attribute> operands);
mlir::OpFoldResult foldReduction(mlir::Operation *op,
                                 llvm::ArrayRef<mlir::Attribute> operands);
} // namespace detail

// The traits of ArrayOpBase.td: one function of a kind for many operations.
template <typename Op>
struct AddressableTensors : mlir::OpTrait::TraitBase<Op, AddressableTensors> {
  static mlir::LogicalResult verifyTrait(mlir::Operation *op) {
    return detail::verifyAddressableTensors(op);
  }
};
template <typename Op>
struct ElementwiseFold : mlir::OpTrait::TraitBase<Op, ElementwiseFold> {
  static mlir::OpFoldResult foldTrait(mlir::Operation *op,
                                      llvm::ArrayRef<mlir::Attribute> attrs) {
    return detail::foldElementwise(op, attrs);
  }
};
template <typename Op>
struct ReductionFold : mlir::OpTrait::TraitBase<Op, ReductionFold> {
  static mlir::OpFoldResult foldTrait(mlir::Operation *op,
                                      llvm::ArrayRef<mlir::Attribute> attrs) {
    return detail::foldReduction(op, attrs);
  }
};

} // namespace runmat::array

#include "runmat/Dialect/Array/ArrayInterfaces.h.inc"

#include "runmat/Dialect/Array/ArrayDialect.h.inc"

#define GET_ATTRDEF_CLASSES
#include "runmat/Dialect/Array/ArrayAttributes.h.inc"

#define GET_OP_CLASSES
#include "runmat/Dialect/Array/UnaryOps.h.inc"
#define GET_OP_CLASSES
#include "runmat/Dialect/Array/BinaryOps.h.inc"
#define GET_OP_CLASSES
#include "runmat/Dialect/Array/ReductionOps.h.inc"
#define GET_OP_CLASSES
#include "runmat/Dialect/Array/ShapeOps.h.inc"
#define GET_OP_CLASSES
#include "runmat/Dialect/Array/CreationOps.h.inc"

#endif // RUNMAT_DIALECT_ARRAY_ARRAY_H
