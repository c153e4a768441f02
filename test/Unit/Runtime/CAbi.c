/* The header is C: this file is compiled as C99 and called by CAbiTest.cpp. */
#include "runmat/Runtime/Runtime.h"

#include <stddef.h>

static void negate(const rm_tensor *args, rm_tensor *results) {
  const int32_t *x = (const int32_t *)rm_host_argument(&args[0]);
  int32_t *y = (int32_t *)rm_alloc(sizeof(int32_t), 64);
  *y = -*x;
  rm_result(&results[0], y, y, RM_I32, 0, NULL);
}

static const rm_value_type scalar = {"x", RM_I32, 0, {0}};
extern const rm_program runmat_c_program;

static int32_t entry(rm_context *context, const rm_tensor *args,
                     int32_t num_args, rm_tensor *results, int32_t num_results);

static const rm_entry entries[] = {
    {"negate", &runmat_c_program, entry, &scalar, &scalar, 1, 1}};

const rm_program runmat_c_program = {RM_ABI_VERSION, 1, "c", entries, NULL,
                                     NULL,           0, 0,   "c",     ""};

static int32_t entry(rm_context *context, const rm_tensor *args,
                     int32_t num_args, rm_tensor *results,
                     int32_t num_results) {
  return rm_invoke(context, &entries[0], negate, args, num_args, results,
                   num_results);
}

/* Returns -x, or the negative of an rm_status. */
int32_t runmat_c_negate(int32_t x) {
  rm_context_options options;
  rm_context *context;
  rm_tensor argument, result;
  int32_t status;
  rm_context_options_init(&options);
  options.device = "cpu";
  context = rm_context_create(&options, NULL, 0);
  rm_tensor_init(&argument, &x, RM_I32, 0, NULL);
  status = rm_program_find(&runmat_c_program, "negate")
               ->function(context, &argument, 1, &result, 1);
  if (status == RM_OK) {
    status = -*(int32_t *)result.data;
    rm_tensor_release(&result);
  }
  rm_context_destroy(context);
  return -status;
}
