// See the header.

#include "Call.h"

#include "Program.h"

#include <chrono>

namespace runmat::cli {

static bool isRowMajorOnHost(const rm_tensor &tensor) {
  if (tensor.place != RM_HOST)
    return false;
  int64_t stride = rm_dtype_size(tensor.dtype);
  for (int32_t i = tensor.rank; i-- > 0;) {
    if (tensor.sizes[i] != 1 && tensor.strides[i] != stride)
      return false;
    stride *= tensor.sizes[i];
  }
  return true;
}

/// Takes the reference that `tensor` holds.
static Result<io::Tensor> toHostTensor(rm_context *context, rm_tensor tensor) {
  if (!isRowMajorOnHost(tensor)) {
    rm_tensor copy;
    int32_t status = rm_tensor_to_host(context, &tensor, &copy);
    rm_tensor_release(&tensor);
    if (status != RM_OK)
      return Error{contextError(context)};
    tensor = copy;
  }
  return io::Tensor::adopt(
      rm_dtype(tensor.dtype), {tensor.sizes, tensor.sizes + tensor.rank},
      tensor.data, [tensor](void *) mutable { rm_tensor_release(&tensor); });
}

Status call(rm_context *context, const rm_entry &entry,
            std::vector<io::Tensor> &arguments, CallTime &time,
            std::vector<io::Tensor> *results) {
  std::vector<rm_tensor> args, outs(size_t(entry.num_results), rm_tensor{});
  for (io::Tensor &argument : arguments)
    args.push_back(argument.view());
  auto start = std::chrono::steady_clock::now();
  int32_t status = entry.function(context, args.data(), int32_t(args.size()),
                                  outs.data(), int32_t(outs.size()));
  std::chrono::duration<double, std::milli> elapsed =
      std::chrono::steady_clock::now() - start;
  time.milliseconds = elapsed.count();
  if (status != RM_OK)
    return Error{contextError(context)};
  time.deviceMilliseconds =
      double(rm_last_device_time_ns(context, nullptr)) * 1e-6;

  Status problem;
  for (rm_tensor &out : outs) {
    if (!results || !problem) {
      rm_tensor_release(&out);
      continue;
    }
    Result<io::Tensor> tensor = toHostTensor(context, out);
    if (tensor)
      results->push_back(std::move(*tensor));
    else
      problem = tensor.error();
  }
  return problem;
}

} // namespace runmat::cli
