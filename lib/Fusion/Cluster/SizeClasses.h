// Which sizes are equal: each size of a block's tensors belongs to a class, a
// number or a symbol.
#ifndef RUNMAT_LIB_FUSION_CLUSTER_SIZECLASSES_H
#define RUNMAT_LIB_FUSION_CLUSTER_SIZECLASSES_H

#include "runmat/Dialect/Array/Array.h"

#include "llvm/ADT/MapVector.h"

namespace runmat::fusion {

class SizeClasses {
public:
  /// The class of each dim of a tensor.
  llvm::ArrayRef<unsigned> of(mlir::Value tensor);
  /// The class of an index value.
  unsigned ofIndex(mlir::Value index);
  unsigned ofNumber(int64_t size);
  /// The classes that an operation gives its result.
  void set(mlir::Value tensor, llvm::SmallVector<unsigned> classes);

  /// Equal by what the text says, without a check.
  bool areEvident(unsigned a, unsigned b) const { return a == b; }
  /// Equal, a check in front of the present operation included.
  bool areEqual(unsigned a, unsigned b) { return find(a) == find(b); }
  /// A check found them equal.
  void unify(unsigned a, unsigned b);
  /// Whether two different numbers were to be one size.
  bool isContradictory() const { return contradiction; }

  /// ShapedType::kDynamic for a symbol.
  int64_t sizeOf(unsigned sizeClass);
  /// Whether a number is known not to be negative: it is a size of a tensor.
  bool isTensorSize(unsigned sizeClass) const { return fromTensor[sizeClass]; }

private:
  unsigned find(unsigned sizeClass);
  unsigned add(int64_t size, bool tensor);
  unsigned ofOrigin(array::SizeOrigin origin);

  llvm::SmallVector<unsigned, 0> parent;
  llvm::SmallVector<int64_t, 0> number;
  bool contradiction = false;
  llvm::SmallVector<bool, 0> fromTensor;
  llvm::DenseMap<int64_t, unsigned> numbers;
  llvm::DenseMap<std::pair<mlir::Value, int64_t>, unsigned> symbols;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<unsigned>> known;
};

} // namespace runmat::fusion

#endif // RUNMAT_LIB_FUSION_CLUSTER_SIZECLASSES_H
