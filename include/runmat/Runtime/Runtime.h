/* The runtime's C ABI: what compiled programs call, what a host program calls
 * to run them, and the read-only data a compiled program carries. Plain C99;
 * all structs have a fixed layout that generated code relies on, so a field is
 * only ever added at an end, with a new RM_ABI_VERSION.
 *
 * Three groups: (1) data that programs and hosts share, (2) the host's
 * functions: contexts, tensors, telemetry, (3) functions for generated code,
 * valid only while a call made by rm_invoke runs.
 *
 * Errors. Group 2 returns an rm_status (0 is success) or fills an error buffer;
 * no C++ exception crosses this interface. Group 3 does not return on failure:
 * it ends in rm_fail, which jumps back into rm_invoke. So a frame between
 * rm_invoke and a group-3 function must be C-like: nothing in it may need a
 * destructor or a finally block.
 */
#ifndef RUNMAT_RUNTIME_RUNTIME_H
#define RUNMAT_RUNTIME_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define RM_API __attribute__((visibility("default")))
#define RM_NORETURN __attribute__((noreturn))
#else
#define RM_API
#define RM_NORETURN
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*===-- 1. Shared data
 * ------------------------------------------------------------------------===*/

#define RM_ABI_VERSION 2
#define RM_MAX_RANK 16
/* A size that is only known at run time. */
#define RM_DYNAMIC ((int64_t)-1)

typedef struct rm_context rm_context;

/* Element types. i1 is stored as one byte, 0 or 1, on every device. */
typedef enum rm_dtype {
  RM_F64 = 0,
  RM_F32 = 1,
  RM_F16 = 2,
  RM_BF16 = 3,
  RM_I1 = 4,
  RM_I8 = 5,
  RM_I16 = 6,
  RM_I32 = 7,
  RM_I64 = 8
} rm_dtype;

typedef enum rm_place_kind { RM_HOST = 0, RM_DEVICE = 1 } rm_place_kind;

typedef enum rm_status {
  RM_OK = 0,
  RM_ERROR_ARGUMENT =
      1, /* wrong number, dtype, rank or static size of an argument */
  RM_ERROR_SHAPE = 2,     /* sizes that disagree inside a program */
  RM_ERROR_VALUE = 3,     /* another failed run-time check of a program */
  RM_ERROR_MEMORY = 4,    /* host memory is exhausted */
  RM_ERROR_NO_DEVICE = 5, /* a GPU was asked for and none is usable */
  RM_ERROR_DEVICE_MEMORY = 6,
  RM_ERROR_DEVICE_LOST = 7,
  RM_ERROR_DEVICE = 8,  /* any other failure of the device or its driver */
  RM_ERROR_TIMEOUT = 9, /* the device did not finish in the context's timeout */
  RM_ERROR_UNSUPPORTED =
      10, /* beyond a limit of the device; a kernel needs a feature it lacks */
  RM_ERROR_PROGRAM =
      11, /* another ABI version, a missing CPU feature, damaged tables */
  RM_ERROR_INTERNAL = 12
} rm_status;

/* A strided n-d array. `strides` are in bytes. `owner` is NULL for memory the
 * caller keeps; tensors made by the runtime have an owner and are given back
 * with rm_tensor_release. On the device, `data` is NULL and the memory is known
 * to `owner`; strides are then row-major. */
typedef struct rm_tensor {
  void *data;                   /* offset 0 */
  int32_t dtype;                /* offset 8, rm_dtype */
  int32_t rank;                 /* offset 12 */
  int64_t sizes[RM_MAX_RANK];   /* offset 16 */
  int64_t strides[RM_MAX_RANK]; /* offset 144 */
  int32_t place;                /* offset 272, rm_place_kind */
  int32_t reserved;             /* offset 276, 0 */
  void *owner;                  /* offset 280; 288 bytes in all */
} rm_tensor;

typedef struct rm_program rm_program;

/* The type of an argument or a result. Sizes beyond rank are 0. `name` may be
 * NULL. */
typedef struct rm_value_type {
  const char *name;
  int32_t dtype;
  int32_t rank;
  int64_t sizes[RM_MAX_RANK]; /* RM_DYNAMIC where unknown; 144 bytes in all */
} rm_value_type;

