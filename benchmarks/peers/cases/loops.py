"""Programs that step in time: stencil, adaptive filter, recursive filter, Monte Carlo.

torch.compile would unroll these loops; its users compile the step, and so do the functions here."""
import functools

from .case import Arg, Case, between, normal


@functools.lru_cache(None)
def compiled(torch, function):
    return torch.compile(functools.partial(function, torch))


# One step of the heat equation on a grid whose border stays.
def heat_step(np, u):
    return u[1:-1, 1:-1] + 0.2 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4 * u[1:-1, 1:-1])


def heat(np, u, sizes):
    u = u.copy()
    for _ in range(sizes["steps"]):
        u[1:-1, 1:-1] = heat_step(np, u)
    return u


def jax_heat(jax, u, sizes):
    step = lambda _, v: v.at[1:-1, 1:-1].set(heat_step(jax.numpy, v))  # noqa: E731
    return jax.lax.fori_loop(0, sizes["steps"], step, u)


def torch_heat_step(torch, u):
    v = u.clone()
    v[1:-1, 1:-1] = heat_step(torch, u)
    return v


def torch_heat(torch, u, sizes):
    step = compiled(torch, torch_heat_step)
    for _ in range(sizes["steps"]):
        u = step(u)
    return u


STENCIL = Case(
    "stencil_loop", "memory", """
!u = tensor<${n}x${n}x$t>
!v = tensor<${inner}x${inner}x$t>
!s = tensor<$t>
func.func @main(%u: !u) -> !u {
  %k = array.constant dense<0.2> : !s
  %four = array.constant dense<4.0> : !s
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %steps = arith.constant $steps : index
  %end = scf.for %i = %zero to %steps step %one iter_args(%a = %u) -> !u {
    %north = array.slice %a offsets [0, 1] sizes [$inner, $inner] strides [1, 1] : !u
    %south = array.slice %a offsets [2, 1] sizes [$inner, $inner] strides [1, 1] : !u
    %west = array.slice %a offsets [1, 0] sizes [$inner, $inner] strides [1, 1] : !u
    %east = array.slice %a offsets [1, 2] sizes [$inner, $inner] strides [1, 1] : !u
    %mid = array.slice %a offsets [1, 1] sizes [$inner, $inner] strides [1, 1] : !u
    %s1 = array.add %north, %south : !v, !v
    %s2 = array.add %s1, %west : !v, !v
    %s3 = array.add %s2, %east : !v, !v
    %m4 = array.mul %mid, %four : !v, !s
    %lap = array.sub %s3, %m4 : !v, !v
    %flow = array.mul %lap, %k : !v, !s
    %new = array.add %mid, %flow : !v, !v
    %b = array.insert_slice %new into %a offsets [1, 1] strides [1, 1] : !v, !u
    scf.yield %b : !u
  }
  return %end : !u
}
""", (Arg(("n", "n")),), {"n": 1024, "inner": 1022, "steps": 100}, {"n": 19, "inner": 17, "steps": 3}, heat,
    jax=jax_heat, torch=torch_heat, torch_compiles_itself=True,
    traffic=lambda sizes: 2 * sizes["n"]**2 * sizes["steps"])


# Normalised least mean squares over channels: the window of the last taps is a slice of the signal.
def nlms_step(np, w, x, d):
    e = d - (x * w).sum(0)
    return w + 0.5 * x * (e / ((x * x).sum(0) + 1e-3))


def nlms(np, x, d, sizes):
    w = 0 * x[:sizes["taps"]]
    for i in range(sizes["steps"]):
        w = nlms_step(np, w, x[i:i + sizes["taps"]], d[i])
    return w


def jax_nlms(jax, x, d, sizes):
    def step(i, w):
        return nlms_step(jax.numpy, w, jax.lax.dynamic_slice_in_dim(x, i, sizes["taps"]), d[i])

    return jax.lax.fori_loop(0, sizes["steps"], step, jax.numpy.zeros_like(x[:sizes["taps"]]))


def torch_nlms(torch, x, d, sizes):
    step = compiled(torch, nlms_step)
    w = torch.zeros_like(x[:sizes["taps"]])
    for i in range(sizes["steps"]):
        w = step(w, x[i:i + sizes["taps"]], d[i])
    return w


