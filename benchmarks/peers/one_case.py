"""One implementation on one case, in a process of its own so that no thread pool or allocator disturbs another's.
Run by run_cases.py; prints one JSON line.

usage: one_case.py CASE IMPLEMENTATION --folder DIR [--threads 2] [--seconds 0.5] [--tiny] [--runtime LIBRARY]
  IMPLEMENTATION  reference (writes DIR/reference*.npy), runmat (DIR/case.so), numpy, jax, torch, torch.compile, copy
"""
import argparse
import json
import math
import os
import time

parser = argparse.ArgumentParser()
parser.add_argument("case")
parser.add_argument("implementation")
parser.add_argument("--folder", required=True)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--seconds", type=float, default=0.5)
parser.add_argument("--tiny", action="store_true")
parser.add_argument("--runtime")
options = parser.parse_args()

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = str(options.threads)
# XLA takes its pool's size from the CPUs the process may use.
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])

import numpy as np  # noqa: E402  (after the thread counts)

from cases import CASES, inputs, moved_bytes  # noqa: E402


def reference_path(index):
    return os.path.join(options.folder, f"reference{index}.npy")


def tuple_of(value):
    return list(value) if isinstance(value, (tuple, list)) else [value]


def write_reference(case, sizes, arrays):
    wide = [a if a.dtype == np.bool_ else a.astype(np.float64) for a in arrays]
    for index, result in enumerate(tuple_of((case.reference or case.numpy)(np, *wide, sizes=sizes))):
        np.save(reference_path(index), result)


def error_of(results):
    """Largest |result - reference| over the largest |reference|; infinite where a result has another shape."""
    worst = 0.0
    for index, result in enumerate(results):
        wanted = np.load(reference_path(index))
        if result.shape != wanted.shape:
            return math.inf
        if wanted.dtype.kind in "bi":
            worst = max(worst, 0.0 if np.array_equal(wanted, result) else math.inf)
        elif wanted.size:
            apart = np.abs(result.astype(np.float64) - wanted).max()
            scale = np.abs(wanted).max() or 1.0
            worst = max(worst, float(apart / scale) if np.isfinite(apart) else math.inf)
    return worst


# Each implementation gives (call, fetch, milliseconds to compile or None): `call` runs once, to its end; `fetch` calls
# and gives NumPy arrays.

def runmat(case, sizes, arrays):
    from abi import Call, Runtime

    call = Call(Runtime(options.runtime, threads=options.threads), os.path.join(options.folder, "case.so"), arrays)
    return call, call.results, None


def numpy_peer(case, sizes, arrays):
    call = lambda: case.numpy(np, *arrays, sizes=sizes)  # noqa: E731
    return call, lambda: [np.asarray(v) for v in tuple_of(call())], None


def jax_peer(case, sizes, arrays):
    import jax

    if case.element == "f64":
        jax.config.update("jax_enable_x64", True)
    values = [jax.device_put(a) for a in arrays]

    def main(*a):
        return case.jax(jax, *a, sizes=sizes) if case.jax else case.numpy(jax.numpy, *a, sizes=sizes)

    start = time.perf_counter()
    function = jax.jit(main).lower(*values).compile()
    compile_ms = (time.perf_counter() - start) * 1e3
    call = lambda: jax.block_until_ready(function(*values))  # noqa: E731
    return call, lambda: [np.asarray(v) for v in tuple_of(call())], compile_ms


def torch_peer(case, sizes, arrays, compiled=False):
    import torch

    torch.set_num_threads(options.threads)
    values = [torch.from_numpy(a) for a in arrays]
    main = lambda *a: (case.torch or case.numpy)(torch, *a, sizes=sizes)  # noqa: E731
    if compiled and not case.torch_compiles_itself:
        main = torch.compile(main)

    def call():
        with torch.no_grad():
            return main(*values)

    return call, lambda: [v.numpy() for v in tuple_of(call())], None


def copy_peer(case, sizes, arrays):
    """A plain copy in `threads` threads of 256 MiB: the memory's speed in this sitting."""
    from concurrent.futures import ThreadPoolExecutor

    x = np.random.default_rng(0).random(1 << 26, dtype=np.float32)
    y = np.empty_like(x)
    pool = ThreadPoolExecutor(options.threads)
    parts = list(zip(np.array_split(y, options.threads), np.array_split(x, options.threads)))
    return lambda: list(pool.map(lambda pair: np.copyto(*pair), parts)), None, None


IMPLEMENTATIONS = {"runmat": runmat, "numpy": numpy_peer, "jax": jax_peer, "torch": torch_peer, "copy": copy_peer,
                   "torch.compile": lambda *a: torch_peer(*a, compiled=True)}


def timed(call):
    """Milliseconds a call, sorted: at least five samples, each of 100 us or more."""
    call()
    start = time.perf_counter()
    call()
    once = time.perf_counter() - start
    repeats = max(1, int(1e-4 / max(once, 1e-7)))
    times, begin = [], time.perf_counter()
    while len(times) < 5 or (time.perf_counter() - begin < options.seconds and len(times) < 500):
        start = time.perf_counter()
        for _ in range(repeats):
            call()
        times.append((time.perf_counter() - start) * 1e3 / repeats)
    return sorted(times)


def main():
    case = sizes = arrays = None  # the copy is of no case
    if options.implementation != "copy":
        case = next(c for c in CASES if c.name == options.case)
        sizes = case.tiny if options.tiny else case.sizes
        arrays = inputs(case, sizes, np)
    if options.implementation == "reference":
        return write_reference(case, sizes, arrays)
    call, fetch, compile_ms = IMPLEMENTATIONS[options.implementation](case, sizes, arrays)
    report = {"compile_ms": compile_ms}
    if fetch:
        results = fetch()
        report.update(error=error_of(results), bytes=moved_bytes(case, sizes, results))
        del results
    else:
        report.update(error=0.0, bytes=1 << 29)
    if not options.tiny and not (case and case.group == "compile"):
        times = timed(call)
        report.update(median_ms=times[len(times) // 2], low_ms=times[len(times) // 10],
                      high_ms=times[len(times) * 9 // 10], runs=len(times))
    print(json.dumps(report))


main()
