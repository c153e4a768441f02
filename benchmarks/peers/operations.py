#!/usr/bin/env python3
"""Single operations on this machine's CPU: RunMat beside NumPy, in one sitting, with the same number of threads.

Each operation of benchmarks/programs/operations.mlir runs on random data in [0, 1), in a process of its own for each
system; results are compared first. Prints medians and quartiles of --runs runs after warming up.

usage: benchmarks/peers/operations.py [--threads 2] [--runs 15] [--build build/release] [--venv DIR]
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

from peers import ROOT, make_environment

PROGRAM = os.path.join(ROOT, "benchmarks", "programs", "operations.mlir")
# Entry: arguments, and the same in NumPy.
OPERATIONS = {
    "matmul": (["f4 1000 1000"] * 2, "a @ b"),
    "gram": (["f4 20000 256"], "a.T @ a"),
    "transpose": (["f4 4096 4096"], "np.ascontiguousarray(a.T)"),
    "sum": (["f8 4096 4096"], "a.sum()"),
    "column_means": (["f8 4096 4096"], "a.mean(0)"),
    "variance": (["f8 4096 4096"], "a.var(1)"),
    "argmax": (["f4 4096 4096"], "a.argmax()"),
    "chain": (["f4 4096 4096"], "np.tanh(np.exp(a)) * a"),
}
NUMPY = """
import json, sys, time
import numpy as np
arguments, expression, runs, out = json.loads(sys.argv[1])
names = dict(zip("ab", (np.load(path) for path in arguments)), np=np)
call = eval("lambda: " + expression, names)
np.save(out, call())
times = []
for _ in range(runs + 2):
    start = time.perf_counter()
    call()
    times.append((time.perf_counter() - start) * 1e3)
print(json.dumps(sorted(times[2:])))
"""
MAKE = """
import sys
import numpy as np
dtype, *sizes = sys.argv[2].split()
np.save(sys.argv[1], np.random.default_rng(int(sys.argv[3])).random([int(n) for n in sizes]).astype(dtype))
"""
COMPARE = """
import sys
import numpy as np
a, b = (np.load(path).astype("f8") for path in sys.argv[1:])
worst = abs(a - b).max() / abs(b).max()
print(f"{worst:.1e}")
sys.exit(int(worst > 1e-4))
"""


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise SystemExit(f"{command[0]} failed:\n{done.stderr[-2000:]}{done.stdout[-500:]}")
    return done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"))
    parser.add_argument("--venv", default=os.path.join(ROOT, "build", "peers-venv"))
    options = parser.parse_args()
    python = make_environment(options.venv)
    threads = dict(os.environ, OPENBLAS_NUM_THREADS=str(options.threads), OMP_NUM_THREADS=str(options.threads))
    print(f"{'':14} {'RunMat ms':>10} {'quartiles':>16} {'NumPy ms':>10} {'quartiles':>16} {'x ours':>7} {'apart':>8}")
    for entry, (arguments, expression) in OPERATIONS.items():
        with tempfile.TemporaryDirectory() as folder:
            path = lambda name: os.path.join(folder, name)  # noqa: E731
            inputs = [path(f"in{i}.npy") for i in range(len(arguments))]
            for i, (name, shape) in enumerate(zip(inputs, arguments)):
                run([python, "-c", MAKE, name, shape, str(i)])
            text = run([os.path.join(options.build, "bin", "runmat"), "run", PROGRAM, "--entry", entry, "--device", "cpu",
                        "--threads", str(options.threads), f"--time={options.runs}", "--output", path("ours.npy")]
                       + [word for name in inputs for word in ("--input", name)])
            ours = re.search(r"warm runs: median ([0-9.]+) (\w+), quartiles ([0-9.]+) (\w+) to ([0-9.]+) (\w+)", text)
            scale = {"us": 1e-3, "ms": 1.0, "s": 1e3}
            median, low, high = (float(ours[k]) * scale[ours[k + 1]] for k in (1, 3, 5))
            theirs = json.loads(run([python, "-c", NUMPY, json.dumps([inputs, expression, options.runs, path("theirs.npy")])],
                                    env=threads))
            middle = theirs[len(theirs) // 2]
            apart = run([python, "-c", COMPARE, path("ours.npy"), path("theirs.npy")]).strip()
            print(f"{entry:14} {median:10.2f} {low:7.2f} {high:8.2f} {middle:10.2f} {theirs[len(theirs) // 4]:7.2f} "
                  f"{theirs[len(theirs) * 3 // 4]:8.2f} {middle / median:7.2f} {apart:>8}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