NLMS = Case(
    "adaptive_filter_loop", "memory", """
!x = tensor<${length}x${c}x$t>
!d = tensor<${steps}x${c}x$t>
!w = tensor<${taps}x${c}x$t>
!r = tensor<1x${c}x$t>
!s = tensor<$t>
func.func @main(%x: !x, %d: !d) -> !w {
  %rate = array.constant dense<0.5> : !s
  %eps = array.constant dense<1.0e-3> : !s
  %start = array.constant dense<0.0> : !w
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %steps = arith.constant $steps : index
  %end = scf.for %i = %zero to %steps step %one iter_args(%w = %start) -> !w {
    %win = array.slice %x offsets [%i, 0] sizes [$taps, $c] strides [1, 1] : !x
    %di = array.slice %d offsets [%i, 0] sizes [1, $c] strides [1, 1] : !d
    %xw = array.mul %win, %w : !w, !w
    %y = array.sum %xw dims [0] keep : !w
    %e = array.sub %di, %y : !r, !r
    %xx = array.mul %win, %win : !w, !w
    %power = array.sum %xx dims [0] keep : !w
    %safe = array.add %power, %eps : !r, !s
    %scaled = array.div %e, %safe : !r, !r
    %half = array.mul %win, %rate : !w, !s
    %step = array.mul %half, %scaled : !w, !r
    %next = array.add %w, %step : !w, !w
    scf.yield %next : !w
  }
  return %end : !w
}
""", (Arg(("length", "c"), normal), Arg(("steps", "c"), normal)),
    {"taps": 128, "c": 2048, "steps": 100, "length": 228}, {"taps": 5, "c": 9, "steps": 4, "length": 9}, nlms,
    jax=jax_nlms, torch=torch_nlms, torch_compiles_itself=True,
    traffic=lambda sizes: 3 * sizes["taps"] * sizes["c"] * sizes["steps"])

# A biquad (low pass) over channels: y[i] of x[i] and of two samples before.
B0, B1, B2, A1, A2 = 0.2, 0.4, 0.2, -0.4, 0.2


def iir_step(np, x0, x1, x2, y1, y2):
    return B0 * x0 + B1 * x1 + B2 * x2 - A1 * y1 - A2 * y2


def iir(np, x, sizes, step=iir_step):
    y = np.empty_like(x)
    x1 = x2 = y1 = y2 = np.zeros_like(x[0])
    for i in range(sizes["steps"]):
        y[i] = step(np, x[i], x1, x2, y1, y2)
        x1, x2, y1, y2 = x[i], x1, y[i], y1
    return y


def jax_iir(jax, x, sizes):
    def step(state, x0):
        x1, x2, y1, y2 = state
        y0 = iir_step(jax.numpy, x0, x1, x2, y1, y2)
        return (x0, x1, y0, y1), y0

    return jax.lax.scan(step, (jax.numpy.zeros_like(x[0]),) * 4, x)[1]


def torch_iir(torch, x, sizes):
    step = compiled(torch, iir_step)
    return iir(torch, x, sizes, lambda _, *values: step(*values))


IIR = Case(
    "recursive_filter_loop", "memory", """
!x = tensor<${steps}x${c}x$t>
!r = tensor<1x${c}x$t>
!s = tensor<$t>
func.func @main(%x: !x) -> !x {
  %b0 = array.constant dense<0.2> : !s
  %b1 = array.constant dense<0.4> : !s
  %b2 = array.constant dense<0.2> : !s
  %a1 = array.constant dense<-0.4> : !s
  %a2 = array.constant dense<0.2> : !s
  %none = array.constant dense<0.0> : !r
  %out = array.constant dense<0.0> : !x
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %steps = arith.constant $steps : index
  %end:5 = scf.for %i = %zero to %steps step %one
      iter_args(%y = %out, %x1 = %none, %x2 = %none, %y1 = %none, %y2 = %none) -> (!x, !r, !r, !r, !r) {
    %x0 = array.slice %x offsets [%i, 0] sizes [1, $c] strides [1, 1] : !x
    %p0 = array.mul %x0, %b0 : !r, !s
    %p1 = array.mul %x1, %b1 : !r, !s
    %p2 = array.mul %x2, %b2 : !r, !s
    %q1 = array.mul %y1, %a1 : !r, !s
    %q2 = array.mul %y2, %a2 : !r, !s
    %s1 = array.add %p0, %p1 : !r, !r
    %s2 = array.add %s1, %p2 : !r, !r
    %s3 = array.sub %s2, %q1 : !r, !r
    %y0 = array.sub %s3, %q2 : !r, !r
    %z = array.insert_slice %y0 into %y offsets [%i, 0] strides [1, 1] : !r, !x
    scf.yield %z, %x0, %x1, %y0, %y1 : !x, !r, !r, !r, !r
  }
  return %end#0 : !x
}
""", (Arg(("steps", "c"), normal),), {"steps": 512, "c": 4096}, {"steps": 5, "c": 9}, iir, jax=jax_iir,
    torch=torch_iir, torch_compiles_itself=True)

