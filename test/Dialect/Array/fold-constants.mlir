// Operations on constants. Splats fold whatever their size, other constants up to 64 elements.
// RUN: runmat-opt --canonicalize %s | FileCheck %s

// CHECK-LABEL: func.func @splats(
// CHECK-DAG: %[[A:.*]] = array.constant dense<7.000000e+00> : tensor<1000x4xf32>
// CHECK-DAG: %[[B:.*]] = array.constant dense<4> : tensor<3xi16>
// CHECK: return %[[A]], %[[B]]
func.func @splats() -> (tensor<1000x4xf32>, tensor<3xi16>) {
  %a = array.constant dense<3.0> : tensor<1000x1xf32>
  %b = array.constant dense<4.0> : tensor<4xf32>
  %0 = array.add %a, %b : tensor<1000x1xf32>, tensor<4xf32>
  %c = array.constant dense<12> : tensor<i16>
  %d = array.constant dense<3> : tensor<3xi16>
  %1 = array.div %c, %d : tensor<i16>, tensor<3xi16>
  return %0, %1 : tensor<1000x4xf32>, tensor<3xi16>
}

// CHECK-LABEL: func.func @broadcast(
// CHECK: %[[A:.*]] = array.constant dense<{{\[\[}}11, 21, 31], [12, 22, 32]]> : tensor<2x3xi32>
// CHECK: return %[[A]]
func.func @broadcast() -> tensor<2x3xi32> {
  %a = array.constant dense<[[1], [2]]> : tensor<2x1xi32>
  %b = array.constant dense<[10, 20, 30]> : tensor<3xi32>
  %0 = array.add %a, %b : tensor<2x1xi32>, tensor<3xi32>
  return %0 : tensor<2x3xi32>
}

// 9 x 8 elements are too many to write out; 8 x 8 are not.
// CHECK-LABEL: func.func @limit(
// CHECK: %[[C:.*]] = array.constant dense<{{\[\[}}2, 3, 4, 5, 6, 7, 8, 9], [3,
// CHECK: %[[ADD:.*]] = array.add {{.*}} : tensor<9x1xi32>, tensor<8xi32>
// CHECK: return %[[C]], %[[ADD]]
func.func @limit() -> (tensor<8x8xi32>, tensor<9x8xi32>) {
  %a = array.constant dense<[[1], [2], [3], [4], [5], [6], [7], [8]]> : tensor<8x1xi32>
  %b = array.constant dense<[1, 2, 3, 4, 5, 6, 7, 8]> : tensor<8xi32>
  %c = array.constant dense<[[1], [2], [3], [4], [5], [6], [7], [8], [9]]> : tensor<9x1xi32>
  %0 = array.add %a, %b : tensor<8x1xi32>, tensor<8xi32>
  %1 = array.add %c, %b : tensor<9x1xi32>, tensor<8xi32>
  return %0, %1 : tensor<8x8xi32>, tensor<9x8xi32>
}

