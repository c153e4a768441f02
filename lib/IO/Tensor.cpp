// Sizes are multiplied with overflow checks in one place, checkedByteSize; all
// readers allocate through it.

#include "runmat/IO/Tensor.h"

#include "runmat/IO/AvailableMemory.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace runmat::io {

/// Arrays from here on are worth a look at what the system has left.
static constexpr size_t largeBlock = size_t(1) << 30;

int64_t dtypeSize(rm_dtype dtype) {
  switch (dtype) {
  case RM_F64:
  case RM_I64:
    return 8;
  case RM_F32:
  case RM_I32:
    return 4;
  case RM_F16:
  case RM_BF16:
  case RM_I16:
    return 2;
  case RM_I1:
  case RM_I8:
    return 1;
  }
  return 0;
}

const char *dtypeName(rm_dtype dtype) {
  switch (dtype) {
  case RM_F64:
    return "f64";
  case RM_F32:
    return "f32";
  case RM_F16:
    return "f16";
  case RM_BF16:
    return "bf16";
  case RM_I1:
    return "i1";
  case RM_I8:
    return "i8";
  case RM_I16:
    return "i16";
  case RM_I32:
    return "i32";
  case RM_I64:
    return "i64";
  }
  return "?";
}

std::string tensorTypeText(rm_dtype dtype, const std::vector<int64_t> &sizes) {
  std::string text = "tensor<";
  for (int64_t size : sizes)
    text += (size == RM_DYNAMIC ? "?" : std::to_string(size)) + "x";
  return text + dtypeName(dtype) + ">";
}

Result<int64_t> checkedByteSize(rm_dtype dtype,
                                const std::vector<int64_t> &sizes) {
  int64_t product = dtypeSize(dtype);
  bool empty = false;
  for (int64_t size : sizes) {
    if (size < 0)
      return Error{"size " + std::to_string(size) +
                   " is negative, expected 0 or more"};
    if (size == 0)
      empty = true;
    else if (__builtin_mul_overflow(product, size, &product))
      return Error{"the bytes of " + tensorTypeText(dtype, sizes) +
                   " do not fit in 64 bits"};
  }
  return empty ? 0 : product;
}

Result<Tensor> Tensor::allocate(rm_dtype dtype, std::vector<int64_t> sizes) {
  Result<Tensor> tensor = adopt(dtype, std::move(sizes), nullptr, free);
  if (!tensor)
    return tensor;
  // aligned_alloc wants a multiple of the alignment; empty arrays get a valid
  // address too.
  constexpr size_t alignment = 64;
  size_t bytes = size_t(tensor->byteSize());
  size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  // A system that promises more than it has ends the process at first touch.
  if (bytes < largeBlock || bytes <= availableMemory())
    tensor->memory.reset(
        aligned_alloc(alignment, rounded == 0 ? alignment : rounded));
  if (!tensor->memory)
    return Error{"out of memory: " + std::to_string(bytes) + " bytes for " +
                 tensor->typeText()};
  return tensor;
}

Result<Tensor> Tensor::adopt(rm_dtype dtype, std::vector<int64_t> sizes,
                             void *data, std::function<void(void *)> release) {
  Tensor tensor;
  tensor.memory = {data, std::move(release)};
  if (sizes.size() > RM_MAX_RANK)
    return Error{std::to_string(sizes.size()) +
                 " dimensions, expected at most " +
                 std::to_string(RM_MAX_RANK)};
  Result<int64_t> bytes = checkedByteSize(dtype, sizes);
  if (!bytes)
    return bytes.error();
  tensor.type = dtype;
  tensor.count = *bytes / dtypeSize(dtype);
  tensor.shape = std::move(sizes);
  return std::move(tensor);
}

double Tensor::element(int64_t index) const {
  switch (type) {
  case RM_F64:
    return data<double>()[index];
  case RM_F32:
    return data<float>()[index];
  case RM_F16:
    return halfToFloat(data<uint16_t>()[index]);
  case RM_BF16:
    return bfloatToFloat(data<uint16_t>()[index]);
  case RM_I1:
    return data<uint8_t>()[index] != 0;
  case RM_I8:
    return data<int8_t>()[index];
  case RM_I16:
    return data<int16_t>()[index];
  case RM_I32:
    return data<int32_t>()[index];
  case RM_I64:
    return double(data<int64_t>()[index]);
  }
  return 0;
}

rm_tensor Tensor::view() {
  rm_tensor result = {};
  result.data = bytes();
  result.dtype = type;
  result.rank = int32_t(rank());
  result.place = RM_HOST;
  int64_t stride = dtypeSize(type);
  for (size_t i = shape.size(); i-- > 0;) {
    result.sizes[i] = shape[i];
    result.strides[i] = stride;
    stride *= shape[i];
  }
  return result;
}

void Tensor::mergeLeadingDimensions() {
  if (shape.size() < 2)
    return;
  shape[1] *= shape[0]; // allocate() checked the product of all sizes
  shape.erase(shape.begin());
}

float halfToFloat(uint16_t bits) {
  int exponent = bits >> 10 & 31, mantissa = bits & 1023;
  float magnitude;
  if (exponent == 31)
    magnitude = mantissa ? std::numeric_limits<float>::quiet_NaN()
                         : std::numeric_limits<float>::infinity();
  else if (exponent == 0)
    magnitude = std::ldexp(float(mantissa), -24);
  else
    magnitude = std::ldexp(float(mantissa | 1024), exponent - 25);
  return bits & 0x8000 ? -magnitude : magnitude;
}

float bfloatToFloat(uint16_t bits) {
  uint32_t wide = uint32_t(bits) << 16;
  float value;
  memcpy(&value, &wide, sizeof value);
  return value;
}

} // namespace runmat::io
