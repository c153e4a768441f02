"""The work that every peer does, its input, and its result in float64.

y = max((x - mean) / sqrt(var + eps) * gain + bias, 0) ** gamma, statistics over each plane of a batch;
`mse` is mean((y - x)**2) over everything. Constants are those of RunMat's 4K image benchmark.
"""
import numpy as np

GAIN, BIAS, GAMMA, EPS = 1.0123, -0.02, 1.8, 1.0e-6


def make_input(shape, seed=0):
    """Uniform random f32 planes in [0, 1): random, so that no compression of memory can help."""
    return np.random.default_rng(seed).random(shape, dtype=np.float32)


def reference(x):
    """(y, mse) computed plane by plane in float64."""
    y = np.empty(x.shape, np.float64)
    squares = 0.0
    for i, plane in enumerate(x):
        p = plane.astype(np.float64)
        d = p - p.mean()
        n = d / np.sqrt((d * d).mean() + EPS) * GAIN + BIAS
        y[i] = np.maximum(n, 0.0) ** GAMMA
        squares += ((y[i] - p) ** 2).sum()
    return y, squares / x.size


def check(name, result, x, mse_only):
    """Raises if a peer's result is further from the reference than f32 arithmetic explains."""
    y, mse = reference(x)
    got = np.asarray(result, dtype=np.float64)
    error = abs(float(got) - mse) / mse if mse_only else float(np.abs(got - y).max() / np.abs(y).max())
    if not error < 1e-4:
        raise AssertionError(f"{name}: relative error {error:.2e} against float64")
    return error
