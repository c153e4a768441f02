"""Normalises pictures with `runmat run` on the CPU and on a GPU (lavapipe where there is none), and
compares the two. tools/dev/demo builds and calls it.

By default: the 3840x2160 picture of Debian's mate-backgrounds, and its 5640x3172 version, whose planes
have ragged sizes. --batch N makes a folder of N links to each picture, so that N x 3 planes run at once.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RUNMAT = os.path.join(ROOT, "build", "release", "bin", "runmat")
PROGRAMS = os.path.join(ROOT, "benchmarks", "programs")
OUT = os.path.join(ROOT, "build", "demo")
BACKGROUNDS = "/usr/share/backgrounds/mate/abstract"
PICTURES = [f"{BACKGROUNDS}/Elephants_{size}.jpg" for size in ("3840x2160", "5640x3172")]


def shown(path):
    """A path as one would type it here."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def run(program, *arguments):
    command = [RUNMAT, "run", program, *arguments]
    print("$ " + " ".join(shown(a) if os.path.isabs(a) and a.startswith(ROOT) else a for a in command),
          flush=True)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    for line in done.stdout.splitlines():
        print("    " + line)
    if done.returncode != 0:
        sys.exit(done.returncode)


def normalize(device, source, verify):
    """Runs the demo's program on one device; returns its planes, MSE and telemetry."""
    stem = os.path.join(OUT, device)
    run(os.path.join(PROGRAMS, "image_normalize_demo.mlir"), "--device", device, "--input", source,
        *(["--as-planes"] if os.path.isdir(source) else []), "--output", f"{stem}_y.npy",
        "--output", f"{stem}_mse.npy", "--time=5", "--telemetry", f"{stem}.json",
        *(["--verify"] if verify else []))
    with open(f"{stem}.json") as file:
        telemetry = json.load(file)
    return np.load(f"{stem}_y.npy"), float(np.load(f"{stem}_mse.npy")), telemetry


def report(device, y, mse, telemetry):
    print(f"  {device}: {telemetry['device']['name']}: {'x'.join(map(str, y.shape))} f32, MSE {mse:.6f}")


def fused_units():
    """What --fuse-all makes of the demo's program: the units, and array operations left outside."""
    done = subprocess.run([RUNMAT + "-opt", "--fuse-all", os.path.join(PROGRAMS, "image_normalize_demo.mlir")],
                          stdout=subprocess.PIPE, text=True, check=True)
    units = [line.split("= ")[1].split()[0] for line in done.stdout.splitlines() if "= fused." in line]
    print(f"units fused: {len(units)} ({', '.join(units)})")


def main():
    parser = argparse.ArgumentParser(prog="tools/dev/demo")
    parser.add_argument("pictures", nargs="*", default=PICTURES)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--verify", action="store_true", help="compare with the interpreter too (slow)")
    options = parser.parse_args()
    os.makedirs(OUT, exist_ok=True)
    fused_units()

    for picture in options.pictures:
        print(f"\n== {picture}" + (f", {options.batch} times" if options.batch > 1 else ""))
        with tempfile.TemporaryDirectory() as folder:
            source = picture
            if options.batch > 1:
                for i in range(options.batch):
                    os.symlink(os.path.abspath(picture),
                               os.path.join(folder, f"{i:03}{os.path.splitext(picture)[1]}"))
                source = folder
            results = {d: normalize(d, source, options.verify) for d in ("cpu", "gpu")}
        for device, result in results.items():
            report(device, *result)
        cpu, gpu = results["cpu"][0], results["gpu"][0]
        difference = float(np.abs(cpu - gpu).max())
        print(f"  largest difference of the two: {difference:.3g}, {difference / float(cpu.max()):.1g} of the "
              f"largest value")
        if not difference <= 1e-4 * float(cpu.max()):
            sys.exit("error: CPU and GPU disagree")

    if options.pictures == PICTURES:
        print("\n== before and after, side by side")
        picture = os.path.join(OUT, "before_after.png")
        run(os.path.join(PROGRAMS, "before_after.mlir"), "--device", "cpu", "--input", PICTURES[0],
            "--output", picture)
        print(f"  wrote {shown(picture)}")


if __name__ == "__main__":
    main()
