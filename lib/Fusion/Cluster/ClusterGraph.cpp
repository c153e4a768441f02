// Contraction without cycles: see ClusterGraph.h.
#include "ClusterGraph.h"

#include "llvm/ADT/STLExtras.h"

using namespace runmat::fusion;

ClusterGraph::ClusterGraph(unsigned count) : nodes(count), visited(count, 0) {
  for (unsigned i = 0; i < count; ++i)
    nodes[i].rank = nodes[i].parent = i;
}

void ClusterGraph::addEdge(unsigned from, unsigned to) {
  if (from == to)
    return;
  nodes[from].out.insert(to);
  nodes[to].in.insert(from);
}

unsigned ClusterGraph::find(unsigned node) {
  while (nodes[node].parent != node) {
    nodes[node].parent = nodes[nodes[node].parent].parent;
    node = nodes[node].parent;
  }
  return node;
}

/// Only nodes of a lower rank than the target's can lead to it.
bool ClusterGraph::reaches(unsigned from, unsigned to, bool skipDirect) {
  ++search;
  llvm::SmallVector<unsigned> work{from};
  visited[from] = search;
  while (!work.empty()) {
    unsigned node = work.pop_back_val();
    for (unsigned next : nodes[node].out) {
      if (next == to) {
        if (node == from && skipDirect)
          continue;
        return true;
      }
      if (visited[next] != search && nodes[next].rank < nodes[to].rank) {
        visited[next] = search;
        work.push_back(next);
      }
    }
  }
  return false;
}

/// Adds an edge that closes no cycle, and moves the nodes between the two
/// ranks: those that lead to `from` in front of those that `to` leads to.
void ClusterGraph::insertOrdered(unsigned from, unsigned to) {
  nodes[from].out.insert(to);
  nodes[to].in.insert(from);
  unsigned low = nodes[to].rank, high = nodes[from].rank;
  if (high < low)
    return;
  auto collect = [&](unsigned start, bool forward) {
    ++search;
    llvm::SmallVector<unsigned> found{start};
    visited[start] = search;
    for (unsigned i = 0; i < found.size(); ++i)
      for (unsigned next : forward ? nodes[found[i]].out : nodes[found[i]].in) {
        unsigned rank = nodes[next].rank;
        if (visited[next] != search && (forward ? rank <= high : rank >= low)) {
          visited[next] = search;
          found.push_back(next);
        }
      }
    llvm::sort(found, [&](unsigned a, unsigned b) {
      return nodes[a].rank < nodes[b].rank;
    });
    return found;
  };
  llvm::SmallVector<unsigned> moved = collect(from, /*forward=*/false);
  llvm::append_range(moved, collect(to, /*forward=*/true));
  llvm::SmallVector<unsigned> ranks = llvm::map_to_vector(
      moved, [&](unsigned node) { return nodes[node].rank; });
  llvm::sort(ranks);
  for (auto [node, rank] : llvm::zip(moved, ranks))
    nodes[node].rank = rank;
}

bool ClusterGraph::contract(unsigned keep, unsigned gone) {
  unsigned first = keep, second = gone;
  if (nodes[first].rank > nodes[second].rank)
    std::swap(first, second);
  // What is later in the order reaches nothing earlier.
  if (reaches(first, second, /*skipDirect=*/true))
    return false;
  if (nodes[first].out.insert(second).second)
    nodes[second].in.insert(first);
  Node removed = std::move(nodes[gone]);
  nodes[gone].in.clear();
  nodes[gone].out.clear();
  nodes[gone].parent = keep;
  nodes[keep].in.erase(gone);
  nodes[keep].out.erase(gone);
  // Neighbours in the order of their numbers, so that ranks do not depend on
  // the order of a set.
  auto sorted = [](const llvm::DenseSet<unsigned> &set) {
    llvm::SmallVector<unsigned> all(set.begin(), set.end());
    llvm::sort(all);
    return all;
  };
  for (unsigned next : sorted(removed.out)) {
    nodes[next].in.erase(gone);
    if (next != keep)
      insertOrdered(keep, next);
  }
  for (unsigned before : sorted(removed.in)) {
    nodes[before].out.erase(gone);
    if (before != keep)
      insertOrdered(before, keep);
  }
  return true;
}
