// What is read through a buffer is not written before offload.read.
// RUN: runmat-opt %s | runmat-opt | FileCheck %s --check-prefix=TEXT
// RUN: runmat-opt --canonicalize --cse --one-shot-bufferize="bufferize-function-boundaries" %s | FileCheck %s

// TEXT: offload.read %{{.*}} : tensor<4xf32>

// The part is written into a copy, since the value before is read after it.
// CHECK-LABEL: func.func @read_later
// CHECK: %[[FIRST:.*]] = memref.alloc() : memref<4xf32>
// CHECK: %[[COPY:.*]] = memref.alloc() {{.*}}: memref<4xf32>
// CHECK: memref.copy %[[FIRST]], %[[COPY]]
// CHECK: memref.subview %[[COPY]]
// CHECK: memref.load %[[FIRST]]
// CHECK-NOT: offload.read
// CHECK: return %[[COPY]]
func.func @read_later(%s: tensor<2xf32>) -> (tensor<4xf32>, f32) {
  %zero = arith.constant 0 : index
  %made = memref.alloc() : memref<4xf32>
  %x = bufferization.to_tensor %made restrict writable : memref<4xf32> to tensor<4xf32>
  %y = tensor.insert_slice %s into %x[0] [2] [1] : tensor<2xf32> into tensor<4xf32>
  %b = bufferization.to_buffer %x read_only : tensor<4xf32> to memref<4xf32>
  %v = memref.load %b[%zero] : memref<4xf32>
  offload.read %x : tensor<4xf32>
  return %y, %v : tensor<4xf32>, f32
}

// Read before: the part goes where the value was.
// CHECK-LABEL: func.func @read_before
// CHECK: %[[FIRST:.*]] = memref.alloc() : memref<4xf32>
// CHECK-NOT: memref.alloc
// CHECK: memref.load %[[FIRST]]
// CHECK: memref.subview %[[FIRST]]
func.func @read_before(%s: tensor<2xf32>) -> (tensor<4xf32>, f32) {
  %zero = arith.constant 0 : index
  %made = memref.alloc() : memref<4xf32>
  %x = bufferization.to_tensor %made restrict writable : memref<4xf32> to tensor<4xf32>
  %b = bufferization.to_buffer %x read_only : tensor<4xf32> to memref<4xf32>
  %v = memref.load %b[%zero] : memref<4xf32>
  offload.read %x : tensor<4xf32>
  %y = tensor.insert_slice %s into %x[0] [2] [1] : tensor<2xf32> into tensor<4xf32>
  return %y, %v : tensor<4xf32>, f32
}