/* Program ABI: args are read only, results are written (what they held is not
 * looked at). Returns an rm_status; after a failure no result is set and
 * rm_context_error says why. */
typedef int32_t (*rm_entry_function)(rm_context *context, const rm_tensor *args,
                                     int32_t num_args, rm_tensor *results,
                                     int32_t num_results);

/* What an entry function hands to rm_invoke: the program itself, without
 * checks. */
typedef void (*rm_entry_body)(const rm_tensor *args, rm_tensor *results);

typedef struct rm_entry {
  const char *name;
  const rm_program *program; /* the table this entry is in */
  rm_entry_function function;
  const rm_value_type *args;
  const rm_value_type *results;
  int32_t num_args;
  int32_t num_results;
} rm_entry; /* 48 bytes */

/* A unit of work: what fusion made, what placement decides about. */
typedef struct rm_unit {
  const char *name;     /* the op, e.g. "fused.image_normalize" */
  const char *location; /* "file.mlir:3:8" or "" */
} rm_unit;

enum rm_kernel_flags {
  RM_KERNEL_VEC4 = 1 << 0,    /* moves data as 4-vectors */
  RM_KERNEL_FLOAT64 = 1 << 1, /* device features the SPIR-V needs */
  RM_KERNEL_INT64 = 1 << 2,
  RM_KERNEL_FLOAT16 = 1 << 3,
  RM_KERNEL_INT16 = 1 << 4,
  RM_KERNEL_INT8 = 1 << 5,
  RM_KERNEL_STORAGE16 = 1 << 6,
  RM_KERNEL_STORAGE8 = 1 << 7,
  RM_KERNEL_SUBGROUP_ARITHMETIC = 1 << 8, /* and whole subgroups */
  RM_KERNEL_PRESERVE_NAN = 1 << 9 /* shaderSignedZeroInfNanPreserveFloat32 */
};

/* Lanes that the subgroups of a kernel with RM_KERNEL_SUBGROUP_ARITHMETIC have
 * at least. */
#define RM_LEAST_SUBGROUP 4

enum rm_access { RM_READ = 1, RM_WRITE = 2, RM_READ_WRITE = 3 };

/* Most buffers a kernel can bind. The device's own limit may be lower. */
#define RM_MAX_BINDINGS 32

typedef struct rm_kernel {
  const char *entry_point; /* in its SPIR-V module */
  int32_t unit;            /* index into rm_program.units, or -1 */
  int32_t
      num_bindings; /* storage buffers: set 0, bindings 0 .. num_bindings-1 */
  const uint8_t *access; /* one rm_access a binding */
  int32_t push_bytes;    /* bytes of push constants, a multiple of 4 */
  int32_t workgroup_size[3];
  int32_t
      subgroup_size; /* required subgroup size, or 0 for the device's choice */
  int32_t shared_bytes; /* workgroup memory */
  int32_t flags; /* rm_kernel_flags: what this kernel needs of a device */
  int32_t reserved;
  const uint32_t *spirv; /* the module with the entry point; several kernels may
                            share one */
  int64_t spirv_bytes;
} rm_kernel; /* 72 bytes */

/* A compiled program. A shared object made by `runmat compile` exports one as
 * `rm_program_info`. */
struct rm_program {
  int32_t abi_version; /* RM_ABI_VERSION */
  int32_t num_entries;
  const char *name;
  const rm_entry *entries;
  const rm_kernel *kernels;
  const rm_unit *units;
  int32_t num_kernels;
  int32_t num_units;
  const char *target;       /* compiler version and target, for reports */
  const char *cpu_features; /* what the native code needs, LLVM's names:
                               "avx2,fma"; "" for none */
}; /* 64 bytes */

#define RM_PROGRAM_SYMBOL "rm_program_info"

/*===-- 2. For hosts
 * --------------------------------------------------------------------------===*/

/* Bytes of one element; 0 if dtype is not an rm_dtype. */
RM_API int64_t rm_dtype_size(int32_t dtype);
/* "f32" ...; "?" if dtype is not an rm_dtype. */
RM_API const char *rm_dtype_name(int32_t dtype);
RM_API const char *rm_status_name(int32_t status);
/* RM_ABI_VERSION of the library that is loaded. */
RM_API int32_t rm_abi_version(void);

