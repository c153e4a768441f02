// Constants, filled arrays, ramps and random numbers.
#include "Evaluator.h"

#include "runmat/Dialect/Array/Array.h"
#include "runmat/Dialect/Array/CheckMessages.h"
#include "runmat/Reference/Philox.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::reference;
namespace check = runmat::array::check;

static LogicalResult evaluateConstant(Evaluator &e, Operation *op,
                                      Attribute value) {
  if (isa<IntegerAttr, FloatAttr>(value)) {
    e.setScalar(op->getResult(0), array::scalarFromAttribute(value));
    return success();
  }
  auto dense = dyn_cast<DenseElementsAttr>(value);
  if (!dense)
    return e.fail(op, "a constant of this kind is not interpreted: only "
                      "numbers and dense<...>");
  FailureOr<TensorValue> result =
      e.make(op, dense.getElementType(), dense.getType().getShape());
  if (failed(result))
    return failure();
  SmallVector<Scalar> elements = array::elementsOf(dense, /*keepSplat=*/true);
  if (dense.isSplat())
    std::fill_n(result->data(), result->count(), elements.front());
  else
    llvm::copy(elements, result->data());
  e.set(op->getResult(0), std::move(*result));
  return success();
}

static LogicalResult evaluateFull(Evaluator &e, array::FullOp op) {
  FailureOr<Sizes> sizes = e.resultSizes(op, op.getSizes());
  if (failed(sizes))
    return failure();
  Scalar value = *e.get(op.getValue()).data();
  FailureOr<TensorValue> result =
      e.make(op, array::elementTypeOf(op->getResult(0).getType()), *sizes);
  if (failed(result))
    return failure();
  std::fill_n(result->data(), result->count(), value);
  e.set(op.getResult(), std::move(*result));
  return success();
}

static LogicalResult evaluateIota(Evaluator &e, array::IotaOp op) {
  FailureOr<Sizes> sizes = e.resultSizes(op, op.getSizes());
  if (failed(sizes))
    return failure();
  Type element = array::elementTypeOf(op->getResult(0).getType());
  FailureOr<TensorValue> result = e.make(op, element, *sizes);
  if (failed(result))
    return failure();
  int64_t dim = op.getDim(), length = (*sizes)[dim],
          inner = rowMajorStrides(*sizes)[dim];
  Scalar *out = result->data();
  e.parallel(result->count(), [&](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k) {
      int64_t index = k / inner % length;
      if (isa<FloatType>(element))
        out[k].f = array::roundToType(double(index), element);
      else
        out[k].i = array::wrapToType(index, element);
    }
  });
  e.set(op.getResult(), std::move(*result));
  return success();
}

/// The value of at most this magnitude in f16 or bf16, so that a uniform number
/// just below 1 does not become 1.
static double roundTowardsZero(double value, Type element) {
  if (element.isF32() || element.isF64())
    return value;
  int exponent;
  std::frexp(value, &exponent); // value in [2^(exponent-1), 2^exponent)
  int precision = element.isF16() ? 11 : 8;
  int unit = std::max(exponent - precision, element.isF16() ? -24 : -133);
  return std::ldexp(std::trunc(std::ldexp(value, -unit)), unit);
}

template <typename OpTy, typename Draw>
static LogicalResult evaluateRandom(Evaluator &e, OpTy op, Draw draw) {
  FailureOr<Sizes> sizes = e.resultSizes(op, op.getSizes());
  if (failed(sizes))
    return failure();
  int64_t key = e.indexOf(op.getKey()), offset = e.indexOf(op.getOffset());
  if (offset < 0)
    return e.fail(op, check::fillIn(check::negativeOffset(), {offset}));
  Type element = array::elementTypeOf(op->getResult(0).getType());
  FailureOr<TensorValue> result = e.make(op, element, *sizes);
  if (failed(result))
    return failure();
  Scalar *out = result->data();
  e.parallel(
      result->count(),
      [&](int64_t begin, int64_t end) {
        for (int64_t k = begin; k < end; ++k)
          out[k].f =
              draw(uint64_t(key), uint64_t(offset) + uint64_t(k), element);
      },
      /*cost=*/16);
  e.set(op.getResult(), std::move(*result));
  return success();
}

Evaluated reference::evaluateCreation(Evaluator &e, Operation *op) {
  if (auto constant = dyn_cast<array::ConstantOp>(op))
    return evaluateConstant(e, op, constant.getValue());
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    return evaluateConstant(e, op, constant.getValue());
  if (auto full = dyn_cast<array::FullOp>(op))
    return evaluateFull(e, full);
  if (auto iota = dyn_cast<array::IotaOp>(op))
    return evaluateIota(e, iota);
  if (auto uniform = dyn_cast<array::RandUniformOp>(op))
    return evaluateRandom(
        e, uniform, [](uint64_t key, uint64_t index, Type element) {
          return roundTowardsZero(philoxUniform(key, index, element.isF64()),
                                  element);
        });
  if (auto normal = dyn_cast<array::RandNormalOp>(op))
    return evaluateRandom(e, normal,
                          [&e](uint64_t key, uint64_t index, Type element) {
                            Scalar value;
                            value.f = philoxNormal(key, index, element.isF64());
                            return e.finish(value, element).f;
                          });
  return std::nullopt;
}
