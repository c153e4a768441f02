// Elementwise operations: broadcasting by strides, one call of the operation's
// scalar definition for each row.
#include "Evaluator.h"

#include "runmat/Dialect/Array/Array.h"
#include "runmat/Dialect/Array/CheckMessages.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::reference;

/// Result sizes of the operands' actual ones. Only a size that the type writes
/// as 1 stretches.
static FailureOr<Sizes> broadcastSizes(Evaluator &e, Operation *op) {
  auto resultType = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  Sizes sizes(resultType ? resultType.getRank() : 0, 1);
  llvm::SmallBitVector known(sizes.size());
  for (auto [index, operand] : llvm::enumerate(op->getOperands())) {
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    int64_t rank = type ? type.getRank() : 0;
    for (int64_t d = 0; d < rank; ++d) {
      int64_t dim = sizes.size() - rank + d, size = e.get(operand).sizes[d];
      if (type.getDimSize(d) == 1)
        continue;
      if (known.test(dim) && sizes[dim] != size)
        return e.fail(
            op, array::check::fillIn(array::check::operandSizes(dim, index),
                                     {sizes[dim], size}));
      sizes[dim] = size;
      known.set(dim);
    }
  }
  return sizes;
}

Evaluated reference::evaluateElementwise(Evaluator &e, Operation *op) {
  array::ScalarFunction function = array::ScalarFunction::get(op, e.rounding);
  if (!function)
    return std::nullopt;
  FailureOr<Sizes> sizes = broadcastSizes(e, op);
  if (failed(sizes))
    return failure();
  FailureOr<TensorValue> result =
      e.make(op, array::elementTypeOf(op->getResult(0).getType()), *sizes);
  if (failed(result))
    return failure();

  SmallVector<Sizes> strides = {rowMajorStrides(*sizes)};
  SmallVector<const Scalar *> data;
  for (Value operand : op->getOperands()) {
    const TensorValue &value = e.get(operand);
    data.push_back(value.data());
    Sizes own = rowMajorStrides(value.sizes), stride(sizes->size(), 0);
    size_t missing = sizes->size() - own.size();
    for (size_t d = 0; d < own.size(); ++d)
      stride[missing + d] = value.sizes[d] == 1 ? 0 : own[d];
    strides.push_back(std::move(stride));
  }
  StridedWalk walk(*sizes, strides);
  Scalar *out = result->data();
  e.parallel(walk.count(), [&](int64_t begin, int64_t end) {
    SmallVector<const Scalar *, 3> row(data.size());
    // The result is dense in this order, so point k of the walk is element k.
    walk.run(
        begin, end,
        [&](ArrayRef<int64_t> offsets, ArrayRef<int64_t> steps, int64_t n) {
          for (size_t k = 0; k < data.size(); ++k)
            row[k] = data[k] + offsets[k + 1];
          function.run(out + offsets[0], row, steps.drop_front(), n);
        });
  });
  e.set(op->getResult(0), std::move(*result));
  return success();
}
