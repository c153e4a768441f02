// Operations that move elements: each is one strided copy, or two.
#include "Evaluator.h"

#include "runmat/Dialect/Array/Array.h"
#include "runmat/Dialect/Array/CheckMessages.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::reference;
namespace check = runmat::array::check;

FailureOr<Sizes> Evaluator::resultSizes(Operation *op, ValueRange sizes) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  Sizes result;
  for (int64_t d = 0; d < type.getRank(); ++d) {
    if (!type.isDynamicDim(d)) {
      result.push_back(type.getDimSize(d));
      continue;
    }
    int64_t size = indexOf(sizes.front());
    sizes = sizes.drop_front();
    if (size < 0)
      return fail(op, check::fillIn(check::negativeSize(d), {size}));
    result.push_back(size);
  }
  if (failed(checkFits(op, type.getElementType(), result)))
    return failure();
  return result;
}

/// The sum of sizes, at most the largest: make() then says that it is too
/// large.
static int64_t addSizes(int64_t a, int64_t b) {
  int64_t sum;
  return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/// A list of static entries with the dynamic ones filled in.
static Sizes entries(Evaluator &e, ArrayRef<int64_t> given,
                     ValueRange dynamic) {
  Sizes result;
  for (int64_t entry : given) {
    if (ShapedType::isDynamic(entry)) {
      entry = e.indexOf(dynamic.front());
      dynamic = dynamic.drop_front();
    }
    result.push_back(entry);
  }
  return result;
}

static LogicalResult finish(Evaluator &e, Operation *op, TensorValue result) {
  e.set(op->getResult(0), std::move(result));
  return success();
}

static LogicalResult evaluateOp(Evaluator &e, array::TransposeOp op) {
  TensorValue x = e.get(op.getX());
  Sizes from = rowMajorStrides(x.sizes), sizes, strides;
  for (int64_t dim : op.getPerm()) {
    sizes.push_back(x.sizes[dim]);
    strides.push_back(from[dim]);
  }
  FailureOr<TensorValue> result = e.make(op, x.element, sizes);
  if (failed(result))
    return failure();
  e.copyStrided(sizes, x.data(), strides, result->data(),
                rowMajorStrides(sizes));
  return finish(e, op, *result);
}

static LogicalResult evaluateOp(Evaluator &e, array::ReshapeOp op) {
  TensorValue x = e.get(op.getX());
  FailureOr<Sizes> sizes = e.resultSizes(op, op.getSizes());
  if (failed(sizes))
    return failure();
  if (int64_t count = *countOf(*sizes); count != x.count())
    return e.fail(op, check::fillIn(check::reshapeCount(), {x.count(), count}));
  x.sizes = *sizes;
  return finish(e, op, x);
}

static LogicalResult evaluateOp(Evaluator &e, array::BroadcastOp op) {
  TensorValue x = e.get(op.getX());
  FailureOr<Sizes> sizes = e.resultSizes(op, op.getSizes());
  if (failed(sizes))
    return failure();
  Sizes own = rowMajorStrides(x.sizes), strides(sizes->size(), 0);
  size_t missing = sizes->size() - own.size();
  for (size_t d = 0; d < own.size(); ++d) {
    int64_t size = x.sizes[d], target = (*sizes)[missing + d];
    if (size != 1 && size != target)
      return e.fail(
          op, check::fillIn(check::broadcastSize(missing + d), {size, target}));
    strides[missing + d] = size == 1 ? 0 : own[d];
  }
  FailureOr<TensorValue> result = e.make(op, x.element, *sizes);
  if (failed(result))
    return failure();
  e.copyStrided(*sizes, x.data(), strides, result->data(),
                rowMajorStrides(*sizes));
  return finish(e, op, *result);
}

/// The strided part of an array of sizes `limits`: checks it, and gives its
/// first element's offset and the strides of the part.
static FailureOr<int64_t>
partOf(Evaluator &e, Operation *op, ArrayRef<int64_t> limits,
       ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes,
       ArrayRef<int64_t> strides, Sizes &partStrides) {
  Sizes own = rowMajorStrides(limits);
  int64_t first = 0;
  for (size_t d = 0; d < limits.size(); ++d) {
    int64_t offset = offsets[d], size = sizes[d], stride = strides[d],
            limit = limits[d];
    if (size < 0)
      return e.fail(op, check::fillIn(check::negativeSize(d), {size}));
    bool inside = offset >= 0 && offset <= limit && stride >= 1;
    if (inside && size > 0)
      inside = offset < limit && size - 1 <= (limit - 1 - offset) / stride;
    if (!inside)
      return e.fail(op, check::fillIn(check::sliceBounds(d),
                                      {offset, size, stride, limit}));
    first += offset * own[d];
    // With one element the stride is never used, and its product may overflow.
    partStrides.push_back(size > 1 ? stride * own[d] : 0);
  }
  return first;
}

static LogicalResult evaluateOp(Evaluator &e, array::SliceOp op) {
  TensorValue x = e.get(op.getX());
  Sizes sizes = entries(e, op.getStaticSizes(), op.getSizes()), strides;
  FailureOr<int64_t> first = partOf(
      e, op, x.sizes, entries(e, op.getStaticOffsets(), op.getOffsets()), sizes,
      entries(e, op.getStaticStrides(), op.getStrides()), strides);
  if (failed(first))
    return failure();
  FailureOr<TensorValue> result = e.make(op, x.element, sizes);
  if (failed(result))
    return failure();
  e.copyStrided(sizes, x.data() + *first, strides, result->data(),
                rowMajorStrides(sizes));
  return finish(e, op, *result);
}

static LogicalResult evaluateOp(Evaluator &e, array::InsertSliceOp op) {
  TensorValue source = e.get(op.getSource()), x = e.get(op.getDestination());
  Sizes strides;
  FailureOr<int64_t> first =
      partOf(e, op, x.sizes, entries(e, op.getStaticOffsets(), op.getOffsets()),
             source.sizes, entries(e, op.getStaticStrides(), op.getStrides()),
             strides);
  if (failed(first))
    return failure();
  FailureOr<TensorValue> result = e.make(op, x.element, x.sizes);
  if (failed(result))
    return failure();
  std::copy_n(x.data(), x.count(), result->data());
  e.copyStrided(source.sizes, source.data(), rowMajorStrides(source.sizes),
                result->data() + *first, strides);
  return finish(e, op, *result);
}

static LogicalResult evaluateOp(Evaluator &e, array::PadOp op) {
  TensorValue x = e.get(op.getX());
  Scalar value = *e.get(op.getValue()).data();
  Sizes low = entries(e, op.getStaticLow(), op.getLow()),
        high = entries(e, op.getStaticHigh(), op.getHigh()), sizes;
  for (size_t d = 0; d < low.size(); ++d) {
    if (low[d] < 0)
      return e.fail(op, check::fillIn(check::negativePad("low", d), {low[d]}));
    if (high[d] < 0)
      return e.fail(op,
                    check::fillIn(check::negativePad("high", d), {high[d]}));
    sizes.push_back(addSizes(addSizes(low[d], x.sizes[d]), high[d]));
  }
  FailureOr<TensorValue> result = e.make(op, x.element, sizes);
  if (failed(result))
    return failure();
  Scalar *out = result->data();
  std::fill_n(out, result->count(), value);
  Sizes strides = rowMajorStrides(sizes);
  int64_t first = 0;
  for (size_t d = 0; d < low.size(); ++d)
    first += low[d] * strides[d];
  e.copyStrided(x.sizes, x.data(), rowMajorStrides(x.sizes), out + first,
                strides);
  return finish(e, op, *result);
}

static LogicalResult evaluateOp(Evaluator &e, array::ConcatOp op) {
  int64_t dim = op.getDim();
  Sizes sizes = e.get(op.getInputs().front()).sizes;
  for (auto [index, input] : llvm::enumerate(op.getInputs())) {
    ArrayRef<int64_t> other = e.get(input).sizes;
    for (size_t d = 0; d < sizes.size() && index > 0; ++d)
      if (int64_t(d) == dim)
        sizes[d] = addSizes(sizes[d], other[d]);
      else if (sizes[d] != other[d])
        return e.fail(op, check::fillIn(check::concatSizes(d, index),
                                        {sizes[d], other[d]}));
  }
  FailureOr<TensorValue> result =
      e.make(op, array::elementTypeOf(op->getResult(0).getType()), sizes);
  if (failed(result))
    return failure();
  Sizes strides = rowMajorStrides(sizes);
  Scalar *out = result->data();
  for (Value input : op.getInputs()) {
    const TensorValue &part = e.get(input);
    e.copyStrided(part.sizes, part.data(), rowMajorStrides(part.sizes), out,
                  strides);
    out += part.sizes[dim] * strides[dim];
  }
  return finish(e, op, *result);
}

static LogicalResult evaluateOp(Evaluator &e, array::DiagOp op) {
  TensorValue x = e.get(op.getX());
  int64_t n = std::min(x.sizes[0], x.sizes[1]);
  FailureOr<TensorValue> result = e.make(op, x.element, {n});
  if (failed(result))
    return failure();
  e.copyStrided({n}, x.data(), {x.sizes[1] + 1}, result->data(), {1});
  return finish(e, op, *result);
}

static LogicalResult evaluateOp(Evaluator &e, array::DiagonalOp op) {
  TensorValue x = e.get(op.getX());
  int64_t n = x.sizes[0];
  FailureOr<TensorValue> result = e.make(op, x.element, {n, n});
  if (failed(result))
    return failure();
  Scalar zero;
  zero.i = 0; // also the bits of 0.0
  std::fill_n(result->data(), result->count(), zero);
  e.copyStrided({n}, x.data(), {1}, result->data(), {n + 1});
  return finish(e, op, *result);
}

Evaluated reference::evaluateShapeOp(Evaluator &e, Operation *op) {
  return TypeSwitch<Operation *, Evaluated>(op)
      .Case<array::TransposeOp, array::ReshapeOp, array::BroadcastOp,
            array::SliceOp, array::InsertSliceOp, array::PadOp, array::ConcatOp,
            array::DiagOp, array::DiagonalOp>(
          [&](auto one) { return Evaluated(evaluateOp(e, one)); })
      .Default([](Operation *) { return std::nullopt; });
}
