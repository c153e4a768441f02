// Reasons that are a device's: its shared memory, the range of its bindings, its subgroups. Devices that are no
// built-in profile are read from the file that `runmat devices --json` writes.
// RUN: split-file %s %t
// RUN: runmat-opt %t/limits.mlir --split-input-file --generalize-units --convert-fused-to-gpu=profile=lavapipe --verify-diagnostics -o /dev/null
// RUN: runmat-opt %t/subgroups.mlir --generalize-units --convert-fused-to-gpu=profile=%t/none.json --verify-diagnostics -o /dev/null
// RUN: sed -e 's/"full_subgroups": true/"full_subgroups": false/' -e 's/"operations": 3/"operations": 7/' %t/none.json > %t/partial.json
// RUN: runmat-opt %t/subgroups.mlir --generalize-units --convert-fused-to-gpu=profile=%t/partial.json --verify-diagnostics -o /dev/null
// RUN: sed -e 's/"operations": 3/"operations": 7/' %t/none.json > %t/whole.json
// RUN: runmat-opt %t/subgroups.mlir --generalize-units --convert-fused-to-gpu=profile=%t/whole.json 2>&1 | FileCheck %s --check-prefix=WHOLE
// WHOLE: gpu.func
// RUN: sed -E 's/"max_shared_memory": [0-9]+/"max_shared_memory": 64/' %t/whole.json > %t/small.json
// RUN: runmat-opt %t/shared.mlir --generalize-units --convert-fused-to-gpu=profile=%t/small.json --verify-diagnostics -o /dev/null
// RUN: not runmat-opt %t/subgroups.mlir --generalize-units --convert-fused-to-gpu=profile=%t/two.json 2>&1 | FileCheck %s --check-prefix=TWO
// TWO: error: {{.*}}two.json: has 2 devices; keep one
// RUN: not runmat-opt %t/subgroups.mlir --generalize-units --convert-fused-to-gpu=profile=%t/missing.json 2>&1 | FileCheck %s --check-prefix=MISSING
// MISSING: error: {{.*}}missing.json: cannot be read: No such file or directory
// RUN: not runmat-opt %t/subgroups.mlir --generalize-units --convert-fused-to-gpu=profile=%t/broken.json 2>&1 | FileCheck %s --check-prefix=BROKEN
// BROKEN: error: {{.*}}broken.json: device information lacks one of the objects

//--- shared.mlir
// Partial results of a workgroup meet in shared memory.
func.func @shared(%x: tensor<64x4096xf32>) -> tensor<64xf32> {
  // expected-remark @+1 {{[shared-memory]: the unit needs}}
  %r = fused.nest [64, 4096] ins(%x : tensor<64x4096xf32>) maps [affine_map<(i, j) -> (i, j)>]
      yields [[#fused.reduction<sum dims [1]>]] results [0] {
  ^bb0(%a: f32):
    fused.yield %a : f32
  } -> tensor<64xf32>
  return %r : tensor<64xf32>
}

//--- limits.mlir
// Planes are bound one window after the other, but one plane as a whole.
func.func @plane(%x: tensor<2x8192x8192xf32>, %e: tensor<f32>) -> tensor<2x8192x8192xf32> {
  // expected-remark @+1 {{[binding-range]: one window is larger than a buffer binding of the device, 134217728 bytes}}
  %y = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x8192x8192xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%n: f32, %v: f32):
    fused.yield %n : f32
  } -> tensor<2x8192x8192xf32>
  return %y : tensor<2x8192x8192xf32>
}

// -----

// Partial values of all planes' reductions are one buffer.
func.func @partials(%x: tensor<34000000x2xf32>, %e: tensor<f32>) -> tensor<f32> {
  // expected-remark @+1 {{[binding-range]: what the rows' reductions give is larger than a buffer binding of the device, 134217728 bytes}}
  %m = fused.image_normalize dims [1] compute f32 ins(%x : tensor<34000000x2xf32>) epsilon(%e : tensor<f32>)
      reductions [#fused.reduction<mean dims [0, 1]>] {
  ^bb0(%n: f32, %v: f32):
    fused.yield %n : f32
  } -> tensor<f32>
  return %m : tensor<f32>
}

//--- subgroups.mlir
func.func @f(%x: tensor<2x512x512xf32>, %e: tensor<f32>) -> tensor<2x512x512xf32> {
  // expected-remark @+1 {{[subgroup-arithmetic]: the device has no arithmetic over whole subgroups of at least 4 lanes}}
  %y = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<2x512x512xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%n: f32, %v: f32):
    fused.yield %n : f32
  } -> tensor<2x512x512xf32>
  return %y : tensor<2x512x512xf32>
}

//--- none.json
[{"name": "Abacus",
  "subgroup": {"default": 8, "min": 8, "operations": 3, "full_subgroups": true},
  "limits": {"max_workgroup_invocations": 128, "max_shared_memory": 16384, "max_push_constants_size": 128,
             "max_storage_buffers": 16, "max_storage_buffer_range": 134217728, "min_storage_buffer_offset_alignment": 16},
  "features": {"shader_float64": false, "shader_float16": false, "shader_int64": false, "shader_int16": false,
               "shader_int8": false, "storage_16bit": false, "storage_8bit": false},
  "float_controls": {"signed_zero_inf_nan_preserve_f32": true}}]
//--- two.json
[{}, {}]
//--- broken.json
{"name": "Abacus"}
