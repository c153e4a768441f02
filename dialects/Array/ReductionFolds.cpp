// Folds of reductions: small constants, computed in f64 or in wrapping 64-bit
// integers and rounded once, and reductions of one element each.
#include "ArrayInference.h"
#include "ConstantFolding.h"
#include "runmat/Support/Compensated.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace runmat;
using namespace runmat::array;
using namespace runmat::array::detail;

using llvm::ArrayRef;
using llvm::SmallVector;

namespace {

/// How one reduction treats its elements.
struct Rule {
  ReductionKind kind;
  bool isFloat;
  bool propagate = false; // NaN, by min, max, argmin and argmax
  bool omitNan = false;
  int64_t ddof = 0;
  unsigned width = 0; // of an integer element
};

} // namespace

static Rule ruleOf(Operation *op) {
  auto reduction = cast<Reduction>(op);
  Type element = elementTypeOf(op->getOperand(0).getType());
  Rule rule{reduction.getReductionKind(), isa<FloatType>(element)};
  rule.width = element.getIntOrFloatBitWidth();
  rule.omitNan = reduction.omitsNan();
  llvm::TypeSwitch<Operation *>(op)
      .Case<VarOp, StdOp>([&](auto var) { rule.ddof = var.getDdof(); })
      .Case<ReduceMinOp, ReduceMaxOp, ArgminOp, ArgmaxOp>([&](auto extremum) {
        rule.propagate = extremum.getNan() == NanMode::Propagate;
      });
  return rule;
}

/// As the interpreter sums, so that a fold is no less exact than what it
/// replaces.
static double sumOf(ArrayRef<double> values) {
  CompensatedSum sum;
  for (double value : values)
    sum.add(value);
  return sum.value();
}

static double variance(ArrayRef<double> values, int64_t ddof) {
  auto n = static_cast<int64_t>(values.size());
  if (n - ddof <= 0)
    return std::numeric_limits<double>::quiet_NaN();
  double mean = sumOf(values) / static_cast<double>(n);
  CompensatedSum squares, rest;
  for (double value : values) {
    squares.add((value - mean) * (value - mean));
    // What the mean's own rounding leaves.
    rest.add(value - mean);
  }
  double total = squares.value();
  if (std::isfinite(total))
    total -= rest.value() * rest.value() / static_cast<double>(n);
  return total / static_cast<double>(n - ddof);
}

/// Position of the smallest or largest element, the first on ties; -1 where
/// there is none (no elements, or only NaN that are skipped). The first NaN
/// where NaN wins.
template <typename T>
static int64_t extremum(ArrayRef<T> values, bool isMax, bool propagate) {
  int64_t best = -1;
  for (auto [i, value] : llvm::enumerate(values)) {
    if (value != value) {
      if (propagate)
        return i;
      continue;
    }
    if (best < 0 || (isMax ? value > values[best] : value < values[best]))
      best = i;
  }
  return best;
}

static Scalar reduceFloats(const Rule &rule, SmallVector<double> values) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (rule.omitNan)
    llvm::erase_if(values, [](double value) { return std::isnan(value); });
  double result = 0;
  switch (rule.kind) {
  case ReductionKind::Prod:
    result = 1;
    for (double value : values)
      result *= value;
    return Scalar::ofFloat(result);
  case ReductionKind::Sum:
  case ReductionKind::Mean:
    result = sumOf(values);
    if (rule.kind == ReductionKind::Mean)
      result /= static_cast<double>(values.size());
    return Scalar::ofFloat(result);
  case ReductionKind::Var:
    return Scalar::ofFloat(variance(values, rule.ddof));
  case ReductionKind::Std:
    return Scalar::ofFloat(std::sqrt(variance(values, rule.ddof)));
  case ReductionKind::Min:
  case ReductionKind::Max: {
    bool isMax = rule.kind == ReductionKind::Max;
    if (values.empty())
      return Scalar::ofFloat(isMax ? -infinity : infinity);
    int64_t at = extremum<double>(values, isMax, rule.propagate);
    return Scalar::ofFloat(at < 0 ? std::numeric_limits<double>::quiet_NaN()
                                  : values[at]);
  }
  case ReductionKind::Argmin:
  case ReductionKind::Argmax: {
    int64_t at = extremum<double>(values, rule.kind == ReductionKind::Argmax,
                                  rule.propagate);
    return Scalar::ofInt(std::max<int64_t>(at, 0));
  }
  case ReductionKind::Any:
  case ReductionKind::All:
    break;
  }
  llvm_unreachable("reductions of i1");
}

