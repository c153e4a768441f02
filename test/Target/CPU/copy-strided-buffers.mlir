// A cast to a row-major type of dynamic sizes is a copy where the strides may be others, and stays a cast where they may not.
// RUN: runmat-opt --copy-strided-buffers %s | FileCheck %s

// CHECK-LABEL: func.func @part
// CHECK-SAME: %[[X:.*]]: memref<?x?xf32, strided<[?, 1]>>
// CHECK: %[[M:.*]] = memref.dim %[[X]], %c0
// CHECK: %[[N:.*]] = memref.dim %[[X]], %c1
// CHECK: %[[COPY:.*]] = memref.alloc(%[[M]], %[[N]]) {alignment = 64 : i64} : memref<?x?xf32>
// CHECK: memref.copy %[[X]], %[[COPY]]
// CHECK: return %[[COPY]]
func.func @part(%x: memref<?x?xf32, strided<[?, 1]>>) -> memref<?x?xf32> {
  %r = memref.cast %x : memref<?x?xf32, strided<[?, 1]>> to memref<?x?xf32>
  return %r : memref<?x?xf32>
}

// Rows may be as long as they are far apart, or shorter.
// CHECK-LABEL: func.func @every_other_row
// CHECK: %[[COPY:.*]] = memref.alloc(%{{.*}}) {alignment = 64 : i64} : memref<3x?xf32>
// CHECK: memref.copy %arg0, %[[COPY]]
func.func @every_other_row(%x: memref<3x?xf32, strided<[16, 1]>>) -> memref<3x?xf32> {
  %r = memref.cast %x : memref<3x?xf32, strided<[16, 1]>> to memref<3x?xf32>
  return %r : memref<3x?xf32>
}

// It may start anywhere.
// CHECK-LABEL: func.func @offset
// CHECK: memref.copy
func.func @offset(%x: memref<4x8xf32, strided<[8, 1], offset: ?>>) -> memref<4x8xf32> {
  %r = memref.cast %x : memref<4x8xf32, strided<[8, 1], offset: ?>> to memref<4x8xf32>
  return %r : memref<4x8xf32>
}

// CHECK-LABEL: func.func @row_major
// CHECK-NOT: memref.copy
// CHECK-COUNT-3: memref.cast
func.func @row_major(%x: memref<?x8xf32, strided<[8, 1]>>, %y: memref<4x8xf32>, %z: memref<?x?xf32>)
    -> (memref<?x8xf32>, memref<?x?xf32>, memref<?x?xf32, strided<[?, 1]>>) {
  %r = memref.cast %x : memref<?x8xf32, strided<[8, 1]>> to memref<?x8xf32>
  %s = memref.cast %y : memref<4x8xf32> to memref<?x?xf32>
  %t = memref.cast %z : memref<?x?xf32> to memref<?x?xf32, strided<[?, 1]>>
  return %r, %s, %t : memref<?x8xf32>, memref<?x?xf32>, memref<?x?xf32, strided<[?, 1]>>
}

// The strides of rows one after the other, by name: what is allocated has them without.
// CHECK-LABEL: func.func @named_strides
// CHECK: %[[COPY:.*]] = memref.alloc(%{{.*}}) {alignment = 64 : i64} : memref<?x1xi8>
// CHECK: memref.copy %arg0, %[[COPY]]
// CHECK: memref.cast %[[COPY]] : memref<?x1xi8> to memref<?x1xi8, strided<[1, 1]>>
func.func @named_strides(%x: memref<?x1xi8, strided<[?, 1]>>) -> memref<?x1xi8, strided<[1, 1]>> {
  %r = memref.cast %x : memref<?x1xi8, strided<[?, 1]>> to memref<?x1xi8, strided<[1, 1]>>
  return %r : memref<?x1xi8, strided<[1, 1]>>
}
