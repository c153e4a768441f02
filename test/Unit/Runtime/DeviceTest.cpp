// Choosing a device. Which device a request gets, and what it is told when
// there is none.

#include "GpuProgram.h"

#include <cstdlib>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

using namespace runmat::test;
using nlohmann::json;
using testing::HasSubstr;
namespace fs = std::filesystem;

namespace {

struct DeviceTest : testing::Test {
  void SetUp() override {
    if (!hasLavapipe())
      GTEST_SKIP() << "lavapipe is not installed";
  }
  void TearDown() override { rm_release_devices(); }
};

/// No driver for as long as it lives.
struct NoDriver {
  NoDriver() {
    rm_release_devices();
    setenv("VK_DRIVER_FILES", "/nonexistent.json", 1);
    setenv("VK_ICD_FILENAMES", "/nonexistent.json", 1);
  }
  ~NoDriver() {
    unsetenv("VK_DRIVER_FILES");
    unsetenv("VK_ICD_FILENAMES");
    rm_release_devices();
  }
};

TEST_F(DeviceTest, GpuWithoutADriverSaysWhy) {
  NoDriver none;
  std::string error;
  EXPECT_EQ(makeContext("gpu", &error), nullptr);
  EXPECT_THAT(error, HasSubstr("no usable GPU for 'gpu'"));
  EXPECT_THAT(error, HasSubstr("driver"));
}

TEST_F(DeviceTest, AutoWithoutADriverFallsBackWithANote) {
  NoDriver none;
  ContextPtr context = makeContext("auto");
  ASSERT_NE(context, nullptr);
  EXPECT_STREQ(rm_context_device(context.get()), "cpu");
  EXPECT_EQ(rm_context_has_gpu(context.get()), 0);
  EXPECT_THAT(rm_context_note(context.get()), HasSubstr("using the CPU: "));
  char *text = rm_telemetry_json(context.get());
  EXPECT_EQ(json::parse(text)["fallbacks"].size(), 1u);
  rm_string_free(text);
}

TEST_F(DeviceTest, AnUnknownNameListsWhatThereIs) {
  std::string error;
  EXPECT_EQ(makeContext("gpu=no such card", &error), nullptr);
  EXPECT_THAT(error, HasSubstr("no device's name contains 'no such card'"));
  EXPECT_THAT(error, HasSubstr("llvmpipe"));
}

TEST_F(DeviceTest, LavapipeIsFoundByEitherNameAndIsNoAutoDevice) {
  for (const char *name : {"gpu=lavapipe", "gpu=LLVMpipe"}) {
    ContextPtr context = makeContext(name);
    ASSERT_NE(context, nullptr) << name;
    EXPECT_THAT(rm_context_device(context.get()), HasSubstr("llvmpipe"));
    EXPECT_EQ(rm_context_has_gpu(context.get()), 1);
  }
  ContextPtr context = makeContext("auto");
  EXPECT_THAT(rm_context_device(context.get()),
              testing::Not(HasSubstr("llvmpipe")));
}

TEST_F(DeviceTest, TheProfileNamesLimitsAndFeatures) {
  ContextPtr context = makeContext("gpu=lavapipe");
  char *text = rm_device_info_json(context.get());
  json info = json::parse(text);
  rm_string_free(text);
  EXPECT_EQ(info["type"], "cpu");
  EXPECT_EQ(info["subgroup"]["default"], 8);
  EXPECT_EQ(info["limits"]["max_storage_buffer_range"], 134217728);
  EXPECT_EQ(info["features"]["shader_float64"], true);
}

void scales(const rm_tensor *args, rm_tensor *results) {
  int64_t n = args[0].sizes[0];
  rm_gpu_binding bindings[2] = {{rm_gpu_argument(&args[0]), 0, 0},
                                {rm_gpu_alloc(4 * n), 0, 0}};
  launch(GpuProgram::Scale, bindings, 2, n, 2);
  rm_gpu_result(&results[0], bindings[1].handle, RM_F32, 1, &n);
}

struct PipelineCacheTest : DeviceTest {
  std::string folder =
      testing::TempDir() + "runmat-cache-" + std::to_string(getpid());

  void TearDown() override {
    DeviceTest::TearDown();
    fs::remove_all(folder);
  }
  void run() {
    rm_release_devices();
    rm_context_options options;
    rm_context_options_init(&options);
    options.device = "gpu=lavapipe";
    options.cache_dir = folder.c_str();
    ContextPtr context(rm_context_create(&options, nullptr, 0));
    ASSERT_NE(context, nullptr);
    GpuProgram program(scales);
    float x[] = {1, 2};
    std::vector<rm_tensor> out;
    ASSERT_EQ(program.call(context.get(), {tensor(x, RM_F32, {2})}, out),
              RM_OK);
    EXPECT_EQ(static_cast<float *>(out[0].data)[1], 4);
    rm_tensor_release(&out[0]);
  }
  fs::path file() {
    fs::path found;
    int count = 0;
    for (const auto &entry : fs::directory_iterator(folder)) {
      found = entry.path();
      ++count;
    }
    EXPECT_EQ(count, 1) << "one file, and nothing temporary";
    return found;
  }
};

TEST_F(PipelineCacheTest, IsWrittenOnceAndSurvivesDamage) {
  run();
  fs::path cache = file();
  EXPECT_THAT(cache.filename().string(), testing::StartsWith("pipelines-"));
  auto size = fs::file_size(cache);
  EXPECT_GT(size, 56u);
  run(); // Reads it.

  // Truncated, then with a flipped byte: not believed, and replaced.
  fs::resize_file(cache, size / 2);
  run();
  EXPECT_EQ(fs::file_size(file()), size);
  std::fstream bytes(cache, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekp(static_cast<std::streamoff>(size) - 1);
  bytes.put('\x5a');
  bytes.close();
  run();
  EXPECT_EQ(fs::file_size(file()), size);
}

TEST_F(PipelineCacheTest, AFolderThatCannotBeMadeIsNoError) {
  folder = "/proc/no/such/folder";
  run();
}

} // namespace
