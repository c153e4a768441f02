// Reductions. Each kind is a function from the rows of one result's range to
// that result; floating point is summed in f64 with compensation.
#include "Evaluator.h"

#include "runmat/Dialect/Array/Array.h"
#include "runmat/Dialect/Array/CheckMessages.h"
#include "runmat/Support/Compensated.h"

#include <limits>

using namespace mlir;
using namespace runmat;
using namespace runmat::reference;
using array::NanMode;
using array::ReductionKind;

namespace {

/// Shows a visitor the rows of one result's range, in row-major order: first
/// element, distance between neighbours, number.
using Row = llvm::function_ref<void(const Scalar *, int64_t, int64_t)>;
using Range = llvm::function_ref<void(Row)>;
using Reducer = std::function<Scalar(Range)>;

template <typename F> void eachFloat(Range range, F f) {
  range([&](const Scalar *p, int64_t step, int64_t n) {
    for (int64_t k = 0; k < n; ++k)
      f(p[k * step].f);
  });
}
template <typename F> void eachInt(Range range, F f) {
  range([&](const Scalar *p, int64_t step, int64_t n) {
    for (int64_t k = 0; k < n; ++k)
      f(p[k * step].i);
  });
}

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

struct SumAndCount {
  CompensatedSum sum;
  int64_t count = 0;
};
SumAndCount sumOf(Range range, bool omitNan) {
  SumAndCount all;
  eachFloat(range, [&](double x) {
    if (omitNan && std::isnan(x))
      return;
    all.sum.add(x);
    ++all.count;
  });
  return all;
}

/// Squared deviations from the mean over count - ddof; the second sum corrects
/// the mean's own rounding error.
double variance(Range range, bool omitNan, int64_t ddof) {
  SumAndCount all = sumOf(range, omitNan);
  if (all.count - ddof <= 0)
    return kNaN;
  double mean = all.sum.value() / double(all.count);
  CompensatedSum squares, rest;
  eachFloat(range, [&](double x) {
    if (omitNan && std::isnan(x))
      return;
    squares.add((x - mean) * (x - mean));
    rest.add(x - mean);
  });
  double correction = rest.value() * rest.value() / double(all.count);
  double sum = squares.value();
  if (std::isfinite(sum))
    sum -= correction;
  return sum / double(all.count - ddof);
}

/// Least or largest. `sign` is -1 for the largest.
double extreme(Range range, NanMode mode, double sign) {
  double best = kInf;
  bool anyNumber = false, anyNan = false;
  eachFloat(range, [&](double x) {
    if (std::isnan(x)) {
      anyNan = true;
      return;
    }
    anyNumber = true;
    best = std::fmin(best, sign * x);
  });
  if (anyNan && (mode == NanMode::Propagate || !anyNumber))
    return kNaN;
  return sign * best;
}

template <typename T, typename Better>
int64_t firstBest(Range range, NanMode mode, T Scalar::*field, Better better) {
  int64_t position = 0, best = -1;
  T value{};
  bool nanWon = false;
  range([&](const Scalar *p, int64_t step, int64_t n) {
    for (int64_t k = 0; k < n; ++k, ++position) {
      T x = p[k * step].*field;
      if (x != x) {
        if (mode == NanMode::Propagate && !nanWon) {
          nanWon = true;
          best = position;
        }
        continue;
      }
      if (!nanWon && (best < 0 || better(x, value))) {
        best = position;
        value = x;
      }
    }
  });
  return std::max<int64_t>(best, 0);
}

NanMode nanModeOf(Operation *op) {
  auto mode = op->getAttrOfType<array::NanModeAttr>("nan");
  return mode ? mode.getValue() : NanMode::Number;
}

Reducer floatReducer(array::Reduction op) {
  bool omit = op.omitsNan();
  NanMode mode = nanModeOf(op);
  switch (op.getReductionKind()) {
  case ReductionKind::Sum:
    return
        [omit](Range r) { return Scalar::ofFloat(sumOf(r, omit).sum.value()); };
  case ReductionKind::Prod:
    return [omit](Range r) {
      double product = 1;
      eachFloat(r,
                [&](double x) { product *= omit && std::isnan(x) ? 1.0 : x; });
      return Scalar::ofFloat(product);
    };
  case ReductionKind::Mean:
    return [omit](Range r) {
      SumAndCount all = sumOf(r, omit);
      return Scalar::ofFloat(all.count ? all.sum.value() / double(all.count)
                                       : kNaN);
    };
  case ReductionKind::Var: {
    int64_t ddof = cast<array::VarOp>(op.getOperation()).getDdof();
    return [=](Range r) { return Scalar::ofFloat(variance(r, omit, ddof)); };
  }
  case ReductionKind::Std: {
    int64_t ddof = cast<array::StdOp>(op.getOperation()).getDdof();
    return [=](Range r) {
      return Scalar::ofFloat(std::sqrt(variance(r, omit, ddof)));
    };
  }
  case ReductionKind::Min:
    return [mode](Range r) { return Scalar::ofFloat(extreme(r, mode, 1)); };
  case ReductionKind::Max:
    return [mode](Range r) { return Scalar::ofFloat(extreme(r, mode, -1)); };
  case ReductionKind::Argmin:
    return [mode](Range r) {
      return Scalar::ofInt(firstBest(r, mode, &Scalar::f, std::less<double>()));
    };
  case ReductionKind::Argmax:
    return [mode](Range r) {
      return Scalar::ofInt(
          firstBest(r, mode, &Scalar::f, std::greater<double>()));
    };
  case ReductionKind::Any:
  case ReductionKind::All:
    break;
  }
  return {};
}

Reducer intReducer(array::Reduction op, Type element) {
  unsigned unused = 64 - element.getIntOrFloatBitWidth();
  int64_t least = INT64_MIN >> unused, most = INT64_MAX >> unused;
  switch (op.getReductionKind()) {
  case ReductionKind::Sum:
    return [](Range r) {
      uint64_t sum = 0;
      eachInt(r, [&](int64_t x) { sum += uint64_t(x); });
      return Scalar::ofInt(int64_t(sum));
    };
  case ReductionKind::Prod:
    return [](Range r) {
      uint64_t product = 1;
      eachInt(r, [&](int64_t x) { product *= uint64_t(x); });
      return Scalar::ofInt(int64_t(product));
    };
  case ReductionKind::Min:
    return [most](Range r) {
      int64_t best = most;
      eachInt(r, [&](int64_t x) { best = std::min(best, x); });
      return Scalar::ofInt(best);
    };
  case ReductionKind::Max:
    return [least](Range r) {
      int64_t best = least;
      eachInt(r, [&](int64_t x) { best = std::max(best, x); });
      return Scalar::ofInt(best);
    };
  case ReductionKind::Any:
    return [](Range r) {
      int64_t any = 0;
      eachInt(r, [&](int64_t x) { any |= x; });
      return Scalar::ofInt(any);
    };
  case ReductionKind::All:
    return [](Range r) {
      int64_t all = 1;
      eachInt(r, [&](int64_t x) { all &= x; });
      return Scalar::ofInt(all);
    };
  case ReductionKind::Argmin:
    return [](Range r) {
      return Scalar::ofInt(
          firstBest(r, NanMode::Number, &Scalar::i, std::less<int64_t>()));
    };
  case ReductionKind::Argmax:
    return [](Range r) {
      return Scalar::ofInt(
          firstBest(r, NanMode::Number, &Scalar::i, std::greater<int64_t>()));
    };
  case ReductionKind::Mean:
  case ReductionKind::Var:
  case ReductionKind::Std:
    break;
  }
  return {};
}

} // namespace

