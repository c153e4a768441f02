// Conditions and named values of a plan.
#include "runmat/Conversion/KernelPlan.h"

using namespace runmat;

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

void runmat::linearGrid(SizeExpr groups, SizeExpr (&grid)[3]) {
  SizeExpr rows = ceilDiv(groups, 65535);
  grid[0] = ceilDiv(groups, max(rows, 1));
  grid[1] = rows;
  grid[2] = 1;
}
