// What a unit of work moves and computes, as functions of its iteration space:
// evaluated by the cost model, with static sizes or with those of a run.
#ifndef RUNMAT_DIALECT_FUSED_WORK_H
#define RUNMAT_DIALECT_FUSED_WORK_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <array>
#include <cstdint>

namespace runmat::fused {

/// A sum of terms, each a coefficient times the sizes of some dims of the
/// iteration space.
struct SizeExpr {
  struct Term {
    double coefficient;
    llvm::SmallVector<unsigned, 4> dims;
  };
  llvm::SmallVector<Term, 4> terms;

  void add(double coefficient, llvm::ArrayRef<unsigned> dims) {
    for (Term &term : terms)
      if (llvm::equal(term.dims, dims)) {
        term.coefficient += coefficient;
        return;
      }
    if (coefficient != 0)
      terms.push_back({coefficient, {dims.begin(), dims.end()}});
  }
  /// `sizes`: one for each dim of the iteration space, none negative.
  double evaluate(llvm::ArrayRef<int64_t> sizes) const {
    double sum = 0;
    for (const Term &term : terms) {
      double product = term.coefficient;
      for (unsigned dim : term.dims)
        product *= static_cast<double>(sizes[dim]);
      sum += product;
    }
    return sum;
  }
};

/// Kinds of operation that differ by an order of magnitude in cost: additions,
/// multiplications, comparisons and selects; divisions and square roots; pow,
/// exp, sin and the like.
enum class FlopKind : unsigned { Simple, Division, Transcendental };
constexpr unsigned kNumFlopKinds = 3;

struct UnitWork {
  /// Sizes of the iteration space, ShapedType::kDynamic where a run gives them.
  llvm::SmallVector<int64_t> iterationShape;
  /// Bytes that must come from and go to memory: each input and each result
  /// once. What a schedule reads again is the schedule's cost.
  SizeExpr bytesRead, bytesWritten;
  /// Bytes that the same operations would move one by one.
  SizeExpr bytesUnfused;
  std::array<SizeExpr, kNumFlopKinds> flops;

  SizeExpr &flopsOf(FlopKind kind) {
    return flops[static_cast<unsigned>(kind)];
  }
  const SizeExpr &flopsOf(FlopKind kind) const {
    return flops[static_cast<unsigned>(kind)];
  }
};

} // namespace runmat::fused

#endif // RUNMAT_DIALECT_FUSED_WORK_H