Evaluated reference::evaluateReduction(Evaluator &e, Operation *op) {
  auto reduction = dyn_cast<array::Reduction>(op);
  if (!reduction)
    return std::nullopt;
  const TensorValue &x = e.get(reduction.getReductionInput());
  Type resultElement = array::elementTypeOf(op->getResult(0).getType());
  Reducer reducer = isa<FloatType>(x.element)
                        ? floatReducer(reduction)
                        : intReducer(reduction, x.element);
  assert(reducer && "the verifier lets no other element type pass");

  llvm::SmallBitVector reduced(x.sizes.size());
  for (int64_t dim : reduction.getReducedDims())
    reduced.set(dim);
  Sizes strides = rowMajorStrides(x.sizes), resultSizes, keptSizes, keptStrides,
        rangeSizes, rangeStrides;
  for (size_t d = 0; d < x.sizes.size(); ++d) {
    (reduced[d] ? rangeSizes : keptSizes).push_back(x.sizes[d]);
    (reduced[d] ? rangeStrides : keptStrides).push_back(strides[d]);
    if (!reduced[d])
      resultSizes.push_back(x.sizes[d]);
    else if (reduction.keepsDims())
      resultSizes.push_back(1);
  }
  FailureOr<TensorValue> result = e.make(op, resultElement, resultSizes);
  if (failed(result))
    return failure();
  StridedWalk kept(keptSizes, {keptStrides});
  StridedWalk range(rangeSizes, {rangeStrides});
  ReductionKind kind = reduction.getReductionKind();
  bool isArg = kind == ReductionKind::Argmin || kind == ReductionKind::Argmax;
  if (isArg && range.count() == 0 && kept.count() > 0)
    return e.fail(op,
                  array::check::emptyArg(op->getName().stripDialect().str()));

  const Scalar *data = x.data();
  Scalar *out = result->data();
  auto one = [&](const Scalar *base) {
    return e.finish(
        reducer([&](Row row) {
          range.run(0, range.count(),
                    [&](ArrayRef<int64_t> offsets, ArrayRef<int64_t> steps,
                        int64_t n) { row(base + offsets[0], steps[0], n); });
        }),
        resultElement);
  };
  e.parallel(
      kept.count(),
      [&](int64_t begin, int64_t end) {
        int64_t position = begin;
        kept.run(
            begin, end,
            [&](ArrayRef<int64_t> offsets, ArrayRef<int64_t> steps, int64_t n) {
              for (int64_t k = 0; k < n; ++k)
                out[position++] = one(data + offsets[0] + k * steps[0]);
            });
      },
      std::max<int64_t>(range.count(), 1));
  e.set(op->getResult(0), std::move(*result));
  return success();
}
