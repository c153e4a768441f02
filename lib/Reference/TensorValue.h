// What a value of the program is while it is interpreted: a row-major array of
// 8-byte scalars with its element type and sizes; and the loops that all
// operations share, over strided operands and several threads.
#ifndef RUNMAT_LIB_REFERENCE_TENSORVALUE_H
#define RUNMAT_LIB_REFERENCE_TENSORVALUE_H

#include "runmat/Dialect/Array/ScalarEvaluation.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <map>
#include <memory>
#include <vector>

namespace runmat::reference {

using array::Scalar;
using Sizes = llvm::SmallVector<int64_t, 4>;

/// Large blocks given back are handed out again: fresh memory costs a page
/// fault every 4 KiB. Not for several threads at once.
class BufferPool {
public:
  /// Null where memory is exhausted. The pool must outlive no block: blocks
  /// keep it alive.
  static std::shared_ptr<Scalar> take(const std::shared_ptr<BufferPool> &pool,
                                      int64_t elements);
  ~BufferPool();

private:
  std::multimap<int64_t, Scalar *> spare;
};

/// A tensor, or a scalar as a tensor of rank 0. Copies share the elements;
/// nothing writes them once they are complete.
struct TensorValue {
  mlir::Type element;
  Sizes sizes;
  std::shared_ptr<Scalar> elements;

  int64_t count() const;
  Scalar *data() { return elements.get(); }
  const Scalar *data() const { return elements.get(); }
  /// Of a scalar or a tensor of one element.
  int64_t intValue() const { return elements.get()->i; }
};

/// The product of sizes, or nothing where it does not fit.
std::optional<int64_t> countOf(llvm::ArrayRef<int64_t> sizes);

/// Distances between neighbours along each dim of a row-major array, in
/// elements.
Sizes rowMajorStrides(llvm::ArrayRef<int64_t> sizes);

/// Calls `body(begin, end)` on parts of [0, count), on up to `threads` threads;
/// little work (`count` items of `cost` elements) on the caller's own.
void parallelFor(unsigned threads, int64_t count, int64_t cost,
                 llvm::function_ref<void(int64_t, int64_t)> body);

/// A walk in row-major order over a space that several arrays are read or
/// written in, each with its own strides.
class StridedWalk {
public:
  StridedWalk(llvm::ArrayRef<int64_t> sizes, llvm::ArrayRef<Sizes> strides);

  int64_t count() const { return total; }

  /// Visits points [begin, end) as rows: `row(offsets, steps, n)` has for each
  /// array the offset of the row's first element and the step along it.
  void run(int64_t begin, int64_t end,
           llvm::function_ref<void(llvm::ArrayRef<int64_t> offsets,
                                   llvm::ArrayRef<int64_t> steps, int64_t n)>
               row) const;

private:
  Sizes shape;                      // merged dims, at least one
  llvm::SmallVector<Sizes> strides; // of each array, by merged dim
  Sizes innerSteps;
  int64_t total;
};

} // namespace runmat::reference

#endif // RUNMAT_LIB_REFERENCE_TENSORVALUE_H
