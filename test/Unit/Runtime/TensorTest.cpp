// Strided copies and tensor helpers. Every strided argument is compared with
// an index-by-index copy.

#include "TestProgram.h"

#include <cstring>
#include <gtest/gtest.h>

using namespace runmat::test;

namespace {

void copies(const rm_tensor *args, rm_tensor *results) {
  const rm_tensor &arg = args[0];
  int64_t stride = rm_dtype_size(arg.dtype);
  for (int32_t i = arg.rank - 1; i >= 0; --i) {
    if (arg.strides[i] != stride)
      rm_fail(RM_ERROR_VALUE, "not row-major", nullptr);
    stride *= arg.sizes[i];
  }
  int64_t bytes = rm_tensor_elements(&arg) * rm_dtype_size(arg.dtype);
  void *block = rm_alloc(bytes, 64);
  std::memcpy(block, rm_host_argument(&arg), bytes);
  rm_result(&results[0], block, block, arg.dtype, arg.rank, arg.sizes);
}

template <typename T>
void checkTransposed(int32_t dtype, int64_t m, int64_t n) {
  std::vector<T> data(2 * m * n);
  for (size_t i = 0; i < data.size(); ++i)
    data[i] = static_cast<T>(i % 251);
  rm_tensor arg = tensor(data.data(), dtype, {n, 2, m});
  arg.strides[0] = sizeof(T);
  arg.strides[1] = sizeof(T) * m * n;
  arg.strides[2] = sizeof(T) * n;
  TestProgram program({type(dtype, {RM_DYNAMIC, 2, RM_DYNAMIC})},
                      {type(dtype, {RM_DYNAMIC, 2, RM_DYNAMIC})}, copies);
  ContextPtr context = makeContext("cpu");
  std::vector<rm_tensor> out;
  ASSERT_EQ(program.call(context.get(), {arg}, out), RM_OK)
      << rm_context_error(context.get()).text;
  auto *result = static_cast<T *>(out[0].data);
  for (int64_t j = 0; j < n; ++j)
    for (int64_t k = 0; k < 2; ++k)
      for (int64_t i = 0; i < m; ++i)
        ASSERT_EQ(result[(j * 2 + k) * m + i], data[k * m * n + i * n + j]);
  rm_tensor_release(&out[0]);
}

TEST(TensorTest, TransposedArgumentsOfEveryElementSize) {
  checkTransposed<int8_t>(RM_I8, 37, 21);
  checkTransposed<int16_t>(RM_I16, 37, 21);
  checkTransposed<float>(RM_F32, 700, 300); // Large enough for several threads.
  checkTransposed<double>(RM_F64, 1, 21);
}

TEST(TensorTest, BroadcastArguments) {
  float x = 7;
  rm_tensor arg = tensor(&x, RM_F32, {3, 4});
  arg.strides[0] = arg.strides[1] = 0;
  TestProgram program({type(RM_F32, {3, 4})}, {type(RM_F32, {3, 4})}, copies);
  ContextPtr context = makeContext("cpu");
  std::vector<rm_tensor> out;
  ASSERT_EQ(program.call(context.get(), {arg}, out), RM_OK);
  EXPECT_EQ(static_cast<float *>(out[0].data)[11], 7);
  rm_tensor_release(&out[0]);
}

TEST(TensorTest, MisalignedArguments) {
  char bytes[20] = {};
  float value = 1.5f;
  std::memcpy(bytes + 1, &value, 4);
  TestProgram program({type(RM_F32, {1})}, {type(RM_F32, {1})}, copies);
  ContextPtr context = makeContext("cpu");
  std::vector<rm_tensor> out;
  ASSERT_EQ(program.call(context.get(), {tensor(bytes + 1, RM_F32, {1})}, out),
            RM_OK);
  EXPECT_EQ(static_cast<float *>(out[0].data)[0], 1.5f);
  rm_tensor_release(&out[0]);
}

TEST(TensorTest, ScalarsHaveRankZero) {
  double x = 2;
  TestProgram program({type(RM_F64, {})}, {type(RM_F64, {})}, copies);
  ContextPtr context = makeContext("cpu");
  std::vector<rm_tensor> out;
  ASSERT_EQ(program.call(context.get(), {tensor(&x, RM_F64, {})}, out), RM_OK);
  EXPECT_EQ(static_cast<double *>(out[0].data)[0], 2);
  rm_tensor_release(&out[0]);
}

TEST(TensorTest, CreatesTensors) {
  ContextPtr context = makeContext("cpu");
  int64_t sizes[] = {3, 5};
  rm_tensor t;
  ASSERT_EQ(rm_tensor_create(context.get(), RM_BF16, 2, sizes, &t), RM_OK);
  EXPECT_EQ(t.strides[0], 10);
  EXPECT_EQ(rm_tensor_elements(&t), 15);
  std::memset(t.data, 0, 30);
  rm_tensor_release(&t);
  sizes[0] = -1;
  EXPECT_EQ(rm_tensor_create(context.get(), RM_F32, 2, sizes, &t),
            RM_ERROR_ARGUMENT);
}

TEST(TensorTest, CopiesOnlyWhatHasMemory) {
  ContextPtr context = makeContext("cpu");
  float x[] = {1, 2, 3};
  rm_tensor noData = tensor(nullptr, RM_F32, {3}), copy{};
  rm_tensor negative = tensor(x, RM_F32, {-3}), deep = tensor(x, RM_F32, {3}),
            unowned = deep, placeless = deep, disguised;
  deep.rank = 17;
  unowned.place = RM_DEVICE;
  placeless.place = 7;
  int64_t size = 3;
  ASSERT_EQ(rm_tensor_create(context.get(), RM_F32, 1, &size, &disguised),
            RM_OK);
  disguised.place = RM_DEVICE;
  struct {
    const rm_tensor *tensor;
    const char *text;
  } cases[] = {
      {nullptr, "a tensor's address is NULL"},
      {&noData, "the tensor: it has no data"},
      {&negative, "the tensor: size -3 of dimension 0 is negative"},
      {&deep, "the tensor: rank 17 is not between 0 and 16"},
      {&unowned, "the tensor: it is on a device, but has no owner"},
      {&placeless, "the tensor: its place, 7, is unknown"},
      {&disguised,
       "the tensor: its place is a device, but its owner has host memory"}};
  for (const auto &one : cases)
    for (auto move : {rm_tensor_to_host, rm_tensor_to_device}) {
      EXPECT_EQ(move(context.get(), one.tensor, &copy), RM_ERROR_ARGUMENT);
      EXPECT_STREQ(rm_context_error(context.get()).text, one.text);
      EXPECT_EQ(copy.owner, nullptr);
    }
  rm_tensor good = tensor(x, RM_F32, {3});
  EXPECT_EQ(rm_tensor_to_host(context.get(), &good, nullptr),
            RM_ERROR_ARGUMENT);
  EXPECT_EQ(rm_tensor_to_device(context.get(), &good, &copy),
            RM_ERROR_NO_DEVICE);
  ASSERT_EQ(rm_tensor_to_host(context.get(), &good, &copy), RM_OK);
  EXPECT_EQ(static_cast<float *>(copy.data)[2], 3);
  rm_tensor_release(&copy);
  rm_tensor_release(&disguised);
}

TEST(TensorTest, NamesDTypes) {
  EXPECT_STREQ(rm_dtype_name(RM_BF16), "bf16");
  EXPECT_EQ(rm_dtype_size(RM_I64), 8);
  EXPECT_EQ(rm_dtype_size(9), 0);
  EXPECT_STREQ(rm_dtype_name(-1), "?");
}

} // namespace
