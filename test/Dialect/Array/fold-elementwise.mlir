// Elementwise identities, and beside each what it must not be mistaken for.
// RUN: runmat-opt --canonicalize %s | FileCheck %s

// x + 0 is not x where x is -0; x + -0 and x - 0 are.
// CHECK-LABEL: func.func @add_zero(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>, %[[I:.*]]: tensor<4xi32>
// CHECK: %[[ADD:.*]] = array.add %[[X]]
// CHECK: %[[SUB:.*]] = array.sub %[[X]]
// CHECK: return %[[X]], %[[X]], %[[I]], %[[I]], %[[ADD]], %[[SUB]]
func.func @add_zero(%x: tensor<?xf32>, %i: tensor<4xi32>)
    -> (tensor<?xf32>, tensor<?xf32>, tensor<4xi32>, tensor<4xi32>, tensor<?xf32>, tensor<?xf32>) {
  %zero = array.constant dense<0.0> : tensor<f32>
  %minus = array.constant dense<-0.0> : tensor<f32>
  %none = array.constant dense<0> : tensor<i32>
  %0 = array.add %minus, %x : tensor<f32>, tensor<?xf32>
  %1 = array.sub %x, %zero : tensor<?xf32>, tensor<f32>
  %2 = array.add %i, %none : tensor<4xi32>, tensor<i32>
  %3 = array.sub %i, %none : tensor<4xi32>, tensor<i32>
  %4 = array.add %x, %zero : tensor<?xf32>, tensor<f32>
  %5 = array.sub %x, %minus : tensor<?xf32>, tensor<f32>
  return %0, %1, %2, %3, %4, %5 : tensor<?xf32>, tensor<?xf32>, tensor<4xi32>, tensor<4xi32>, tensor<?xf32>, tensor<?xf32>
}

// CHECK-LABEL: func.func @times_one(
// CHECK-SAME: %[[X:.*]]: tensor<?x4xf32>
// CHECK: return %[[X]], %[[X]], %[[X]]
func.func @times_one(%x: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) {
  %one = array.constant dense<1.0> : tensor<1x1xf32>
  %0 = array.mul %one, %x : tensor<1x1xf32>, tensor<?x4xf32>
  %1 = array.div %0, %one : tensor<?x4xf32>, tensor<1x1xf32>
  %2 = array.pow %x, %one : tensor<?x4xf32>, tensor<1x1xf32>
  return %0, %1, %2 : tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>
}

// The result is larger than x, or has a check that x has not.
// CHECK-LABEL: func.func @times_one_broadcasts(
// CHECK: array.mul
// CHECK: array.mul
func.func @times_one_broadcasts(%x: tensor<4x1xf32>, %y: tensor<?xf32>) -> (tensor<4x3xf32>, tensor<3xf32>) {
  %one = array.constant dense<1.0> : tensor<3xf32>
  %0 = array.mul %x, %one : tensor<4x1xf32>, tensor<3xf32>
  %1 = array.mul %y, %one : tensor<?xf32>, tensor<3xf32>
  return %0, %1 : tensor<4x3xf32>, tensor<3xf32>
}

// 0 * NaN is NaN, inf - inf too; integers have neither.
// CHECK-LABEL: func.func @to_zero(
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>, %[[I:.*]]: tensor<4xi8>, %[[D:.*]]: tensor<?xi8>
// CHECK: %[[ZERO:.*]] = array.constant dense<0> : tensor<4xi8>
// CHECK: %[[MUL:.*]] = array.mul %[[X]]
// CHECK: %[[SUB:.*]] = array.sub %[[X]], %[[X]]
// CHECK: %[[OPEN:.*]] = array.sub %[[D]], %[[D]]
// CHECK: return %[[MUL]], %[[SUB]], %[[ZERO]], %[[ZERO]], %[[ZERO]], %[[OPEN]]
func.func @to_zero(%x: tensor<4xf32>, %i: tensor<4xi8>, %d: tensor<?xi8>)
    -> (tensor<4xf32>, tensor<4xf32>, tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<?xi8>) {
  %zero = array.constant dense<0.0> : tensor<f32>
  %none = array.constant dense<0> : tensor<i8>
  %one = array.constant dense<1> : tensor<i8>
  %0 = array.mul %x, %zero : tensor<4xf32>, tensor<f32>
  %1 = array.sub %x, %x : tensor<4xf32>, tensor<4xf32>
  %2 = array.mul %i, %none : tensor<4xi8>, tensor<i8>
  %3 = array.sub %i, %i : tensor<4xi8>, tensor<4xi8>
  %4 = array.rem %i, %one : tensor<4xi8>, tensor<i8>
  %5 = array.sub %d, %d : tensor<?xi8>, tensor<?xi8>
  return %0, %1, %2, %3, %4, %5 : tensor<4xf32>, tensor<4xf32>, tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<?xi8>
}

