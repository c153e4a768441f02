// runmat-opt says what was fused and what was not, as text and as YAML, with function and place.
// RUN: runmat-opt --fuse-image-normalize --remarks-filter='.*' %s -o %t.mlir 2>&1 | FileCheck %s --check-prefix=TEXT
// RUN: runmat-opt --fuse-image-normalize --remarks-filter='.*' --remark-format=yaml \
// RUN:   --remarks-output-file=%t.yaml %s -o %t.mlir
// RUN: FileCheck %s --check-prefix=YAML --input-file=%t.yaml

// TEXT: remarks.mlir:[[#@LINE+34]]:9: remark: [Missed] fuse-image-normalize
// TEXT-SAME: epsilon-invalid
// TEXT: remarks.mlir:[[#@LINE+22]]:8: remark: [Passed] fuse-image-normalize
// TEXT-SAME: Operations=7

// YAML: --- !Missed
// YAML: Function: {{ *}}negative_epsilon
// YAML: epsilon-invalid
// YAML: --- !Passed
// YAML: Name: {{ *}}fuse-image-normalize
// YAML: DebugLoc:
// YAML: remarks.mlir
// YAML: {{Line:[[:space:]]*}}[[#@LINE+12]],{{[[:space:]]*}}Column: 8
// YAML: Function: {{ *}}normalize
func.func @normalize(%x: tensor<4x64x128xf32>) -> tensor<4x64x128xf32> {
  %eps = array.constant dense<1.0e-6> : tensor<f32>
  %mu = array.mean %x dims [1, 2] keep : tensor<4x64x128xf32>
  %d = array.sub %x, %mu : tensor<4x64x128xf32>, tensor<4x1x1xf32>
  %sq = array.mul %d, %d : tensor<4x64x128xf32>, tensor<4x64x128xf32>
  %var = array.mean %sq dims [1, 2] keep : tensor<4x64x128xf32>
  %ve = array.add %var, %eps : tensor<4x1x1xf32>, tensor<f32>
  %sigma = array.sqrt %ve : tensor<4x1x1xf32>

  // The division is where the unit stands.
  %y = array.div %d, %sigma : tensor<4x64x128xf32>, tensor<4x1x1xf32>
  return %y : tensor<4x64x128xf32>
}

func.func @negative_epsilon(%x: tensor<4x64x128xf32>) -> tensor<4x64x128xf32> {
  %eps = array.constant dense<-1.0e-6> : tensor<f32>
  %mu = array.mean %x dims [1, 2] keep : tensor<4x64x128xf32>
  %d = array.sub %x, %mu : tensor<4x64x128xf32>, tensor<4x1x1xf32>
  %sq = array.mul %d, %d : tensor<4x64x128xf32>, tensor<4x64x128xf32>
  %var = array.mean %sq dims [1, 2] keep : tensor<4x64x128xf32>
  %ve = array.add %var, %eps : tensor<4x1x1xf32>, tensor<f32>
  %sigma = array.sqrt %ve : tensor<4x1x1xf32>
  %y = array.div %d, %sigma : tensor<4x64x128xf32>, tensor<4x1x1xf32>
  return %y : tensor<4x64x128xf32>
}
