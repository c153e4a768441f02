// Integer expressions over run-time sizes: what kernel plans, their JSON
// description and costs are written in. Plain C++, no MLIR.
#ifndef RUNMAT_COST_SIZEEXPR_H
#define RUNMAT_COST_SIZEEXPR_H

#include "runmat/Runtime/Runtime.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace runmat {

/// An expression over non-negative numbers of 63 bits. Constants fold when an
/// expression is built; what leaves the range is an overflow, never a wrapped
/// number.
class SizeExpr {
public:
  enum class Kind {
    Constant,
    Overflow, ///< beyond 63 bits, below 0, or divided by 0
    Dim,      ///< size of a dim of an operand of the unit
    Scalar,   ///< an operand of the unit that is an index
    Limit,    ///< of the device, an rm_limit
    Value,    ///< KernelPlan::values[index]
    Window,   ///< index of the current window (Variant::windows)
    Add,
    Sub,
    Mul,
    FloorDiv,
    CeilDiv,
    Mod,
    Min,
    Max
  };

  SizeExpr() : SizeExpr(0) {}
  SizeExpr(int64_t constant);
  static SizeExpr overflow();
  static SizeExpr dim(unsigned operand, unsigned dim);
  static SizeExpr scalar(unsigned operand);
  static SizeExpr limit(rm_limit which);
  static SizeExpr value(unsigned index, std::string name);
  static SizeExpr window();
  static SizeExpr binary(Kind kind, SizeExpr a, SizeExpr b);

  Kind kind() const { return node->kind; }
  bool isConstant() const { return kind() == Kind::Constant; }
  bool is(int64_t value) const { return isConstant() && constant() == value; }
  int64_t constant() const { return node->a; }
  /// Dim, Scalar: the operand. Limit: the rm_limit. Value: the index.
  unsigned index() const { return node->a; }
  unsigned dimNumber() const { return node->b; }
  const SizeExpr &lhs() const { return node->operands[0]; }
  const SizeExpr &rhs() const { return node->operands[1]; }
  /// Whether an overflow is anywhere in it.
  bool overflows() const;

  /// The number, where `leaf` gives those of dims, scalars, limits, values and
  /// the window; nothing on an overflow or where a leaf has no number.
  std::optional<int64_t>
  evaluate(const std::function<std::optional<int64_t>(const SizeExpr &)> &leaf)
      const;

  /// "ceildiv(plane, 4)", "arg0.size1": the notation of docs/kernels-json.md.
  std::string text() const;

private:
  struct Node {
    Kind kind;
    int64_t a = 0, b = 0;
    std::string name;
    std::vector<SizeExpr> operands;
  };
  explicit SizeExpr(std::shared_ptr<const Node> node) : node(std::move(node)) {}
  static SizeExpr leaf(Kind kind, int64_t a = 0, int64_t b = 0,
                       std::string name = "");
  std::shared_ptr<const Node> node;
};

SizeExpr operator+(SizeExpr a, SizeExpr b);
SizeExpr operator-(SizeExpr a, SizeExpr b);
SizeExpr operator*(SizeExpr a, SizeExpr b);
SizeExpr floorDiv(SizeExpr a, SizeExpr b);
SizeExpr ceilDiv(SizeExpr a, SizeExpr b);
SizeExpr mod(SizeExpr a, SizeExpr b);
SizeExpr min(SizeExpr a, SizeExpr b);
SizeExpr max(SizeExpr a, SizeExpr b);

} // namespace runmat

#endif // RUNMAT_COST_SIZEEXPR_H
