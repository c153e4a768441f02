// The fused dialect: units of work, their interface, and what all of them treat
// alike (UnitBody). See dialects/Fused/*.td for what each op means.
#ifndef RUNMAT_DIALECT_FUSED_FUSED_H
#define RUNMAT_DIALECT_FUSED_FUSED_H

#include "runmat/Dialect/Array/Array.h"
#include "runmat/Dialect/Fused/Nest.h"
#include "runmat/Dialect/Fused/Rejection.h"
#include "runmat/Dialect/Fused/Work.h"

#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"

#define GET_ATTRDEF_CLASSES
#include "runmat/Dialect/Fused/FusedAttributes.h.inc"

namespace runmat::fused {

/// The part that all units share: an iteration space, tensors read through
/// affine maps, a scalar region, and results that are stored values or
/// reductions of yielded values. The region's arguments are `numLeading` of the
/// unit's own, then one scalar per extra; its yield has `numStored` values,
/// then one per reduction.
struct UnitBody {
  mlir::Operation *op;
  /// Sizes of the iteration space, kDynamic where unknown.
  llvm::SmallVector<int64_t> iterationShape;
  unsigned numLeading;
  unsigned firstExtraOperand;
  mlir::OperandRange extras;
  mlir::ArrayAttr maps;
  mlir::ArrayAttr reductions;
  unsigned numStored;

  mlir::Block &block() const { return op->getRegion(0).front(); }
  mlir::AffineMap map(unsigned extra) const {
    return llvm::cast<mlir::AffineMapAttr>(maps[extra]).getValue();
  }
  ReductionAttr reduction(unsigned index) const {
    return llvm::cast<ReductionAttr>(reductions[index]);
  }
  unsigned rank() const { return iterationShape.size(); }
};

/// The dims of a space of `rank` dims that are not among `reduced`.
llvm::SmallVector<unsigned> keptDims(unsigned rank,
                                     llvm::ArrayRef<int64_t> reduced);

/// What a reduction of values of type `element` over a space of `shape` gives.
mlir::RankedTensorType reductionResultType(ReductionAttr reduction,
                                           llvm::ArrayRef<int64_t> shape,
                                           mlir::Type element);

/// The array operation of this reduction on `tensor`; returns its result.
mlir::Value createReduction(mlir::OpBuilder &builder, mlir::Location loc,
                            ReductionAttr reduction, mlir::Value tensor);

/// The attribute for an array reduction, or null for one that no unit computes
/// (var, std, argmin, argmax, omit_nan).
ReductionAttr reductionAttrOf(mlir::Operation *arrayReduction);

/// The constant value of a float tensor of one element, if `value` is one.
std::optional<llvm::APFloat> constantSlot(mlir::Value value);

/// Whether a unit may be formed or written with this constant epsilon: not NaN,
/// not negative.
bool isValidEpsilon(const llvm::APFloat &epsilon);

/// The sizes of the space that maps read tensors through: a dim's size is that
/// of any tensor dim mapped to it, static before `?`. Dims that no map reads
/// are kUnread.
constexpr int64_t kUnread = -1;
llvm::SmallVector<int64_t>
iterationShapeOf(mlir::ValueRange inputs, mlir::ArrayAttr maps, unsigned rank);

/// UnitInterface's verifier: maps, region arguments, yield and result types.
mlir::LogicalResult verifyUnit(mlir::Operation *op);

/// Clones the region onto tensors. `leading`: tensors for the unit's own
/// arguments; `shape`: the tensor or index values that give dynamic sizes of
/// the iteration space, one per dim.
mlir::FailureOr<llvm::SmallVector<mlir::Value>>
decomposeBody(mlir::OpBuilder &builder, const UnitBody &body,
              mlir::ValueRange leading,
              llvm::ArrayRef<mlir::OpFoldResult> sizes);

/// `extra` with its dims in the order of the map's and 1 for each dim that it
/// does not have, so that it broadcasts against the space that the map reads it
/// from. The value itself where it does so already.
mlir::Value alignExtra(mlir::OpBuilder &builder, mlir::Location loc,
                       mlir::Value extra, mlir::AffineMap map);

/// `value` repeated over the whole space of these sizes; unchanged where its
/// type already spans it.
mlir::Value spanSpace(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::Value value,
                      llvm::ArrayRef<mlir::OpFoldResult> sizes);

/// EpilogueInterface's shared implementation: see there.
std::optional<Rejection> whyNotAbsorbed(mlir::Operation *unit,
                                        mlir::Operation *consumer);
mlir::Operation *absorbConsumer(mlir::RewriterBase &rewriter,
                                mlir::Operation *unit,
                                mlir::Operation *consumer);

/// Bytes of one element of a tensor, or of a scalar, in memory; i1 is stored as
/// one byte.
double bytesOfElement(mlir::Type type);

/// The kind of one elementwise operation, on tensors or scalars.
FlopKind flopKindOf(mlir::Operation *op);

} // namespace runmat::fused

#include "runmat/Dialect/Fused/FusedInterfaces.h.inc"

namespace runmat::fused {
/// "fused.image_normalize", "fused.map": a unit's or nest's name in reports.
std::string nameOf(mlir::Operation *unit);

/// A unit of one stage as a nest: `leading` are inputs over the whole space,
/// the region's first arguments.
mlir::Operation *oneStageNest(mlir::OpBuilder &b, const UnitBody &body,
                              mlir::ValueRange leading, llvm::StringRef kind,
                              mlir::StringAttr device);

/// Of the nest that the unit stands for.
UnitWork workOf(Unit unit);
} // namespace runmat::fused

#include "runmat/Dialect/Fused/FusedDialect.h.inc"

#define GET_OP_CLASSES
#include "runmat/Dialect/Fused/FusedOps.h.inc"

#endif // RUNMAT_DIALECT_FUSED_FUSED_H
