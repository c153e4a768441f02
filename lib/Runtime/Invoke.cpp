// Calls of a program. The one place where generated code is entered.
// Arguments are checked against the signature first, so that generated code
// may rely on ranks, static sizes and row-major data.

#include "Call.h"
#include "Program.h"
#include "Tensor.h"

namespace runmat::runtime {

namespace {
std::string valueName(const char *kind, int32_t index,
                      const rm_value_type &type, const rm_entry &entry) {
  std::string name = std::string(kind) + " " + std::to_string(index);
  if (type.name && type.name[0])
    name += std::string(" (") + type.name + ")";
  return name + " of " + entry.name;
}

bool fits(const rm_value_type &type, const rm_tensor &tensor) {
  if (type.dtype != tensor.dtype || type.rank != tensor.rank)
    return false;
  for (int32_t i = 0; i < type.rank; ++i)
    if (type.sizes[i] != RM_DYNAMIC && type.sizes[i] != tensor.sizes[i])
      return false;
  return true;
}

void checkArgument(const rm_context &context, const rm_entry &entry,
                   int32_t index, const rm_tensor &tensor) {
  const rm_value_type &type = entry.args[index];
  auto name = [&] { return valueName("argument", index, type, entry); };
  try {
    checkTensor(context, tensor);
  } catch (const Error &error) {
    throw Error(error.code, name() + ": " + error.what());
  }
  if (!fits(type, tensor))
    throw Error(RM_ERROR_ARGUMENT,
                name() + ": expected " +
                    typeText(type.dtype, type.rank, type.sizes) + ", got " +
                    typeText(tensor.dtype, tensor.rank, tensor.sizes));
}

void checkCounts(const rm_entry &entry, int32_t numArgs, int32_t numResults) {
  auto plural = [](int32_t n, const char *what) {
    return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
  };
  if (numArgs != entry.num_args)
    throw Error(RM_ERROR_ARGUMENT, std::string(entry.name) + " takes " +
                                       plural(entry.num_args, "argument") +
                                       ", got " + std::to_string(numArgs));
  if (numResults != entry.num_results)
    throw Error(RM_ERROR_ARGUMENT, std::string(entry.name) + " has " +
                                       plural(entry.num_results, "result") +
                                       ", room for " +
                                       std::to_string(numResults) + " given");
}

/// The only frame that generated code is entered from: nothing in it needs a
/// destructor.
__attribute__((noinline)) bool
runBody(rm_entry_body body, const rm_tensor *args, rm_tensor *results) {
  jmp_buf here;
  threadState().jump = &here;
  bool done = false;
  if (_setjmp(here) == 0) {
    body(args, results);
    done = true;
  }
  threadState().jump = nullptr;
  return done;
}

void releaseAll(std::vector<rm_tensor> &tensors) {
  for (rm_tensor &tensor : tensors)
    rm_tensor_release(&tensor);
}

/// One run. On failure the context has the error and `results` is empty.
int32_t runOnce(rm_context &context, const rm_entry &entry, rm_entry_body body,
                const std::vector<rm_tensor> &args,
                std::vector<rm_tensor> &results, bool useGpu) {
  Call call(context, args.data(), static_cast<int32_t>(args.size()), useGpu);
  results.assign(entry.num_results, rm_tensor{});
  ThreadState &thread = threadState();
  thread.call = &call;
  if (context.stream)
    context.stream->begin();
  bool done = runBody(body, args.data(), results.data());
  // The end of the device's work belongs to the call: so do its failures.
  if (context.stream) {
    if (done)
      done = guarded([&] { context.stream->finish(); });
    if (!done)
      context.stream->abandon();
    context.deviceSpanNs = context.stream->spanNs();
    context.deviceSumNs = context.stream->sumNs();
  }
  thread.call = nullptr;
  call.reportUnits(*entry.program);
  for (int32_t i = 0; done && i < entry.num_results; ++i)
    if (!results[i].owner || !fits(entry.results[i], results[i])) {
      const rm_value_type &type = entry.results[i];
      call.errorCode = RM_ERROR_INTERNAL;
      call.errorText =
          valueName("result", i, type, entry) + ": expected " +
          typeText(type.dtype, type.rank, type.sizes) + ", got " +
          (results[i].owner
               ? typeText(results[i].dtype, results[i].rank, results[i].sizes)
               : "nothing");
      done = false;
    }
  if (done) {
    call.reportNoGpuCode(*entry.program);
    return RM_OK;
  }
  releaseAll(results);
  context.setError(call.errorCode, call.errorText, call.errorLocation);
  return call.errorCode;
}

int32_t invoke(rm_context &context, const rm_entry &entry, rm_entry_body body,
               const rm_tensor *args, int32_t numArgs, rm_tensor *results,
               int32_t numResults) {
  if (context.checkedProgram != entry.program || !entry.program) {
    checkProgram(entry.program);
    context.checkedProgram = entry.program;
  }
  checkCounts(entry, numArgs, numResults);
  std::vector<rm_tensor> prepared(args, args + numArgs), produced, copies;
  int32_t code = RM_ERROR_INTERNAL;
  try {
    for (int32_t i = 0; i < numArgs; ++i) {
      checkArgument(context, entry, i, args[i]);
      if (args[i].place == RM_HOST && !isRowMajor(args[i])) {
        copies.push_back(makeHostTensor(context.memory, args[i].dtype,
                                        args[i].rank, args[i].sizes));
        copyRowMajor(copies.back().data, args[i]);
        prepared[i] = copies.back();
      } else if (args[i].place == RM_HOST) {
        // Sizes of 1 may come with any stride; generated code sees one form.
        initTensor(prepared[i], args[i].data, args[i].dtype, args[i].rank,
                   args[i].sizes);
      }
    }
    bool useGpu = context.policy != Policy::CPU && context.stream;
    code = runOnce(context, entry, body, prepared, produced, useGpu);
    if (context.policy == Policy::Auto && useGpu && isDeviceFailure(code)) {
      std::string text = context.errorText, location = context.errorLocation;
      if (runOnce(context, entry, body, prepared, produced, false) == RM_OK) {
        context.telemetry.fallback("device-failure: " + text);
        context.note = "ran on the CPU, because: " + text;
        code = RM_OK;
        context.setError(RM_OK, "");
      } else {
        context.setError(code, text, location);
      }
    }
  } catch (...) {
    releaseAll(copies);
    throw;
  }
  releaseAll(copies);
  if (code == RM_OK)
    std::copy(produced.begin(), produced.end(), results);
  return code;
}
} // namespace
} // namespace runmat::runtime

using namespace runmat::runtime;

extern "C" int32_t rm_invoke(rm_context *context, const rm_entry *entry,
                             rm_entry_body body, const rm_tensor *args,
                             int32_t num_args, rm_tensor *results,
                             int32_t num_results) {
  if (!context || !entry || !body || num_args < 0 || num_results < 0 ||
      (num_args > 0 && !args) || (num_results > 0 && !results))
    return RM_ERROR_ARGUMENT;
  if (threadState().call)
    return RM_ERROR_ARGUMENT; // From inside a call: the context is taken.
  std::lock_guard<std::mutex> lock(context->calls);
  try {
    context->setError(RM_OK, "");
    context->note = context->deviceNote;
    return invoke(*context, *entry, body, args, num_args, results, num_results);
  } catch (const Error &error) {
    context->setError(error.code, error.what(), error.location);
  } catch (const std::bad_alloc &) {
    context->setError(RM_ERROR_MEMORY, "out of host memory");
  } catch (const std::exception &error) {
    context->setError(RM_ERROR_INTERNAL, error.what());
  }
  return context->errorCode;
}
