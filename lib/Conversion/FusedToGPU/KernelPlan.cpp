// Size expressions: built with constant folding, so that a static program's
// plan is all numbers, and printed for the JSON description.
#include "runmat/Conversion/KernelPlan.h"

#include <algorithm>

using namespace runmat;
using Kind = SizeExpr::Kind;

SizeExpr::SizeExpr(int64_t constant)
    : node(std::make_shared<Node>(Node{Kind::Constant, constant, 0, "", {}})) {}

SizeExpr SizeExpr::dim(unsigned operand, unsigned dim) {
  return SizeExpr(
      std::make_shared<Node>(Node{Kind::Dim, operand, dim, "", {}}));
}

SizeExpr SizeExpr::limit(rm_limit which) {
  return SizeExpr(std::make_shared<Node>(Node{Kind::Limit, which, 0, "", {}}));
}

SizeExpr SizeExpr::value(unsigned index, std::string name) {
  return SizeExpr(
      std::make_shared<Node>(Node{Kind::Value, index, 0, std::move(name), {}}));
}

SizeExpr SizeExpr::window() {
  return SizeExpr(std::make_shared<Node>(Node{Kind::Window, 0, 0, "", {}}));
}

static int64_t evaluate(Kind kind, int64_t a, int64_t b) {
  switch (kind) {
  case Kind::Add:
    return a + b;
  case Kind::Sub:
    return a - b;
  case Kind::Mul:
    return a * b;
  case Kind::FloorDiv:
    return a / b;
  case Kind::CeilDiv:
    return (a + b - 1) / b;
  case Kind::Mod:
    return a % b;
  case Kind::Min:
    return std::min(a, b);
  default:
    return std::max(a, b);
  }
}

SizeExpr SizeExpr::binary(Kind kind, SizeExpr a, SizeExpr b) {
  if (a.isConstant() && b.isConstant())
    return evaluate(kind, a.constant(), b.constant());
  auto is = [](const SizeExpr &e, int64_t value) {
    return e.isConstant() && e.constant() == value;
  };
  bool division = kind == Kind::FloorDiv || kind == Kind::CeilDiv;
  if ((kind == Kind::Mul || division) && is(b, 1))
    return a;
  if (kind == Kind::Mul && is(a, 1))
    return b;
  if (kind == Kind::Mul && (is(a, 0) || is(b, 0)))
    return 0;
  if ((kind == Kind::Add || kind == Kind::Sub) && is(b, 0))
    return a;
  if (kind == Kind::Add && is(a, 0))
    return b;
  if ((division || kind == Kind::Mod) && is(a, 0))
    return 0;
  if (kind == Kind::Mod && is(b, 1))
    return 0;
  return SizeExpr(std::make_shared<Node>(
      Node{kind, 0, 0, "", {std::move(a), std::move(b)}}));
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
  case Kind::Dim:
    return "arg" + std::to_string(index()) + ".size" +
           std::to_string(dimNumber());
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

int SizeCondition::known() const {
  if (!lhs.isConstant() || !rhs.isConstant())
    return -1;
  return kind == Kind::Equal ? lhs.constant() == rhs.constant()
                             : lhs.constant() <= rhs.constant();
}

SizeExpr KernelPlan::define(std::string name, SizeExpr expr) {
  if (expr.isConstant() || expr.kind() == SizeExpr::Kind::Value)
    return expr;
  values.push_back({name, expr});
  return SizeExpr::value(values.size() - 1, std::move(name));
}

unsigned KernelPlan::addWorkspace(std::string name, SizeExpr bytes) {
  workspaces.push_back({std::move(name), bytes});
  return workspaces.size() - 1;
}