// x / x is not 1 where x is 0.
// CHECK-LABEL: func.func @div_itself(
// CHECK: array.div
func.func @div_itself(%i: tensor<4xi8>) -> tensor<4xi8> {
  %0 = array.div %i, %i : tensor<4xi8>, tensor<4xi8>
  return %0 : tensor<4xi8>
}

// pow(x, 0) and pow(1, y) are 1, also for NaN. A square is a product; a root is not a square root
// (pow(-inf, 0.5) is +inf).
// CHECK-LABEL: func.func @pow(
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>, %[[I:.*]]: tensor<?xi16>
// CHECK: %[[ONE:.*]] = array.constant dense<1.000000e+00> : tensor<4xf32>
// CHECK: %[[SQUARE:.*]] = array.mul %[[X]], %[[X]]
// CHECK: %[[ISQUARE:.*]] = array.mul %[[I]], %[[I]]
// CHECK: %[[ROOT:.*]] = array.pow %[[X]]
// CHECK: %[[CUBE:.*]] = array.pow %[[X]]
// CHECK: return %[[ONE]], %[[ONE]], %[[SQUARE]], %[[ISQUARE]], %[[ROOT]], %[[CUBE]]
func.func @pow(%x: tensor<4xf32>, %i: tensor<?xi16>)
    -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<?xi16>, tensor<4xf32>, tensor<4xf32>) {
  %zero = array.constant dense<-0.0> : tensor<f32>
  %one = array.constant dense<1.0> : tensor<f32>
  %two = array.constant dense<2.0> : tensor<f32>
  %itwo = array.constant dense<2> : tensor<i16>
  %half = array.constant dense<0.5> : tensor<f32>
  %three = array.constant dense<3.0> : tensor<f32>
  %0 = array.pow %x, %zero : tensor<4xf32>, tensor<f32>
  %1 = array.pow %one, %x : tensor<f32>, tensor<4xf32>
  %2 = array.pow %x, %two : tensor<4xf32>, tensor<f32>
  %3 = array.pow %i, %itwo : tensor<?xi16>, tensor<i16>
  %4 = array.pow %x, %half : tensor<4xf32>, tensor<f32>
  %5 = array.pow %x, %three : tensor<4xf32>, tensor<f32>
  return %0, %1, %2, %3, %4, %5 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<?xi16>, tensor<4xf32>, tensor<4xf32>
}

