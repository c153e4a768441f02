// Steps that move elements, and create arrays.
#include "Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::differential;

static constexpr int64_t kMaxElements = 4096;
static constexpr int64_t kDynamic = ShapedType::kDynamic;

/// A type of these sizes with some of them `?`, and the operands for those.
static RankedTensorType openType(ArrayRef<int64_t> sizes, Type element,
                                 llvm::function_ref<bool()> opens,
                                 llvm::function_ref<Value(int64_t)> index,
                                 SmallVector<Value> &operands) {
  SmallVector<int64_t> shape(sizes);
  for (int64_t &size : shape)
    if (opens()) {
      operands.push_back(index(size));
      size = kDynamic;
    }
  return RankedTensorType::get(shape, element);
}

bool Generator::transposeReshape() {
  Entry x = *choose([](const Entry &) { return true; });
  if (chance(0.5)) {
    SmallVector<int64_t> perm(
        llvm::to_vector(llvm::seq<int64_t>(x.sizes.size()))),
        sizes;
    std::shuffle(perm.begin(), perm.end(), random);
    for (int64_t dim : perm)
      sizes.push_back(x.sizes[dim]);
    return add(array::TransposeOp::create(builder, x.value, perm), sizes,
               x.bound);
  }
  int64_t count = x.count();
  if (count == 0)
    return false;
  SmallVector<int64_t> sizes;
  while (count > 1 && sizes.size() < 3) {
    SmallVector<int64_t> divisors;
    for (int64_t d = 1; d <= count; ++d)
      if (count % d == 0)
        divisors.push_back(d);
    sizes.push_back(divisors[pick(divisors.size())]);
    count /= sizes.back();
  }
  if (count > 1)
    sizes.push_back(count);
  SmallVector<Value> operands;
  RankedTensorType type = openType(
      sizes, x.element(), [&] { return chance(0.2); },
      [&](int64_t n) { return index(n); }, operands);
  return add(array::ReshapeOp::create(builder, type, x.value, operands), sizes,
             x.bound);
}

bool Generator::broadcastTo() {
  Entry x = *choose([](const Entry &) { return true; });
  SmallVector<int64_t> sizes(x.sizes);
  for (int64_t &size : sizes)
    if (size == 1 && chance(0.6))
      size = 1 + pick(4);
  if (sizes.size() < 4 && chance(0.6))
    sizes.insert(sizes.begin(), 1 + pick(3));
  int64_t count = 1;
  for (int64_t size : sizes)
    count *= size;
  if (count > kMaxElements)
    return false;
  SmallVector<Value> operands;
  RankedTensorType type = openType(
      sizes, x.element(), [&] { return chance(0.2); },
      [&](int64_t n) { return index(n); }, operands);
  return add(array::BroadcastOp::create(builder, type, x.value, operands),
             sizes, x.bound);
}

bool Generator::slice() {
  const Entry *chosen = choose([](const Entry &e) { return !e.sizes.empty(); });
  if (!chosen)
    return false;
  Entry x = *chosen;
  SmallVector<Value> offsets, sizes, strides;
  SmallVector<int64_t> staticOffsets, staticSizes, staticStrides, result;
  auto list = [&](int64_t value, SmallVector<Value> &dynamic,
                  SmallVector<int64_t> &fixed) {
    if (chance(0.2)) {
      dynamic.push_back(index(value));
      value = kDynamic;
    }
    fixed.push_back(value);
  };
  for (int64_t limit : x.sizes) {
    int64_t offset = pick(limit + 1), stride = 1 + pick(3);
    int64_t most = offset < limit ? (limit - 1 - offset) / stride + 1 : 0;
    int64_t size = most == 0 ? 0 : 1 + pick(most);
    list(offset, offsets, staticOffsets);
    list(size, sizes, staticSizes);
    list(stride, strides, staticStrides);
    result.push_back(size);
  }
  return add(array::SliceOp::create(builder, x.value, offsets, sizes, strides,
                                    staticOffsets, staticSizes, staticStrides),
             result, x.bound);
}

bool Generator::insertSlice() {
  Entry x = *choose([](const Entry &) { return true; });
  const Entry *chosen = choose([&](const Entry &e) {
    if (e.element() != x.element() || e.sizes.size() != x.sizes.size())
      return false;
    for (size_t d = 0; d < e.sizes.size(); ++d)
      if (e.sizes[d] > x.sizes[d])
        return false;
    return true;
  });
  if (!chosen)
    return false;
  Entry source = *chosen;
  SmallVector<Value> offsets;
  SmallVector<int64_t> staticOffsets, strides(x.sizes.size(), 1);
  for (size_t d = 0; d < x.sizes.size(); ++d) {
    int64_t offset = pick(x.sizes[d] - source.sizes[d] + 1);
    if (chance(0.3)) {
      offsets.push_back(index(offset));
      offset = kDynamic;
    }
    staticOffsets.push_back(offset);
  }
  return add(array::InsertSliceOp::create(builder, source.value, x.value,
                                          offsets, ValueRange(), staticOffsets,
                                          strides),
             x.sizes, std::max(x.bound, source.bound));
}

