// Arguments and results on either device. Generated code asks for an argument
// where it needs it; it is moved at most once a call and direction.

#include "Call.h"
#include "Tensor.h"

#include <memory>

namespace runmat::runtime {

/// A row-major device tensor with an owner.
static rm_tensor makeDeviceTensor(vulkan::BufferRef buffer, int32_t dtype,
                                  int32_t rank, const int64_t *sizes) {
  rm_tensor tensor;
  initTensor(tensor, nullptr, dtype, rank, sizes);
  tensor.place = RM_DEVICE;
  Owner *owner = new DeviceOwner(std::move(buffer));
  tensor.owner = owner;
  return tensor;
}

static void toDevice(rm_context &context, const rm_tensor &tensor,
                     rm_tensor &copy) {
  if (!context.stream)
    throw Error(RM_ERROR_NO_DEVICE, "this context has no GPU");
  int64_t bytes = tensorBytes(tensor);
  vulkan::BufferRef buffer = context.stream->allocate(bytes);
  rm_tensor dense{};
  std::unique_ptr<rm_tensor, decltype(&rm_tensor_release)> release(
      nullptr, rm_tensor_release);
  try {
    if (DeviceOwner *owner = deviceOwner(tensor)) {
      if (bytes > 0)
        context.stream->copy(*buffer, 0, *owner->buffer, 0, bytes);
    } else if (isRowMajor(tensor)) {
      context.stream->upload(*buffer, tensor.data, bytes);
    } else {
      dense = makeHostTensor(context.memory, tensor.dtype, tensor.rank,
                             tensor.sizes);
      release.reset(&dense);
      copyRowMajor(dense.data, tensor);
      context.stream->upload(*buffer, dense.data, bytes);
    }
    context.stream->finish();
  } catch (...) {
    // Commands may still write there; the stream knows when they are done.
    context.stream->free(std::move(buffer));
    throw;
  }
  copy = makeDeviceTensor(std::move(buffer), tensor.dtype, tensor.rank,
                          tensor.sizes);
}

static void toHost(rm_context &context, const rm_tensor &tensor,
                   rm_tensor &copy) {
  rm_tensor made =
      makeHostTensor(context.memory, tensor.dtype, tensor.rank, tensor.sizes);
  try {
    if (DeviceOwner *owner = deviceOwner(tensor)) {
      context.stream->download(*owner->buffer, made.data, tensorBytes(tensor));
    } else {
      copyRowMajor(made.data, tensor);
    }
  } catch (...) {
    rm_tensor_release(&made);
    throw;
  }
  copy = made;
}

/// Runs `move` between calls of the context; its failure becomes the context's
/// error.
static int32_t
moveTensor(rm_context *context, const rm_tensor *tensor, rm_tensor *copy,
           void (*move)(rm_context &, const rm_tensor &, rm_tensor &)) {
  if (!context)
    return RM_ERROR_ARGUMENT;
  std::lock_guard<std::mutex> lock(context->calls);
  try {
    context->setError(RM_OK, "");
    if (!tensor || !copy)
      throw Error(RM_ERROR_ARGUMENT, "a tensor's address is NULL");
    try {
      checkTensor(*context, *tensor);
    } catch (const Error &error) {
      throw Error(error.code, std::string("the tensor: ") + error.what());
    }
    move(*context, *tensor, *copy);
    return RM_OK;
  } catch (const Error &error) {
    context->setError(error.code, error.what());
  } catch (const std::bad_alloc &) {
    context->setError(RM_ERROR_MEMORY, "out of host memory");
  } catch (const std::exception &error) {
    context->setError(RM_ERROR_INTERNAL, error.what());
  }
  if (context->stream)
    context->stream->abandon();
  return context->errorCode;
}

} // namespace runmat::runtime

using namespace runmat::runtime;

extern "C" {

int32_t rm_tensor_to_device(rm_context *context, const rm_tensor *tensor,
                            rm_tensor *copy) {
  return moveTensor(context, tensor, copy, toDevice);
}

int32_t rm_tensor_to_host(rm_context *context, const rm_tensor *tensor,
                          rm_tensor *copy) {
  return moveTensor(context, tensor, copy, toHost);
}

const void *rm_host_argument(const rm_tensor *argument) {
  const void *data = argument->data;
  if (argument->place == RM_HOST)
    return data;
  protectGenerated([&] {
    Call &call = currentCall();
    void *&host = call.copies[call.indexOf(argument)].host;
    if (!host) {
      int64_t bytes = tensorBytes(*argument);
      void *block = call.allocate(bytes, 64);
      // Also where the call runs on the CPU because the device failed it.
      call.transfers().download(*deviceOwner(*argument)->buffer, block, bytes);
      host = block;
    }
    data = host;
  });
  return data;
}

int64_t rm_gpu_argument(const rm_tensor *argument) {
  int64_t handle = 0;
  protectGenerated([&] {
    Call &call = currentCall();
    int64_t &known = call.copies[call.indexOf(argument)].handle;
    if (!known) {
      if (DeviceOwner *owner = deviceOwner(*argument)) {
        known = call.addBuffer(owner->buffer);
      } else {
        int64_t bytes = tensorBytes(*argument);
        vulkan::Stream &stream = call.stream();
        vulkan::BufferRef buffer = stream.allocate(bytes);
        stream.upload(*buffer, argument->data, bytes);
        known = call.addBuffer(std::move(buffer));
      }
    }
    handle = known;
  });
  return handle;
}

void rm_gpu_result(rm_tensor *result, int64_t handle, int32_t dtype,
                   int32_t rank, const int64_t *sizes) {
  protectGenerated([&] {
    Call &call = currentCall();
    vulkan::Stream &stream = call.stream();
    uint64_t bytes = tensorBytes(dtype, rank, sizes);
    vulkan::BufferRef &buffer = call.buffer(handle);
    if (buffer->bytes() < bytes)
      throw Error(RM_ERROR_INTERNAL,
                  "a result is larger than its device memory");
    if (!call.context.resultsOnDevice) {
      *result = makeHostTensor(call.context.memory, dtype, rank, sizes);
      stream.download(*buffer, result->data, bytes);
      return;
    }
    // Memory of an argument stays the argument's: results are the caller's own.
    if (call.isArgument(handle)) {
      vulkan::BufferRef copy = stream.allocate(bytes);
      if (bytes > 0)
        stream.copy(*copy, 0, *buffer, 0, bytes);
      *result = makeDeviceTensor(std::move(copy), dtype, rank, sizes);
    } else {
      *result = makeDeviceTensor(buffer, dtype, rank, sizes);
    }
  });
}
}