typedef struct rm_context_options {
  int32_t struct_size; /* sizeof(rm_context_options), set by
                          rm_context_options_init */
  int32_t
      num_threads; /* threads a call may use; 0: as rm_set_num_threads says */
  /* "cpu", "gpu", "gpu=PART OF A DEVICE'S NAME", "auto" or "auto=PART". gpu
   * without a usable device fails, with the reason. auto takes a GPU, else the
   * CPU, and rm_context_note says so. CPU-type devices are taken if named, and
   * by gpu if there is nothing else. */
  const char *device;
  const char *cache_dir; /* for pipelines; NULL: the user's cache folder; "": no
                            cache on disk */
  int32_t validation; /* load the Vulkan validation layer; messages are counted,
                         see below */
  int32_t results_on_device; /* results of GPU units stay there;
                                rm_tensor_to_host fetches them. Of programs
                                compiled for "gpu": those for "auto" give host
                                tensors whatever this says */
  int32_t timeout_ms;        /* longest wait for the device; 0: 60000 */
  int32_t reserved;
  int64_t host_cache_bytes; /* freed host memory kept for reuse; 0: an eighth of
                               the machine's */
} rm_context_options;

/* Defaults: device "auto", all else 0. */
RM_API void rm_context_options_init(rm_context_options *options);

/* A context carries a device policy, caches and telemetry. It runs one call at
 * a time (calls from several threads wait for each other); for calls at once,
 * make several contexts: they share one thread pool and one Vulkan device.
 * Returns NULL and writes the reason to `error` on failure. `options` may be
 * NULL. */
RM_API rm_context *rm_context_create(const rm_context_options *options,
                                     char *error, size_t error_size);
/* Tensors the context made stay valid. */
RM_API void rm_context_destroy(rm_context *context);

typedef struct rm_error {
  int32_t code;         /* rm_status */
  const char *text;     /* never NULL */
  const char *location; /* "" where unknown */
} rm_error;
/* The last failure; the strings live until the context's next call. */
RM_API rm_error rm_context_error(const rm_context *context);
/* What the user should know of the last call, e.g. why it ran on the CPU, or
 * why auto has no GPU; "" if nothing. Lives until the next call. */
RM_API const char *rm_context_note(const rm_context *context);
/* "cpu" or the GPU's name. */
RM_API const char *rm_context_device(const rm_context *context);
/* 1 if the context has a GPU. */
RM_API int32_t rm_context_has_gpu(const rm_context *context);

/* Closes devices that no context and no tensor uses; they are kept otherwise,
 * as opening one takes long. */
RM_API void rm_release_devices(void);

/* Messages (warnings and errors) of the validation layer in this process, and
 * the first of them. */
RM_API int64_t rm_validation_messages(const char **first);

/* Size of the process-wide pool; 0: RUNMAT_NUM_THREADS, else the hardware
 * threads this process may use. Takes effect at the next parallel loop. */
RM_API void rm_set_num_threads(int32_t count);
RM_API int32_t rm_num_threads(void);

/* RM_OK if this library can run the program on this machine: ABI version and
 * CPU features. */
RM_API int32_t rm_program_check(const rm_program *program, char *error,
                                size_t error_size);
/* NULL if there is none; a NULL name finds the only entry, or the one named
 * "main". */
RM_API const rm_entry *rm_program_find(const rm_program *program,
                                       const char *name);

/* Fills in a host tensor over memory of the caller, row-major. */
RM_API void rm_tensor_init(rm_tensor *tensor, void *data, int32_t dtype,
                           int32_t rank, const int64_t *sizes);
/* Allocates an uninitialised row-major host tensor. */
RM_API int32_t rm_tensor_create(rm_context *context, int32_t dtype,
                                int32_t rank, const int64_t *sizes,
                                rm_tensor *tensor);
/* Another reference to a tensor with an owner. */
RM_API void rm_tensor_retain(rm_tensor *tensor);
/* Gives a reference back and clears the struct; a tensor without owner is only
 * cleared. Any thread, also after the context is gone. */
