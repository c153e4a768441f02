#!/usr/bin/env python3
"""The cases of benchmarks/peers/cases that have sizes for a GPU: RunMat (Vulkan) beside torch, eager and compiled
(CUDA), with a copy as the yardstick. Arrays are random and lie in device memory before timing starts. Ours is timed
with Vulkan timestamps, torch with CUDA events; `x copy` is a time over that of a copy of as many bytes as the case has
to move. Every figure is printed as it is made; a failure is a row of its own and stops nothing else.

usage: run_cases_gpu.py --pack DIR [--build DIR]  compiles the programs (tools/dev/bench-remote does)
       run_cases_gpu.py --ours DIR [--case a,b] [--runs 30] [--limit 540] [--json OUT]
                                                  on the machine with the GPU; its python3 needs NumPy and torch
"""
import argparse
import json
import os
import queue
import statistics
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "benchmarks", "peers"))

from cases import CASES, inputs, moved_bytes  # noqa: E402

CHOSEN = [c for c in CASES if c.gpu]
COPY_ELEMENTS = 1 << 28  # 1 GiB read, 1 GiB written: far beyond any cache


def sizes_of(case, options):
    return case.tiny if options.tiny else case.gpu


def path_of(case, options):
    return os.path.join(options.pack or options.ours, "programs", "cases", case.name)


def pack(options):
    os.makedirs(os.path.join(options.pack, "programs", "cases"), exist_ok=True)
    for case in CHOSEN:
        path = path_of(case, options)
        with open(path + ".mlir", "w") as file:
            file.write(case.program(sizes_of(case, options)))
        done = subprocess.run([os.path.join(options.build, "bin", "runmat"), "compile", path + ".mlir", "--device", "gpu",
                               "-o", path + ".so"], capture_output=True, text=True)
        if done.returncode != 0:
            print(f"{case.name}: {done.stderr.strip().splitlines()[0]}", file=sys.stderr)
    return 0


# -- in processes of their own -----------------------------------------------------------------------------------

def warm(call, seconds):
    """A GPU that was idle runs at a fraction of its clock for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        call()


def error_on_gpu(case, sizes, arrays, results):
    """Largest |result - reference| over the largest |reference|; the reference is torch's in f64."""
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    wide = [torch.from_numpy(a).to(device).double() for a in arrays]
    with torch.no_grad():
        wanted = (case.torch or case.numpy)(torch, *wide, sizes=sizes)
    del wide
    worst = 0.0
    for result, reference in zip(results, wanted if isinstance(wanted, tuple) else [wanted]):
        got = torch.from_numpy(result).to(device).double()
        assert got.shape == reference.shape, f"a result of shape {tuple(got.shape)}"
        worst = max(worst, float((got - reference).abs().max() / reference.abs().max()))
    return worst


