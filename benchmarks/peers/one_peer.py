"""Times one peer on the workload and prints one JSON line. Run by peers.py, a process for each peer,
so that no peer's thread pool or allocator disturbs another's.

usage: one_peer.py PEER --shape 4x2160x3840 --threads 2 [--mse] [--seconds 6]
Each peer is a function that returns (call, fetch, milliseconds to compile): `call` runs the work once,
to its end, `fetch` turns its value into a NumPy array.
"""
import argparse
import json
import os
import time

parser = argparse.ArgumentParser()
parser.add_argument("peer")
parser.add_argument("--shape", default="4x2160x3840")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--mse", action="store_true")
parser.add_argument("--seconds", type=float, default=6)
options = parser.parse_args()

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = str(options.threads)
# XLA takes its pool's size from the CPUs the process may use.
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])

import numpy as np  # noqa: E402  (after the thread counts)

from workload import BIAS, EPS, GAIN, GAMMA, check, make_input  # noqa: E402


def numpy_peer(x):
    def call():
        d = x - x.mean(axis=(1, 2), keepdims=True)
        sigma = np.sqrt((d * d).mean(axis=(1, 2), keepdims=True) + np.float32(EPS))
        y = np.maximum(d / sigma * np.float32(GAIN) + np.float32(BIAS), np.float32(0)) ** np.float32(GAMMA)
        return ((y - x) ** 2).mean() if options.mse else y

    return call, np.asarray, 0.0


def torch_function(torch):
    def normalize(x):
        d = x - x.mean(dim=(1, 2), keepdim=True)
        sigma = torch.sqrt((d * d).mean(dim=(1, 2), keepdim=True) + EPS)
        y = torch.clamp(d / sigma * GAIN + BIAS, min=0.0) ** GAMMA
        return ((y - x) ** 2).mean() if options.mse else y

    return normalize


def torch_peer(x, compiled=False):
    import torch

    torch.set_num_threads(options.threads)
    function = torch_function(torch)
    t = torch.from_numpy(x)
    compile_ms = 0.0
    if compiled:
        function = torch.compile(function)
        start = time.perf_counter()
        with torch.no_grad():
            function(t)
        compile_ms = (time.perf_counter() - start) * 1e3

    def call():
        with torch.no_grad():
            return function(t)

    return call, lambda y: y.numpy(), compile_ms


def torch_compile_peer(x):
    return torch_peer(x, compiled=True)


def jax_function():
    import jax.numpy as jnp

    def normalize(x):
        d = x - x.mean(axis=(1, 2), keepdims=True)
        sigma = jnp.sqrt((d * d).mean(axis=(1, 2), keepdims=True) + EPS)
        y = jnp.maximum(d / sigma * GAIN + BIAS, 0.0) ** GAMMA
        return ((y - x) ** 2).mean() if options.mse else y

    return normalize


def jax_peer(x):
    import jax

    value = jax.device_put(x)
    start = time.perf_counter()
    function = jax.jit(jax_function()).lower(value).compile()
    compile_ms = (time.perf_counter() - start) * 1e3
    return lambda: function(value).block_until_ready(), np.asarray, compile_ms


def iree_peer(x):
    import iree.compiler
    import iree.runtime
    import jax

    shape = jax.ShapeDtypeStruct(x.shape, x.dtype)
    stablehlo = str(jax.jit(jax_function()).lower(shape).compiler_ir("stablehlo"))
    start = time.perf_counter()
    binary = iree.compiler.compile_str(
        stablehlo, input_type="stablehlo", target_backends=["llvm-cpu"],
        extra_args=["--iree-llvmcpu-target-cpu=host", "--iree-opt-level=O3"])
    compile_ms = (time.perf_counter() - start) * 1e3
    iree.runtime.flags.parse_flags(f"--task_topology_group_count={options.threads}")
    config = iree.runtime.Config("local-task")
    context = iree.runtime.SystemContext(config=config)
    module = iree.runtime.VmModule.copy_buffer(context.instance, binary)
    context.add_vm_module(module)
    function = context.modules[module.name].main
    value = iree.runtime.asdevicearray(config.device, x)
    return lambda: function(value), lambda y: y.to_host(), compile_ms


def copy_peer(x):
    """Bytes moved by a plain copy in `threads` threads: the memory's speed in this sitting."""
    from concurrent.futures import ThreadPoolExecutor

    y = np.empty_like(x)
    pool = ThreadPoolExecutor(options.threads)
    parts = list(zip(np.array_split(y.reshape(-1), options.threads),
                     np.array_split(x.reshape(-1), options.threads)))

    def call():
        list(pool.map(lambda pair: np.copyto(*pair), parts))
        return y

    return call, np.asarray, 0.0


PEERS = {"copy": copy_peer, "numpy": numpy_peer, "torch": torch_peer, "torch.compile": torch_compile_peer,
         "jax": jax_peer, "iree": iree_peer}

data = make_input(tuple(int(n) for n in options.shape.split("x")))
run, fetch, compiling = PEERS[options.peer](data)
for _ in range(3):
    value = run()
error = 0.0 if options.peer == "copy" else check(options.peer, fetch(value), data, options.mse)
del value
times = []
begin = time.perf_counter()
while len(times) < 9 or (time.perf_counter() - begin < options.seconds and len(times) < 200):
    start = time.perf_counter()
    run()
    times.append((time.perf_counter() - start) * 1e3)
times.sort()
print(json.dumps({"peer": options.peer, "median_ms": times[len(times) // 2], "low_ms": times[len(times) // 10],
                  "high_ms": times[len(times) * 9 // 10], "runs": len(times), "compile_ms": compiling,
                  "relative_error": error}))