RM_API void rm_tensor_release(rm_tensor *tensor);
RM_API int64_t rm_tensor_elements(const rm_tensor *tensor);
/* Copies to the context's device (row-major there), or to the host. The copy
 * has an owner. RM_ERROR_ARGUMENT, and `copy` as it was, for a tensor without
 * memory (data that is NULL, a device's place without an owner), on another
 * context's device, or with sizes beyond its device memory. */
RM_API int32_t rm_tensor_to_device(rm_context *context, const rm_tensor *tensor,
                                   rm_tensor *copy);
RM_API int32_t rm_tensor_to_host(rm_context *context, const rm_tensor *tensor,
                                 rm_tensor *copy);

/* JSON texts; free them with rm_string_free. NULL when memory is exhausted. */
RM_API char *
rm_telemetry_json(rm_context *context); /* docs/telemetry.schema.json */
RM_API void rm_telemetry_reset(rm_context *context); /* zeroes everything */
RM_API char *
rm_device_info_json(rm_context *context); /* profile of the context's device */
/* All Vulkan devices, usable or not, as an array: what rm_device_info_json says
 * of each, and "unusable": the reason, or "". NULL, with the reason in `error`,
 * where there is no Vulkan at all. */
RM_API char *rm_devices_json(char *error, size_t error_size);
RM_API void rm_string_free(char *text);

/* Device time, in nanoseconds, of all dispatches of the last call: from the
 * start of the first to the end of the last one, and their sum. 0 where there
 * was none. */
RM_API int64_t rm_last_device_time_ns(const rm_context *context,
                                      int64_t *sum_of_dispatches);

/*===-- 3. For generated code
 * -----------------------------------------------------------------===*/

/* The whole body of an entry function. Checks the arguments against entry's
 * signature, makes strided ones row-major, runs body, and releases everything
 * the call still holds. Returns an rm_status. With device "auto", a call that
 * fails on the device runs once more on the CPU. */
RM_API int32_t rm_invoke(rm_context *context, const rm_entry *entry,
                         rm_entry_body body, const rm_tensor *args,
                         int32_t num_args, rm_tensor *results,
                         int32_t num_results);

/* Ends the call with an rm_status, a text and the op's location (NULL if
 * unknown). */
RM_API RM_NORETURN void rm_fail(int32_t code, const char *text,
                                const char *location);
/* The same; "{0}", "{1}" ... in text become values[0], values[1] ... */
RM_API RM_NORETURN void rm_fail_values(int32_t code, const char *text,
                                       const char *location,
                                       const int64_t *values,
                                       int32_t num_values);

/* Memory of the call: at least 64-byte aligned (or `align`, a power of two),
 * uninitialised, never NULL. 0 bytes are allowed. What is not freed or made a
 * result ends with the call. May be called in parallel bodies. */
RM_API void *rm_alloc(int64_t bytes, int64_t align);
/* The same; a failure names the op's location (NULL if unknown). */
RM_API void *rm_alloc_at(int64_t bytes, int64_t align, const char *location);
/* NULL is allowed. */
RM_API void rm_free(void *pointer);

/* Makes row-major memory at `aligned`, inside the block `allocated`, a result:
 * the block then belongs to the result and must not be freed. Memory that
 * rm_alloc did not give in this call (an argument, a constant) is copied. One
 * block may serve several results. */
RM_API void rm_result(rm_tensor *result, void *allocated, void *aligned,
                      int32_t dtype, int32_t rank, const int64_t *sizes);

/* Runs body over [begin, end), split into one contiguous chunk a thread;
 * returns when all is done. The caller takes part. Nested loops, and loops
 * while another thread uses the pool, run serially. */
RM_API void rm_parallel_for(int64_t begin, int64_t end,
                            void (*body)(int64_t begin, int64_t end, void *env),
                            void *env);

/* The host's row-major data of an argument; a device-resident one is
 * downloaded, once a call. `argument` points into the args given to body, as
 * for rm_gpu_argument. */
RM_API const void *rm_host_argument(const rm_tensor *argument);

/* 1 if the unit shall run on the GPU, 0 for the CPU. Always the same answer
 * within a call. */
RM_API int32_t rm_place(const rm_program *program, int32_t unit);

/* Telemetry. rm_count adds to a named counter; "fallback: REASON" goes to the
 * list of fallbacks, unless the context's device is "cpu". Each execution of a
 * unit, on either device, is counted by one begin and one end, outside parallel
 * bodies; they do not nest. What is between them is timed; a unit that runs on
 * the GPU (by rm_place, else if it has kernels) is timed by the device instead.
 */
