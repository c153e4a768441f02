// Programs on a device. On lavapipe, with the validation layer: each test
// ends with no message of it.

#include "GpuProgram.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <thread>

using namespace runmat::test;
using nlohmann::json;
using testing::HasSubstr;

namespace {

struct VulkanTest : testing::Test {
  ContextPtr context;
  std::vector<rm_tensor> out;

  void SetUp() override {
    if (!hasLavapipe())
      GTEST_SKIP() << "lavapipe is not installed";
    context = makeContext("gpu=lavapipe", nullptr, true);
    ASSERT_NE(context, nullptr);
  }
  void TearDown() override {
    for (rm_tensor &tensor : out)
      rm_tensor_release(&tensor);
    context.reset();
    rm_release_devices();
    const char *first = nullptr;
    EXPECT_EQ(rm_validation_messages(&first), 0) << first;
  }
  std::string error() { return rm_context_error(context.get()).text; }

  void expectAll(int64_t n, float factor, float plus) {
    auto *y = static_cast<float *>(out[0].data);
    for (int64_t i = 0; i < n; ++i)
      ASSERT_EQ(y[i], float(i % 1000) * factor + plus) << i;
  }
  static std::vector<float> ramp(int64_t n) {
    std::vector<float> x(n);
    for (int64_t i = 0; i < n; ++i)
      x[i] = float(i % 1000);
    return x;
  }
  /// 1, 2 and 3.5, on the device.
  rm_tensor residentThree() {
    float x[] = {1, 2, 3.5};
    rm_tensor host = tensor(x, RM_F32, {3}), device{};
    EXPECT_EQ(rm_tensor_to_device(context.get(), &host, &device), RM_OK);
    return device;
  }
  json telemetry() {
    char *text = rm_telemetry_json(context.get());
    json parsed = json::parse(text);
    rm_string_free(text);
    return parsed;
  }
};

/// y = 3 x + 2: RAW through y, twice.
void scaleThenIncrement(const rm_tensor *args, rm_tensor *results) {
  int64_t n = args[0].sizes[0];
  rm_unit_begin(&GpuProgram::current->program, 0);
  rm_gpu_binding bindings[2] = {{rm_gpu_argument(&args[0]), 0, 4 * n},
                                {rm_gpu_alloc(4 * n), 0, 4 * n}};
  launch(GpuProgram::Scale, bindings, 2, n, 3);
  launch(GpuProgram::Increment, &bindings[1], 1, n);
  launch(GpuProgram::Increment, &bindings[1], 1, n);
  rm_gpu_result(&results[0], bindings[1].handle, RM_F32, 1, &n);
  rm_unit_end(&GpuProgram::current->program, 0);
}

TEST_F(VulkanTest, DependentDispatchesRunInOrder) {
  GpuProgram program(scaleThenIncrement);
  for (int64_t n : {1, 63, 64, 1000, 5'000'000}) {
    std::vector<float> x = ramp(n);
    for (rm_tensor &tensor : out)
      rm_tensor_release(&tensor);
    ASSERT_EQ(program.call(context.get(), {tensor(x.data(), RM_F32, {n})}, out),
              RM_OK)
        << error();
    expectAll(n, 3, 2);
  }
}

TEST_F(VulkanTest, ContextsOfTwoThreadsShareTheDevice) {
  GpuProgram program(scaleThenIncrement);
  std::vector<float> x = ramp(3000);
  auto loop = [&] {
    ContextPtr own = makeContext("gpu=lavapipe", nullptr, true);
    std::vector<rm_tensor> result;
    for (int i = 0; i < 20; ++i) {
      ASSERT_EQ(
          program.call(own.get(), {tensor(x.data(), RM_F32, {3000})}, result),
          RM_OK);
      ASSERT_EQ(static_cast<float *>(result[0].data)[999], 2999);
      rm_tensor_release(&result[0]);
    }
  };
  std::thread a(loop), b(loop);
  a.join();
  b.join();
}

TEST_F(VulkanTest, EmptyTensors) {
  GpuProgram program(scaleThenIncrement);
  ASSERT_EQ(program.call(context.get(), {tensor(nullptr, RM_F32, {0})}, out),
            RM_OK)
      << error();
}

TEST_F(VulkanTest, TelemetryHasTransfersLaunchesAndDeviceTimes) {
  GpuProgram program(scaleThenIncrement);
  std::vector<float> x = ramp(100000);
  std::vector<rm_tensor> second;
  rm_tensor arg = tensor(x.data(), RM_F32, {100000});
  ASSERT_EQ(program.call(context.get(), {arg}, out), RM_OK);
  ASSERT_EQ(program.call(context.get(), {arg}, second), RM_OK);
  rm_tensor_release(&second[0]);
  json t = telemetry();
  EXPECT_EQ(t["upload_bytes"], 800000);
  EXPECT_EQ(t["download_bytes"], 800000);
  EXPECT_EQ(t["kernel_launches_total"], 6);
  EXPECT_EQ(t["kernel_launches"][0]["kernel"], "scale");
  EXPECT_EQ(t["kernel_launches"][0]["unit"], "fused.map");
  EXPECT_GT(t["kernel_launches"][0]["device_time_ns"], 0);
  EXPECT_EQ(t["fusion_cache_misses"], 2);
  EXPECT_EQ(t["fusion_cache_hits"], 4);
  EXPECT_EQ(t["counters"]["vec4_kernels"], 2);
  EXPECT_EQ(t["fused_elementwise"]["count"], 2);
  EXPECT_GT(t["fused_elementwise"]["total_wall_time_ns"], 0);
  EXPECT_EQ(t["device"]["type"], "cpu");
  int64_t sum = 0;
  int64_t span = rm_last_device_time_ns(context.get(), &sum);
  EXPECT_GT(sum, 0);
  EXPECT_GE(span, sum);
}

/// More dispatches than one batch holds, and memory freed and used again.
void manyDispatches(const rm_tensor *args, rm_tensor *results) {
  int64_t n = args[0].sizes[0];
  rm_gpu_binding bindings[2] = {{rm_gpu_argument(&args[0]), 0, 0}, {0, 0, 0}};
  for (int i = 0; i < 200; ++i) {
    if (bindings[1].handle)
      rm_gpu_free(bindings[1].handle);
    bindings[1].handle = rm_gpu_alloc(4 * n);
    launch(GpuProgram::Scale, bindings, 2, n, float(i));
    launch(GpuProgram::Increment, &bindings[1], 1, n);
  }
  rm_gpu_result(&results[0], bindings[1].handle, RM_F32, 1, &n);
}

TEST_F(VulkanTest, ManyDispatchesAndReusedMemory) {
  GpuProgram program(manyDispatches);
  std::vector<float> x = ramp(3000);
  ASSERT_EQ(
      program.call(context.get(), {tensor(x.data(), RM_F32, {3000})}, out),
      RM_OK)
      << error();
  expectAll(3000, 199, 1);
  EXPECT_EQ(telemetry()["kernel_launches"].size(), 64u);
}

/// Fill, copy, upload over memory in use, windows by offset.
void transfers(const rm_tensor *args, rm_tensor *results) {
  int64_t n = args[0].sizes[0], half = n / 2;
  int64_t a = rm_gpu_alloc(4 * n), b = rm_gpu_alloc(4 * n);
  rm_gpu_fill(a, 0x3f800000, 4 * n); // 1.0f
  rm_gpu_binding upper = {a, 4 * half, 4 * (n - half)};
  launch(GpuProgram::Increment, &upper, 1, n - half); // 2.0f above half
  rm_gpu_copy(b, 0, a, 4 * half, 4 * half);
  rm_gpu_copy(b, 4 * half, a, 0, 4 * half);
  auto *host = static_cast<float *>(rm_alloc(4 * n, 64));
  rm_gpu_download(b, host, 4 * n);
  for (int64_t i = 0; i < n; ++i)
    if (host[i] != (i < half ? 2 : 1))
      rm_fail_values(RM_ERROR_VALUE, "wrong at {0}", nullptr, &i, 1);
  rm_gpu_binding whole = {b, 0, 0};
  launch(GpuProgram::Increment, &whole, 1, n);
  rm_gpu_upload(b, rm_host_argument(&args[0]),
                4 * n); // Not before the increment.
  launch(GpuProgram::Increment, &whole, 1, n);
  rm_gpu_result(&results[0], b, RM_F32, 1, &n);
}

TEST_F(VulkanTest, FillCopyWindowsAndUploadInOrder) {
  GpuProgram program(transfers);
  for (int64_t n : {128, 9'000'000}) { // Inline and staged uploads.
    std::vector<float> x = ramp(n);
    for (rm_tensor &tensor : out)
      rm_tensor_release(&tensor);
    ASSERT_EQ(program.call(context.get(), {tensor(x.data(), RM_F32, {n})}, out),
              RM_OK)
        << error();
    expectAll(n, 1, 1);
  }
}

TEST_F(VulkanTest, ResidentArgumentsAndResults) {
  ContextPtr resident = makeContext("gpu=lavapipe", nullptr, true, true);
  GpuProgram program(scaleThenIncrement);
  std::vector<float> x = ramp(1000);
  rm_tensor host = tensor(x.data(), RM_F32, {1000}), device, back;
  ASSERT_EQ(rm_tensor_to_device(resident.get(), &host, &device), RM_OK);
  EXPECT_EQ(device.place, RM_DEVICE);
  rm_telemetry_reset(resident.get());
  std::vector<rm_tensor> result;
  ASSERT_EQ(program.call(resident.get(), {device}, result), RM_OK);
  EXPECT_EQ(result[0].place, RM_DEVICE);
  char *text = rm_telemetry_json(resident.get());
  json t = json::parse(text);
  rm_string_free(text);
  EXPECT_EQ(t["upload_bytes"], 0);
  EXPECT_EQ(t["download_bytes"], 0);
  ASSERT_EQ(rm_tensor_to_host(resident.get(), &result[0], &back), RM_OK);
  resident.reset(); // Tensors outlive their context.
  out = {back};
  expectAll(1000, 3, 2);
  rm_tensor_release(&device);
  rm_tensor_release(&result[0]);
}

void sumsOnTheHost(const rm_tensor *args, rm_tensor *results) {
  int64_t n = args[0].sizes[0], one = 1;
  auto *x = static_cast<const float *>(rm_host_argument(&args[0]));
  if (x != rm_host_argument(&args[0]))
    rm_fail(RM_ERROR_VALUE, "downloaded twice", nullptr);
  auto *y = static_cast<float *>(rm_alloc(4, 64));
  *y = 0;
  for (int64_t i = 0; i < n; ++i)
    *y += x[i];
  rm_result(&results[0], y, y, RM_F32, 1, &one);
}

TEST_F(VulkanTest, SizesBeyondTheDeviceMemoryAreAnError) {
  GpuProgram program(scaleThenIncrement);
  std::vector<float> x = ramp(1000);
  rm_tensor host = tensor(x.data(), RM_F32, {1000}), device, copy{};
  ASSERT_EQ(rm_tensor_to_device(context.get(), &host, &device), RM_OK);
  rm_tensor larger = device;
  larger.sizes[0] = 100000;
  const char *text = "tensor<100000xf32> needs 400000 bytes, its device "
                     "memory has ";
  for (auto move : {rm_tensor_to_host, rm_tensor_to_device}) {
    EXPECT_EQ(move(context.get(), &larger, &copy), RM_ERROR_ARGUMENT);
    EXPECT_THAT(error(), HasSubstr(text));
  }
  EXPECT_EQ(program.call(context.get(), {larger}, out), RM_ERROR_ARGUMENT);
  EXPECT_THAT(error(), HasSubstr(text));
  ContextPtr cpu = makeContext("cpu");
  EXPECT_EQ(rm_tensor_to_host(cpu.get(), &device, &copy), RM_ERROR_ARGUMENT);
  EXPECT_THAT(rm_context_error(cpu.get()).text, HasSubstr("does not use"));
  rm_tensor_release(&device);
}

TEST_F(VulkanTest, HostCodeReadsAResidentArgument) {
  GpuProgram program(sumsOnTheHost);
  rm_tensor device = residentThree();
  ASSERT_EQ(program.call(context.get(), {device}, out), RM_OK) << error();
  EXPECT_EQ(static_cast<float *>(out[0].data)[0], 6.5f);
  ContextPtr cpu = makeContext("cpu");
  std::vector<rm_tensor> none;
  EXPECT_EQ(program.call(cpu.get(), {device}, none), RM_ERROR_ARGUMENT);
  EXPECT_THAT(rm_context_error(cpu.get()).text, HasSubstr("does not use"));
  rm_tensor_release(&device);
}

void readsInALoop(const rm_tensor *args, rm_tensor *) {
  rm_parallel_for(
      0, 1000,
      [](int64_t, int64_t, void *argument) {
        rm_host_argument(static_cast<const rm_tensor *>(argument));
      },
      const_cast<rm_tensor *>(&args[0]));
}

TEST_F(VulkanTest, AResidentArgumentIsNotReadInAParallelLoop) {
  GpuProgram program(readsInALoop);
  rm_tensor device = residentThree();
  EXPECT_EQ(program.call(context.get(), {device}, out), RM_ERROR_INTERNAL);
  EXPECT_THAT(error(), HasSubstr("inside a parallel loop"));
  rm_tensor_release(&device);
}

void resultIsTheArgument(const rm_tensor *args, rm_tensor *results) {
  rm_gpu_result(&results[0], rm_gpu_argument(&args[0]), RM_F32, 1,
                args[0].sizes);
}

TEST_F(VulkanTest, AnArgumentAsResultIsCopied) {
  ContextPtr resident = makeContext("gpu=lavapipe", nullptr, true, true);
  GpuProgram program(resultIsTheArgument);
  std::vector<float> x = ramp(10);
  rm_tensor host = tensor(x.data(), RM_F32, {10}), device, back;
  ASSERT_EQ(rm_tensor_to_device(resident.get(), &host, &device), RM_OK);
  std::vector<rm_tensor> result;
  ASSERT_EQ(program.call(resident.get(), {device}, result), RM_OK);
  rm_tensor_release(&device);
  ASSERT_EQ(rm_tensor_to_host(resident.get(), &result[0], &back), RM_OK);
  out = {back};
  expectAll(10, 1, 0);
  rm_tensor_release(&result[0]);
}

void failsInTheMiddle(const rm_tensor *args, rm_tensor *) {
  int64_t n = args[0].sizes[0];
  rm_gpu_binding bindings[2] = {{rm_gpu_argument(&args[0]), 0, 0},
                                {rm_gpu_alloc(4 * n), 0, 0}};
  launch(GpuProgram::Scale, bindings, 2, n, 2);
  rm_gpu_free(bindings[1].handle);
  rm_fail(RM_ERROR_VALUE, "no", nullptr);
}

TEST_F(VulkanTest, AFailureDropsQueuedWork) {
  GpuProgram failing(failsInTheMiddle);
  std::vector<float> x = ramp(1000);
  rm_tensor arg = tensor(x.data(), RM_F32, {1000});
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(failing.call(context.get(), {arg}, out), RM_ERROR_VALUE);
  GpuProgram program(scaleThenIncrement);
  ASSERT_EQ(program.call(context.get(), {arg}, out), RM_OK) << error();
  expectAll(1000, 3, 2);
}

void gridTooLarge(const rm_tensor *, rm_tensor *) {
  rm_gpu_binding binding = {rm_gpu_alloc(64), 0, 0};
  Push push{16, 1};
  uint32_t grid[3] = {1, 65536, 1};
  rm_gpu_dispatch(&GpuProgram::current->program, GpuProgram::Increment,
                  &binding, 1, &push, sizeof(push), grid, "test.mlir:9:9");
}

TEST_F(VulkanTest, AGridBeyondTheLimitNamesUnitAndAxis) {
  GpuProgram program(gridTooLarge);
  float x = 0;
  EXPECT_EQ(program.call(context.get(), {tensor(&x, RM_F32, {1})}, out),
            RM_ERROR_UNSUPPORTED);
  EXPECT_EQ(error(),
            "fused.map: 65536 workgroups along y are beyond the device's "
            "limit of 65535");
  EXPECT_STREQ(rm_context_error(context.get()).location, "test.mlir:9:9");
}

void bindsTooMuch(const rm_tensor *, rm_tensor *) {
  int64_t range = rm_gpu_limit(RM_LIMIT_STORAGE_RANGE);
  rm_gpu_binding binding = {rm_gpu_alloc(range + 4096), 0, 0};
  launch(GpuProgram::Increment, &binding, 1, 16);
}

TEST_F(VulkanTest, ABindingBeyondTheRangeIsAnError) {
  GpuProgram program(bindsTooMuch);
  float x = 0;
  EXPECT_EQ(program.call(context.get(), {tensor(&x, RM_F32, {1})}, out),
            RM_ERROR_UNSUPPORTED);
  EXPECT_THAT(error(), HasSubstr("beyond the device's limit of 134217728"));
}

/// Memory of the pool may be larger than what is asked for: only this is bound.
void reusesALargerBuffer(const rm_tensor *, rm_tensor *) {
  int64_t range = rm_gpu_limit(RM_LIMIT_STORAGE_RANGE);
  rm_gpu_free(rm_gpu_alloc(range + (range >> 4)));
  rm_gpu_binding binding = {rm_gpu_alloc(range), 0, 0};
  launch(GpuProgram::Increment, &binding, 1, 16);
}

TEST_F(VulkanTest, ALargerBufferOfThePoolDoesNotBreakTheLimit) {
  GpuProgram program(reusesALargerBuffer);
  float x = 0;
  program.call(context.get(), {tensor(&x, RM_F32, {1})}, out);
  EXPECT_THAT(error(), HasSubstr("got nothing"));
}

/// More in sum than the device has, never at once.
void allocatesAndFrees(const rm_tensor *, rm_tensor *) {
  int64_t bytes = rm_gpu_limit(RM_LIMIT_HEAP_BYTES) / 8;
  for (int i = 0; i < 24; ++i) {
    // Sizes too far apart to serve one another.
    int64_t handle = rm_gpu_alloc(bytes * (i % 3 + 2));
    rm_gpu_fill(handle, 0, 4);
    rm_gpu_free(handle);
  }
}

TEST_F(VulkanTest, MemoryFreedInACallServesTheSameCall) {
  GpuProgram program(allocatesAndFrees);
  float x = 0;
  program.call(context.get(), {tensor(&x, RM_F32, {1})}, out);
  EXPECT_THAT(error(), HasSubstr("got nothing"));
}

TEST_F(VulkanTest, AKernelThatCountsOnWholeSubgroupsNeedsThem) {
  GpuProgram program(bindsTooMuch);
  for (rm_kernel &kernel : program.kernels) {
    kernel.flags |= RM_KERNEL_SUBGROUP_ARITHMETIC;
    kernel.workgroup_size[0] = 65;
  }
  float x = 0;
  EXPECT_EQ(program.call(context.get(), {tensor(&x, RM_F32, {1})}, out),
            RM_ERROR_UNSUPPORTED);
  EXPECT_THAT(error(), HasSubstr("is not made of whole subgroups of 8"));
}

void allocatesTooMuch(const rm_tensor *, rm_tensor *) {
  for (int i = 0; i < 1000; ++i)
    rm_gpu_alloc(int64_t(1) << 50);
}

TEST_F(VulkanTest, DeviceMemoryRunsOut) {
  GpuProgram program(allocatesTooMuch);
  float x = 0;
  EXPECT_EQ(program.call(context.get(), {tensor(&x, RM_F32, {1})}, out),
            RM_ERROR_DEVICE_MEMORY);
}

void usesStaleHandles(const rm_tensor *, rm_tensor *) {
  int64_t handle = rm_gpu_alloc(64);
  rm_gpu_free(handle);
  rm_gpu_fill(handle, 0, 64);
}

TEST_F(VulkanTest, AStaleHandleIsAnError) {
  GpuProgram program(usesStaleHandles);
  float x = 0;
  EXPECT_EQ(program.call(context.get(), {tensor(&x, RM_F32, {1})}, out),
            RM_ERROR_INTERNAL);
}

void allocatesFarTooMuch(const rm_tensor *, rm_tensor *) {
  rm_unit_begin(&GpuProgram::current->program, 0);
  rm_gpu_alloc(int64_t(1) << 50);
}

TEST_F(VulkanTest, AFailureOfTheDeviceNamesTheUnit) {
  GpuProgram program(allocatesFarTooMuch);
  float x = 0;
  EXPECT_EQ(program.call(context.get(), {tensor(&x, RM_F32, {1})}, out),
            RM_ERROR_DEVICE_MEMORY);
  EXPECT_THAT(error(), HasSubstr("fused.map: "));
  EXPECT_STREQ(rm_context_error(context.get()).location,
               GpuProgram::current->units[0].location);
  EXPECT_EQ(telemetry()["unit_executions"].size(), 0u);
}

void placesUnits(const rm_tensor *args, rm_tensor *results) {
  if (rm_place(&GpuProgram::current->program, 0))
    return scaleThenIncrement(args, results);
  int64_t n = args[0].sizes[0];
  auto *x = static_cast<const float *>(rm_host_argument(&args[0]));
  auto *y = static_cast<float *>(rm_alloc(4 * n, 64));
  for (int64_t i = 0; i < n; ++i)
    y[i] = 3 * x[i] + 2;
  rm_result(&results[0], y, y, RM_F32, 1, &n);
}

TEST_F(VulkanTest, UnitsArePlacedByThePolicy) {
  GpuProgram program(placesUnits);
  std::vector<float> x = ramp(100);
  rm_tensor arg = tensor(x.data(), RM_F32, {100});
  ASSERT_EQ(program.call(context.get(), {arg}, out), RM_OK);
  expectAll(100, 3, 2);
  EXPECT_EQ(telemetry()["decisions"][0]["decision"], "gpu");
  rm_tensor_release(&out[0]);

  // A kernel that needs what the device lacks.
  program.kernels[0].subgroup_size = 48;
  EXPECT_EQ(program.call(context.get(), {arg}, out), RM_ERROR_UNSUPPORTED);
  EXPECT_THAT(error(), HasSubstr("fused.map cannot run on llvmpipe"));
  EXPECT_THAT(error(), HasSubstr("no subgroup size 48"));
}

void asksForAHugeGrid(const rm_tensor *args, rm_tensor *results) {
  const rm_program *program = &GpuProgram::current->program;
  rm_unit_begin(program, 0);
  if (rm_place(program, 0))
    gridTooLarge(args, results);
  rm_count("fallback: a-reason", 1);
  placesUnits(args, results);
  rm_unit_end(program, 0);
}

TEST_F(VulkanTest, UnderAutoADeviceFailureIsAnsweredByTheCpu) {
  context = makeContext("auto=lavapipe", nullptr, true);
  ASSERT_EQ(rm_context_has_gpu(context.get()), 1);
  GpuProgram program(asksForAHugeGrid);
  std::vector<float> x = ramp(100);
  rm_tensor arg = tensor(x.data(), RM_F32, {100});
  ASSERT_EQ(program.call(context.get(), {arg}, out), RM_OK) << error();
  expectAll(100, 3, 2);
  EXPECT_THAT(rm_context_note(context.get()),
              HasSubstr("beyond the device's limit"));
  json t = telemetry();
  ASSERT_EQ(t["fallbacks"].size(), 2u);
  EXPECT_EQ(t["fallbacks"][0]["reason"], "a-reason");
  EXPECT_THAT(t["fallbacks"][1]["reason"].get<std::string>(),
              HasSubstr("device-failure: "));
  EXPECT_EQ(t["fallbacks"][1]["count"], 1);
  EXPECT_EQ(t["decisions"][1]["reason"], "device-failure");
  // Once, on the CPU: on the device it did not end.
  ASSERT_EQ(t["unit_executions"].size(), 1u);
  EXPECT_EQ(t["unit_executions"][0]["device"], "cpu");
  EXPECT_EQ(t["unit_executions"][0]["count"], 1);
  EXPECT_GT(t["unit_executions"][0]["total_wall_time_ns"], 0);

  // Without CPU code the device's failure stays the error.
  GpuProgram gpuOnly(gridTooLarge);
  std::vector<rm_tensor> none;
  EXPECT_EQ(gpuOnly.call(context.get(), {arg}, none), RM_ERROR_UNSUPPORTED);
  EXPECT_THAT(error(), HasSubstr("65536 workgroups"));
}

void failsOnTheDevice(const rm_tensor *args, rm_tensor *results) {
  const rm_program *program = &GpuProgram::current->program;
  rm_unit_begin(program, 0);
  if (rm_place(program, 0))
    gridTooLarge(args, results);
  sumsOnTheHost(args, results);
  rm_unit_end(program, 0);
}

TEST_F(VulkanTest, TheCpuAnswersForAResidentArgumentToo) {
  context = makeContext("auto=lavapipe", nullptr, true);
  GpuProgram program(failsOnTheDevice);
  rm_tensor device = residentThree();
  ASSERT_EQ(program.call(context.get(), {device}, out), RM_OK) << error();
  EXPECT_EQ(static_cast<float *>(out[0].data)[0], 6.5f);
  EXPECT_THAT(rm_context_note(context.get()),
              HasSubstr("beyond the device's limit"));
  rm_tensor_release(&device);

  // A note is of the last call.
  GpuProgram good(placesUnits);
  std::vector<float> y = ramp(100);
  std::vector<rm_tensor> result;
  ASSERT_EQ(good.call(context.get(), {tensor(y.data(), RM_F32, {100})}, result),
            RM_OK);
  EXPECT_STREQ(rm_context_note(context.get()), "");
  rm_tensor_release(&result[0]);
}

TEST_F(VulkanTest, AProgramWithoutGpuCodeSaysSo) {
  GpuProgram program(sumsOnTheHost);
  program.program.num_kernels = 0;
  float x[] = {1, 2, 3.5};
  ASSERT_EQ(program.call(context.get(), {tensor(x, RM_F32, {3})}, out), RM_OK);
  EXPECT_THAT(rm_context_note(context.get()), HasSubstr("has no GPU code"));
  json t = telemetry();
  ASSERT_EQ(t["fallbacks"].size(), 1u);
  EXPECT_EQ(t["fallbacks"][0]["reason"], "no-gpu-code: the program has none");
}

TEST_F(VulkanTest, UnderAutoALackingFeatureSendsTheUnitToTheCpu) {
  context = makeContext("auto=lavapipe", nullptr, true);
  GpuProgram program(placesUnits);
  program.kernels[0].shared_bytes = 1 << 20;
  std::vector<float> x = ramp(100);
  ASSERT_EQ(program.call(context.get(), {tensor(x.data(), RM_F32, {100})}, out),
            RM_OK);
  expectAll(100, 3, 2);
  json t = telemetry();
  EXPECT_EQ(t["decisions"][0]["decision"], "cpu");
  EXPECT_EQ(t["decisions"][0]["reason"], "unsupported");
  EXPECT_THAT(t["fallbacks"][0]["reason"].get<std::string>(),
              HasSubstr("shared memory of 1048576"));
  EXPECT_THAT(rm_context_note(context.get()),
              HasSubstr("fused.map ran on the CPU, because llvmpipe"));
}

TEST_F(VulkanTest, AProgramAtAnotherAddressFindsItsPipelines) {
  std::vector<float> x = ramp(100);
  rm_tensor arg = tensor(x.data(), RM_F32, {100});
  for (int i = 0; i < 3; ++i) {
    auto program = std::make_unique<GpuProgram>(scaleThenIncrement);
    for (rm_tensor &tensor : out)
      rm_tensor_release(&tensor);
    ASSERT_EQ(program->call(context.get(), {arg}, out), RM_OK);
  }
  EXPECT_EQ(telemetry()["fusion_cache_misses"], 2);
}

void runsLong(const rm_tensor *, rm_tensor *) {
  int64_t n = 8'000'000;
  rm_gpu_binding binding = {rm_gpu_alloc(4 * n), 0, 0};
  for (int i = 0; i < 64; ++i)
    launch(GpuProgram::Increment, &binding, 1, n);
}

TEST_F(VulkanTest, ATimeoutNamesTheUnitAndTheNextContextWorks) {
  rm_context_options options;
  rm_context_options_init(&options);
  options.device = "gpu=lavapipe";
  options.timeout_ms = 1;
  context.reset(rm_context_create(&options, nullptr, 0));
  float x = 0;
  std::vector<rm_tensor> none;
  GpuProgram slow(runsLong);
  EXPECT_EQ(slow.call(context.get(), {tensor(&x, RM_F32, {1})}, none),
            RM_ERROR_TIMEOUT);
  EXPECT_THAT(error(), HasSubstr("did not finish fused.map within 1 ms"));
  EXPECT_EQ(slow.call(context.get(), {tensor(&x, RM_F32, {1})}, none),
            RM_ERROR_DEVICE_LOST);

  context = makeContext("gpu=lavapipe", nullptr, true);
  GpuProgram program(scaleThenIncrement);
  ASSERT_EQ(program.call(context.get(), {tensor(&x, RM_F32, {1})}, out), RM_OK)
      << error();
}

} // namespace
