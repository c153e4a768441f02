#!/usr/bin/env python3
"""ImageNormalize on this machine's CPU: RunMat beside NumPy, PyTorch, JAX and IREE, in one sitting.

Makes a virtual environment with the peers (requirements.txt) where there is none, times each peer in a
process of its own, then our benchmark, then a copy, all with the same number of threads, and prints
medians, the 10th and 90th percentile, and the ratio of each median to ours. Results are checked against
float64 first. A peer that takes longer than --limit for one work is stopped, and its row says so. The time to
compile is each system's own, in a process that has loaded its libraries; ours is of `runmat run --time`, from the
program's text to loaded code. Absolute times differ between machines and days: compare the ratios.

usage: benchmarks/peers/peers.py [--shape 4x2160x3840] [--threads 2] [--peers numpy,jax] [--limit 600]
                                 [--build build/release] [--venv DIR] [--json OUT]
"""
import argparse
import json
import math
import os
import re
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
ALL = ["numpy", "torch", "torch.compile", "jax", "iree"]


def make_environment(folder):
    """The venv's python; pip is asked only when requirements.txt changed since the last time."""
    python = os.path.join(folder, "bin", "python")
    stamp = os.path.join(folder, "requirements.installed")
    with open(os.path.join(HERE, "requirements.txt")) as file:
        wanted = file.read()
    if os.path.exists(stamp):
        with open(stamp) as file:
            if file.read() == wanted:
                return python
    if os.path.exists(folder) and not os.path.exists(os.path.join(folder, "pyvenv.cfg")):
        # /usr would become a virtual environment, and the system's Python lose its packages.
        raise SystemExit(f"error: {folder} is there already and is no virtual environment")
    print(f"== installing the peers into {folder}: {', '.join(wanted.split())}", flush=True)
    if not os.path.exists(python):
        # Debian's python3 needs the package python3-venv for this.
        subprocess.run(["/usr/bin/python3", "-m", "venv", folder], check=True)
    subprocess.run([python, "-m", "pip", "install", "-q", "-r", os.path.join(HERE, "requirements.txt")],
                   check=True)
    with open(stamp, "w") as file:
        file.write(wanted)
    return python