# The mean payoff of a call option over random paths. Peers draw other numbers; the reference draws ours.
DRIFT, VOLATILITY = 0.0005, 0.0125


def payoff(np, s):
    return np.maximum(s - 100, 0 * s).mean()


def monte_carlo(np, start, sizes):
    rng = np.random.default_rng(7)
    s = start
    for _ in range(sizes["steps"]):
        s = s * np.exp(DRIFT + VOLATILITY * rng.standard_normal(sizes["paths"], dtype=np.float32))
    return payoff(np, s)


def jax_monte_carlo(jax, start, sizes):
    def step(i, state):
        s, key = state
        key, draw = jax.random.split(key)
        return s * jax.numpy.exp(DRIFT + VOLATILITY * jax.random.normal(draw, s.shape, s.dtype)), key

    return payoff(jax.numpy, jax.lax.fori_loop(0, sizes["steps"], step, (start, jax.random.key(7)))[0])


def torch_path_step(torch, s):
    return s * torch.exp(DRIFT + VOLATILITY * torch.randn_like(s))


def torch_monte_carlo(torch, start, sizes):
    step = compiled(torch, torch_path_step)
    s = start
    for _ in range(sizes["steps"]):
        s = step(s)
    return payoff(torch, s)


def philox_uniform(np, key, first, count):
    """array.rand_uniform in f32: Philox 4x32-10 (Salmon et al., SC 2011), 24 bits of each word."""
    index = np.arange(first // 4, (first + count + 3) // 4, dtype=np.uint64)
    low = np.uint64(0xffffffff)
    c = [index & low, index >> np.uint64(32), np.zeros_like(index), np.zeros_like(index)]
    k = [key & 0xffffffff, key >> 32]
    for _ in range(10):
        p, q = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [(q >> np.uint64(32)) ^ c[1] ^ np.uint64(k[0]), q & low, (p >> np.uint64(32)) ^ c[3] ^ np.uint64(k[1]), p & low]
        k = [(k[0] + 0x9E3779B9) & 0xffffffff, (k[1] + 0xBB67AE85) & 0xffffffff]
    words = np.stack(c, 1).reshape(-1)[first % 4:first % 4 + count]
    return (words >> np.uint64(8)).astype(np.float64) * 2.0**-24


def monte_carlo_reference(np, start, sizes):
    s, n = start, sizes["paths"]  # an even number: the pairs of Box and Muller stay together
    for i in range(sizes["steps"]):
        u = philox_uniform(np, 7, i * n, n).reshape(-1, 2)
        radius, angle = np.sqrt(-2 * np.log1p(-u[:, 0])), 2 * np.pi * u[:, 1]
        z = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).reshape(-1)
        s = s * np.exp(DRIFT + VOLATILITY * z)
    return payoff(np, s)


MONTE_CARLO = Case(
    "monte_carlo", "memory", """
!p = tensor<${paths}x$t>
!s = tensor<$t>
func.func @main(%start: !p) -> !s {
  %drift = array.constant dense<0.0005> : !s
  %volatility = array.constant dense<0.0125> : !s
  %strike = array.constant dense<100.0> : !s
  %none = array.constant dense<0.0> : !s
  %key = arith.constant 7 : i64
  %paths = arith.constant $paths : index
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %steps = arith.constant $steps : index
  %end = scf.for %i = %zero to %steps step %one iter_args(%s = %start) -> !p {
    %first = arith.muli %i, %paths : index
    %offset = arith.index_cast %first : index to i64
    %z = array.rand_normal key %key offset %offset : !p
    %noise = array.mul %z, %volatility : !p, !s
    %rate = array.add %noise, %drift : !p, !s
    %growth = array.exp %rate : !p
    %next = array.mul %s, %growth : !p, !p
    scf.yield %next : !p
  }
  %over = array.sub %end, %strike : !p, !s
  %pay = array.max %over, %none : !p, !s
  %mean = array.mean %pay : !p
  return %mean : !s
}
""", (Arg(("paths",), between(99, 101)),), {"paths": 250000, "steps": 64},
    {"paths": 2000, "steps": 4}, monte_carlo, jax=jax_monte_carlo, torch=torch_monte_carlo,
    reference=monte_carlo_reference, peer_tolerance=0.03, torch_compiles_itself=True,
    traffic=lambda sizes: 0)

CASES = [STENCIL, NLMS, IIR, MONTE_CARLO]
