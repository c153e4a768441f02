"""Elementwise programs: chains of math functions, prices, probabilities, several results, masks."""
import math

from .case import Arg, Case, between, normal


def erf(np):
    """NumPy has none of its own: SciPy's, or Python's one by one where only NumPy is installed."""
    if np.__name__ == "torch":
        return np.erf
    if np.__name__ == "jax.numpy":
        import jax
        return jax.scipy.special.erf
    try:
        from scipy.special import erf as scipy_erf
        return scipy_erf
    except ImportError:
        return lambda x: np.vectorize(math.erf, otypes=[x.dtype])(x)


def chain(np, x, sizes):
    y0 = np.sin(x) * np.exp(-x / 10)
    y1 = y0 * np.cos(x / 4) + 0.25 * y0**2
    return np.tanh(y1) + 0.1 * y1


CHAIN = Case(
    "chain", "memory", """
!x = tensor<${n}x$t>
!s = tensor<$t>
func.func @main(%x: !x) -> !x {
  %ten = array.constant dense<10.0> : !s
  %four = array.constant dense<4.0> : !s
  %quarter = array.constant dense<0.25> : !s
  %tenth = array.constant dense<0.1> : !s
  %sin = array.sin %x : !x
  %minus = array.neg %x : !x
  %decay = array.div %minus, %ten : !x, !s
  %exp = array.exp %decay : !x
  %y0 = array.mul %sin, %exp : !x, !x
  %slow = array.div %x, %four : !x, !s
  %cos = array.cos %slow : !x
  %wave = array.mul %y0, %cos : !x, !x
  %square = array.mul %y0, %y0 : !x, !x
  %part = array.mul %square, %quarter : !x, !s
  %y1 = array.add %wave, %part : !x, !x
  %tanh = array.tanh %y1 : !x
  %rest = array.mul %y1, %tenth : !x, !s
  %y2 = array.add %tanh, %rest : !x, !x
  return %y2 : !x
}
""", (Arg(("n",), between(0, 4 * math.pi)),), {"n": 1 << 24}, {"n": 1001}, chain, gpu={"n": 1 << 28})


def tanh_exp(np, x, sizes):
    return np.tanh(np.exp(x)) * x


TANH_EXP = Case(
    "tanh_exp", "memory", """
!x = tensor<${n}x${n}x$t>
func.func @main(%x: !x) -> !x {
  %e = array.exp %x : !x
  %t = array.tanh %e : !x
  %y = array.mul %t, %x : !x, !x
  return %y : !x
}
""", (Arg(("n", "n")),), {"n": 4096}, {"n": 33}, tanh_exp)


def black_scholes(np, s, k, t, sizes):
    rate, sigma = 0.05, 0.2
    f = erf(np)
    root = sigma * np.sqrt(t)
    d1 = (np.log(s / k) + (rate + 0.5 * sigma**2) * t) / root
    d2 = d1 - root
    n1 = 0.5 * (1 + f(d1 / math.sqrt(2)))
    n2 = 0.5 * (1 + f(d2 / math.sqrt(2)))
    return s * n1 - k * np.exp(-rate * t) * n2


BLACK_SCHOLES = Case(
    "black_scholes", "memory", """
!x = tensor<${n}x$t>
!s = tensor<$t>
func.func @main(%s: !x, %k: !x, %t: !x) -> !x {
  %rate = array.constant dense<-0.05> : !s
  %drift = array.constant dense<0.07> : !s
  %sigma = array.constant dense<0.2> : !s
  %sqrt2 = array.constant dense<1.4142135623730951> : !s
  %half = array.constant dense<0.5> : !s
  %one = array.constant dense<1.0> : !s
  %sqrt = array.sqrt %t : !x
  %root = array.mul %sqrt, %sigma : !x, !s
  %ratio = array.div %s, %k : !x, !x
  %log = array.log %ratio : !x
  %grow = array.mul %t, %drift : !x, !s
  %sum = array.add %log, %grow : !x, !x
  %d1 = array.div %sum, %root : !x, !x
  %d2 = array.sub %d1, %root : !x, !x
  %z1 = array.div %d1, %sqrt2 : !x, !s
  %e1 = array.erf %z1 : !x
  %p1 = array.add %e1, %one : !x, !s
  %n1 = array.mul %p1, %half : !x, !s
  %z2 = array.div %d2, %sqrt2 : !x, !s
  %e2 = array.erf %z2 : !x
  %p2 = array.add %e2, %one : !x, !s
  %n2 = array.mul %p2, %half : !x, !s
  %discount = array.mul %t, %rate : !x, !s
  %present = array.exp %discount : !x
  %strike = array.mul %k, %present : !x, !x
  %pay = array.mul %strike, %n2 : !x, !x
  %gain = array.mul %s, %n1 : !x, !x
  %call = array.sub %gain, %pay : !x, !x
  return %call : !x
}
""", (Arg(("n",), between(10, 200)), Arg(("n",), between(10, 200)), Arg(("n",), between(0.1, 3))),
    {"n": 1 << 23}, {"n": 1001}, black_scholes)