bool Generator::pad() {
  const Entry *chosen = choose([](const Entry &e) { return !e.sizes.empty(); });
  if (!chosen)
    return false;
  Entry x = *chosen;
  SmallVector<int64_t> low, high, staticHigh, sizes;
  SmallVector<Value> dynamicHigh;
  int64_t count = 1;
  for (int64_t size : x.sizes) {
    low.push_back(pick(3));
    high.push_back(pick(3));
    sizes.push_back(low.back() + size + high.back());
    count *= sizes.back();
    staticHigh.push_back(high.back());
    if (chance(0.2)) {
      dynamicHigh.push_back(index(high.back()));
      staticHigh.back() = kDynamic;
    }
  }
  if (count > kMaxElements)
    return false;
  return add(array::PadOp::create(builder, x.value,
                                  constant(x.element(), double(pick(2))),
                                  ValueRange(), dynamicHigh, low, staticHigh),
             sizes, std::max(1.0, x.bound));
}

bool Generator::concat() {
  const Entry *chosen = choose([](const Entry &e) { return !e.sizes.empty(); });
  if (!chosen)
    return false;
  Entry x = *chosen;
  int64_t dim = pick(x.sizes.size());
  Entry y = *choose([&](const Entry &e) {
    if (e.element() != x.element() || e.sizes.size() != x.sizes.size())
      return false;
    for (int64_t d = 0; d < int64_t(e.sizes.size()); ++d)
      if (d != dim && e.sizes[d] != x.sizes[d])
        return false;
    return true;
  });
  SmallVector<int64_t> sizes(x.sizes);
  sizes[dim] += y.sizes[dim];
  if (x.count() + y.count() > kMaxElements)
    return false;
  return add(
      array::ConcatOp::create(builder, ValueRange{x.value, y.value}, dim),
      sizes, std::max(x.bound, y.bound));
}

bool Generator::diagonal() {
  if (const Entry *matrix =
          choose([](const Entry &e) { return e.sizes.size() == 2; });
      matrix && chance(0.5)) {
    Entry x = *matrix;
    return add(array::DiagOp::create(builder, x.value),
               {std::min(x.sizes[0], x.sizes[1])}, x.bound);
  }
  const Entry *chosen = choose(
      [](const Entry &e) { return e.sizes.size() == 1 && e.sizes[0] < 64; });
  if (!chosen)
    return false;
  Entry x = *chosen;
  return add(array::DiagonalOp::create(builder, x.value),
             {x.sizes[0], x.sizes[0]}, x.bound);
}

bool Generator::creation() {
  SmallVector<int64_t> sizes = randomSubshape(/*stretch=*/false);
  SmallVector<Value> operands;
  Type element = randomType();
  bool opens = chance(0.3);
  auto type = [&](Type of) {
    return openType(
        sizes, of, [&] { return opens && chance(0.5); },
        [&](int64_t n) { return index(n); }, operands);
  };
  switch (pick(3)) {
  case 0: {
    RankedTensorType result = type(element);
    return add(array::FullOp::create(builder, result,
                                     constant(element, double(pick(2))),
                                     operands),
               sizes, 1);
  }
  case 1: {
    if (sizes.empty() || element.isInteger(1))
      return false;
    RankedTensorType result = type(element);
    return add(
        array::IotaOp::create(builder, result, pick(sizes.size()), operands),
        sizes, 40);
  }
  default: {
    // Multiples of 2^-24: floor makes them exact for what follows.
    element = randomType(/*floatsOnly=*/true);
    RankedTensorType result = type(element);
    Value key = arith::ConstantIntOp::create(builder, int64_t(random()), 64);
    Value offset = arith::ConstantIntOp::create(builder, pick(1000), 64);
    Value uniform =
        array::RandUniformOp::create(builder, result, key, offset, operands);
    if (chance(0.5))
      return add(uniform, sizes, 1, /*ulps=*/1);
    Value scaled = array::MulOp::create(builder, uniform, constant(element, 8));
    return add(array::FloorOp::create(builder, scaled), sizes, 8);
  }
  }
}
