"""Contractions, with what stands before and behind them in programs."""
import math

from .case import Arg, Case, normal
from .elementwise import erf

MATMUL = Case(
    "matmul", "product", """
!x = tensor<${n}x${n}x$t>
func.func @main(%a: !x, %b: !x) -> !x {
  %y = array.matmul %a, %b : !x, !x
  return %y : !x
}
""", (Arg(("n", "n"), normal), Arg(("n", "n"), normal)), {"n": 1024}, {"n": 37}, lambda np, a, b, sizes: a @ b)


def bias_relu(np, a, b, bias, sizes):
    return np.maximum(a @ b + bias, 0)


BIAS_RELU = Case(
    "matmul_bias_relu", "product", """
!x = tensor<${n}x${n}x$t>
!b = tensor<${n}x$t>
func.func @main(%a: !x, %b: !x, %bias: !b) -> !x {
  %zero = array.constant dense<0.0> : tensor<$t>
  %p = array.matmul %a, %b : !x, !x
  %s = array.add %p, %bias : !x, !b
  %y = array.max %s, %zero nan = propagate : !x, tensor<$t>
  return %y : !x
}
""", (Arg(("n", "n"), normal), Arg(("n", "n"), normal), Arg(("n",), normal)), {"n": 1024}, {"n": 37}, bias_relu,
    jax=lambda jax, a, b, bias, sizes: jax.nn.relu(a @ b + bias),
    torch=lambda torch, a, b, bias, sizes: torch.relu(a @ b + bias))


def gram(np, x, sizes):
    d = x - x.mean(0)
    return d.T @ d / (sizes["m"] - 1)


GRAM = Case(
    "centered_gram", "product", """
!x = tensor<${m}x${n}x$t>
!r = tensor<1x${n}x$t>
!t = tensor<${n}x${m}x$t>
!g = tensor<${n}x${n}x$t>
func.func @main(%x: !x) -> !g {
  %count = array.constant dense<$less> : tensor<$t>
  %mean = array.mean %x dims [0] keep : !x
  %d = array.sub %x, %mean : !x, !r
  %t = array.transpose %d perm [1, 0] : !x
  %g = array.matmul %t, %d : !t, !x
  %y = array.div %g, %count : !g, tensor<$t>
  return %y : !g
}
""", (Arg(("m", "n")),), {"m": 200000, "n": 256, "less": "199999.0"}, {"m": 101, "n": 13, "less": "100.0"}, gram)


def attention(np, q, k, v, sizes):
    s = q @ k.T / math.sqrt(sizes["d"])
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True) @ v


ATTENTION = Case(
    "attention", "product", """
!q = tensor<${n}x${d}x$t>
!t = tensor<${d}x${n}x$t>
!s = tensor<${n}x${n}x$t>
!r = tensor<${n}x1x$t>
func.func @main(%q: !q, %k: !q, %v: !q) -> !q {
  %root = array.constant dense<$root> : tensor<$t>
  %kt = array.transpose %k perm [1, 0] : !q
  %p = array.matmul %q, %kt : !q, !t
  %s = array.div %p, %root : !s, tensor<$t>
  %max = array.reduce_max %s dims [1] keep : !s
  %d = array.sub %s, %max : !s, !r
  %e = array.exp %d : !s
  %sum = array.sum %e dims [1] keep : !s
  %w = array.div %e, %sum : !s, !r
  %y = array.matmul %w, %v : !s, !q
  return %y : !q
}
""", (Arg(("n", "d"), normal),) * 3, {"n": 2048, "d": 64, "root": "8.0"}, {"n": 21, "d": 4, "root": "2.0"}, attention,
    jax=lambda jax, q, k, v, sizes: jax.nn.softmax(q @ k.T / math.sqrt(sizes["d"]), axis=1) @ v,
    torch=lambda torch, q, k, v, sizes: torch.nn.functional.scaled_dot_product_attention(
        q[None, None], k[None, None], v[None, None])[0, 0])


def weights(rng, shape, dtype):
    return dtype(0.05) * rng.standard_normal(shape, dtype=dtype)


def mlp(np, x, w1, b1, w2, b2, sizes):
    h = x @ w1 + b1
    g = 0.5 * h * (1 + erf(np)(h / math.sqrt(2)))
    return g @ w2 + b2