// The rules of the dialect: wrap, no trap, saturation, NaN.
// CHECK-LABEL: func.func @rules(
// CHECK-DAG: %[[WRAP:.*]] = array.constant dense<-128> : tensor<i8>
// CHECK-DAG: %[[ZERO:.*]] = array.constant dense<0> : tensor<i8>
// CHECK-DAG: %[[CAST:.*]] = array.constant dense<[127, -128, 0, -1]> : tensor<4xi8>
// CHECK-DAG: %[[NAN:.*]] = array.constant dense<[false, false, true, false]> : tensor<4xi1>
// CHECK-DAG: %[[MAX:.*]] = array.constant dense<[1.000000e+03, 1.000000e+00, 1.000000e+00, 1.000000e+00]> : tensor<4xf32>
// CHECK: return %[[WRAP]], %[[WRAP]], %[[ZERO]], %[[CAST]], %[[NAN]], %[[MAX]]
func.func @rules() -> (tensor<i8>, tensor<i8>, tensor<i8>, tensor<4xi8>, tensor<4xi1>, tensor<4xf32>) {
  %max = array.constant dense<127> : tensor<i8>
  %min = array.constant dense<-128> : tensor<i8>
  %one = array.constant dense<1> : tensor<i8>
  %minus = array.constant dense<-1> : tensor<i8>
  %none = array.constant dense<0> : tensor<i8>
  %f = array.constant dense<[1.0e3, -1.0e3, 0x7FC00000, -1.75]> : tensor<4xf32>
  %fone = array.constant dense<1.0> : tensor<f32>
  %0 = array.add %max, %one : tensor<i8>, tensor<i8>
  %1 = array.div %min, %minus : tensor<i8>, tensor<i8>
  %2 = array.div %max, %none : tensor<i8>, tensor<i8>
  %3 = array.cast %f : tensor<4xf32> to tensor<4xi8>
  %4 = array.is_nan %f : tensor<4xf32>
  %5 = array.max %f, %fone : tensor<4xf32>, tensor<f32>
  return %0, %1, %2, %3, %4, %5 : tensor<i8>, tensor<i8>, tensor<i8>, tensor<4xi8>, tensor<4xi1>, tensor<4xf32>
}

// Each result is rounded to its declared type: 1 + 2^-9 is 1 in bf16, and 0.1 is not the f64 0.1.
// CHECK-LABEL: func.func @rounding(
// CHECK-DAG: %[[A:.*]] = array.constant dense<1.000000e+00> : tensor<bf16>
// CHECK-DAG: %[[B:.*]] = array.constant dense<0.10000000149011612> : tensor<f64>
// CHECK: return %[[A]], %[[B]]
func.func @rounding() -> (tensor<bf16>, tensor<f64>) {
  %one = array.constant dense<1.0> : tensor<bf16>
  %tiny = array.constant dense<0.001953125> : tensor<bf16>
  %tenth = array.constant dense<0.1> : tensor<f32>
  %0 = array.add %one, %tiny : tensor<bf16>, tensor<bf16>
  %1 = array.cast %tenth : tensor<f32> to tensor<f64>
  return %0, %1 : tensor<bf16>, tensor<f64>
}

// CHECK-LABEL: func.func @ternary(
// CHECK-DAG: %[[A:.*]] = array.constant dense<[1, 5, 3]> : tensor<3xi32>
// CHECK-DAG: %[[B:.*]] = array.constant dense<[2, 2, 3]> : tensor<3xi32>
// CHECK-DAG: %[[C:.*]] = array.constant dense<[true, false, false]> : tensor<3xi1>
// CHECK: return %[[A]], %[[B]], %[[C]]
func.func @ternary() -> (tensor<3xi32>, tensor<3xi32>, tensor<3xi1>) {
  %c = array.constant dense<[true, false, true]> : tensor<3xi1>
  %a = array.constant dense<[1, 2, 3]> : tensor<3xi32>
  %five = array.constant dense<5> : tensor<i32>
  %two = array.constant dense<2> : tensor<i32>
  %0 = array.select %c, %a, %five : tensor<3xi1>, tensor<3xi32>, tensor<i32>
  %1 = array.clamp %a, %two, %five : tensor<3xi32>, tensor<i32>, tensor<i32>
  %2 = array.compare lt, %a, %two : tensor<3xi32>, tensor<i32>
  return %0, %1, %2 : tensor<3xi32>, tensor<3xi32>, tensor<3xi1>
}

// CHECK-LABEL: func.func @empty(
// CHECK: %[[A:.*]] = array.constant dense<> : tensor<0x3xf32>
// CHECK: return %[[A]]
func.func @empty() -> tensor<0x3xf32> {
  %a = array.constant dense<> : tensor<0x1xf32>
  %b = array.constant dense<1.0> : tensor<3xf32>
  %0 = array.add %a, %b : tensor<0x1xf32>, tensor<3xf32>
  return %0 : tensor<0x3xf32>
}