static Scalar reduceInts(const Rule &rule, ArrayRef<int64_t> values) {
  uint64_t result = 0; // wraps
  switch (rule.kind) {
  case ReductionKind::Sum:
    for (int64_t value : values)
      result += static_cast<uint64_t>(value);
    return Scalar::ofInt(static_cast<int64_t>(result));
  case ReductionKind::Prod:
    result = 1;
    for (int64_t value : values)
      result *= static_cast<uint64_t>(value);
    return Scalar::ofInt(static_cast<int64_t>(result));
  case ReductionKind::Any:
    return Scalar::ofInt(
        llvm::any_of(values, [](int64_t v) { return v != 0; }));
  case ReductionKind::All:
    return Scalar::ofInt(
        llvm::all_of(values, [](int64_t v) { return v != 0; }));
  case ReductionKind::Min:
  case ReductionKind::Max: {
    bool isMax = rule.kind == ReductionKind::Max;
    if (values.empty())
      return Scalar::ofInt(isMax ? llvm::minIntN(rule.width)
                                 : llvm::maxIntN(rule.width));
    return Scalar::ofInt(values[extremum<int64_t>(values, isMax, false)]);
  }
  case ReductionKind::Argmin:
  case ReductionKind::Argmax:
    return Scalar::ofInt(
        extremum<int64_t>(values, rule.kind == ReductionKind::Argmax, false));
  case ReductionKind::Mean:
  case ReductionKind::Var:
  case ReductionKind::Std:
    break;
  }
  llvm_unreachable("reductions of floats");
}

/// Of one element the result is the element, where the types agree too. The
/// free order of a sum is what makes this right for a zero's sign.
static OpFoldResult foldSingleElements(Operation *op, const Rule &rule) {
  Value x = op->getOperand(0);
  auto type = cast<RankedTensorType>(x.getType());
  switch (rule.kind) {
  case ReductionKind::Var:
  case ReductionKind::Std:
  case ReductionKind::Argmin:
  case ReductionKind::Argmax:
    return {};
  default:
    break;
  }
  if (rule.omitNan || type != op->getResult(0).getType() ||
      llvm::any_of(reducedDims(op),
                   [&](int64_t dim) { return type.getDimSize(dim) != 1; }))
    return {};
  return x;
}

OpFoldResult array::detail::foldReduction(Operation *op,
                                          ArrayRef<Attribute> operands) {
  Rule rule = ruleOf(op);
  if (OpFoldResult single = foldSingleElements(op, rule))
    return single;
  auto dense = dyn_cast_if_present<DenseElementsAttr>(operands[0]);
  if (!dense || dense.getNumElements() > maxFoldedElements)
    return {};
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  bool isArg =
      rule.kind == ReductionKind::Argmin || rule.kind == ReductionKind::Argmax;
  if (isArg && dense.getNumElements() == 0)
    return {};
  // Of no elements the result may have many.
  if (type.getNumElements() > maxFoldedElements)
    return {};

  // Each element of the operand, in row-major order, joins its result's group.
  ArrayRef<int64_t> shape = dense.getType().getShape();
  SmallVector<int64_t> inStrides = rowMajorStrides(shape),
                       outStrides(shape.size(), 0);
  SmallVector<int64_t> reduced = reducedDims(op);
  int64_t groups = 1;
  for (int64_t d = shape.size() - 1; d >= 0; --d)
    if (!llvm::is_contained(reduced, d)) {
      outStrides[d] = groups;
      groups *= shape[d];
    }
  SmallVector<SmallVector<Scalar>> members(groups);
  for (auto [i, value] : llvm::enumerate(elementsOf(dense))) {
    int64_t group = 0;
    for (auto [size, in, out] : llvm::zip(shape, inStrides, outStrides))
      group += static_cast<int64_t>(i) / in % size * out;
    members[group].push_back(value);
  }
  SmallVector<Scalar> results;
  for (ArrayRef<Scalar> group : members)
    results.push_back(
        rule.isFloat
            ? reduceFloats(rule, llvm::map_to_vector(
                                     group, [](Scalar s) { return s.f; }))
            : reduceInts(rule, llvm::map_to_vector(
                                   group, [](Scalar s) { return s.i; })));
  return denseFromScalars(type, results);
}