// The exponent makes the result larger.
// CHECK-LABEL: func.func @square_broadcasts(
// CHECK: array.pow
func.func @square_broadcasts(%x: tensor<f32>) -> tensor<4xf32> {
  %two = array.constant dense<2.0> : tensor<4xf32>
  %0 = array.pow %x, %two : tensor<f32>, tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @bits(
// CHECK-SAME: %[[X:.*]]: tensor<4xi8>, %[[P:.*]]: tensor<4xi1>
// CHECK-DAG: %[[NONE:.*]] = array.constant dense<0> : tensor<4xi8>
// CHECK-DAG: %[[TRUE:.*]] = array.constant dense<true> : tensor<4xi1>
// CHECK-DAG: %[[AND:.*]] = array.and %[[X]]
// CHECK: return %[[X]], %[[X]], %[[NONE]], %[[NONE]], %[[P]], %[[TRUE]], %[[X]], %[[AND]]
func.func @bits(%x: tensor<4xi8>, %p: tensor<4xi1>)
    -> (tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi1>, tensor<4xi1>, tensor<4xi8>, tensor<4xi8>) {
  %all = array.constant dense<-1> : tensor<i8>
  %none = array.constant dense<0> : tensor<i8>
  %one = array.constant dense<1> : tensor<i8>
  %true = array.constant dense<true> : tensor<4xi1>
  %0 = array.and %x, %all : tensor<4xi8>, tensor<i8>
  %1 = array.or %x, %x : tensor<4xi8>, tensor<4xi8>
  %2 = array.xor %x, %x : tensor<4xi8>, tensor<4xi8>
  %3 = array.and %x, %none : tensor<4xi8>, tensor<i8>
  %4 = array.and %p, %true : tensor<4xi1>, tensor<4xi1>
  %5 = array.or %p, %true : tensor<4xi1>, tensor<4xi1>
  %6 = array.shr_logical %x, %none : tensor<4xi8>, tensor<i8>
  // One bit of an integer is not all of them.
  %7 = array.and %x, %one : tensor<4xi8>, tensor<i8>
  return %0, %1, %2, %3, %4, %5, %6, %7 : tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi1>, tensor<4xi1>, tensor<4xi8>, tensor<4xi8>
}

// CHECK-LABEL: func.func @unary_pairs(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>
// CHECK: %[[ABS:.*]] = array.abs %[[X]]
// CHECK: %[[TRUNC:.*]] = array.trunc %[[X]]
// CHECK: %[[EXP:.*]] = array.exp
// CHECK: %[[LOG:.*]] = array.log %[[EXP]]
// CHECK: return %[[X]], %[[ABS]], %[[TRUNC]], %[[LOG]]
func.func @unary_pairs(%x: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) {
  %n = array.neg %x : tensor<?xf32>
  %0 = array.neg %n : tensor<?xf32>
  %a = array.abs %n : tensor<?xf32>
  %1 = array.abs %a : tensor<?xf32>
  %t = array.trunc %x : tensor<?xf32>
  %2 = array.floor %t : tensor<?xf32>
  // Not the identity in floating point.
  %e = array.exp %x : tensor<?xf32>
  %3 = array.log %e : tensor<?xf32>
  return %0, %1, %2, %3 : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}

// A NaN is not equal to itself.
// CHECK-LABEL: func.func @compare_itself(
// CHECK-DAG: %[[TRUE:.*]] = array.constant dense<true> : tensor<4xi1>
// CHECK-DAG: %[[FALSE:.*]] = array.constant dense<false> : tensor<4xi1>
// CHECK-DAG: %[[EQ:.*]] = array.compare eq
// CHECK: return %[[TRUE]], %[[FALSE]], %[[EQ]]
func.func @compare_itself(%i: tensor<4xi8>, %x: tensor<4xf32>) -> (tensor<4xi1>, tensor<4xi1>, tensor<4xi1>) {
  %0 = array.compare ge, %i, %i : tensor<4xi8>, tensor<4xi8>
  %1 = array.compare lt, %i, %i : tensor<4xi8>, tensor<4xi8>
  %2 = array.compare eq, %x, %x : tensor<4xf32>, tensor<4xf32>
  return %0, %1, %2 : tensor<4xi1>, tensor<4xi1>, tensor<4xi1>
}

// Where the sizes of the two values are still to be compared, the select stays.
// CHECK-LABEL: func.func @select(
// CHECK-SAME: %[[C:.*]]: tensor<4xi1>, %[[A:.*]]: tensor<4xf32>, %[[B:.*]]: tensor<4xf32>, %[[D:.*]]: tensor<?xf32>, %[[E:.*]]: tensor<?xf32>
// CHECK: %[[CHECKED:.*]] = array.select %{{.*}}, %[[D]], %[[E]]
// CHECK: %[[LARGER:.*]] = array.select
// CHECK: return %[[A]], %[[B]], %[[A]], %[[C]], %[[CHECKED]], %[[LARGER]]
func.func @select(%c: tensor<4xi1>, %a: tensor<4xf32>, %b: tensor<4xf32>, %d: tensor<?xf32>, %e: tensor<?xf32>)
    -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xi1>, tensor<?xf32>, tensor<2x4xf32>) {
  %true = array.constant dense<true> : tensor<i1>
  %false = array.constant dense<false> : tensor<i1>
  %two = array.constant dense<true> : tensor<2x1xi1>
  %0 = array.select %true, %a, %b : tensor<i1>, tensor<4xf32>, tensor<4xf32>
  %1 = array.select %false, %a, %b : tensor<i1>, tensor<4xf32>, tensor<4xf32>
  %2 = array.select %c, %a, %a : tensor<4xi1>, tensor<4xf32>, tensor<4xf32>
  %3 = array.select %c, %true, %false : tensor<4xi1>, tensor<i1>, tensor<i1>
  %4 = array.select %true, %d, %e : tensor<i1>, tensor<?xf32>, tensor<?xf32>
  %5 = array.select %two, %a, %b : tensor<2x1xi1>, tensor<4xf32>, tensor<4xf32>
  return %0, %1, %2, %3, %4, %5 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xi1>, tensor<?xf32>, tensor<2x4xf32>
}

// CHECK-LABEL: func.func @min_max(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>
// CHECK: %[[MAX:.*]] = array.max %[[X]], %{{.*}} : tensor<?xf32>, tensor<f32>
// CHECK: return %[[X]], %[[MAX]]
func.func @min_max(%x: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
  %0 = array.min %x, %x : tensor<?xf32>, tensor<?xf32>
  // A NaN would become -inf.
  %low = array.constant dense<0xFF800000> : tensor<f32>
  %1 = array.max %x, %low : tensor<?xf32>, tensor<f32>
  return %0, %1 : tensor<?xf32>, tensor<?xf32>
}

// Operations that may fail stay where they are used and go where they are not.
// CHECK-LABEL: func.func @unused_check(
// CHECK-NEXT: return
func.func @unused_check(%x: tensor<?xf32>, %y: tensor<?xf32>) {
  %0 = array.add %x, %y : tensor<?xf32>, tensor<?xf32>
  return
}

// CHECK-LABEL: func.func @scalars(
// CHECK-SAME: %[[X:.*]]: f32
// CHECK: %[[C:.*]] = array.constant 8.000000e+00 : f32
// CHECK: return %[[X]], %[[C]]
func.func @scalars(%x: f32) -> (f32, f32) {
  %one = array.constant 1.0 : f32
  %three = array.constant 3.0 : f32
  %0 = array.mul %x, %one : f32, f32
  %1 = array.exp2 %three : f32
  return %0, %1 : f32, f32
}
