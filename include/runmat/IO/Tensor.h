// An n-d array in host memory, always row-major and contiguous: what files are
// read into and written from. It owns its memory and needs no runtime library;
// view() lends it to a program as an rm_tensor.

#ifndef RUNMAT_IO_TENSOR_H
#define RUNMAT_IO_TENSOR_H

#include "runmat/Result.h"
#include "runmat/Runtime/Runtime.h"

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace runmat::io {

/// Bytes of one element (i1 is one byte).
int64_t dtypeSize(rm_dtype dtype);
/// "f32", as in MLIR types.
const char *dtypeName(rm_dtype dtype);
/// "tensor<?x4xf32>"; RM_DYNAMIC is written "?".
std::string tensorTypeText(rm_dtype dtype, const std::vector<int64_t> &sizes);

/// Move-only. The default tensor is f32 of shape [0] without memory.
class Tensor {
public:
  Tensor() = default;

  /// Uninitialised memory, aligned to 64 bytes. Errors: a negative size, more
  /// than RM_MAX_RANK dimensions, sizes whose product overflows (zeros among
  /// them do not hide that), memory exhausted.
  static Result<Tensor> allocate(rm_dtype dtype, std::vector<int64_t> sizes);

  /// Wraps row-major memory that someone else made; `release` is called with
  /// the pointer when the tensor goes. Same errors as allocate().
  static Result<Tensor> adopt(rm_dtype dtype, std::vector<int64_t> sizes,
                              void *data, std::function<void(void *)> release);

  rm_dtype dtype() const { return type; }
  const std::vector<int64_t> &sizes() const { return shape; }
  int64_t rank() const { return int64_t(shape.size()); }
  int64_t elements() const { return count; }
  int64_t byteSize() const { return count * dtypeSize(type); }

  void *bytes() { return memory.get(); }
  const void *bytes() const { return memory.get(); }
  /// T must be as wide as the dtype: f16 and bf16 are read as uint16_t.
  template <typename T> T *data() { return static_cast<T *>(bytes()); }
  template <typename T> const T *data() const {
    return static_cast<const T *>(bytes());
  }

  /// Element `index` of the row-major order, as a number (i64 beyond 2^53 is
  /// rounded).
  double element(int64_t index) const;

  /// A tensor without owner over this memory; valid while this one lives.
  rm_tensor view();

  /// [a, b, ...] becomes [a * b, ...]; the memory stays. Rank 2 or more.
  void mergeLeadingDimensions();

  std::string typeText() const { return tensorTypeText(type, shape); }

private:
  rm_dtype type = RM_F32;
  std::vector<int64_t> shape{0};
  int64_t count = 0;
  std::unique_ptr<void, std::function<void(void *)>> memory{nullptr, free};
};

/// Bytes of a row-major array, or an error when the product of the sizes (those
/// that are 0 left out) or the bytes do not fit in 63 bits.
Result<int64_t> checkedByteSize(rm_dtype dtype,
                                const std::vector<int64_t> &sizes);

/// Conversions of stored 16-bit floats, exact.
float halfToFloat(uint16_t bits);
float bfloatToFloat(uint16_t bits);

} // namespace runmat::io

#endif // RUNMAT_IO_TENSOR_H
