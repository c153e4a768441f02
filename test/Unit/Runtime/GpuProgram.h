// A program with the kernels of kernels.spvasm. What the compiler emits
// around SPIR-V, and a context on lavapipe with the validation layer.

#ifndef RUNMAT_TEST_UNIT_RUNTIME_GPUPROGRAM_H
#define RUNMAT_TEST_UNIT_RUNTIME_GPUPROGRAM_H

#include "Paths.h"
#include "TestProgram.h"

#include <fstream>
#include <iterator>

namespace runmat::test {

/// y = f(x) over vectors of f32; the body finds its tables in `current`.
struct GpuProgram : TestProgram {
  enum { Scale, Increment };
  static inline GpuProgram *current = nullptr;
  std::vector<uint32_t> spirv;
  uint8_t scaleAccess[2] = {RM_READ, RM_WRITE};
  uint8_t incrementAccess[1] = {RM_READ_WRITE};

  explicit GpuProgram(rm_entry_body body)
      : TestProgram({type(RM_F32, {RM_DYNAMIC}, "x")},
                    {type(RM_F32, {RM_DYNAMIC})}, body) {
    std::ifstream file(RUNMAT_KERNELS, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(file)), {});
    spirv.resize(bytes.size() / 4);
    std::copy(bytes.begin(), bytes.end(),
              reinterpret_cast<char *>(spirv.data()));
    addUnit("fused.map");
    kernels = {{"scale",
                0,
                2,
                scaleAccess,
                8,
                {64, 1, 1},
                0,
                0,
                RM_KERNEL_VEC4,
                0,
                nullptr,
                0},
               {"increment",
                0,
                1,
                incrementAccess,
                8,
                {64, 1, 1},
                0,
                0,
                0,
                0,
                nullptr,
                0}};
    for (rm_kernel &kernel : kernels) {
      kernel.spirv = spirv.data();
      kernel.spirv_bytes = static_cast<int64_t>(bytes.size());
    }
    program.kernels = kernels.data();
    program.num_kernels = 2;
    current = this;
  }
};

struct Push {
  uint32_t n;
  float factor;
};

/// One group a row of 64, spread over y so that long vectors keep to 65,535.
inline void launch(int32_t kernel, const rm_gpu_binding *bindings,
                   int32_t count, int64_t n, float factor = 0) {
  Push push{static_cast<uint32_t>(n), factor};
  uint32_t groups = static_cast<uint32_t>((n + 63) / 64);
  uint32_t y = (groups + 32767) / 32768;
  uint32_t grid[3] = {y ? (groups + y - 1) / y : 0, y ? y : 1, 1};
  rm_gpu_dispatch(&GpuProgram::current->program, kernel, bindings, count, &push,
                  sizeof(push), grid, "test.mlir:2:3");
}

inline bool hasLavapipe() {
  static bool has = makeContext("gpu=lavapipe") != nullptr;
  return has;
}

} // namespace runmat::test

#endif
