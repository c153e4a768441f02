// Memory and loops of the interpreter. Dims whose elements follow each other in
// every array are merged, so that most operations run as one long row.
#include "TensorValue.h"

#include "runmat/IO/AvailableMemory.h"

#include <algorithm>
#include <cstdlib>
#include <thread>

using namespace runmat;
using namespace runmat::reference;
using llvm::ArrayRef;

// Blocks below this come from malloc alone.
static constexpr int64_t kPooledElements = 1 << 14;
// Blocks from here on, in bytes, are worth a look at what the system has left.
static constexpr uint64_t kLargeBlock = uint64_t(1) << 30;
// Work below this many elements is not worth a thread.
static constexpr int64_t kParallelElements = 1 << 16;

std::shared_ptr<Scalar>
BufferPool::take(const std::shared_ptr<BufferPool> &pool, int64_t elements) {
  auto found = pool->spare.find(elements);
  Scalar *block;
  if (found != pool->spare.end()) {
    block = found->second;
    pool->spare.erase(found);
  } else {
    if (elements > INT64_MAX / int64_t(sizeof(Scalar)) - 64)
      return nullptr;
    uint64_t bytes = std::max<int64_t>(elements, 1) * sizeof(Scalar);
    // A system that promises more than it has ends the process at first touch.
    if (bytes >= kLargeBlock && bytes > io::availableMemory())
      return nullptr;
    block = static_cast<Scalar *>(std::malloc(bytes));
    if (!block)
      return nullptr;
  }
  if (elements < kPooledElements)
    return std::shared_ptr<Scalar>(block, std::free);
  return std::shared_ptr<Scalar>(
      block, [pool, elements](Scalar *p) { pool->spare.emplace(elements, p); });
}

BufferPool::~BufferPool() {
  for (auto &[elements, block] : spare)
    std::free(block);
}

int64_t TensorValue::count() const {
  int64_t product = 1;
  for (int64_t size : sizes)
    product *= size;
  return product;
}

std::optional<int64_t> reference::countOf(ArrayRef<int64_t> sizes) {
  int64_t product = 1;
  bool empty = false;
  for (int64_t size : sizes)
    if (size == 0)
      empty = true;
    else if (__builtin_mul_overflow(product, size, &product))
      return std::nullopt;
  return empty ? 0 : product;
}

Sizes reference::rowMajorStrides(ArrayRef<int64_t> sizes) {
  Sizes strides(sizes.size());
  int64_t stride = 1;
  for (size_t d = sizes.size(); d-- > 0;) {
    strides[d] = stride;
    stride *= std::max<int64_t>(sizes[d], 1);
  }
  return strides;
}

void reference::parallelFor(unsigned threads, int64_t count, int64_t cost,
                            llvm::function_ref<void(int64_t, int64_t)> body) {
  int64_t parts = std::min<int64_t>(
      {int64_t(threads), count,
       int64_t(double(count) * double(cost) / kParallelElements)});
  if (parts <= 1) {
    if (count > 0)
      body(0, count);
    return;
  }
  int64_t part = (count + parts - 1) / parts;
  std::vector<std::thread> others;
  for (int64_t k = 1; k < parts; ++k)
    if (k * part < count)
      others.emplace_back(
          [=] { body(k * part, std::min(count, (k + 1) * part)); });
  body(0, std::min(count, part));
  for (std::thread &thread : others)
    thread.join();
}

StridedWalk::StridedWalk(ArrayRef<int64_t> sizes, ArrayRef<Sizes> all)
    : strides(all.size()), total(*countOf(sizes)) {
  for (size_t d = sizes.size(); d-- > 0;) {
    if (sizes[d] == 1)
      continue;
    bool merges = !shape.empty();
    for (size_t k = 0; k < all.size() && merges; ++k)
      merges = all[k][d] == strides[k].back() * shape.back();
    if (merges) {
      shape.back() *= sizes[d];
      continue;
    }
    shape.push_back(sizes[d]);
    for (size_t k = 0; k < all.size(); ++k)
      strides[k].push_back(all[k][d]);
  }
  if (shape.empty()) {
    shape.push_back(1);
    for (Sizes &one : strides)
      one.push_back(0);
  }
  // Dims were gathered from the innermost; entry 0 stays the innermost.
  for (Sizes &one : strides)
    innerSteps.push_back(one.front());
}

void StridedWalk::run(
    int64_t begin, int64_t end,
    llvm::function_ref<void(ArrayRef<int64_t>, ArrayRef<int64_t>, int64_t)> row)
    const {
  if (total == 0)
    return;
  Sizes offsets(strides.size());
  while (begin < end) {
    int64_t rest = begin;
    std::fill(offsets.begin(), offsets.end(), 0);
    for (size_t d = 0; d < shape.size(); ++d) {
      int64_t coordinate = rest % shape[d];
      rest /= shape[d];
      if (coordinate)
        for (size_t k = 0; k < strides.size(); ++k)
          offsets[k] += coordinate * strides[k][d];
    }
    int64_t n = std::min(end - begin, shape[0] - begin % shape[0]);
    row(offsets, innerSteps, n);
    begin += n;
  }
}
