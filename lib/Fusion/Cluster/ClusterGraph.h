// The dependence graph of a block while its nodes are contracted. A topological
// number per node keeps searches for cycles short (Pearce and Kelly, A Dynamic
// Topological Sort Algorithm for Directed Acyclic Graphs, 2006).
#ifndef RUNMAT_LIB_FUSION_CLUSTER_CLUSTERGRAPH_H
#define RUNMAT_LIB_FUSION_CLUSTER_CLUSTERGRAPH_H

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SmallVector.h"

namespace runmat::fusion {

class ClusterGraph {
public:
  /// Nodes 0 to count - 1, numbered in an order that all edges follow.
  explicit ClusterGraph(unsigned count);

  /// An edge from a lower to a higher node, before any contraction.
  void addEdge(unsigned from, unsigned to);

  /// The node that stands for `node` after contractions.
  unsigned find(unsigned node);

  /// Makes one node of two (each its own find()) and returns whether it did:
  /// not where a path between them leads through a third node. `keep` stands
  /// for both then.
  bool contract(unsigned keep, unsigned gone);

  const llvm::DenseSet<unsigned> &successors(unsigned node) const {
    return nodes[node].out;
  }
  unsigned numPredecessors(unsigned node) const {
    return nodes[node].in.size();
  }

private:
  bool reaches(unsigned from, unsigned to, bool skipDirect);
  void insertOrdered(unsigned from, unsigned to);

  struct Node {
    llvm::DenseSet<unsigned> in, out;
    unsigned rank;
    unsigned parent;
  };
  llvm::SmallVector<Node, 0> nodes;
  /// Marks the nodes of the current search.
  llvm::SmallVector<unsigned, 0> visited;
  unsigned search = 0;
};

} // namespace runmat::fusion

#endif // RUNMAT_LIB_FUSION_CLUSTER_CLUSTERGRAPH_H
