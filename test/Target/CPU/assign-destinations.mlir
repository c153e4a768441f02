// Results of nests are written over what nothing reads any more, or get memory of their own.
// RUN: runmat-opt %s --assign-destinations | FileCheck %s
// What follows allocates nothing in the loop, and copies nothing.
// RUN: runmat-opt %s --assign-destinations --eliminate-empty-tensors --empty-tensor-to-alloc-tensor \
// RUN:   --one-shot-bufferize='bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map allow-return-allocs-from-loops' \
// RUN:   --canonicalize | FileCheck %s --check-prefix=BUFFERS

#id = affine_map<(i) -> (i)>
#id2 = affine_map<(i, j) -> (i, j)>
#flip = affine_map<(i, j) -> (j, i)>

// CHECK-LABEL: func.func @state
// CHECK: scf.for {{.*}} iter_args(%[[S:.*]] = %{{.*}}) -> (tensor<?xf32>)
// CHECK-NOT: tensor.empty
// CHECK: fused.nest [?] ins(%[[S]], %{{.*}} : tensor<?xf32>, tensor<?xf32>) maps [#map, #map] outs(%[[S]] : tensor<?xf32>)
// BUFFERS-LABEL: func.func @state
// BUFFERS: memref.copy
// BUFFERS-NOT: memref.alloc
// BUFFERS-NOT: memref.copy
// BUFFERS: scf.for
// BUFFERS-NOT: memref.alloc
// BUFFERS-NOT: memref.copy
// BUFFERS: fused.nest [?] ins(%[[B:.*]], %{{.*}} : memref<?xf32>, memref<?xf32{{.*}}>) maps [#map, #map] outs(%[[B]] : memref<?xf32>)
// BUFFERS-NOT: memref.alloc
// BUFFERS-NOT: memref.copy
// BUFFERS: return
func.func @state(%x: tensor<?xf32> {bufferization.writable = false}, %f: tensor<?xf32>, %n: index) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%s = %x) -> (tensor<?xf32>) {
    %y = fused.nest [?] ins(%s, %f : tensor<?xf32>, tensor<?xf32>) maps [#id, #id] yields [[#fused.store]] results [0] {
    ^bb0(%a: f32, %b: f32):
      %t = array.add %a, %b : f32, f32
      fused.yield %t : f32
    } -> tensor<?xf32>
    scf.yield %y : tensor<?xf32>
  }
  return %r : tensor<?xf32>
}

// An argument, a state that is read again, one read transposed, and a reduction get memory of their own.
// CHECK-LABEL: func.func @own
// CHECK: tensor.empty() : tensor<8x8xf32>
// CHECK-NEXT: %[[Y:.*]] = fused.nest
// CHECK: tensor.empty() : tensor<8x8xf32>
// CHECK-NEXT: fused.nest {{.*}} ins(%[[Y]]
// CHECK: %[[E:.*]] = tensor.empty() : tensor<8xf32>
// CHECK-NEXT: fused.nest {{.*}} outs(%[[E]] : tensor<8xf32>)
func.func @own(%x: tensor<8x8xf32> {bufferization.writable = false}) -> (tensor<8x8xf32>, tensor<8xf32>) {
  %y = fused.nest [8, 8] ins(%x : tensor<8x8xf32>) maps [#id2] yields [[#fused.store]] results [0] {
  ^bb0(%a: f32):
    %t = array.exp %a : f32
    fused.yield %t : f32
  } -> tensor<8x8xf32>
  %z = fused.nest [8, 8] ins(%y : tensor<8x8xf32>) maps [#flip] yields [[#fused.store]] results [0] {
  ^bb0(%a: f32):
    %t = array.exp %a : f32
    fused.yield %t : f32
  } -> tensor<8x8xf32>
  %s = fused.nest [8, 8] ins(%z : tensor<8x8xf32>) maps [#id2] yields [[#fused.reduction<sum dims [1]>]] results [0] {
  ^bb0(%a: f32):
    fused.yield %a : f32
  } -> tensor<8xf32>
  return %z, %s : tensor<8x8xf32>, tensor<8xf32>
}

// A stencil: what is read are parts of what is written. One array is allocated and copied, not one for each part.
// CHECK-LABEL: func.func @stencil
// CHECK: %[[T:.*]] = bufferization.alloc_tensor() : tensor<6xf32>
// CHECK: fused.nest {{.*}} outs(%[[T]] : tensor<6xf32>)
// BUFFERS-LABEL: func.func @stencil
// BUFFERS: memref.copy
// BUFFERS: scf.for
// BUFFERS: memref.alloc
// BUFFERS-NOT: memref.copy
// BUFFERS: fused.nest
// BUFFERS: memref.copy
// BUFFERS-NOT: memref.copy
// BUFFERS: return
func.func @stencil(%x: tensor<8xf32> {bufferization.writable = false}, %n: index) -> tensor<8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%s = %x) -> (tensor<8xf32>) {
    %a = tensor.extract_slice %s[0] [6] [1] : tensor<8xf32> to tensor<6xf32>
    %b = tensor.extract_slice %s[2] [6] [1] : tensor<8xf32> to tensor<6xf32>
    %y = fused.nest [6] ins(%a, %b : tensor<6xf32>, tensor<6xf32>) maps [#id, #id] yields [[#fused.store]] results [0] {
    ^bb0(%p: f32, %q: f32):
      %t = array.add %p, %q : f32, f32
      fused.yield %t : f32
    } -> tensor<6xf32>
    %z = tensor.insert_slice %y into %s[1] [6] [1] : tensor<6xf32> into tensor<8xf32>
    scf.yield %z : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}
