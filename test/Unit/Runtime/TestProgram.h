// Programs written by hand, as the compiler would emit them. A body is a
// plain function on the program ABI's tensors; TestProgram makes the tables
// around it.

#ifndef RUNMAT_TEST_UNIT_RUNTIME_TESTPROGRAM_H
#define RUNMAT_TEST_UNIT_RUNTIME_TESTPROGRAM_H

#include "runmat/Runtime/Runtime.h"

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

namespace runmat::test {

inline rm_value_type type(int32_t dtype, std::initializer_list<int64_t> sizes,
                          const char *name = nullptr) {
  rm_value_type t{};
  t.name = name;
  t.dtype = dtype;
  t.rank = static_cast<int32_t>(sizes.size());
  int i = 0;
  for (int64_t size : sizes)
    t.sizes[i++] = size;
  return t;
}

inline rm_tensor tensor(void *data, int32_t dtype,
                        std::initializer_list<int64_t> sizes) {
  rm_tensor t;
  rm_tensor_init(&t, data, dtype, static_cast<int32_t>(sizes.size()),
                 sizes.begin());
  return t;
}

/// One program with one entry.
struct TestProgram {
  std::vector<rm_value_type> args, results;
  std::vector<rm_kernel> kernels;
  std::vector<rm_unit> units;
  rm_entry entry{};
  rm_program program{};
  rm_entry_body body;

  TestProgram(std::vector<rm_value_type> args,
              std::vector<rm_value_type> results, rm_entry_body body)
      : args(std::move(args)), results(std::move(results)), body(body) {
    entry.name = "test";
    entry.program = &program;
    entry.args = this->args.data();
    entry.results = this->results.data();
    entry.num_args = static_cast<int32_t>(this->args.size());
    entry.num_results = static_cast<int32_t>(this->results.size());
    program.abi_version = RM_ABI_VERSION;
    program.name = "test program";
    program.num_entries = 1;
    program.entries = &entry;
    program.target = "test";
    program.cpu_features = "";
  }
  TestProgram(const TestProgram &) = delete;

  void addUnit(const char *name) {
    units.push_back({name, "test.mlir:1:1"});
    program.units = units.data();
    program.num_units = static_cast<int32_t>(units.size());
  }

  int32_t call(rm_context *context, std::vector<rm_tensor> in,
               std::vector<rm_tensor> &out) {
    out.assign(results.size(), rm_tensor{});
    return rm_invoke(context, &entry, body, in.data(),
                     static_cast<int32_t>(in.size()), out.data(),
                     static_cast<int32_t>(out.size()));
  }
};

struct ContextDeleter {
  void operator()(rm_context *context) const { rm_context_destroy(context); }
};
using ContextPtr = std::unique_ptr<rm_context, ContextDeleter>;

inline ContextPtr makeContext(const char *device, std::string *error = nullptr,
                              bool validation = false,
                              bool resultsOnDevice = false) {
  rm_context_options options;
  rm_context_options_init(&options);
  options.device = device;
  options.validation = validation;
  options.results_on_device = resultsOnDevice;
  char text[1024] = "";
  ContextPtr context(rm_context_create(&options, text, sizeof(text)));
  if (error)
    *error = text;
  return context;
}

} // namespace runmat::test

#endif
