// One operation each, for benchmarks/peers/operations.py.
func.func @matmul(%a: tensor<1000x1000xf32>, %b: tensor<1000x1000xf32>) -> tensor<1000x1000xf32> {
  %c = array.matmul %a, %b : tensor<1000x1000xf32>, tensor<1000x1000xf32>
  return %c : tensor<1000x1000xf32>
}
func.func @gram(%a: tensor<20000x256xf32>) -> tensor<256x256xf32> {
  %t = array.transpose %a perm [1, 0] : tensor<20000x256xf32>
  %c = array.matmul %t, %a : tensor<256x20000xf32>, tensor<20000x256xf32>
  return %c : tensor<256x256xf32>
}
func.func @transpose(%a: tensor<4096x4096xf32>) -> tensor<4096x4096xf32> {
  %c = array.transpose %a perm [1, 0] : tensor<4096x4096xf32>
  return %c : tensor<4096x4096xf32>
}
func.func @sum(%a: tensor<4096x4096xf64>) -> tensor<f64> {
  %c = array.sum %a : tensor<4096x4096xf64>
  return %c : tensor<f64>
}
func.func @column_means(%a: tensor<4096x4096xf64>) -> tensor<4096xf64> {
  %c = array.mean %a dims [0] : tensor<4096x4096xf64>
  return %c : tensor<4096xf64>
}
func.func @variance(%a: tensor<4096x4096xf64>) -> tensor<4096xf64> {
  %c = array.var %a dims [1] : tensor<4096x4096xf64>
  return %c : tensor<4096xf64>
}
func.func @argmax(%a: tensor<4096x4096xf32>) -> tensor<i64> {
  %c = array.argmax %a : tensor<4096x4096xf32>
  return %c : tensor<i64>
}
func.func @chain(%a: tensor<4096x4096xf32>) -> tensor<4096x4096xf32> {
  %e = array.exp %a : tensor<4096x4096xf32>
  %t = array.tanh %e : tensor<4096x4096xf32>
  %c = array.mul %t, %a : tensor<4096x4096xf32>, tensor<4096x4096xf32>
  return %c : tensor<4096x4096xf32>
}
