// Shapes, strides and copies of tensors. Strided copies go by rows: the
// innermost dimension by memcpy where it is dense, the outer ones in
// parallel.

#include "Tensor.h"
#include "Context.h"
#include "Error.h"
#include "Owner.h"
#include "ThreadPool.h"

#include <cstring>

namespace runmat::runtime {

namespace {
struct DType {
  const char *name;
  int64_t bytes;
};
constexpr DType dtypes[] = {{"f64", 8},  {"f32", 4}, {"f16", 2},
                            {"bf16", 2}, {"i1", 1},  {"i8", 1},
                            {"i16", 2},  {"i32", 4}, {"i64", 8}};
constexpr int32_t numDTypes = sizeof(dtypes) / sizeof(dtypes[0]);
static_assert(numDTypes == RM_I64 + 1, "one line a dtype, in the enum's order");

template <typename T>
void copyStridedRow(char *to, const char *from, int64_t count, int64_t stride) {
  for (int64_t i = 0; i < count; ++i)
    std::memcpy(to + i * sizeof(T), from + i * stride, sizeof(T));
}

void copyRow(char *to, const char *from, int64_t count, int64_t stride,
             int64_t size) {
  if (stride == size)
    std::memcpy(to, from, count * size);
  else if (size == 1)
    copyStridedRow<int8_t>(to, from, count, stride);
  else if (size == 2)
    copyStridedRow<int16_t>(to, from, count, stride);
  else if (size == 4)
    copyStridedRow<int32_t>(to, from, count, stride);
  else
    copyStridedRow<int64_t>(to, from, count, stride);
}
} // namespace

int64_t tensorBytes(int32_t dtype, int32_t rank, const int64_t *sizes) {
  int64_t bytes = rm_dtype_size(dtype);
  if (bytes == 0)
    throw Error(RM_ERROR_ARGUMENT, "unknown dtype " + std::to_string(dtype));
  if (rank < 0 || rank > RM_MAX_RANK)
    throw Error(RM_ERROR_ARGUMENT, "rank " + std::to_string(rank) +
                                       " is not between 0 and " +
                                       std::to_string(RM_MAX_RANK));
  bool empty = false;
  for (int32_t i = 0; i < rank; ++i) {
    if (sizes[i] < 0)
      throw Error(RM_ERROR_ARGUMENT, "size " + std::to_string(sizes[i]) +
                                         " of dimension " + std::to_string(i) +
                                         " is negative");
    if (sizes[i] == 0)
      empty = true;
    else if (__builtin_mul_overflow(bytes, sizes[i], &bytes))
      throw Error(RM_ERROR_ARGUMENT,
                  typeText(dtype, rank, sizes) + " is too large to address");
  }
  return empty ? 0 : bytes;
}

void checkTensor(const rm_context &context, const rm_tensor &tensor) {
  int64_t bytes = tensorBytes(tensor);
  auto refuse = [](const std::string &why) {
    throw Error(RM_ERROR_ARGUMENT, why);
  };
  if (tensor.place == RM_HOST) {
    if (bytes > 0 && !tensor.data)
      refuse("it has no data");
    return;
  }
  if (tensor.place != RM_DEVICE)
    refuse("its place, " + std::to_string(tensor.place) + ", is unknown");
  if (!tensor.owner)
    refuse("it is on a device, but has no owner");
  auto *owner = dynamic_cast<DeviceOwner *>(static_cast<Owner *>(tensor.owner));
  if (!owner)
    refuse("its place is a device, but its owner has host memory");
  if (!context.device || owner->buffer->device() != context.device.get())
    refuse("it is on a device that this context does not use");
  if (owner->buffer->bytes() < uint64_t(bytes))
    refuse(typeText(tensor.dtype, tensor.rank, tensor.sizes) + " needs " +
           std::to_string(bytes) + " bytes, its device memory has " +
           std::to_string(owner->buffer->bytes()));
}

void initTensor(rm_tensor &tensor, void *data, int32_t dtype, int32_t rank,
                const int64_t *sizes) {
  tensor = rm_tensor{};
  tensor.data = data;
  tensor.dtype = dtype;
  tensor.rank = rank;
  // Unsigned: sizes that have not been checked yet may overflow.
  uint64_t stride = rm_dtype_size(dtype);
  for (int32_t i = rank - 1; i >= 0; --i) {
    tensor.sizes[i] = sizes[i];
    tensor.strides[i] = static_cast<int64_t>(stride);
    stride *= sizes[i] > 0 ? static_cast<uint64_t>(sizes[i]) : 1;
  }
}

bool isRowMajor(const rm_tensor &tensor) {
  int64_t size = rm_dtype_size(tensor.dtype);
  if (reinterpret_cast<uintptr_t>(tensor.data) % size != 0)
    return false;
  int64_t stride = size;
  for (int32_t i = tensor.rank - 1; i >= 0; --i) {
    if (tensor.sizes[i] == 0)
      return true;
    if (tensor.sizes[i] != 1 && tensor.strides[i] != stride)
      return false;
    stride *= tensor.sizes[i];
  }
  return true;
}

void copyRowMajor(void *destination, const rm_tensor &source) {
  int64_t bytes = tensorBytes(source);
  if (bytes == 0)
    return;
  auto *to = static_cast<char *>(destination);
  auto *from = static_cast<const char *>(source.data);
  if (isRowMajor(source)) {
    copyBytes(to, from, bytes);
    return;
  }
  int64_t size = rm_dtype_size(source.dtype);
  int32_t rank = source.rank;
  int64_t count = rank ? source.sizes[rank - 1] : 1;
  int64_t stride = rank ? source.strides[rank - 1] : size;
  int64_t rows = bytes / (count * size);
  int64_t grain = 1 + (int64_t(1) << 18) / (count * size);
  parallelChunks(0, rows, grain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      int64_t rest = row, offset = 0;
      for (int32_t i = rank - 2; i >= 0; --i) {
        offset += rest % source.sizes[i] * source.strides[i];
        rest /= source.sizes[i];
      }
      copyRow(to + row * count * size, from + offset, count, stride, size);
    }
  });
}