MLP = Case(
    "mlp_gelu", "product", """
!x = tensor<${m}x${d}x$t>
!h = tensor<${m}x${k}x$t>
!s = tensor<$t>
func.func @main(%x: !x, %w1: tensor<${d}x${k}x$t>, %b1: tensor<${k}x$t>, %w2: tensor<${k}x${d}x$t>,
                %b2: tensor<${d}x$t>) -> !x {
  %half = array.constant dense<0.5> : !s
  %one = array.constant dense<1.0> : !s
  %sqrt2 = array.constant dense<1.4142135623730951> : !s
  %p = array.matmul %x, %w1 : !x, tensor<${d}x${k}x$t>
  %h = array.add %p, %b1 : !h, tensor<${k}x$t>
  %z = array.div %h, %sqrt2 : !h, !s
  %e = array.erf %z : !h
  %c = array.add %e, %one : !h, !s
  %hh = array.mul %h, %half : !h, !s
  %g = array.mul %hh, %c : !h, !h
  %q = array.matmul %g, %w2 : !h, tensor<${k}x${d}x$t>
  %y = array.add %q, %b2 : !x, tensor<${d}x$t>
  return %y : !x
}
""", (Arg(("m", "d"), normal), Arg(("d", "k"), weights), Arg(("k",)),
      Arg(("k", "d"), weights), Arg(("d",))),
    {"m": 512, "d": 512, "k": 2048}, {"m": 9, "d": 12, "k": 21}, mlp,
    jax=lambda jax, x, w1, b1, w2, b2, sizes: jax.nn.gelu(x @ w1 + b1, approximate=False) @ w2 + b2,
    torch=lambda torch, x, w1, b1, w2, b2, sizes: torch.nn.functional.gelu(x @ w1 + b1) @ w2 + b2)


def explained(np, q, g, sizes):
    return np.diag(q.T @ g @ q)


EXPLAINED = Case(
    "explained_variance", "product", """
!q = tensor<${n}x${k}x$t>
!t = tensor<${k}x${n}x$t>
!g = tensor<${n}x${n}x$t>
func.func @main(%q: !q, %g: !g) -> tensor<${k}x$t> {
  %t = array.transpose %q perm [1, 0] : !q
  %p = array.matmul %t, %g : !t, !g
  %r = array.matmul %p, %q : !t, !q
  %y = array.diag %r : tensor<${k}x${k}x$t>
  return %y : tensor<${k}x$t>
}
""", (Arg(("n", "k"), normal), Arg(("n", "n"))), {"n": 1024, "k": 64}, {"n": 21, "k": 5}, explained)


def power_step(np, g, q, sizes):
    p = g @ q
    return p / np.sqrt((p * p).sum(0))


POWER = Case(
    "power_step", "product", """
!g = tensor<${n}x${n}x$t>
!q = tensor<${n}x${k}x$t>
!r = tensor<1x${k}x$t>
func.func @main(%g: !g, %q: !q) -> !q {
  %p = array.matmul %g, %q : !g, !q
  %s = array.mul %p, %p : !q, !q
  %sum = array.sum %s dims [0] keep : !q
  %norm = array.sqrt %sum : !r
  %y = array.div %p, %norm : !q, !r
  return %y : !q
}
""", (Arg(("n", "n")), Arg(("n", "k"), normal)), {"n": 4096, "k": 8}, {"n": 37, "k": 3}, power_step)

DOT = Case(
    "dot", "product", """
!a = tensor<1x${n}x$t>
!b = tensor<${n}x1x$t>
func.func @main(%a: !a, %b: !b) -> tensor<1x1x$t> {
  %y = array.matmul %a, %b : !a, !b
  return %y : tensor<1x1x$t>
}
""", (Arg((1, "n")), Arg(("n", 1))), {"n": 1000000}, {"n": 101}, lambda np, a, b, sizes: a @ b)

CASES = [
    MATMUL, MATMUL.variant("f64", "f64", sizes={"n": 1024}), BIAS_RELU, GRAM, ATTENTION, MLP, EXPLAINED, POWER, DOT,
]
