// Shapes, strides and copies of tensors. Everything the library itself does
// with an rm_tensor's fields.

#ifndef RUNMAT_LIB_RUNTIME_TENSOR_H
#define RUNMAT_LIB_RUNTIME_TENSOR_H

#include "HostMemory.h"
#include "runmat/Runtime/Runtime.h"

#include <memory>
#include <string>

namespace runmat::runtime {

/// Sets everything but owner: row-major strides, place host.
void initTensor(rm_tensor &tensor, void *data, int32_t dtype, int32_t rank,
                const int64_t *sizes);

/// Bytes of all elements; throws Error (RM_ERROR_ARGUMENT) for a bad dtype,
/// rank or size, or if the bytes do not fit in 63 bits.
int64_t tensorBytes(int32_t dtype, int32_t rank, const int64_t *sizes);
inline int64_t tensorBytes(const rm_tensor &tensor) {
  return tensorBytes(tensor.dtype, tensor.rank, tensor.sizes);
}

/// Throws Error (RM_ERROR_ARGUMENT) unless the tensor has a dtype, a rank and
/// sizes, and the memory they need where `context` can reach it.
void checkTensor(const rm_context &context, const rm_tensor &tensor);

/// Row-major, and aligned to its element type. Sizes of 1 have any stride.
bool isRowMajor(const rm_tensor &tensor);

/// Copies a host tensor's elements to row-major memory.
void copyRowMajor(void *destination, const rm_tensor &source);

/// "tensor<?x3xf32>".
std::string typeText(int32_t dtype, int32_t rank, const int64_t *sizes);

/// A row-major host tensor with an owner.
rm_tensor makeHostTensor(const std::shared_ptr<HostMemory> &memory,
                         int32_t dtype, int32_t rank, const int64_t *sizes);

} // namespace runmat::runtime

#endif
