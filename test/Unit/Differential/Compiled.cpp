// See the header.
#include "Compiled.h"

#include <cstring>
#include <fstream>
#include <unistd.h>

using namespace runmat;
using namespace runmat::differential;

Result<std::unique_ptr<CompiledImplementation>>
CompiledImplementation::create(const std::string &device,
                               const CompileOptions &options) {
  std::unique_ptr<CompiledImplementation> made(new CompiledImplementation());
  rm_context_options forContext;
  rm_context_options_init(&forContext);
  forContext.device = device.c_str();
  char reason[1024] = "";
  made->context = rm_context_create(&forContext, reason, sizeof reason);
  if (!made->context)
    return Error{reason};
  made->options = options;
  made->options.entry = "main";
  made->options.verifyIR = true;
  if (rm_context_has_gpu(made->context)) {
    char *info = rm_device_info_json(made->context);
    made->options.deviceInfo = info ? info : "";
    rm_string_free(info);
  }
  char name[] = "/tmp/runmat-differential-XXXXXX";
  int file = mkstemp(name);
  if (file < 0)
    return Error{std::string("no temporary file: ") + strerror(errno)};
  close(file);
  made->path = name;
  return made;
}

CompiledImplementation::~CompiledImplementation() {
  if (!path.empty())
    unlink(path.c_str());
  if (context)
    rm_context_destroy(context);
}

static std::string textOf(const rm_error &error) {
  return error.location && *error.location
             ? std::string(error.location) + ": " + error.text
             : error.text;
}

Result<std::unique_ptr<CompiledProgram>>
CompiledImplementation::compile(const std::string &text) {
  std::ofstream(path, std::ios::trunc) << text;
  return compileFile(path, options);
}

Result<std::vector<io::Tensor>>
CompiledImplementation::run(const std::string &text,
                            std::vector<io::Tensor> &arguments) {
  auto compiled = compile(text);
  if (!compiled)
    return compiled.error();
  return call(**compiled, arguments);
}

Result<std::vector<io::Tensor>>
CompiledImplementation::call(const CompiledProgram &program,
                             std::vector<io::Tensor> &arguments) {
  const rm_entry *entry = rm_program_find(&program.program(), "main");
  if (!entry)
    return Error{"the compiled program has no entry @main"};
  std::vector<rm_tensor> args, outs(size_t(entry->num_results), rm_tensor{});
  for (io::Tensor &argument : arguments)
    args.push_back(argument.view());
  if (entry->function(context, args.data(), int32_t(args.size()), outs.data(),
                      int32_t(outs.size())) != RM_OK)
    return Error{textOf(rm_context_error(context))};
  std::vector<io::Tensor> results;
  for (rm_tensor &out : outs) {
    rm_tensor host;
    if (rm_tensor_to_host(context, &out, &host) != RM_OK)
      return Error{textOf(rm_context_error(context))};
    rm_tensor_release(&out);
    auto tensor = io::Tensor::allocate(rm_dtype(host.dtype),
                                       {host.sizes, host.sizes + host.rank});
    if (!tensor)
      return tensor.error();
    std::memcpy(tensor->bytes(), host.data, size_t(tensor->byteSize()));
    rm_tensor_release(&host);
    results.push_back(std::move(*tensor));
  }
  return results;
}
