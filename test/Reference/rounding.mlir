// Both modes: results kept in f64, or rounded to their type after each operation.
// REQUIRES: runmat-interpret
// RUN: runmat-interpret %s | FileCheck %s --check-prefixes=CHECK,WIDE
// RUN: runmat-interpret %s --mode declared | FileCheck %s --check-prefixes=CHECK,ROUND

// WIDE: @add: tensor<1xf16> [2049]
// ROUND: @add: tensor<1xf16> [2048]
func.func @add() -> tensor<1xf16> {
  %a = array.constant dense<[2048.0]> : tensor<1xf16>
  %b = array.constant dense<[1.0]> : tensor<1xf16>
  %c = array.add %a, %b : tensor<1xf16>, tensor<1xf16>
  return %c : tensor<1xf16>
}
// WIDE: @overflow: tensor<1xbf16> [9.969209968386869e+39]
// ROUND: @overflow: tensor<1xbf16> [inf]
func.func @overflow() -> tensor<1xbf16> {
  %a = array.constant dense<[1.0e38]> : tensor<1xbf16>
  %b = array.constant dense<[100.0]> : tensor<1xbf16>
  %c = array.mul %a, %b : tensor<1xbf16>, tensor<1xbf16>
  return %c : tensor<1xbf16>
}
// f16 sums are accumulated wider and rounded once: rounded after each term this would stay 2048.
// WIDE: @sum: tensor<f16> 2051
// ROUND: @sum: tensor<f16> 2052
func.func @sum() -> tensor<f16> {
  %a = array.constant dense<[2048.0, 1.0, 1.0, 1.0]> : tensor<4xf16>
  %c = array.sum %a : tensor<4xf16>
  return %c : tensor<f16>
}
// A cast rounds in both modes.
// CHECK: @cast: tensor<1xf32> [0.10000000149011612]
// CHECK: @cast: tensor<1xbf16> [0.10009765625]
// CHECK: @cast: tensor<1xf16> [5.9604644775390625e-08]
func.func @cast() -> (tensor<1xf32>, tensor<1xbf16>, tensor<1xf16>) {
  %a = array.constant dense<[0.1]> : tensor<1xf64>
  %b = array.cast %a : tensor<1xf64> to tensor<1xf32>
  %c = array.cast %a : tensor<1xf64> to tensor<1xbf16>
  %s = array.constant dense<[5.0e-8]> : tensor<1xf64>
  %d = array.cast %s : tensor<1xf64> to tensor<1xf16>
  return %b, %c, %d : tensor<1xf32>, tensor<1xbf16>, tensor<1xf16>
}
// The statistics of large values that differ little are exact to the last digits.
// CHECK: @statistics: tensor<f64> 0.0001
func.func @statistics() -> tensor<f64> {
  %a = array.constant dense<[10000.0, 10000.01, 10000.02, 10000.03]> : tensor<4xf64>
  %b = array.var %a ddof 1 : tensor<4xf64>
  %k = array.constant dense<1.0e8> : tensor<f64>
  %c = array.mul %b, %k : tensor<f64>, tensor<f64>
  %d = array.round %c : tensor<f64>
  %e = array.div %d, %k : tensor<f64>, tensor<f64>
  return %e : tensor<f64>
}