std::string typeText(int32_t dtype, int32_t rank, const int64_t *sizes) {
  std::string text = "tensor<";
  for (int32_t i = 0; i < rank; ++i)
    text += (sizes[i] == RM_DYNAMIC ? "?" : std::to_string(sizes[i])) + "x";
  return text + rm_dtype_name(dtype) + ">";
}

rm_tensor makeHostTensor(const std::shared_ptr<HostMemory> &memory,
                         int32_t dtype, int32_t rank, const int64_t *sizes) {
  HostBlock block = memory->allocate(tensorBytes(dtype, rank, sizes), 64);
  rm_tensor tensor;
  initTensor(tensor, block.data, dtype, rank, sizes);
  Owner *owner = new HostOwner(memory, block);
  tensor.owner = owner;
  return tensor;
}

} // namespace runmat::runtime

using namespace runmat::runtime;

extern "C" {

int64_t rm_dtype_size(int32_t dtype) {
  return dtype >= 0 && dtype < numDTypes ? dtypes[dtype].bytes : 0;
}

const char *rm_dtype_name(int32_t dtype) {
  return dtype >= 0 && dtype < numDTypes ? dtypes[dtype].name : "?";
}

void rm_tensor_init(rm_tensor *tensor, void *data, int32_t dtype, int32_t rank,
                    const int64_t *sizes) {
  initTensor(*tensor, data, dtype, rank < RM_MAX_RANK ? rank : RM_MAX_RANK,
             sizes);
  tensor->rank = rank; // A rank beyond the limit is reported when it is used.
}

void rm_tensor_retain(rm_tensor *tensor) {
  if (tensor && tensor->owner)
    static_cast<Owner *>(tensor->owner)->retain();
}

void rm_tensor_release(rm_tensor *tensor) {
  if (!tensor)
    return;
  if (tensor->owner)
    static_cast<Owner *>(tensor->owner)->release();
  *tensor = rm_tensor{};
}

int64_t rm_tensor_elements(const rm_tensor *tensor) {
  int64_t count = 1;
  for (int32_t i = 0; i < tensor->rank; ++i)
    count *= tensor->sizes[i];
  return count;
}
}
