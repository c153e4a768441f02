// Size expressions: built with constant folding, so that a static program's
// plan is all numbers, and printed for the JSON description.
#include "runmat/Cost/SizeExpr.h"

#include <algorithm>

using namespace runmat;
using Kind = SizeExpr::Kind;

SizeExpr SizeExpr::leaf(Kind kind, int64_t a, int64_t b, std::string name) {
  return SizeExpr(
      std::make_shared<const Node>(Node{kind, a, b, std::move(name), {}}));
}

SizeExpr::SizeExpr(int64_t constant)
    : SizeExpr(constant < 0 ? leaf(Kind::Overflow)
                            : leaf(Kind::Constant, constant)) {}

SizeExpr SizeExpr::overflow() { return leaf(Kind::Overflow); }
SizeExpr SizeExpr::dim(unsigned operand, unsigned dim) {
  return leaf(Kind::Dim, operand, dim);
}
SizeExpr SizeExpr::scalar(unsigned operand) {
  return leaf(Kind::Scalar, operand);
}
SizeExpr SizeExpr::limit(rm_limit which) { return leaf(Kind::Limit, which); }
SizeExpr SizeExpr::value(unsigned index, std::string name) {
  return leaf(Kind::Value, index, 0, std::move(name));
}
SizeExpr SizeExpr::window() { return leaf(Kind::Window); }

/// Nothing where the result is no number of 63 bits.
static std::optional<int64_t> compute(Kind kind, int64_t a, int64_t b) {
  int64_t result = 0;
  bool overflow = false;
  switch (kind) {
  case Kind::Add:
    overflow = __builtin_add_overflow(a, b, &result);
    break;
  case Kind::Sub:
    overflow = b > a;
    result = overflow ? 0 : a - b;
    break;
  case Kind::Mul:
    overflow = __builtin_mul_overflow(a, b, &result);
    break;
  case Kind::FloorDiv:
  case Kind::CeilDiv:
  case Kind::Mod:
    if (b == 0)
      return std::nullopt;
    result = kind == Kind::Mod ? a % b : a / b;
    if (kind == Kind::CeilDiv)
      result += a % b != 0;
    break;
  case Kind::Min:
    result = std::min(a, b);
    break;
  default:
    result = std::max(a, b);
  }
  return overflow ? std::nullopt : std::optional<int64_t>(result);
}

SizeExpr SizeExpr::binary(Kind kind, SizeExpr a, SizeExpr b) {
  if (a.kind() == Kind::Overflow || b.kind() == Kind::Overflow)
    return overflow();
  if (a.isConstant() && b.isConstant()) {
    std::optional<int64_t> folded = compute(kind, a.constant(), b.constant());
    return folded ? SizeExpr(*folded) : overflow();
  }
  bool division = kind == Kind::FloorDiv || kind == Kind::CeilDiv;
  if ((kind == Kind::Mul || division) && b.is(1))
    return a;
  if (kind == Kind::Mul && a.is(1))
    return b;
  if (kind == Kind::Mul && (a.is(0) || b.is(0)))
    return 0;
  if ((kind == Kind::Add || kind == Kind::Sub) && b.is(0))
    return a;
  if (kind == Kind::Add && a.is(0))
    return b;
  if ((division || kind == Kind::Mod) && b.is(0))
    return overflow();
  if (kind == Kind::Mod && b.is(1))
    return 0;
  if (kind == Kind::Max && (a.is(0) || b.is(0)))
    return a.is(0) ? b : a;
  return SizeExpr(std::make_shared<const Node>(
      Node{kind, 0, 0, "", {std::move(a), std::move(b)}}));
}

bool SizeExpr::overflows() const {
  return kind() == Kind::Overflow ||
         std::any_of(node->operands.begin(), node->operands.end(),
                     [](const SizeExpr &e) { return e.overflows(); });
}

std::optional<int64_t> SizeExpr::evaluate(
    const std::function<std::optional<int64_t>(const SizeExpr &)> &leaf) const {
  if (isConstant())
    return constant();
  if (kind() == Kind::Overflow)
    return std::nullopt;
  if (node->operands.empty())
    return leaf(*this);
  std::optional<int64_t> a = lhs().evaluate(leaf), b = rhs().evaluate(leaf);
  return a && b ? compute(kind(), *a, *b) : std::nullopt;
}

namespace runmat {
SizeExpr operator+(SizeExpr a, SizeExpr b) {
  return SizeExpr::binary(Kind::Add, a, b);
}
SizeExpr operator-(SizeExpr a, SizeExpr b) {
  return SizeExpr::binary(Kind::Sub, a, b);
}
SizeExpr operator*(SizeExpr a, SizeExpr b) {
  return SizeExpr::binary(Kind::Mul, a, b);
}
SizeExpr floorDiv(SizeExpr a, SizeExpr b) {
  return SizeExpr::binary(Kind::FloorDiv, a, b);
}
SizeExpr ceilDiv(SizeExpr a, SizeExpr b) {
  return SizeExpr::binary(Kind::CeilDiv, a, b);
}
SizeExpr mod(SizeExpr a, SizeExpr b) {
  return SizeExpr::binary(Kind::Mod, a, b);
}
SizeExpr min(SizeExpr a, SizeExpr b) {
  return SizeExpr::binary(Kind::Min, a, b);
}
SizeExpr max(SizeExpr a, SizeExpr b) {
  return SizeExpr::binary(Kind::Max, a, b);
}
} // namespace runmat

std::string SizeExpr::text() const {
  static const char *const limits[] = {
      "storage_range", "grid_x",    "subgroup",         "shared_bytes",
      "bindings",      "workgroup", "offset_alignment", "heap_bytes"};
  auto call = [&](const char *name) {
    return std::string(name) + "(" + lhs().text() + ", " + rhs().text() + ")";
  };
  auto infix = [&](const char *sign) {
    return "(" + lhs().text() + " " + sign + " " + rhs().text() + ")";
  };
  switch (kind()) {
  case Kind::Constant:
    return std::to_string(constant());
  case Kind::Overflow:
    return "overflow";
  case Kind::Dim:
    return "arg" + std::to_string(index()) + ".size" +
           std::to_string(dimNumber());
  case Kind::Scalar:
    return "arg" + std::to_string(index());
  case Kind::Limit:
    return std::string("limit.") + limits[index()];
  case Kind::Value:
    return node->name;
  case Kind::Window:
    return "window";
  case Kind::Add:
    return infix("+");
  case Kind::Sub:
    return infix("-");
  case Kind::Mul:
    return infix("*");
  case Kind::FloorDiv:
    return call("floordiv");
  case Kind::CeilDiv:
    return call("ceildiv");
  case Kind::Mod:
    return call("mod");
  case Kind::Min:
    return call("min");
  case Kind::Max:
    return call("max");
  }
  return "";
}
