// What the fusion passes share: the kinds (Fusions.def), the driver that merges
// consumers into units, and remarks.
#ifndef RUNMAT_LIB_FUSION_FUSION_H
#define RUNMAT_LIB_FUSION_FUSION_H

#include "runmat/Dialect/Fused/Fused.h"

#include "llvm/ADT/SetVector.h"

namespace runmat::fusion {

#define RUNMAT_FUSION(NAME, MNEMONIC) void fuse##NAME(mlir::Operation *scope);
#include "Fusions.def"
#undef RUNMAT_FUSION

/// Erases what has no user and no effect, users before producers.
void eraseDeadOps(mlir::Operation *scope);

/// Bytes between operations and memory. Where sizes are unknown only the bytes
/// per element of the iteration space count.
struct Traffic {
  double bytes = 0;
  double bytesPerElement = 0;
  bool known = true;

  /// Adds what an array operation reads and writes, each operand once.
  void add(mlir::Operation *op, llvm::ArrayRef<int64_t> space);
};

/// A rewriter that counts the traffic of the array operations that it erases,
/// and forgets what is erased as a root and as a unit.
class FusionRewriter : public mlir::IRRewriter,
                       public mlir::RewriterBase::Listener {
public:
  explicit FusionRewriter(mlir::MLIRContext *context)
      : IRRewriter(context, static_cast<Listener *>(this)) {}
  void notifyOperationErased(mlir::Operation *op) override;

  /// Erases the operation that made `value`, and what only it used, if nothing
  /// reads it.
  void eraseIfDead(mlir::Operation *op);
  void eraseIfDead(llvm::ArrayRef<mlir::Operation *> ops);

  llvm::SetVector<mlir::Operation *> roots;
  /// Formed, and still to take their consumers.
  llvm::SetVector<mlir::Operation *> units;
  /// Erased by the rewrite of one unit; the unit's owner starts it anew.
  Traffic erased;
  unsigned erasedOps = 0;
  llvm::SmallVector<int64_t> space;
};

/// Absorbs consumers into `unit` as long as one can be; returns the unit as it
/// is then. With `report`, what could not be absorbed is a missed remark;
/// `absorbed` is set where at least one was.
mlir::Operation *absorbConsumers(FusionRewriter &rewriter,
                                 mlir::Operation *unit, llvm::StringRef pass,
                                 bool report, bool *absorbed = nullptr);

/// A missed remark at `op`: the reason's name, why, and what would match.
void reportMissed(mlir::Operation *op, llvm::StringRef pass,
                  fused::Rejection reason);

struct ClusterOptions;
/// Forms units over the graph of each block in `scope` (Cluster.cpp).
void cluster(mlir::Operation *scope, const ClusterOptions &options);

/// A passed remark at a unit that cluster() made: operations replaced, bytes
/// saved where all sizes are known.
void reportMerged(mlir::Operation *unit, llvm::StringRef pass,
                  unsigned operations, std::optional<double> savedBytes);

/// A passed remark at `unit`: operations replaced, bytes saved.
void reportFused(mlir::Operation *unit, llvm::StringRef pass,
                 const FusionRewriter &rewriter);

} // namespace runmat::fusion

#endif // RUNMAT_LIB_FUSION_FUSION_H
