// A unit while it is being formed: members over one space. Whether two can be
// one is a pure function (Merge.cpp); BuildNest.cpp makes the operation.
#ifndef RUNMAT_LIB_FUSION_CLUSTER_CLUSTER_H
#define RUNMAT_LIB_FUSION_CLUSTER_CLUSTER_H

#include "Member.h"

#include <variant>

namespace runmat::fusion {

/// What a unit may grow to.
struct ClusterLimits {
  /// Tensors read and written. A vector loop keeps one address each in a
  /// general register: x86-64 has 16, two of them are the counter and the stack
  /// pointer. Vulkan devices bind at least as many buffers (limits of
  /// docs/gpu-refusals.md).
  unsigned tensors = 14;
  /// Members' weights. 32 KB of first-level instruction cache (x86-64 since
  /// 2008) hold 4,096 vector instructions of 8 bytes, and loops are unrolled
  /// twice.
  unsigned weight = 2048;
  /// Weight of what is computed again for elements that share it: memory of a
  /// desktop CPU or GPU gives a core's vector unit 8 to 16 operations a byte
  /// (docs/performance.md), so as many are free beside a 4-byte element.
  unsigned recomputed = 8;
  /// Elements of a row whose results are computed by a later stage: a row of
  /// 4-byte elements up to 256 KB stays in the second-level cache.
  int64_t uniformRow = 1 << 16;
};

/// Which merges a pass makes.
struct ClusterOptions {
  llvm::StringRef pass;
  bool elementwise = true;
  bool reductions = true;
  /// Later stages that read reductions.
  bool rows = true;
  /// Only merges in which one side moves elements.
  bool copiesOnly = false;
  /// Any merge at all; without, every operation is a unit of its own.
  bool merge = true;
  /// Units of one operation too.
  bool single = true;
  ClusterLimits limits;
};

/// A tensor from outside, read through a layout.
struct Read {
  mlir::Value value;
  Layout layout;
  bool operator==(const Read &other) const {
    return value == other.value && layout == other.layout;
  }
};

struct Cluster {
  /// Classes of the sizes of the space.
  llvm::SmallVector<unsigned, 4> space;
  /// The space's dims, outermost first.
  llvm::SmallVector<int, 4> order;
  /// Numbers of its members.
  llvm::SmallVector<unsigned, 1> members;
  llvm::SmallVector<Read, 4> inputs;
  /// Results of members that something else reads.
  llvm::SmallVector<mlir::Value, 2> outputs;
  llvm::SmallVector<unsigned, 1> reductions, randoms;
  /// Dims of the reductions that later stages read, in no order; of the first
  /// reduction where none is read.
  llvm::SmallVector<int> row;
  unsigned weight = 0;
  bool copiesOnly = false;
  llvm::StringRef device;
};

/// How two clusters become one.
struct Merge {
  /// For each dim of the second one's space the first one's, or -1.
  llvm::SmallVector<int> dims;
  /// Dims of the first space that the second lacks.
  llvm::SmallVector<int> missing;
  /// In dims of the first space; those that it lacks follow, in the second
  /// one's order.
  llvm::SmallVector<int, 4> order;
  llvm::SmallVector<Read, 4> inputs;
  llvm::SmallVector<mlir::Value, 2> outputs;
  llvm::SmallVector<int> row;
};

/// What a merge reads of the block: members by value, clusters by member.
class Clusters {
public:
  Clusters(const ClusterOptions &options, SizeClasses &sizes)
      : options(options), sizes(sizes) {}

  /// Adds a member as a cluster of its own; its number.
  unsigned add(Member member);
  /// The number of the member that makes `value`, if one does.
  std::optional<unsigned> memberOf(mlir::Value value) const;
  /// The cluster that holds a member.
  unsigned clusterOf(unsigned member);

  std::variant<Merge, fused::Rejection> checkMerge(unsigned producer,
                                                   unsigned consumer);
  /// Which of the two stays; the other's members are its members then.
  unsigned kept(unsigned producer, unsigned consumer) const;
  void apply(unsigned producer, unsigned consumer, const Merge &merge);

  /// Whether `second` reads what `first` makes.
  bool feeds(unsigned first, unsigned second);

  const ClusterOptions &options;
  SizeClasses &sizes;
  std::vector<Member> members;
  std::vector<Cluster> clusters;

private:
  friend class MergeCheck;
  llvm::DenseMap<mlir::Value, unsigned> byValue;
  llvm::SmallVector<unsigned, 0> parent;
};

/// Makes the nest of a cluster at the builder's insertion point and replaces
/// its outputs. `memberNumbers` ascend in program order.
mlir::Operation *buildNest(mlir::OpBuilder &builder, Clusters &clusters,
                           const Cluster &cluster);

} // namespace runmat::fusion

#endif // RUNMAT_LIB_FUSION_CLUSTER_CLUSTER_H