def normal_cdf(np, x, sizes):
    return 0.5 * (1 + erf(np)(x / math.sqrt(2)))


NORMAL_CDF = Case(
    "normal_cdf", "memory", """
!x = tensor<${n}x$t>
!s = tensor<$t>
func.func @main(%x: !x) -> !x {
  %sqrt2 = array.constant dense<1.4142135623730951> : !s
  %half = array.constant dense<0.5> : !s
  %one = array.constant dense<1.0> : !s
  %z = array.div %x, %sqrt2 : !x, !s
  %e = array.erf %z : !x
  %p = array.add %e, %one : !x, !s
  %y = array.mul %p, %half : !x, !s
  return %y : !x
}
""", (Arg(("n",), normal),), {"n": 1 << 24}, {"n": 1001}, normal_cdf)


def adam(np, p, g, m, v, sizes):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    return p - 0.01 * m / (np.sqrt(v) + 1e-8), m, v


ADAM = Case(
    "adam_step", "memory", """
!x = tensor<${n}x$t>
!s = tensor<$t>
func.func @main(%p: !x, %g: !x, %m: !x, %v: !x) -> (!x, !x, !x) {
  %b1 = array.constant dense<0.9> : !s
  %c1 = array.constant dense<0.1> : !s
  %b2 = array.constant dense<0.999> : !s
  %c2 = array.constant dense<0.001> : !s
  %rate = array.constant dense<0.01> : !s
  %eps = array.constant dense<1.0e-8> : !s
  %m1 = array.mul %m, %b1 : !x, !s
  %g1 = array.mul %g, %c1 : !x, !s
  %mean = array.add %m1, %g1 : !x, !x
  %v1 = array.mul %v, %b2 : !x, !s
  %gg = array.mul %g, %g : !x, !x
  %g2 = array.mul %gg, %c2 : !x, !s
  %var = array.add %v1, %g2 : !x, !x
  %root = array.sqrt %var : !x
  %safe = array.add %root, %eps : !x, !s
  %scaled = array.mul %mean, %rate : !x, !s
  %step = array.div %scaled, %safe : !x, !x
  %next = array.sub %p, %step : !x, !x
  return %next, %mean, %var : !x, !x, !x
}
""", (Arg(("n",), normal), Arg(("n",), normal), Arg(("n",), normal), Arg(("n",))), {"n": 1 << 23}, {"n": 1001}, adam)


def affine_clamp(np, x, sizes):
    return np.clip(x * 1.5 - 0.25, 0, 1)


AFFINE = Case(
    "affine_clamp", "memory", """
!x = tensor<${n}x$t>
!s = tensor<$t>
func.func @main(%x: !x) -> !x {
  %gain = array.constant dense<1.5> : !s
  %bias = array.constant dense<-0.25> : !s
  %zero = array.constant dense<0.0> : !s
  %one = array.constant dense<1.0> : !s
  %a = array.mul %x, %gain : !x, !s
  %b = array.add %a, %bias : !x, !s
  %y = array.clamp %b, %zero, %one nan = propagate : !x, !s, !s
  return %y : !x
}
""", (Arg(("n",)),), {"n": 1 << 25}, {"n": 1001}, affine_clamp)


def band(np, x, sizes):
    return np.where((x > 0.25) & (x < 0.75), x, x.dtype.type(0))


BAND = Case(
    "mask_band", "memory", """
!x = tensor<${n}x$t>
!m = tensor<${n}xi1>
!s = tensor<$t>
func.func @main(%x: !x) -> !x {
  %low = array.constant dense<0.25> : !s
  %high = array.constant dense<0.75> : !s
  %zero = array.constant dense<0.0> : !s
  %above = array.compare gt, %x, %low : !x, !s
  %below = array.compare lt, %x, %high : !x, !s
  %inside = array.and %above, %below : !m, !m
  %y = array.select %inside, %x, %zero : !m, !x, !s
  return %y : !x
}
""", (Arg(("n",)),), {"n": 1 << 24}, {"n": 1001}, band,
    jax=lambda jax, x, sizes: jax.numpy.where((x > 0.25) & (x < 0.75), x, 0),
    torch=lambda torch, x, sizes: torch.where((x > 0.25) & (x < 0.75), x, 0))

CASES = [
    CHAIN, CHAIN.variant("f64", "f64", sizes={"n": 1 << 22}, gpu=None), TANH_EXP, BLACK_SCHOLES, NORMAL_CDF, ADAM,
    AFFINE, AFFINE.variant("f16", "f16"), BAND,
]
