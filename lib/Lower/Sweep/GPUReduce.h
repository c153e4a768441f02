// What the schedules of nests with reductions share: passes, partial results,
// rows' values.
#ifndef RUNMAT_LIB_LOWER_SWEEP_GPUREDUCE_H
#define RUNMAT_LIB_LOWER_SWEEP_GPUREDUCE_H

#include "../Emit/KernelCombiner.h"
#include "GPUSweep.h"

namespace runmat {

/// One reduction of the nest.
struct GPUReduction {
  const fused::NestYield *yield;
  std::unique_ptr<KernelCombiner> combiner;
  bool ofRow; ///< over the row's dims and no more
  /// Of each state value: a workspace, and its number in it.
  llvm::SmallVector<std::pair<unsigned, unsigned>> partials = {};
  std::optional<unsigned> rowValues = {}; ///< workspace, where it is read later
};

/// Stages that go over the space together: nothing in them reads what they
/// reduce.
struct GPUPass {
  unsigned firstStage, lastStage;
  llvm::SmallVector<GPUReduction *> reductions;
  bool stores = false;
  unsigned operations = 0; ///< in the stages' bodies
};

/// How partial results lie: one each of `parts` parts of each row.
struct GPUParts {
  SizeExpr parts = 1;
  SizeExpr rowStride = 1, partStride = 1;
};

class GPUReductions {
public:
  explicit GPUReductions(GPUSweep &sweep);
  GPUSweep &sweep;
  const GPUSpace &space;
  std::vector<std::unique_ptr<GPUReduction>> reductions;
  std::vector<GPUPass> passes;

  // Sizes of this window, and of the whole.
  SizeExpr rows, rowElements, allRows, allRowElements;
  SizeExpr rowBase;        ///< number of the window's first row
  bool splitsRows = false; ///< windows cut rows, not between them

  /// Ragged vectors follow the memory of tensors that are full: only where the
  /// row is the innermost part of it. Otherwise one element at a time.
  bool isScalar(bool ragged) const;
  unsigned lanesOf(bool ragged) const;
  /// Parts of a row over all windows, where `parts` are this one's and
  /// `partsOf` says how many a row of so many elements has; `base`: the number
  /// of this window's first.
  SizeExpr cutParts(const SizeExpr &parts, SizeExpr &base,
                    llvm::function_ref<SizeExpr(const SizeExpr &)> partsOf);
  /// Workspaces for `total` partial results of each of the pass's reductions.
  void allocate(const GPUPass &pass, const SizeExpr &total, bool onlyWider);
  void allocateOne(GPUReduction &reduction, const SizeExpr &total);
  void storePartial(KernelBuilder &k, const GPUReduction &reduction,
                    mlir::ValueRange state, mlir::Value at,
                    const SizeExpr &total);
  /// The values of one row: into the workspace and the result.
  void storeRow(KernelBuilder &k, const GPUReduction &reduction,
                mlir::ValueRange values, mlir::Value row);
  /// Values of earlier passes at a row, from workspaces.
  Values loadRow(KernelBuilder &k, const GPUReduction &reduction,
                 mlir::Value row);
  const GPUReduction &reductionOf(unsigned value, unsigned &number) const;
  /// Position of a point among those of its row, an i32.
  mlir::Value positionOf(KernelBuilder &k, mlir::Value inRow);

  /// Kernels that end the reductions of a pass.
  void finishRows(const GPUPass &pass, const GPUParts &parts,
                  std::vector<Launch> &launches);
  void finishWider(const GPUPass &pass, const GPUParts &parts,
                   std::vector<Launch> &launches);

  // Schedules.
  bool planOnChip(unsigned team, unsigned vectors, bool ragged);
  void planStaged(bool ragged);
  void planColumns(bool aligned);

private:
  SizeExpr restOfFirstDim() const;
  using Place = llvm::function_ref<mlir::Value(KernelBuilder &, mlir::Value,
                                               mlir::Value)>;
  void finish(GPUReduction &reduction, const SizeExpr &kept,
              const SizeExpr &keptBase, const SizeExpr &merged,
              const SizeExpr &total, const SizeExpr &limit, Place place,
              bool isLast, std::vector<Launch> &launches);
};

} // namespace runmat

#endif // RUNMAT_LIB_LOWER_SWEEP_GPUREDUCE_H
