/* A program written by hand against the C ABI, as `runmat compile` would make
 * it: the command line is tested with it without the compiler. */

#include <runmat/Runtime/Runtime.h>
#include <string.h>

extern const rm_program rm_program_info;

static void *make(rm_tensor *result, const rm_tensor *like, int64_t bytes) {
  void *memory = rm_alloc(bytes, 64);
  rm_result(result, memory, memory, like->dtype, like->rank, like->sizes);
  return memory;
}

static void copy_body(const rm_tensor *args, rm_tensor *results) {
  int64_t bytes = rm_tensor_elements(args) * rm_dtype_size(args->dtype);
  memcpy(make(results, args, bytes), rm_host_argument(args), bytes);
}

static void scale_body(const rm_tensor *args, rm_tensor *results) {
  int64_t count = rm_tensor_elements(args);
  const float *x = rm_host_argument(&args[0]);
  float s = *(const float *)rm_host_argument(&args[1]);
  float *y = make(results, args, count * 4);
  for (int64_t i = 0; i < count; ++i)
    y[i] = s * x[i];
}

static void fail_body(const rm_tensor *args, rm_tensor *results) {
  (void)results;
  rm_fail_values(RM_ERROR_SHAPE, "sizes {0} and 4 differ", "blur.mlir:3:8",
                 args->sizes, 1);
}

static void both_body(const rm_tensor *args, rm_tensor *results) {
  copy_body(args, results);
  int64_t *count = rm_alloc(8, 64);
  *count = rm_tensor_elements(args);
  rm_result(&results[1], count, count, RM_I64, 0, args->sizes);
}

#define D RM_DYNAMIC
static const rm_value_type f32_1 = {"x", RM_F32, 1, {D}};
static const rm_value_type f32_2x3 = {NULL, RM_F32, 2, {2, 3}};
static const rm_value_type f32_3[] = {{"x", RM_F32, 3, {D, D, D}}};
static const rm_value_type f32_4[] = {{"x", RM_F32, 4, {D, D, D, D}}};
static const rm_value_type bf16_1 = {"x", RM_BF16, 1, {D}};
static const rm_value_type i1_1 = {"x", RM_I1, 1, {D}};
static const rm_value_type i32_0 = {"n", RM_I32, 0, {0}};
static const rm_value_type scale_args[] = {{"x", RM_F32, 1, {D}},
                                           {"gain", RM_F32, 0, {0}}};
static const rm_value_type both_results[] = {{NULL, RM_F32, 2, {2, 3}},
                                             {NULL, RM_I64, 0, {0}}};
static const rm_entry entries[];

#define ENTRY(INDEX, NAME, BODY)                                               \
  __attribute__((visibility("default"))) int32_t NAME(                         \
      rm_context *context, const rm_tensor *args, int32_t num_args,            \
      rm_tensor *results, int32_t num_results) {                               \
    return rm_invoke(context, &entries[INDEX], BODY, args, num_args, results,  \
                     num_results);                                             \
  }
ENTRY(0, scale, scale_body)
ENTRY(1, fixed, copy_body)
ENTRY(2, planes, copy_body)
ENTRY(3, batch, copy_body)
ENTRY(4, brain, copy_body)
ENTRY(5, truth, copy_body)
ENTRY(6, whole, copy_body)
ENTRY(7, broken, fail_body)
ENTRY(8, both, both_body)

#define P &rm_program_info
static const rm_entry entries[] = {
    {"scale", P, scale, scale_args, &f32_1, 2, 1},
    {"fixed", P, fixed, &f32_2x3, &f32_2x3, 1, 1},
    {"planes", P, planes, f32_3, f32_3, 1, 1},
    {"batch", P, batch, f32_4, f32_4, 1, 1},
    {"brain", P, brain, &bf16_1, &bf16_1, 1, 1},
    {"truth", P, truth, &i1_1, &i1_1, 1, 1},
    {"whole", P, whole, &i32_0, &i32_0, 1, 1},
    {"broken", P, broken, &f32_1, &f32_1, 1, 1},
    {"both", P, both, &f32_2x3, both_results, 1, 2},
};

__attribute__((visibility("default"))) const rm_program rm_program_info = {
    RM_ABI_VERSION, 9, "entries", entries, NULL, NULL, 0, 0, "", ""};
