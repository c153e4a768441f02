// What the lowerings of the groups share: sizes of tensors without needless
// tensor.dim, run-time checks, elementwise and reducing generics. Operations
// are lowered in program order, so that operands are already lowered ones.
#ifndef RUNMAT_LIB_CONVERSION_ARRAYTOLINALG_LOWERING_H
#define RUNMAT_LIB_CONVERSION_ARRAYTOLINALG_LOWERING_H

#include "runmat/Dialect/Array/Array.h"
#include "runmat/Dialect/Offload/Offload.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

namespace runmat::array {

using Sizes = llvm::SmallVector<mlir::OpFoldResult>;

/// The body of a generic: operands are the elements of the inputs, then the
/// current element of each output.
using ScalarBody = llvm::function_ref<llvm::SmallVector<mlir::Value>(
    mlir::OpBuilder &, mlir::Location, mlir::ValueRange)>;

/// A builder for the lowering of one program: inserts before the operation that
/// is being lowered, at its location.
class Lowering : public mlir::IRRewriter {
public:
  explicit Lowering(mlir::MLIRContext *context) : IRRewriter(context) {}

  /// Sets insertion point and location to those of `op`.
  void startOp(mlir::Operation *op);
  mlir::Location loc() const { return location; }

  // Sizes.

  /// Size `dim` of a tensor, followed through the operations that make it; a
  /// constant attribute where known. tensor.dim is made right behind the
  /// definition of `tensor`, at most once.
  mlir::OpFoldResult sizeOf(mlir::Value tensor, int64_t dim);
  Sizes sizesOf(mlir::Value tensor);
  /// As a value of index type.
  mlir::Value materialize(mlir::OpFoldResult size);
  mlir::Value index(int64_t value);
  /// Number of elements over `dims`.
  mlir::OpFoldResult count(mlir::ArrayRef<mlir::OpFoldResult> sizes,
                           mlir::ArrayRef<int64_t> dims);
  mlir::OpFoldResult mulIndex(mlir::OpFoldResult a, mlir::OpFoldResult b);
  mlir::OpFoldResult addIndex(mlir::OpFoldResult a, mlir::OpFoldResult b);
  /// The sum of two sizes that are not negative, at most the largest index.
  mlir::OpFoldResult addSizes(mlir::OpFoldResult a, mlir::OpFoldResult b);
  /// Sizes of a result whose `?` are given by `dynamic`, in order; each is
  /// checked not to be negative, and the whole to fit.
  Sizes checkedSizes(mlir::RankedTensorType type, mlir::ValueRange dynamic);

  // Checks. Nothing is made where the answer is known to be yes.

  void check(mlir::Value condition, llvm::StringRef text,
             mlir::ArrayRef<mlir::OpFoldResult> values);
  void checkEqual(mlir::OpFoldResult a, mlir::OpFoldResult b,
                  llvm::StringRef text);
  void checkNotNegative(mlir::OpFoldResult size, llvm::StringRef text);

  /// That a tensor of these sizes has at most check::maxBytes. For results that
  /// may be larger than every operand.
  void checkFits(mlir::RankedTensorType type,
                 mlir::ArrayRef<mlir::OpFoldResult> sizes);

  // Tensors.

  /// The sizes as the shape of a type, as parts of tensors must have them:
  /// known ones are numbers in both.
  mlir::SmallVector<int64_t> shapeOf(Sizes &sizes);
  /// A tensor.empty of exactly this type; `sizes` has one entry for each dim.
  mlir::Value empty(mlir::RankedTensorType type,
                    mlir::ArrayRef<mlir::OpFoldResult> sizes);
  mlir::Value fill(mlir::Value scalar, mlir::RankedTensorType type,
                   mlir::ArrayRef<mlir::OpFoldResult> sizes);
  /// Drops the dims of static size 1 that `drop` names (no copy).
  mlir::Value dropUnitDims(mlir::Value tensor, mlir::ArrayRef<int64_t> drop);
  /// Adds dims of size 1 so that the type becomes `type` (no copy).
  mlir::Value addUnitDims(mlir::Value tensor, mlir::RankedTensorType type,
                          mlir::ArrayRef<int64_t> added);
  /// `value` itself, or the element of a tensor of rank 0.
  mlir::Value scalarOf(mlir::Value value);