def ours(case, options):
    import numpy as np

    from abi import Call, Runtime

    sizes = sizes_of(case, options)
    arrays = inputs(case, sizes, np)
    runtime = Runtime(os.path.join(options.ours, "lib", "libRunMatRuntime.so"), "gpu", results_on_device=True)
    call = Call(runtime, path_of(case, options) + ".so", arrays, resident=True)
    start = time.perf_counter()
    call()
    first = (time.perf_counter() - start) * 1e3
    fallbacks = runtime.telemetry()["fallbacks"]
    if fallbacks or not runtime.device_ms():
        return {"failed": f"on the CPU ({first:.0f} ms): {json.dumps(fallbacks)}"}
    warm(call, options.warm)
    device, wall = [], []
    for _ in range(options.runs):
        start = time.perf_counter()
        call()
        wall.append((time.perf_counter() - start) * 1e3)
        device.append(runtime.device_ms())
    device.sort()
    results = call.results()
    report = {"ms": statistics.median(device), "low_ms": device[len(device) // 10],
              "high_ms": device[len(device) * 9 // 10], "wall_ms": statistics.median(wall), "first_ms": first,
              "bytes": moved_bytes(case, sizes, results), "device": runtime.device()}
    print(json.dumps(report), flush=True)  # stays where the check below dies
    try:
        report["error"] = error_on_gpu(case, sizes, arrays, results)
    except ImportError:
        return {**report, "unchecked": "no torch here"}
    if not report["error"] <= case.allowed():
        return {"failed": f"wrong result: error {report['error']:.1e}, allowed {case.allowed():.0e}"}
    return report


def torch_times(options):
    """One JSON line a figure: [case, implementation, report]."""
    import numpy as np
    import torch

    def timed(call):
        warm(lambda: (call(), torch.cuda.synchronize()), options.warm)
        times = []
        for _ in range(options.runs):
            start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            start.record()
            call()
            stop.record()
            stop.synchronize()
            times.append(start.elapsed_time(stop))
        times.sort()
        return {"ms": statistics.median(times), "low_ms": times[len(times) // 10],
                "high_ms": times[len(times) * 9 // 10]}

    def say(case, implementation, report):
        print(json.dumps([case, implementation, report]), flush=True)

    x = torch.rand(COPY_ELEMENTS, device="cuda")
    y = torch.empty_like(x)
    copy = timed(lambda: y.copy_(x))
    say("copy", "copy", {**copy, "gb_per_s": 8 * COPY_ELEMENTS / copy["ms"] * 1e-6,
                         "device": torch.cuda.get_device_name()})
    del x, y
    for case in wanted(options):
        sizes = sizes_of(case, options)
        try:
            values = [torch.from_numpy(a).cuda() for a in inputs(case, sizes, np)]
        except Exception as failure:
            say(case.name, "torch", {"failed": f"inputs: {str(failure)[:200]}"})
            continue
        for name in ("torch", "torch.compile"):
            try:
                torch._dynamo.reset()
                main = lambda *a: (case.torch or case.numpy)(torch, *a, sizes=sizes)  # noqa: B023,E731
                if name == "torch.compile":
                    main = torch.compile(main)
                with torch.no_grad():
                    say(case.name, name, timed(lambda: main(*values)))  # noqa: B023
            except Exception as failure:
                say(case.name, name, {"failed": (str(failure).splitlines() or [type(failure).__name__])[0][:200]})
            torch.cuda.empty_cache()
        del values


# -- the driver ----------------------------------------------------------------------------------------------------

def wanted(options):
    names = options.case.split(",") if options.case else [c.name for c in CHOSEN]
    for name in names:
        if name not in {c.name for c in CHOSEN}:
            raise SystemExit(f"error: no case of a GPU is named {name}; there are {', '.join(c.name for c in CHOSEN)}")
    return [c for c in CHOSEN if c.name in names]


class Driver:
    def __init__(self, options):
        self.options = options
        self.end = time.monotonic() + options.limit
        self.report = {"figures": {}}

    def keep(self, case, implementation, figures):
        self.report["figures"].setdefault(case, {})[implementation] = figures
        print(f"{case:24} {implementation:14} "
              + (f"failed: {figures['failed']}" if "failed" in figures else f"{figures['ms']:.4f} ms"), flush=True)
        if self.options.json:
            with open(self.options.json, "w") as file:
                json.dump(self.report, file, indent=1)

    def command(self, *words):
        options = self.options
        return [sys.executable, "-u", os.path.abspath(__file__), *words, "--ours", options.ours, "--runs",
                str(options.runs), "--warm", str(options.warm)] \
            + (["--tiny"] if options.tiny else []) + (["--case", options.case] if options.case else [])

    def lines(self, command, seconds):
        """The lines a process prints until it ends, or its time does; then the reason it ended, where that is bad."""
        errors = []
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        said = queue.Queue()
        readers = [threading.Thread(target=lambda: [said.put(line) for line in child.stdout], daemon=True),
                   threading.Thread(target=lambda: errors.extend(child.stderr), daemon=True)]
        for reader in readers:
            reader.start()
        limit = time.monotonic() + seconds
        while readers[0].is_alive() or not said.empty():
            try:
                yield said.get(timeout=0.1)
            except queue.Empty:
                if time.monotonic() > limit:
                    child.kill()
                    child.wait()
                    yield json.dumps({"failed": f"not finished after {seconds:.0f} s"})
                    return
        if child.wait() != 0:
            readers[1].join(1)
            last = [line.strip() for line in errors if line.strip()][-1:] or [""]
            yield json.dumps({"failed": f"exit code {child.returncode}: {last[0][:200]}"})

    def left(self):
        return self.end - time.monotonic()

    def run_ours(self):
        for case in wanted(self.options):
            if not os.path.exists(path_of(case, self.options) + ".so"):
                self.keep(case.name, "runmat", {"failed": "its program did not compile"})
                continue
            if self.left() < 10:
                self.keep(case.name, "runmat", {"failed": "no time left"})
                continue
            figures = {"failed": "said nothing"}
            for line in self.lines(self.command("--one", case.name), min(90, self.left())):
                try:
                    said = json.loads(line)
                except ValueError:
                    continue  # what a driver prints
                # Times that came before the check failed to run are kept, and say so.
                figures = {**figures, "unchecked": said["failed"]} if "failed" in said and "ms" in figures \
                    and not said["failed"].startswith("wrong") else said
            self.keep(case.name, "runmat", figures)

    def run_torch(self):
        for line in self.lines(self.command("--torch"), max(10, self.left())):
            try:
                said = json.loads(line)
            except ValueError:
                continue  # what torch's compilers print
            self.keep(*(said if isinstance(said, list) else ("torch", "torch", said)))

    def table(self):
        figures = self.report["figures"]
        rate = figures.get("copy", {}).get("copy", {}).get("gb_per_s")
        print(f"\n{figures['copy']['copy']['device']}, copy {rate:.0f} GB/s" if rate else "\nno copy was measured")
        print(f"{'':24} {'RunMat ms':>10} {'x copy':>7} {'torch ms':>10} {'compile ms':>10} {'ahead':>6} {'error':>8}")
        for case in wanted(self.options):
            row = figures.get(case.name, {})
            ms = lambda name: row.get(name, {}).get("ms")  # noqa: B023,E731
            peers = [t for t in (ms("torch"), ms("torch.compile")) if t]
            mine = row.get("runmat", {})
            of_copy = mine["ms"] / (mine["bytes"] / rate * 1e-6) if "ms" in mine and rate else None
            ahead = min(peers) / mine["ms"] if "ms" in mine and peers else None
            text = [f"{v:{w}.{d}f}" if v else " " * (w - 1) + "-" for v, w, d in (
                (ms("runmat"), 10, 4), (of_copy, 7, 2), (ms("torch"), 10, 4), (ms("torch.compile"), 10, 4), (ahead, 6, 2))]
            error = f"{mine['error']:.1e}" if "error" in mine else "-"
            print(f"{case.name:24} {' '.join(text)} {error:>8} {mine.get('failed', mine.get('unchecked', ''))}", flush=True)

    def run(self):
        os.environ["LD_LIBRARY_PATH"] = os.path.join(self.options.ours, "lib") + ":" + os.environ.get("LD_LIBRARY_PATH", "")
        self.run_ours()
        if not self.options.without_torch:
            self.run_torch()
        self.table()
        return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pack", metavar="DIR")
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"))
    parser.add_argument("--ours", metavar="DIR", help="the folder that tools/dev/bench-remote packed")
    parser.add_argument("--case", help="names, separated by commas (default: all)")
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--warm", type=float, default=1.0, help="seconds before timing starts")
    parser.add_argument("--limit", type=float, default=540, help="seconds for everything")
    parser.add_argument("--json")
    parser.add_argument("--without-torch", action="store_true")
    parser.add_argument("--tiny", action="store_true", help="small sizes: a rehearsal on any Vulkan device")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--torch", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.pack:
        return pack(options)
    if not options.ours:
        raise SystemExit("error: --ours DIR is missing")
    options.ours = os.path.abspath(options.ours)
    if options.one:
        print(json.dumps(ours(next(c for c in CHOSEN if c.name == options.one), options)))
        return 0
    if options.torch:
        return torch_times(options)
    return Driver(options).run()


if __name__ == "__main__":
    sys.exit(main())
