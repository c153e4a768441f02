// Checks of a compiled program's tables. A program compiled for another
// machine would end in an illegal instruction: so the features it needs are
// compared with the processor's before it runs.

#include "Program.h"
#include "Error.h"

#include <cstring>

namespace runmat::runtime {

namespace {
enum class Feature { Present, Missing, Unknown };

/// LLVM's names of the features that change which instructions are emitted.
/// A name not listed is not checked: LLVM lists many that only tune.
Feature cpuFeature(const std::string &name) {
#if defined(__x86_64__)
#define RUNMAT_FEATURE(llvmName, gccName)                                      \
  if (name == llvmName)                                                        \
    return __builtin_cpu_supports(gccName) ? Feature::Present                  \
                                           : Feature::Missing;
  RUNMAT_FEATURE("sse3", "sse3")
  RUNMAT_FEATURE("ssse3", "ssse3")
  RUNMAT_FEATURE("sse4.1", "sse4.1")
  RUNMAT_FEATURE("sse4.2", "sse4.2")
  RUNMAT_FEATURE("sse4a", "sse4a")
  RUNMAT_FEATURE("popcnt", "popcnt")
  RUNMAT_FEATURE("avx", "avx")
  RUNMAT_FEATURE("avx2", "avx2")
  RUNMAT_FEATURE("fma", "fma")
  RUNMAT_FEATURE("fma4", "fma4")
  RUNMAT_FEATURE("f16c", "f16c")
  RUNMAT_FEATURE("bmi", "bmi")
  RUNMAT_FEATURE("bmi2", "bmi2")
  RUNMAT_FEATURE("lzcnt", "lzcnt")
  RUNMAT_FEATURE("avxvnni", "avxvnni")
  RUNMAT_FEATURE("avx512f", "avx512f")
  RUNMAT_FEATURE("avx512vl", "avx512vl")
  RUNMAT_FEATURE("avx512bw", "avx512bw")
  RUNMAT_FEATURE("avx512dq", "avx512dq")
  RUNMAT_FEATURE("avx512cd", "avx512cd")
  RUNMAT_FEATURE("avx512ifma", "avx512ifma")
  RUNMAT_FEATURE("avx512vbmi", "avx512vbmi")
  RUNMAT_FEATURE("avx512vbmi2", "avx512vbmi2")
  RUNMAT_FEATURE("avx512vnni", "avx512vnni")
  RUNMAT_FEATURE("avx512bitalg", "avx512bitalg")
  RUNMAT_FEATURE("avx512vpopcntdq", "avx512vpopcntdq")
  RUNMAT_FEATURE("avx512bf16", "avx512bf16")
  RUNMAT_FEATURE("avx512fp16", "avx512fp16")
#undef RUNMAT_FEATURE
#endif
  return Feature::Unknown;
}

/// The first feature of the comma-separated list that this processor lacks.
std::string missingFeature(const char *features) {
  for (const char *at = features; at && *at;) {
    const char *end = std::strchr(at, ',');
    std::string name = end ? std::string(at, end) : std::string(at);
    at = end ? end + 1 : nullptr;
    if (!name.empty() && name[0] == '-')
      continue;
    if (!name.empty() && name[0] == '+')
      name.erase(0, 1);
    if (cpuFeature(name) == Feature::Missing)
      return name;
  }
  return "";
}
} // namespace

void checkProgram(const rm_program *program) {
  if (!program)
    throw Error(RM_ERROR_PROGRAM, "no program");
  if (program->abi_version != RM_ABI_VERSION)
    throw Error(RM_ERROR_PROGRAM,
                "the program was compiled for version " +
                    std::to_string(program->abi_version) +
                    " of the runtime's ABI, this library has version " +
                    std::to_string(RM_ABI_VERSION));
  std::string missing = missingFeature(program->cpu_features);
  if (!missing.empty())
    throw Error(RM_ERROR_PROGRAM, "the program needs the CPU feature '" +
                                      missing +
                                      "', which this processor lacks");
  if (program->num_kernels > 0 && !program->kernels)
    throw Error(RM_ERROR_PROGRAM, "the program's kernels are missing");
  for (int32_t i = 0; i < program->num_kernels; ++i) {
    const rm_kernel &kernel = program->kernels[i];
    if (!kernel.spirv || kernel.spirv_bytes < 20 ||
        kernel.spirv_bytes % 4 != 0 || kernel.spirv[0] != 0x07230203)
      throw Error(RM_ERROR_PROGRAM, std::string("the SPIR-V of kernel ") +
                                        kernel.entry_point + " is damaged");
  }
}

} // namespace runmat::runtime

using namespace runmat::runtime;

extern "C" {

int32_t rm_abi_version(void) { return RM_ABI_VERSION; }

int32_t rm_program_check(const rm_program *program, char *error,
                         size_t error_size) {
  try {
    checkProgram(program);
    return RM_OK;
  } catch (const Error &e) {
    writeError(error, error_size, e.what());
    return e.code;
  } catch (const std::exception &e) {
    writeError(error, error_size, e.what());
    return RM_ERROR_INTERNAL;
  }
}

const rm_entry *rm_program_find(const rm_program *program, const char *name) {
  if (!program)
    return nullptr;
  if (!name && program->num_entries == 1)
    return &program->entries[0];
  for (int32_t i = 0; i < program->num_entries; ++i)
    if (std::strcmp(program->entries[i].name, name ? name : "main") == 0)
      return &program->entries[i];
  return nullptr;
}
}