def time_peer(python, peer, options, mse):
    command = [python, os.path.join(HERE, "one_peer.py"), peer, "--shape", options.shape,
               "--threads", str(options.threads), "--seconds", str(options.seconds)]
    try:
        done = subprocess.run(command + (["--mse"] if mse else []), capture_output=True, text=True,
                              timeout=options.limit)
    except subprocess.TimeoutExpired:
        return {"peer": peer, "stopped_after_s": options.limit}
    if done.returncode != 0:
        raise SystemExit(f"{peer} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def time_ours(options, mse):
    """Runs build/.../image_normalize (Google Benchmark) and reads its JSON."""
    program = os.path.join(options.build, "bin", "bench_image_normalize")
    if not os.path.exists(program):
        raise SystemExit(f"{program} is not built: ninja -C {options.build} benchmarks")
    name = "image_normalize_mse" if mse else "image_normalize"
    done = subprocess.run(
        ["taskset", "-c", ",".join(map(str, sorted(os.sched_getaffinity(0))[: options.threads])), program,
         f"--shape={options.shape}", f"--threads={options.threads}", f"--benchmark_filter=^{name}/",
         f"--benchmark_min_time={options.seconds / 20}", "--benchmark_repetitions=20",
         "--benchmark_format=json"], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{program} failed:\n{done.stderr[-2000:]}")
    rows = [b for b in json.loads(done.stdout)["benchmarks"] if b["run_type"] == "iteration"]
    if any("error_message" in b for b in rows):
        raise SystemExit(f"{program}: {rows[0]['error_message']}")
    times = sorted(b["real_time"] for b in rows)
    return {"peer": "runmat", "compile_ms": our_compile_time(options, name), "median_ms": times[len(times) // 2], "low_ms": times[len(times) // 10],
            "high_ms": times[len(times) * 9 // 10], "runs": sum(b["iterations"] for b in rows),
            "relative_error": rows[0].get("relative_error", 0.0)}


def our_compile_time(options, entry, processes=9):
    """Median over processes of the milliseconds from the program's text (its shape that of the options) to
    loaded code. What it prints of the run after it is not used."""
    with open(os.path.join(ROOT, "benchmarks", "programs", "image_normalize_4k.mlir")) as file:
        text = file.read()
    batch, rest = options.shape.split("x", 1)
    text = text.replace("4x2160x3840x", f"{batch}x{rest}x").replace("4x1x1x", f"{batch}x1x1x")
    times = []
    with tempfile.TemporaryDirectory() as folder:
        program, data = os.path.join(folder, "program.mlir"), os.path.join(folder, "x.npy")
        with open(program, "w") as file:
            file.write(text)
        sizes = tuple(int(n) for n in options.shape.split("x"))
        with open(data, "wb") as file:
            header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {sizes}}}".ljust(117) + "\n"
            file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
            file.truncate(file.tell() + 4 * math.prod(sizes))
        for _ in range(processes):
            done = subprocess.run([os.path.join(options.build, "bin", "runmat"), "run", program, "--entry", entry,
                                   "--device", "cpu", "--time=1", "--input", data,
                                   "--output", os.path.join(folder, "y.npy")], capture_output=True, text=True)
            found = re.search(r"^compile: ([0-9.]+) ms", done.stdout + done.stderr, re.MULTILINE)
            if done.returncode != 0 or not found:
                raise SystemExit(f"runmat failed:\n{done.stderr[-2000:]}")
            times.append(float(found.group(1)))
    return sorted(times)[len(times) // 2]


def table(title, rows, ours):
    print(f"\n{title}")
    print(f"{'':14} {'median ms':>10} {'10 %':>8} {'90 %':>8} {'runs':>6} {'compile ms':>11} {'error':>9}"
          + (f" {'x ours':>7}" if ours else ""))
    for r in rows:
        if "stopped_after_s" in r:
            print(f"{r['peer']:14} not finished after {r['stopped_after_s']:.0f} s")
            continue
        line = (f"{r['peer']:14} {r['median_ms']:10.2f} {r['low_ms']:8.2f} {r['high_ms']:8.2f} {r['runs']:6d}"
                f" {r['compile_ms']:11.0f} {r['relative_error']:9.1e}")
        print(line + (f" {r['median_ms'] / ours:7.2f}" if ours else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--shape", default="4x2160x3840")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=6, help="time spent on each measurement")
    parser.add_argument("--limit", type=float, default=600, help="seconds for one peer on one work, compiling included")
    parser.add_argument("--peers", default=",".join(ALL), help="some of " + ",".join(ALL))
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"))
    parser.add_argument("--venv", default=os.path.join(ROOT, "build", "peers-venv"))
    parser.add_argument("--json", help="also write the figures there")
    parser.add_argument("--without-ours", action="store_true")
    options = parser.parse_args()

    python = make_environment(options.venv)
    report = {"shape": options.shape, "threads": options.threads, "works": {}}
    copy = time_peer(python, "copy", options, False)
    elements = 1
    for n in options.shape.split("x"):
        elements *= int(n)
    gigabytes = 8 * elements / copy["median_ms"] / 1e6
    print(f"copy of {options.shape} f32, {options.threads} threads: {copy['median_ms']:.2f} ms, "
          f"{gigabytes:.1f} GB/s (read + write)")
    report["copy_gb_per_s"] = gigabytes
    for mse in (False, True):
        rows = [time_peer(python, p, options, mse) for p in options.peers.split(",")]
        ours = None
        if not options.without_ours:
            rows.append(time_ours(options, mse))
            ours = rows[-1]["median_ms"]
        title = "ImageNormalize, then mean((y - x)^2)" if mse else "ImageNormalize"
        table(f"{title}, {options.shape} f32, {options.threads} threads", rows, ours)
        if ours:
            best = min((r for r in rows[:-1] if "median_ms" in r), key=lambda r: r["median_ms"])
            print(f"best peer: {best['peer']}; RunMat is {best['median_ms'] / ours:.2f}x as fast")
        report["works"]["mse" if mse else "normalize"] = rows
    if options.json:
        with open(options.json, "w") as file:
            json.dump(report, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
