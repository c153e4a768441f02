#!/usr/bin/env python3
"""ImageNormalize on a GPU: RunMat (Vulkan) beside PyTorch (CUDA) and a device copy of the same bytes.

Run it on the machine with the GPU; it needs torch there. Inputs are random and lie in device memory before
timing starts. Peers are timed with CUDA events, ours with Vulkan timestamps; ratios are to the copy.

usage: gpu_image_normalize.py [--shape 64x2160x3840] [--ours DIR] [--runs 50] [--json OUT]
  --ours DIR  the folder that tools/dev/bench-remote packed (default: this file's folder)
"""
import argparse
import json
import os
import statistics
import subprocess
import time

GAIN, BIAS, GAMMA, EPS = 1.0123, -0.02, 1.8, 1.0e-6

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
parser.add_argument("--shape", default="64x2160x3840")
parser.add_argument("--ours", default=os.path.dirname(os.path.abspath(__file__)))
parser.add_argument("--runs", type=int, default=50)
parser.add_argument("--without-peers", action="store_true")
parser.add_argument("--json")
options = parser.parse_args()
shape = tuple(int(n) for n in options.shape.split("x"))


def ours(entry):
    """Before torch starts, so that it does not share the GPU's memory with torch's pool."""
    command = [os.path.join(options.ours, "bin", "image_normalize_gpu"),
               os.path.join(options.ours, "programs", f"{entry}.so"), entry, options.shape, str(options.runs)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    report = json.loads(done.stdout.splitlines()[-1])
    print(f"{entry}: {report}", flush=True)
    return report


def peers():
    import torch

    def normalize(x):
        d = x - x.mean(dim=(1, 2), keepdim=True)
        sigma = torch.sqrt((d * d).mean(dim=(1, 2), keepdim=True) + EPS)
        return torch.clamp(d / sigma * GAIN + BIAS, min=0.0) ** GAMMA

    def squared_difference(x):
        return ((normalize(x) - x) ** 2).mean()

    x = torch.rand(shape, device="cuda")
    y = torch.empty_like(x)

    def timed(call):
        # A GPU that was idle runs at a fraction of its clock for a while.
        end = time.monotonic() + 1
        while time.monotonic() < end:
            call()
            torch.cuda.synchronize()
        times = []
        for _ in range(options.runs):
            start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            start.record()
            call()
            stop.record()
            stop.synchronize()
            times.append(start.elapsed_time(stop))
        return statistics.median(times)

    times = {"copy": timed(lambda: y.copy_(x))}
    del y
    for name, work in (("image_normalize", normalize), ("image_normalize_mse", squared_difference)):
        times[f"torch {name}"] = timed(lambda: work(x))
        torch.cuda.empty_cache()
        for mode in ("default", "max-autotune-no-cudagraphs"):
            torch._dynamo.reset()
            compiled = torch.compile(work, mode=mode)
            times[f"torch.compile ({mode}) {name}"] = timed(lambda: compiled(x))
    return torch.cuda.get_device_name(), times


report = {"shape": options.shape, "ours": {e: ours(e) for e in ("image_normalize", "image_normalize_mse")}}
for entry, figures in report["ours"].items():
    report.setdefault("ms", {})[f"RunMat {entry}"] = figures["device_ms"]
if not options.without_peers:
    report["device"], times = peers()
    report["ms"].update(times)
    copy = times["copy"]
    moved = 8
    for n in shape:
        moved *= n
    print(f"\n{report['device']}, {options.shape} f32; copy: {copy:.3f} ms, {moved / copy / 1e6:.0f} GB/s")
    for name, ms in sorted(report["ms"].items(), key=lambda item: (item[0].endswith("_mse"), item[1])):
        print(f"{name:52} {ms:9.3f} ms {ms / copy:7.2f} x copy")
if options.json:
    with open(options.json, "w") as file:
        json.dump(report, file, indent=1)
