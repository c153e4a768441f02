// Running sums and products, matrix products and inner products. A matrix
// product adds blocks of 64 terms, then the blocks: its error grows with the
// number of blocks, not of terms.
#include "Evaluator.h"

#include "runmat/Dialect/Array/Array.h"
#include "runmat/Dialect/Array/CheckMessages.h"
#include "runmat/Support/Compensated.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::reference;

Evaluated reference::evaluateScan(Evaluator &e, Operation *op) {
  auto sum = dyn_cast<array::CumsumOp>(op);
  auto product = dyn_cast<array::CumprodOp>(op);
  if (!sum && !product)
    return std::nullopt;
  const TensorValue &x = e.get(op->getOperand(0));
  int64_t dim = sum ? sum.getDim() : product.getDim();
  FailureOr<TensorValue> result = e.make(op, x.element, x.sizes);
  if (failed(result))
    return failure();
  Sizes sizes(x.sizes), strides = rowMajorStrides(x.sizes);
  int64_t length = sizes[dim], step = strides[dim];
  sizes[dim] = 1;
  StridedWalk lines(sizes, {strides});
  bool isFloat = isa<FloatType>(x.element);
  const Scalar *data = x.data();
  Scalar *out = result->data();
  auto line = [&](int64_t offset) {
    CompensatedSum total;
    double factor = 1;
    uint64_t wrapped = sum ? 0 : 1;
    for (int64_t k = 0; k < length; ++k) {
      Scalar value = data[offset + k * step];
      if (!isFloat) {
        wrapped =
            sum ? wrapped + uint64_t(value.i) : wrapped * uint64_t(value.i);
        value.i = int64_t(wrapped);
      } else if (sum) {
        total.add(value.f);
        value.f = total.value();
      } else {
        factor *= value.f;
        value.f = factor;
      }
      out[offset + k * step] = e.finish(value, result->element);
    }
  };
  // An array of nothing may still have many lines.
  e.parallel(
      result->count() == 0 ? 0 : lines.count(),
      [&](int64_t begin, int64_t end) {
        lines.run(
            begin, end,
            [&](ArrayRef<int64_t> offsets, ArrayRef<int64_t> steps, int64_t n) {
              for (int64_t k = 0; k < n; ++k)
                line(offsets[0] + k * steps[0]);
            });
      },
      length);
  e.set(op->getResult(0), std::move(*result));
  return success();
}

/// One row of a matrix product: out[j] = sum over t of a[t] * b[t * n + j].
static void productRow(const Scalar *a, const Scalar *b, Scalar *out, int64_t k,
                       int64_t n) {
  constexpr int64_t block = 64;
  std::vector<double> part(n);
  for (int64_t j = 0; j < n; ++j)
    out[j].f = 0;
  for (int64_t first = 0; first < k; first += block) {
    std::fill(part.begin(), part.end(), 0.0);
    for (int64_t t = first; t < std::min(k, first + block); ++t)
      for (int64_t j = 0; j < n; ++j)
        part[j] += a[t].f * b[t * n + j].f;
    for (int64_t j = 0; j < n; ++j)
      out[j].f += part[j];
  }
}
static void wrappedProductRow(const Scalar *a, const Scalar *b, Scalar *out,
                              int64_t k, int64_t n) {
  for (int64_t j = 0; j < n; ++j)
    out[j].i = 0;
  for (int64_t t = 0; t < k; ++t)
    for (int64_t j = 0; j < n; ++j)
      out[j].i = int64_t(uint64_t(out[j].i) +
                         uint64_t(a[t].i) * uint64_t(b[t * n + j].i));
}