  /// One parallel generic with an identity map for its one result.
  mlir::Value map(mlir::ValueRange inputs, mlir::ArrayRef<mlir::AffineMap> maps,
                  mlir::RankedTensorType type,
                  mlir::ArrayRef<mlir::OpFoldResult> sizes, ScalarBody body);
  /// A generic that maps same-shaped tensors elementwise.
  mlir::Value mapSame(mlir::ValueRange inputs, mlir::Type element,
                      ScalarBody body);

private:
  mlir::Location location = mlir::UnknownLoc::get(getContext());
  llvm::DenseMap<std::pair<mlir::Value, int64_t>, mlir::Value> dims;
  /// The block in which two sizes were last checked to be equal.
  llvm::DenseMap<std::pair<void *, void *>, mlir::Block *> equalSizes;
};

// One function for each group; the value replaces the operation's result.
mlir::Value lowerElementwise(Elementwise op, Lowering &b);
mlir::Value lowerReduction(Reduction op, Lowering &b);
mlir::Value lowerScan(mlir::Value x, int64_t dim, bool product, Lowering &b);
mlir::Value lowerMatmul(MatmulOp op, Lowering &b);
mlir::Value lowerDot(DotOp op, Lowering &b);
mlir::Value lowerTranspose(TransposeOp op, Lowering &b);
mlir::Value lowerReshape(ReshapeOp op, Lowering &b);
mlir::Value lowerBroadcast(BroadcastOp op, Lowering &b);
mlir::Value lowerSlice(SliceOp op, Lowering &b);
mlir::Value lowerInsertSlice(InsertSliceOp op, Lowering &b);
mlir::Value lowerPad(PadOp op, Lowering &b);
mlir::Value lowerConcat(ConcatOp op, Lowering &b);
mlir::Value lowerDiag(DiagOp op, Lowering &b);
mlir::Value lowerDiagonal(DiagonalOp op, Lowering &b);
/// Whether a constant becomes code that fills memory, not data.
bool isMadeAtRunTime(mlir::DenseElementsAttr value);
mlir::Value lowerConstant(mlir::DenseElementsAttr value, Lowering &b);
mlir::Value lowerFull(FullOp op, Lowering &b);
mlir::Value lowerIota(IotaOp op, Lowering &b);
mlir::Value lowerRandUniform(RandUniformOp op, Lowering &b);
mlir::Value lowerRandNormal(RandNormalOp op, Lowering &b);

// The run-time checks of array operations, made where `b` stands.

/// Sizes of an elementwise operation's result, after checking that its operands
/// agree.
Sizes broadcastSizes(mlir::Operation *op, Lowering &b);
/// That a reduction's result can be addressed, and that argmin and argmax have
/// something to find.
void checkReduction(Reduction op, Lowering &b);
/// That the offset of random numbers is not negative.
void checkOffset(mlir::Value offset, Lowering &b);

/// Upstream operations trust the program; here sizes of casts, indices,
/// dimensions, divisors, shifts and steps of loops are checked.
bool hasUpstreamCheck(mlir::Operation *op);
void checkUpstreamOp(mlir::Operation *op, Lowering &b);
void limitRecursion(mlir::ModuleOp module);

/// A number of a float or integer type as a constant.
mlir::Value constantOf(mlir::OpBuilder &b, mlir::Location loc, mlir::Type type,
                       double value);
/// array.cast, or the value itself where the type is already that.
mlir::Value castScalar(mlir::OpBuilder &b, mlir::Location loc,
                       mlir::Value value, mlir::Type type);

} // namespace runmat::array

#endif // RUNMAT_LIB_CONVERSION_ARRAYTOLINALG_LOWERING_H
