"""Transposes: the last two dims, channels first, and as part of a chain."""
from .case import Arg, Case


def torch_transpose(torch, x, sizes):
    return x.T.contiguous()


TRANSPOSE = Case(
    "transpose", "memory", """
!x = tensor<${n}x${n}x$t>
func.func @main(%x: !x) -> !x {
  %y = array.transpose %x perm [1, 0] : !x
  return %y : !x
}
""", (Arg(("n", "n")),), {"n": 8192}, {"n": 45}, lambda np, x, sizes: np.ascontiguousarray(x.T),
    jax=lambda jax, x, sizes: x.T, torch=torch_transpose, gpu={"n": 16384})

CHANNELS_FIRST = Case(
    "channels_first", "memory", """
func.func @main(%x: tensor<${b}x${h}x${w}x${c}x$t>) -> tensor<${b}x${c}x${h}x${w}x$t> {
  %y = array.transpose %x perm [0, 3, 1, 2] : tensor<${b}x${h}x${w}x${c}x$t>
  return %y : tensor<${b}x${c}x${h}x${w}x$t>
}
""", (Arg(("b", "h", "w", "c")),), {"b": 8, "h": 256, "w": 256, "c": 32}, {"b": 2, "h": 5, "w": 7, "c": 3},
    lambda np, x, sizes: np.ascontiguousarray(x.transpose(0, 3, 1, 2)),
    jax=lambda jax, x, sizes: x.transpose(0, 3, 1, 2),
    torch=lambda torch, x, sizes: x.permute(0, 3, 1, 2).contiguous())


def add_transposed(np, a, b, sizes):
    return a + 2 * b.T


ADD_TRANSPOSED = Case(
    "add_transposed", "memory", """
!x = tensor<${n}x${n}x$t>
func.func @main(%a: !x, %b: !x) -> !x {
  %two = array.constant dense<2.0> : tensor<$t>
  %t = array.transpose %b perm [1, 0] : !x
  %s = array.mul %t, %two : !x, tensor<$t>
  %y = array.add %a, %s : !x, !x
  return %y : !x
}
""", (Arg(("n", "n")), Arg(("n", "n"))), {"n": 4096}, {"n": 45}, add_transposed)

CASES = [
    TRANSPOSE, TRANSPOSE.variant("f64", "f64", sizes={"n": 4096}, gpu=None),
    TRANSPOSE.variant("f16", "f16", sizes={"n": 8192}, gpu=None), CHANNELS_FIRST, ADD_TRANSPOSED,
]