static LogicalResult evaluateMatmul(Evaluator &e, array::MatmulOp op) {
  const TensorValue &a = e.get(op.getA()), &b = e.get(op.getB());
  ArrayRef<int64_t> sizesA(a.sizes), sizesB(b.sizes);
  int64_t m = sizesA[sizesA.size() - 2], k = sizesA.back(),
          rows = sizesB[sizesB.size() - 2], n = sizesB.back();
  if (k != rows)
    return e.fail(op,
                  array::check::fillIn(array::check::innerSizes(), {k, rows}));
  ArrayRef<int64_t> batchA = sizesA.drop_back(2), batchB = sizesB.drop_back(2);
  ArrayRef<int64_t> typeA = op.getA().getType().getShape().drop_back(2),
                    typeB = op.getB().getType().getShape().drop_back(2);
  size_t rank = std::max(batchA.size(), batchB.size());
  Sizes sizes(rank, 1), stepsA(rank, 0), stepsB(rank, 0);
  Sizes stridesA = rowMajorStrides(sizesA), stridesB = rowMajorStrides(sizesB);
  for (size_t d = 0; d < rank; ++d) {
    int64_t da = int64_t(d + batchA.size()) - int64_t(rank),
            db = int64_t(d + batchB.size()) - int64_t(rank);
    bool hasA = da >= 0 && typeA[da] != 1, hasB = db >= 0 && typeB[db] != 1;
    if (hasA && hasB && batchA[da] != batchB[db])
      return e.fail(op, array::check::fillIn(array::check::operandSizes(d, 1),
                                             {batchA[da], batchB[db]}));
    sizes[d] = hasA ? batchA[da] : hasB ? batchB[db] : 1;
    stepsA[d] = hasA ? stridesA[da] : 0;
    stepsB[d] = hasB ? stridesB[db] : 0;
  }
  sizes.push_back(m);
  stepsA.push_back(k);
  stepsB.push_back(0);
  Sizes rowSizes = sizes;
  sizes.push_back(n);
  FailureOr<TensorValue> result = e.make(op, a.element, sizes);
  if (failed(result))
    return failure();
  StridedWalk rowsWalk(rowSizes, {stepsA, stepsB});
  Scalar *out = result->data();
  const Scalar *dataA = a.data(), *dataB = b.data();
  Type element = a.element;
  auto row = isa<FloatType>(element) ? productRow : wrappedProductRow;
  e.parallel(
      result->count() == 0 ? 0 : rowsWalk.count(),
      [&](int64_t begin, int64_t end) {
        int64_t position = begin;
        rowsWalk.run(begin, end,
                     [&](ArrayRef<int64_t> offsets, ArrayRef<int64_t> steps,
                         int64_t count) {
                       for (int64_t i = 0; i < count; ++i, ++position) {
                         Scalar *target = out + position * n;
                         row(dataA + offsets[0] + i * steps[0],
                             dataB + offsets[1] + i * steps[1], target, k, n);
                         for (int64_t j = 0; j < n; ++j)
                           target[j] = e.finish(target[j], element);
                       }
                     });
      },
      std::max<int64_t>(k * n, 1));
  e.set(op.getResult(), std::move(*result));
  return success();
}

static LogicalResult evaluateDot(Evaluator &e, array::DotOp op) {
  const TensorValue &a = e.get(op.getA()), &b = e.get(op.getB());
  int64_t n = a.sizes[0];
  if (n != b.sizes[0])
    return e.fail(
        op, array::check::fillIn(array::check::innerSizes(), {n, b.sizes[0]}));
  FailureOr<TensorValue> result = e.make(op, a.element, {});
  if (failed(result))
    return failure();
  Scalar total;
  if (isa<FloatType>(a.element)) {
    CompensatedSum sum;
    for (int64_t k = 0; k < n; ++k)
      sum.add(a.data()[k].f * b.data()[k].f);
    total.f = sum.value();
  } else {
    uint64_t sum = 0;
    for (int64_t k = 0; k < n; ++k)
      sum += uint64_t(a.data()[k].i) * uint64_t(b.data()[k].i);
    total.i = int64_t(sum);
  }
  *result->data() = e.finish(total, a.element);
  e.set(op.getResult(), std::move(*result));
  return success();
}

Evaluated reference::evaluateContraction(Evaluator &e, Operation *op) {
  if (auto matmul = dyn_cast<array::MatmulOp>(op))
    return evaluateMatmul(e, matmul);
  if (auto dot = dyn_cast<array::DotOp>(op))
    return evaluateDot(e, dot);
  return std::nullopt;
}