RM_API void rm_count(const char *counter, int64_t delta);
RM_API void rm_unit_begin(const rm_program *program, int32_t unit);
RM_API void rm_unit_end(const rm_program *program, int32_t unit);

/* GPU memory is named by handles (> 0), valid within the call. Sizes are in
 * bytes; offsets and sizes of fills and bindings are multiples of 4. Work is
 * queued and runs in order as far as it touches the same memory; only
 * rm_gpu_download and the end of the call wait for it. A host pointer given to
 * upload may be reused when it returns. */
RM_API int64_t rm_gpu_alloc(int64_t bytes);
RM_API void rm_gpu_free(int64_t handle);
RM_API void rm_gpu_upload(int64_t handle, const void *host, int64_t bytes);
RM_API void rm_gpu_download(int64_t handle, void *host, int64_t bytes);
RM_API void rm_gpu_fill(int64_t handle, uint32_t pattern, int64_t bytes);
RM_API void rm_gpu_copy(int64_t destination, int64_t destination_offset,
                        int64_t source, int64_t source_offset, int64_t bytes);

typedef struct rm_gpu_binding {
  int64_t handle;
  int64_t offset; /* a multiple of the device's minStorageBufferOffsetAlignment
                     (at most 256) */
  int64_t bytes;  /* 0: to the end of the allocation */
} rm_gpu_binding;

/* Queues kernel number `kernel` of the program over grid[0] x grid[1] x grid[2]
 * workgroups (a grid with a 0 is no work). Barriers come from the kernel's
 * access flags. Fails if a grid axis, a binding's size or the number of
 * bindings is beyond the device's limits. */
RM_API void rm_gpu_dispatch(const rm_program *program, int32_t kernel,
                            const rm_gpu_binding *bindings,
                            int32_t num_bindings, const void *push,
                            int32_t push_bytes, const uint32_t grid[3],
                            const char *location);

/* The device copy of an argument: uploaded once a call, or the argument's own
 * memory if it is already there. Read only; do not free it. */
RM_API int64_t rm_gpu_argument(const rm_tensor *argument);
/* Makes device memory a row-major result: kept there if the context says
 * results_on_device, else downloaded. The handle then belongs to the result. */
RM_API void rm_gpu_result(rm_tensor *result, int64_t handle, int32_t dtype,
                          int32_t rank, const int64_t *sizes);

/* The context's device limits that generated code chooses variants by. 0
 * without a device. */
typedef enum rm_limit {
  RM_LIMIT_STORAGE_RANGE = 0, /* bytes of one binding */
  RM_LIMIT_GRID_X = 1,
  RM_LIMIT_SUBGROUP = 2, /* default subgroup size */
  RM_LIMIT_SHARED_BYTES = 3,
  RM_LIMIT_BINDINGS = 4,
  RM_LIMIT_WORKGROUP = 5, /* invocations of a workgroup */
  RM_LIMIT_OFFSET_ALIGNMENT = 6,
  RM_LIMIT_HEAP_BYTES = 7 /* device memory */
} rm_limit;
RM_API int64_t rm_gpu_limit(int32_t limit);

#ifdef __cplusplus
}

#include <type_traits>
static_assert(sizeof(rm_tensor) == 288 && offsetof(rm_tensor, dtype) == 8 &&
                  offsetof(rm_tensor, rank) == 12 &&
                  offsetof(rm_tensor, sizes) == 16 &&
                  offsetof(rm_tensor, strides) == 144 &&
                  offsetof(rm_tensor, place) == 272 &&
                  offsetof(rm_tensor, owner) == 280,
              "generated code reads rm_tensor by these offsets");
static_assert(sizeof(rm_value_type) == 144 && sizeof(rm_entry) == 48 &&
                  sizeof(rm_unit) == 16 && sizeof(rm_kernel) == 72 &&
                  sizeof(rm_program) == 64 && sizeof(rm_gpu_binding) == 24,
              "generated tables have these sizes");
static_assert(std::is_standard_layout<rm_program>::value, "part of a C ABI");
#endif

#endif
