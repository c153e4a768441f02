// A program that `runmat compile` made, loaded by its C ABI: what any host that
// embeds the compiler's output would do. No LLVM, no MLIR.
#ifndef RUNMAT_BENCHMARKS_PROGRAM_H
#define RUNMAT_BENCHMARKS_PROGRAM_H

#include "runmat/Runtime/Runtime.h"

#include <dlfcn.h>
#include <stdexcept>
#include <string>

namespace runmat::bench {

/// Opens a shared object and finds one of its entries (by name; "" the only
/// one). Throws std::runtime_error with the reason. Never unloaded.
inline const rm_entry *loadEntry(const std::string &path,
                                 const std::string &name) {
  void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    throw std::runtime_error(dlerror());
  auto *program =
      static_cast<const rm_program *>(dlsym(library, RM_PROGRAM_SYMBOL));
  if (!program)
    throw std::runtime_error(path + " has no " RM_PROGRAM_SYMBOL);
  char error[512];
  if (rm_program_check(program, error, sizeof(error)) != RM_OK)
    throw std::runtime_error(path + ": " + error);
  const rm_entry *entry =
      rm_program_find(program, name.empty() ? nullptr : name.c_str());
  if (!entry)
    throw std::runtime_error(path + " has no entry " + name);
  return entry;
}

/// A context that is destroyed with this object.
class Context {
public:
  Context(const std::string &device, int threads, bool resultsOnDevice) {
    rm_context_options options;
    rm_context_options_init(&options);
    options.device = device.c_str();
    options.num_threads = threads;
    options.results_on_device = resultsOnDevice;
    char error[512];
    context = rm_context_create(&options, error, sizeof(error));
    if (!context)
      throw std::runtime_error(error);
  }
  ~Context() { rm_context_destroy(context); }
  Context(const Context &) = delete;
  Context &operator=(const Context &) = delete;

  operator rm_context *() const { return context; }

  /// Calls an entry with one argument and one result.
  void call(const rm_entry *entry, const rm_tensor &in, rm_tensor &out) {
    if (entry->function(context, &in, 1, &out, 1) != RM_OK)
      throw std::runtime_error(rm_context_error(context).text);
  }

private:
  rm_context *context;
};

} // namespace runmat::bench

#endif // RUNMAT_BENCHMARKS_PROGRAM_H
