// The result of a matcher: what was found, or why not and where. Matchers are
// pure functions; what they find is a struct that a rewrite consumes.
#ifndef RUNMAT_LIB_FUSION_MATCHERS_MATCHED_H
#define RUNMAT_LIB_FUSION_MATCHERS_MATCHED_H

#include "runmat/Dialect/Fused/Rejection.h"

#include "mlir/IR/Operation.h"
#include <variant>

namespace runmat::fusion {

struct Mismatch {
  fused::Rejection reason;
  /// Where; null where it is the root.
  mlir::Operation *where;
};

template <typename T> class Matched {
public:
  Matched(T value) : state(std::move(value)) {}
  Matched(Mismatch mismatch) : state(mismatch) {}
  explicit operator bool() const { return state.index() == 0; }
  T &operator*() { return std::get<0>(state); }
  T *operator->() { return &std::get<0>(state); }
  Mismatch mismatch() const { return std::get<1>(state); }

private:
  std::variant<T, Mismatch> state;
};

} // namespace runmat::fusion

#endif // RUNMAT_LIB_FUSION_MATCHERS_MATCHED_H
