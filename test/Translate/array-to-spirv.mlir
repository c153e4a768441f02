// A module with an entry point per kernel, valid for spirv-val, and the JSON that describes it.
// RUN: mkdir -p %t
// RUN: runmat-translate --array-to-spirv --no-fusion %s -o %t/k.spv
// RUN: spirv-val --target-env vulkan1.1 %t/k.spv
// RUN: runmat-translate --spirv-disassemble %t/k.spv | FileCheck %s --check-prefix=TEXT
// RUN: FileCheck %s --check-prefix=JSON < %t/k.json
// RUN: %python -c "import json,sys; json.load(open(sys.argv[1]))" %t/k.json

// Sizes are unknown: both classes of shapes are there, and both units share kernels that do not differ.
// TEXT-DAG: OpEntryPoint GLCompute %image_normalize_rows "image_normalize_rows"
// TEXT-DAG: OpEntryPoint GLCompute %image_normalize_pass0 "image_normalize_pass0"
// TEXT-DAG: OpEntryPoint GLCompute %image_normalize_pass0_2 "image_normalize_pass0_2"
// TEXT-DAG: OpEntryPoint GLCompute %image_normalize_pass1_3 "image_normalize_pass1_3"
// TEXT-NOT: "image_normalize_pass0_3"
// TEXT-DAG: OpExecutionMode %image_normalize_pass1 SignedZeroInfNanPreserve 32
// TEXT-DAG: OpDecorate %image_normalize_pass0_arg_0 NonWritable

// JSON: "schema": 2
// JSON: "entry": "image_normalize_pass0"
// JSON: "workgroup": [
// JSON-NEXT: 256,
// JSON: "vec4"
// JSON: "dtype": "f32",
// JSON-NEXT: "lanes": 4,
// JSON-NEXT: "access": "read"
// JSON: "type": "u32"
// JSON: "op": "fused.image_normalize"
// JSON-NEXT: "function": "main"
// JSON: "expr": "(arg0.size1 * arg0.size2)"
// JSON: "ceildiv(
// JSON: "mod((arg0.size1 * arg0.size2), 4) == 0"
// JSON: <= limit.storage_range"
// JSON: "name": "staged_ragged"
// JSON: "op": "fused.image_normalize"
// JSON: "reason": "device-feature"
func.func @main(%x: tensor<?x?x?xf32>, %d: tensor<2x4x4xf64>) -> (tensor<?x?x?xf32>, tensor<?x?x?xf32>, tensor<2x4x4xf64>) {
  %e = array.constant dense<1.0e-6> : tensor<f32>
  %a = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<?x?x?xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    fused.yield %y : f32
  } -> tensor<?x?x?xf32>
  %b = fused.image_normalize dims [1, 2] compute f32 ins(%a : tensor<?x?x?xf32>) epsilon(%e : tensor<f32>) {
  ^bb0(%y: f32, %v: f32):
    %s = array.exp %y : f32
    fused.yield %s : f32
  } -> tensor<?x?x?xf32>
  %f = array.constant dense<1.0e-6> : tensor<f64>
  %c = fused.image_normalize dims [1, 2] compute f64 ins(%d : tensor<2x4x4xf64>) epsilon(%f : tensor<f64>) {
  ^bb0(%y: f64, %v: f64):
    fused.yield %y : f64
  } -> tensor<2x4x4xf64>
  return %a, %b, %c : tensor<?x?x?xf32>, tensor<?x?x?xf32>, tensor<2x4x4xf64>
}
